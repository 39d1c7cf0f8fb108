package feel_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

func TestCalls(t *testing.T) {
	t.Parallel()
	checkRules(t, `{"l": [1, 2, 3], "f": 7}`, []rule{
		{"named arguments take the place of their parameters", `substring(length: 2, start position: 2, string: "foobar")`, `"oo"`},
		{"names of no form are null", `substring(text: "foobar", start position: 2)`, `null`},
		{"so are too many arguments, and a function that is not there", `[count([1], 2), foo(1)]`, `[null, null]`},
		{"blanks in a name count", `list  contains([1], 1)`, `null`},
		{"a function of the expression wins over a built-in one", `{count: function(x) "mine", r: count([1])}.r`, `"mine"`},
		{"the name of a function alone means a variable further out", `{f: function(x) x, r: f(f)}.r`, `7`},
		{"a qualified call of nothing is an error", `c.f(1)`, ``},
		{"of which most operations make null", `[c.f(1) + 1, if c.f(1) then 1 else 2, 1 != c.f(1)]`, `[null, 2, null]`},
		{"and which a comparison hands on", `c.f(1) = 1`, ``},
		{"one list is all of the arguments", `[append([1], [2]), concatenate([1], [2]), sum([1, 2])]`, `[[1, [2]], [1, 2], 3]`},
		{"a range is no result", `get or else([1..3], 1)`, ``},
		{"a range function needs a range", `meets(1, 2)`, ``},
		{"strings are no points", `before("a", "b")`, `null`},
	})
}

func TestSyntax(t *testing.T) {
	t.Parallel()
	checkRules(t, `{"x": true, "order": 1}`, []rule{
		{"keywords need no border", `if x then1 else2`, `1`},
		{"not even against a name", `true andx`, `true`},
		{"a name that begins like a keyword is a name", `order`, `1`},
		{"an unfinished comment is an error", `1 /* x`, ``},
		{"comparisons do not chain", `1 < 2 < 3`, ``},
		{"nothing but a comment is an error", `// x`, ``},
		{"white space of Unicode separates", "1\u00a0+\u20032\ufeff", `3`},
		{"escapes are those of the official engine", `"\u0041\d\\d\n"`, `"\\u0041\\d\\d\n"`},
		{"keys are not unescaped", `{"a\t": 1}`, `{"a\\t": 1}`},
		{"a name without letters is an error", "``", ``},
	})
}

// A syntax error names the place, what stands there and what could.
func TestSyntaxError(t *testing.T) {
	t.Parallel()
	_, err := feel.Compile("{a: 1,\n b: (2 + }")
	var syntax *feel.SyntaxError
	require.ErrorAs(t, err, &syntax)
	assert.Equal(t, 2, syntax.Line())
	assert.Equal(t, 10, syntax.Column())
	assert.Contains(t, err.Error(), "line 2, column 10: found '}', expected a")
	assert.True(t, strings.HasSuffix(err.Error(), "\n b: (2 + }\n         ^"), err.Error())
	for source, hint := range map[string]string{`1 == 1`: "single =", `a && b`: "and", `'x'`: "double quotes", `1 % 2`: "modulo"} {
		_, err := feel.Compile(source)
		assert.ErrorContains(t, err, hint, source)
	}
}

// A null that comes of a mistake leaves a warning with its place and the nearest known name.
func TestWarnings(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, expression, want string
		column                 int
	}{
		{"a misspelt variable", `1 + respnse`, "there is no variable respnse (did you mean response?)", 5},
		{"a misspelt field", `response.entrys`, "there is no field entrys (did you mean entries?)", 10},
		{"a misspelt function", `upper cas("a")`, "there is no function upper cas (did you mean upper case?)", 1},
		{"a wrong type", `"a" + 1`, "+ cannot be applied to a string and a number; string(…) makes text of a value", 5},
		{"a broken pattern", `matches("a", "(")`, "a group without its )", 1},
		{"an index outside of the list", `response.entries[3]`, "there is no item 3 in a list of 1", 17},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, warnings, err := eval(t, tt.expression, `{"response": {"entries": [1]}}`)
			require.NoError(t, err)
			require.NotEmpty(t, warnings)
			assert.Contains(t, warnings[0].Text, tt.want)
			assert.Equal(t, tt.column, warnings[0].Column)
		})
	}
}

// An evaluation ends when its context does.
func TestEval_Cancelled(t *testing.T) {
	t.Parallel()
	p, err := feel.Compile(`for i in 1..1000000 return i`)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = p.Eval(ctx, feel.Context(jsonvalue.NewObject(0)))
	assert.True(t, errors.Is(err, context.Canceled), "%v", err)
}
