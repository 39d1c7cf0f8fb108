package expression

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// TestTheWorstFEELExpressionsEnd: a budget ends what a program does step by step, and a built-in function that was begun ends
// by itself, since what it goes through was built within the budget.
func TestTheWorstFEELExpressionsEnd(t *testing.T) {
	t.Parallel()
	var slowest time.Duration
	var worst string
	for source, budget := range map[string]bool{
		`count(for i in 1..10000000000 return i)`: true, `every x in 1..100000, y in 1..100000 satisfies x > 0`: true, `for i in 1..1000000 return exp(modulo(i, 7))`: true,
		`sort(for i in 1..100000 return modulo(i * 7919, 100003), function(x, y) x < y)`: true, `distinct values(for i in 1..200000 return i)`: true, `stddev(for i in 1..900000 return i / 7)`: true,
		`matches(string join(for j in 1..28 return "a"), "(?=(a+)+b)")`: true, `product(concatenate([1.` + strings.Repeat("7", 6000) + `], for i in 1..200000 return 1.0000000000000001))`: true, `stddev(concatenate([1.` + strings.Repeat("7", 6000) + `], for i in 1..100000 return 1.000000000000001))`: true,
		`median(concatenate(for i in 1..10000 return 1.` + strings.Repeat("7", 60000) + `, for i in 1..10000 return 1))`: true, `mode(concatenate(for i in 1..10000 return 1.` + strings.Repeat("7", 60000) + `, for i in 1..10000 return 1))`: true, `for i in 1..100000 return sqrt(1.` + strings.Repeat("7", 60000) + `)`: true,
		`flatten(for i in 1..100000 return [[i]])`:                                                              false,
		`contains(string join(for i in 1..100000 return "a"), string join(for i in 1..40000 return "a") + "b")`: false, `number("1" + string join(for i in 1..100000 return "0"))`: false,
		`context(for i in 1..50000 return {key: string(i), value: i})`: false, `10**1000000`: false,
	} {
		p, err := Compile(t.Context(), FEEL, source)
		require.NoError(t, err)
		began := time.Now()
		_, err = p.Eval(t.Context(), &Scope{})
		if took := time.Since(began); took > slowest {
			slowest, worst = took, source
		}
		if budget {
			require.Truef(t, feel.IsBudget(err), "%.60s: %v", source, err)
		}
	}
	t.Logf("the slowest took %s: %.60s", slowest.Round(time.Millisecond), worst)
}

func TestJQNamesItsLimits(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`until(false; .)`:                 "the jq expression did not end within 1 s",
		`"x" * 5000000`:                   "the expression gives 5000002 bytes of JSON, more than the 4194304 that it may",
		strings.Repeat("(", 20) + "1":     "unexpected EOF",
		`"` + strings.Repeat("x", 70_000): "the expression is longer than 64 KiB",
	} {
		assert.ErrorContains(t, evalJQ(t, source), want)
	}
}

// evalJQ returns the error of compiling or evaluating a jq expression.
func evalJQ(t *testing.T, source string) error {
	t.Helper()
	p, err := Compile(t.Context(), JQ, source)
	if err == nil {
		_, err = p.Eval(t.Context(), &Scope{})
	}
	return err
}

func TestAnInterruptedCompilationIsNotKept(t *testing.T) {
	t.Parallel()
	c := NewCache(0)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Compile(ended, JQ, `"kept"`)
	require.ErrorIs(t, err, context.Canceled)
	assert.True(t, IsPassing(err))
	assert.Zero(t, c.Len())
	var all sync.WaitGroup
	goes := t.Context()
	for range 20 {
		all.Go(func() { _, _ = c.Compile(ended, JQ, `"kept"`) })
		all.Go(func() {
			_, err := c.Compile(goes, JQ, `"kept"`)
			assert.NoError(t, err, "the context of another one does not count")
		})
	}
	all.Wait()
	assert.Equal(t, 1, c.Len())
	_, err = c.Compile(t.Context(), JQ, `1 +`)
	require.Error(t, err)
	assert.False(t, IsPassing(err))
	assert.Equal(t, 2, c.Len(), "what does not compile is kept")
}
