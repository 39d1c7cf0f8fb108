package feel_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// hosted is a library with functions of a host.
func hosted() *feel.Library {
	return feel.Standard().With("Host",
		feel.HostFunction{Name: "greet", Params: "name: string", Doc: "A greeting.", Call: func(a []feel.Value) (any, error) { return "hello " + a[0].(string), nil }},
		feel.HostFunction{Name: "greet", Params: "name: string, times: number", Strict: true, NoText: true, Call: func([]feel.Value) (any, error) {
			return map[string]any{"after": 90 * time.Second, "times": []int{1, 2}}, nil
		}},
		feel.HostFunction{Name: "broken", Call: func([]feel.Value) (any, error) { return nil, errors.New("it broke") }},
		feel.HostFunction{Name: "channel", Call: func([]feel.Value) (any, error) { return make(chan int), nil }},
		feel.HostFunction{Name: "length", Params: "text: any", NoText: true, Call: func(a []feel.Value) (any, error) { s, _ := a[0].(string); return len(s), nil }},
	)
}

func TestHostFunctions(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`greet("you")`:                          `"hello you"`,
		`greet(times: 2, name: "a")`:            `{"after":"PT1M30S","times":[1,2]}`,
		`greet(1)`:                              `null`,
		`length(greet("x")) + 1`:                `8`,
		`{greet: function(x) x, r: greet(1)}.r`: `1`,
	} {
		p, err := feel.Compile(source, feel.WithLibrary(hosted()))
		require.NoError(t, err, source)
		r, err := p.Eval(context.Background(), feel.Context(jsonvalue.NewObject(0)))
		require.NoError(t, err, source)
		assert.Equal(t, want, string(feel.AppendJSON(nil, r.Value)), source)
	}
	for source, want := range map[string]string{
		`[1, broken()]`:   "line 1, column 5: it broke",
		`channel()`:       "line 1, column 1: channel: a chan int is no value of FEEL",
		`greet("a", "b")`: "line 1, column 1: parameter 'name' of function 'greet' must be a string, but is a string",
	} {
		p, err := feel.Compile(source, feel.WithLibrary(hosted()))
		require.NoError(t, err, source)
		_, err = p.Eval(context.Background(), feel.Context(jsonvalue.NewObject(0)))
		var failed *feel.EvalError
		require.ErrorAs(t, err, &failed, source)
		if source != `greet("a", "b")` {
			assert.EqualError(t, err, want)
		}
	}
}

// A program knows the functions of its own library only.
func TestLibrariesAreApart(t *testing.T) {
	t.Parallel()
	_, warnings, err := eval(t, `greet("you")`, "")
	require.NoError(t, err)
	require.Len(t, warnings, 1)
	assert.Equal(t, feel.UnknownFunction, warnings[0].Kind)
	p, err := feel.Compile(`greets(1) + greet() + greet("a")`, feel.WithLibrary(hosted()))
	require.NoError(t, err)
	calls := p.Inspect().Calls
	assert.Equal(t, []string{"greet", "", ""}, []string{calls[0].Nearest, calls[1].Nearest, calls[2].Nearest})
	assert.Equal(t, "greet(name) or greet(name, times)", calls[1].Misfit)
	assert.Contains(t, hosted().Reference("intro"), "\n### Host\n\n#### greet\n")
	assert.NotContains(t, feel.Standard().Reference(""), "Host")
	help, known := hosted().Help("greet")
	assert.True(t, known)
	assert.Contains(t, help, "A greeting.")
}

// What a host says of a function's texts counts when texts are followed.
func TestTextsThroughHostFunctions(t *testing.T) {
	t.Parallel()
	for source, want := range map[string][]string{`length("<A>")`: nil, `broken("<A>")`: {"<A>"}} {
		p, err := feel.Compile(source, feel.WithLibrary(hosted()))
		require.NoError(t, err)
		f, err := feel.NewFlowTracker(marksIn, 100).Expression(p, func(string) *feel.Flow { return nil })
		require.NoError(t, err)
		assert.Equal(t, want, f.Marks(), source)
	}
}

func TestBadHostFunctionsPanic(t *testing.T) {
	t.Parallel()
	nothing := func([]feel.Value) (any, error) { return nil, nil } //nolint:nilnil // null
	for want, h := range map[string]feel.HostFunction{
		`feel: there is a function count already`:          {Name: "count", Call: nothing},
		`feel: the function "" needs a name and its code`:  {Call: nothing},
		`feel: the function "a" needs a name and its code`: {Name: "a"},
		`feel: parameter "b" of a has the type "c", expected one of any, string, number, boolean, context, list, date, time, date and time, days and time duration, years and months duration, function`: {Name: "a", Params: "b: c", Call: nothing},
	} {
		assert.PanicsWithValue(t, want, func() { feel.Standard().With("x", h) })
	}
}
