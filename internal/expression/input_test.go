package expression

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression/jq"
)

func inputOf(text string) *Scope { return &Scope{Input: func() []byte { return []byte(text) }} }

// TestInput: an expression sees the job's variable input as it came.
func TestInput(t *testing.T) {
	t.Parallel()
	const text = ` {"b": 12345678901234567890, "a": [1.5, {}, [], null, true, "\u0041\n\ud800x"], "a2": {"k": 1, "k": 2}} `
	for _, tt := range []struct {
		language     Language
		source, want string
	}{
		{JQ, `$input | {b, k: .a2.k, n: (.a | length), a: .a[:5]}`, `{"a":[1.5,{},[],null,true],"b":12345678901234567890,"k":2,"n":6}`},
		{JQ, `{$input} | .input.a[5][:2]`, `"A\n"`},
		{JQ, `[$response, $error, .]`, `[null,null,null]`},
		{FEEL, `={b: string(input.b), k: input.a2.k, n: count(input.a), s: substring(input.a[6], 1, 2)}`, `{"b":"12345678901234567890","k":2,"n":6,"s":"A\n"}`},
	} {
		got, warnings := eval(t, tt.language, tt.source, inputOf(text))
		assert.Equal(t, tt.want, got, tt.source)
		assert.Empty(t, warnings, tt.source)
	}
	for language, source := range map[Language]string{JQ: `$input`, FEEL: `input`} {
		got, _ := eval(t, language, source, &Scope{Input: func() []byte { return nil }})
		assert.Equal(t, "null", got, "there is no such variable")
		_, warnings := eval(t, language, `1`, &Scope{Input: func() []byte { t.Error("it is not named"); return nil }})
		assert.Empty(t, warnings)
	}
}

// TestInputIsReadOnce, also by an expression that names it in each round of a loop.
func TestInputIsReadOnce(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`for i in 1..100 return input.a`:              `[` + strings.Repeat("7,", 99) + `7]`,
		`every i in input.list satisfies input.a > i`: `true`,
		`[input.a, input.b]`:                          `[7,null]`,
	} {
		reads := 0
		got, _ := eval(t, FEEL, source, &Scope{Input: func() []byte {
			reads++
			return []byte(`{"a":7,"list":[1,2,3]}`)
		}})
		assert.Equal(t, want, got, source)
		assert.Equal(t, 1, reads, source)
	}
}

// TestJQSeesTheResponseByBothNames: what is sent to the child once more is what an expression names.
func TestJQSeesTheResponseByBothNames(t *testing.T) {
	t.Parallel()
	s := &Scope{Response: parsed(t, `{"a":1.10}`)}
	for source, want := range map[string]string{`.a`: "1.1", `$response.a`: "1.1", `[., $response]`: `[{"a":1.1},{"a":1.1}]`, `"\($response)"`: `"{\"a\":1.1}"`, `{$response}`: `{"response":{"a":1.1}}`} {
		got, _ := eval(t, JQ, source, s)
		assert.Equal(t, want, got, source)
	}
}

// TestFEELNamesTheLimitOfInput: an input of many values takes many times its size. One that an expression does not name, and
// one that is text, does not.
func TestFEELNamesTheLimitOfInput(t *testing.T) {
	t.Parallel()
	list := `{"pad":[` + strings.Repeat(`{"a":1},`, 499_999) + `{"a":1}]}`
	p, err := Compile(t.Context(), FEEL, `={n: count(input.pad)}`)
	require.NoError(t, err)
	_, err = p.Eval(t.Context(), inputOf(list))
	var tooLarge *InputError
	require.ErrorAs(t, err, &tooLarge)
	assert.Equal(t, len(list), tooLarge.Size)
	assert.EqualError(t, err, "Failed to evaluate expression '={n: count(input.pad)}' (feel). Reason: the variable input is 4000009 bytes of JSON that would take 80 MiB of memory, "+
		"more than the 24 MiB that an expression may see: map what the expression needs, or keep large lists out of input")
	assert.False(t, IsPassing(err))
	got, _ := eval(t, FEEL, `={n: 1}`, inputOf(list))
	assert.Equal(t, `{"n":1}`, got, "it is not named")
	got, _ = eval(t, FEEL, `={n: string length(input.pad)}`, inputOf(`{"pad":"`+strings.Repeat("x", 4_000_000)+`"}`))
	assert.Equal(t, `{"n":4000000}`, got)
}

// TestJQNamesWhatItSees: an expression that needs its memory for what it sees is told so.
func TestJQNamesWhatItSees(t *testing.T) {
	t.Parallel()
	list := `[` + strings.Repeat(`{"a":1},`, 499_999) + `{"a":1}]`
	p, err := Compile(t.Context(), JQ, `{n: ($input | length)}`)
	require.NoError(t, err)
	_, err = p.Eval(t.Context(), inputOf(list))
	require.ErrorIs(t, err, jq.ErrMemory)
	assert.ErrorContains(t, err, "used more than 64 MiB of memory: let it build smaller values. It sees 4000023 bytes of JSON that take 80 MiB or more as values: keep large lists out of what it names")
	got, _ := eval(t, JQ, `{n: 1}`, inputOf(list))
	assert.Equal(t, `{"n":1}`, got, "it is not named")
}
