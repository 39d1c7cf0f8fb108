package feel_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// folded is a context whose last entry, z, works on j: a list that takes up little memory, and has ten thousand million
// texts in it.
func folded(z string) string {
	var b strings.Builder
	b.WriteString(`{a: "xxxxxxxxxx"`)
	for c := 'b'; c <= 'k'; c++ {
		inner := string(c - 1)
		if c == 'k' {
			inner = "i"
		}
		b.WriteString(", " + string(c) + ": [" + strings.Repeat(inner+", ", 9) + inner + "]")
	}
	return b.String() + ", z: " + z + "}.z"
}

// Whatever would take too long or too much memory ends with a budget's error.
func TestBudgetsEndWhatIsTooMuch(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, expression string }{
		{"an endless loop", `for i in 1..10000000000 return i`},
		{"nested loops", `for a in 1..10000, b in 1..10000 return a`},
		{"an endless test", `every i in 1..10000000000 satisfies i > 0`},
		{"a text that doubles", `string join(for i in 1..100000 return string join(for j in 1..1000 return "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"))`},
		{"a text that is put together again and again", `{f: function(s, n) if n = 0 then s else f(s + s, n - 1), r: {g: function(s) s + s + s + s + s + s + s + s, a: g("xxxxxxxxxxxxxxxx"), b: g(a), c: g(b), d: g(c), e: g(d), h: g(e), i: g(h), j: g(i), k: g(j)}}.r.k`},
		{"a catastrophic regular expression", `matches("` + strings.Repeat("a", 60) + `b", "^(?=(a+)+$)(a|aa)+$")`},
		{"a pattern that looks back", `matches("` + strings.Repeat("a", 60) + `b", "(a|aa)+\1$")`},
		{"a result that is a folded list", folded(`j`)},
		{"a folded list as text", folded(`string(j)`)},
		{"a folded list as JSON", folded(`to json(j)`)},
		{"folded lists that are equal", folded(`j = k`)},
		{"folded lists in a list", folded(`list contains([j], k)`)},
		{"folded lists that are made distinct", folded(`distinct values([j, k])`)},
		{"a folded list that is flattened", folded(`flatten(j)`)},
		{"the least of folded lists", folded(`min([j, k])`)},
		{"the order of folded lists", folded(`j < k`)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := feel.Compile(tt.expression)
			require.NoError(t, err)
			r, err := p.Eval(context.Background(), feel.Context(jsonvalue.NewObject(0)))
			require.Error(t, err, "got %v, warnings %v", r.Value, r.Warnings)
			assert.True(t, feel.IsBudget(err), err)
			assert.ErrorContains(t, err, "more than")
		})
	}
}

// Sources that are too long or too deep are refused before anything is made of them.
func TestBudgetsOfSources(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, source string }{
		{"100,000 brackets", strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)},
		{"30,000 brackets", strings.Repeat("[", 30_000) + strings.Repeat("]", 30_000)},
		{"brackets that are not closed", strings.Repeat("(", 60_000)},
		{"a long source", strings.Repeat("1 + ", 20_000) + "1"},
		{"conditions within conditions", strings.Repeat("if true then ", 4_000)},
		{"functions within functions", strings.Repeat("function(a) ", 5_000) + "1"},
		{"contexts within contexts", strings.Repeat("{a:", 20_000)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := feel.Compile(tt.source)
			require.Error(t, err)
			assert.True(t, feel.IsBudget(err), err)
		})
	}
}

// Numbers of any size are a value or a clear error.
func TestHugeNumbers(t *testing.T) {
	t.Parallel()
	digits := strings.Repeat("1234567890", 1000)
	scope, err := jsonvalue.ParseString(`{"long": ` + digits + `, "beyond": 1e999999999, "tiny": 1e-999999999}`)
	require.NoError(t, err)
	for _, expression := range []string{
		digits, digits + " * " + digits, digits + " / 7", "long", "long + 1", "long * long", "long / 3", "string(long)", "sqrt(long)",
		"beyond", "beyond + 1", "tiny * tiny", "1e999999999", "10 ** 999999999", "0.1 ** 999999", "decimal(long, 6000)", "round half up(long, -9999)",
		"long ** 100", "exp(long)", "modulo(long, 7)", "long = beyond", "for i in long..(long + 3) return i", "product([long, long, long])",
	} {
		t.Run(expression[:min(len(expression), 40)], func(t *testing.T) {
			t.Parallel()
			p, err := feel.Compile(expression)
			if err != nil {
				var syntax *feel.SyntaxError
				require.ErrorAs(t, err, &syntax)
				return
			}
			r, err := p.Eval(context.Background(), feel.Context(scope.(*jsonvalue.Object)))
			if err == nil {
				assert.NotEmpty(t, feel.AppendJSON(nil, r.Value))
				return
			}
			var failed *feel.EvalError
			if !feel.IsBudget(err) {
				require.ErrorAs(t, err, &failed)
			}
		})
	}
}

// A context of 10 MB, of 1,000 levels, with equal keys or with half a surrogate pair is a context like any other.
func TestUnusualContexts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, context, expression, want string }{
		{"10 MB", `{"a": "` + strings.Repeat("x", 10<<20) + `", "b": 1}`, `[string length(a), b]`, `[10485760,1]`},
		{"a list of 10 MB", `{"a": [` + strings.Repeat("1,", 5<<20) + `1]}`, `count(a)`, `5242881`},
		{"1,000 levels", `{"a": ` + strings.Repeat(`[`, 990) + strings.Repeat(`]`, 990) + `}`, `count(a)`, `1`},
		{"1,000 levels, flattened", `{"a": ` + strings.Repeat(`[`, 990) + `1` + strings.Repeat(`]`, 990) + `}`, `flatten(a)`, `[1]`},
		{"equal keys", `{"a": 1, "b": 2, "a": 3}`, `a + b`, `5`},
		{"half a pair", `{"a": "x\ud83dy"}`, `string length(a)`, `3`},
		{"half a pair, cut out", `{"a": "x\ud83dy"}`, `substring(a, 2, 1)`, `"\ud83d"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			scope, err := jsonvalue.ParseString(tt.context)
			require.NoError(t, err)
			p, err := feel.Compile(tt.expression)
			require.NoError(t, err)
			r, err := p.Eval(context.Background(), feel.Context(scope.(*jsonvalue.Object)))
			require.NoError(t, err)
			assert.Equal(t, tt.want, string(feel.AppendJSON(nil, r.Value)))
		})
	}
}
