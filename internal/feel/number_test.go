package feel_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rule is one rule of the language, shown by an expression and what it gives as JSON; an empty want is an error.
type rule struct{ name, expression, want string }

func checkRules(t *testing.T, scope string, rules []rule) {
	t.Helper()
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			got, _, err := eval(t, r.expression, scope)
			if r.want == "" {
				require.Error(t, err, "%s gave %s", r.expression, got)
				return
			}
			require.NoError(t, err, r.expression)
			assert.True(t, sameJSON(decode(t, r.want), decode(t, got)), "%s\ngot  %s\nwant %s", r.expression, got, r.want)
		})
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	checkRules(t, `{"whole": 12345678901234567890, "fraction": 0.1, "big": 1e21, "small": 4.9e-324, "beyond": 1e400}`, []rule{
		{"decimals are exact where doubles are not", `0.1 + 0.2 = 0.3`, `true`},
		{"a quotient has 34 digits, so thirds do not add up", `1/3 + 1/3 + 1/3 = 1`, `false`},
		{"rounding is half to even", `string(10000000000000000000000000000000005 / 10)`, `"1000000000000000000000000000000000.5"`},
		{"a left operand of more digits keeps them", `123456789012345678901234567890123456789 - 123456789012345678901234567890123456788`, `1`},
		{"text keeps the scale of a sum", `string(1.10 + 2.20)`, `"3.30"`},
		{"text adds the scales of a product", `string(5.0 * 2.00)`, `"10.000"`},
		{"text is scientific for a positive exponent", `string(decimal(1234.5678, -2))`, `"1.2E+3"`},
		{"text is scientific below a millionth", `string(0.0000001)`, `"1E-7"`},
		{"a whole result within 64 bits is an integer", `[1.0, 100 * 1.1, 6.0 / 2, 9223372036854775807]`, `[1, 110, 3, 9223372036854775807]`},
		{"any other is a double", `9223372036854775808`, `9.223372036854775807E18`},
		{"beyond a double is a text", `2 ** 10000`, `"Infinity"`},
		{"whole numbers of the input are exact", `string(whole)`, `"12345678901234567890"`},
		{"fractions of the input are doubles with Java's text", `[string(fraction), string(big), string(small)]`, `["0.1", "1.0E+21", "4.9E-324"]`},
		{"a number of the input beyond a double is null", `[beyond = null, string([beyond])]`, `[true, "[null]"]`},
		{"a minus belongs to the digits behind it", `[-2 ** 2, --1]`, `[4, 1]`},
		{"powers go from left to right", `2 ** 3 ** 2`, `64`},
		{"division by zero is null", `1 / 0`, `null`},
		{"modulo by zero is an error", `modulo(1, 0)`, ``},
		{"modulo has the sign of the divisor", `[modulo(-12, 5), modulo(12, -5), modulo(13, 0.10)]`, `[3, -3, 0]`},
		{"zero has no negative power", `0 ** -1`, ``},
		{"a root of a negative number is null, its power an error", `sqrt(-1)`, `null`},
		{"a power that is no number is an error", `(-8) ** 0.5`, ``},
		{"functions on doubles are right to the last digit", `[exp(51), log(0.10), 24 ** -0.5]`, `[1.4093490824269389E22, -2.3025850929940455, 0.2041241452319315]`},
		{"a number of the arguments is cut to 32 bits", `substring("abc", 4294967298)`, `"bc"`},
		{"an index counts from the end by what is left of it", `[[1,2,3][1.9], [1,2,3][-1.5], [1,2,3][0]]`, `[1, 2, null]`},
		{"a scale that would fill the memory is an error", `decimal(1, 99999999)`, ``},
		{"a power that would take for ever is an error", `9 ** 99999999`, ``},
		{"numbers far apart are added in no time", `number("1e999999") + 1 > 0`, `true`},
		{"numbers far apart are compared in no time", `number("1e999999") > number("1e-999999")`, `true`},
		{"digits of other scripts count", `number("１２")`, `12`},
		{"an exponent beyond all bounds is no number", `number("1e999999999")`, `null`},
	})
}

func TestAggregates(t *testing.T) {
	t.Parallel()
	checkRules(t, `{}`, []rule{
		{"nothing has no sum, least or mean", `[sum([]), min([]), mean([]), median([]), stddev([])]`, `[null, null, null, null, null]`},
		{"but an empty mode", `mode([])`, `[]`},
		{"one null makes all null", `[sum([1, null]), max(1, null), product(2, null)]`, `[null, null, null]`},
		{"arguments count as a list", `[sum(1, 2, 3), max("a", "b"), min(@"P1D", @"PT1H")]`, `[6, "b", "PT1H"]`},
		{"types do not mix", `min(1, "a")`, `null`},
		{"lists have no order, which is an error", `min([1, 2], [3])`, ``},
		{"the middle of an even number is a mean", `median([1, 2, 3, 4])`, `2.5`},
		{"the deviation of one number is an error", `stddev([1])`, ``},
		{"every number that is most frequent", `mode([1, 9, 1, 9, 3])`, `[1, 9]`},
		{"all and any are and and or", `[all([true, null]), any([true, null]), and(true, false), or([])]`, `[null, true, false, false]`},
	})
}
