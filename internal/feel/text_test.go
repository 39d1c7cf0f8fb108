package feel_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A text goes from function to function and into a sum without becoming a value on its way; nothing else may show that.
func TestTextsBetweenFunctions(t *testing.T) {
	t.Parallel()
	checkRules(t, `{"s": "foo-bar-baz", "n": 7}`, []rule{
		{"a text goes through functions into a sum", `upper case(substring before(substring after(s, "-"), "-")) + "!"`, `"BAR!"`},
		{"a number on the way is no text", `upper case(replace(n, "7", "8"))`, `null`},
		{"nor is null", `"a" + upper case(null) + "b"`, `null`},
		{"what stands for an error is null", `upper case(c.f(1))`, `null`},
		{"in a sum as well", `"a" + upper case(c.f(1))`, `null`},
		{"a broken pattern is null", `upper case(replace("abc", "(", "x"))`, `null`},
		{"an error ends it all", `"a" + substring("foobar", 9)`, ``},
		{"numbers go before texts", `"" + string(1 + 2) + upper case("a")`, `"3A"`},
		{"texts before a number are no sum with it", `"x" + 1 + upper case("a")`, `null`},
		{"positions are cut", `substring("abc", 1.9) + substring("abc", number("2"))`, `"abcbc"`},
		{"a range is an argument", `upper case([1..2])`, `null`},
		{"a function of the expression wins", `{upper case: function(x) "mine", r: upper case("a") + "!"}.r`, `"mine!"`},
		{"names of parameters", `upper case(string: replace(replacement: "x", input: "abc", pattern: "b"))`, `"AXC"`},
		{"in loops and filters", `for i in ["a", "b"][upper case(item) = "B"] return upper case(i) + i + "-"`, `["Bb-"]`},
		{"a sum that a list takes back leaves nothing behind", `"q" + get or else(string join(["x" + "y" + ?]), "z") + "c"`, `"qzc"`},
	})
}

func TestTextsBetweenFunctionsAreWarnedOf(t *testing.T) {
	t.Parallel()
	_, warnings, err := eval(t, `"a" + upper case(replace(n, "7", "8"))`, `{"n": 7}`)
	require.NoError(t, err)
	require.Len(t, warnings, 2)
	assert.Contains(t, warnings[0].Text, "parameter 'input' of replace must be a string, but is a number")
	assert.Contains(t, warnings[1].Text, "parameter 'string' of upper case must be a string, but is null")
}
