package feel_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// What people bring along from other languages is told of in FEEL's own words.
func TestHints(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`a == b`:              "FEEL compares with a single =",
		`a && b`:              "FEEL writes: and",
		`a || b`:              "FEEL writes: or between conditions, + between texts",
		`!a`:                  "FEEL writes: not(…) or !=",
		`{a: 'x'}`:            `FEEL writes strings in double quotes: "…"`,
		`a % 2`:               "FEEL writes: modulo(a, b)",
		`a <> b`:              "FEEL writes: !=",
		`{"a": 1, "b": 2,}`:   "a comma too many stands before it",
		`[1, 2, ]`:            "a comma too many stands before the ]",
		`max(1, 2,)`:          "a comma too many stands before it",
		`{{secrets.KEY}}`:     "{{secrets.NAME}} is a text, without = before it",
		`${order.id}`:         "FEEL needs no ${…} or #{…} around an expression",
		`#{order.id}`:         "FEEL needs no ${…} or #{…} around an expression",
		`a ? 1 : 2`:           "FEEL writes: if a then b else c",
		`if a then 1`:         "an if always has an else, such as: else null",
		`{a: if b then {c: 1`: "",
		`{a: 1`:               "",
		`f(`:                  "",
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			_, err := feel.Compile(source)
			var e *feel.SyntaxError
			require.ErrorAs(t, err, &e)
			assert.Equal(t, want, e.Hint, "%s", err)
		})
	}
}
