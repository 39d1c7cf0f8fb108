package feel_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

func TestWarningsAreData(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]feel.Warning{
		`nul or a.entrys`:               {Kind: feel.UnknownVariable, Name: "nul", Pos: 0, Line: 1, Column: 1, Text: "there is no variable nul (there are: a)"},
		"\n  a.entrys":                  {Kind: feel.UnknownField, Name: "entrys", Nearest: "entries", Pos: 5, Line: 2, Column: 5, Text: "there is no field entrys (did you mean entries?)"},
		`"é" = get value(a, "other x")`: {Kind: feel.UnknownField, Name: "other x", Pos: 7, Line: 1, Column: 7, Text: "there is no field other x (there are: entries)"},
		`cout([])`:                      {Kind: feel.UnknownFunction, Name: "cout", Nearest: "count", Line: 1, Column: 1, Text: "there is no function cout (did you mean count?)"},
		`count()`:                       {Kind: feel.WrongArguments, Operation: "count", Line: 1, Column: 1, Text: "0 arguments do not fit: the function is count(list)"},
		`abs("a")`:                      {Kind: feel.WrongType, Operation: "abs", Line: 1, Column: 1, Text: "abs needs a number or a duration, but got a string"},
		`-"a"`:                          {Kind: feel.WrongType, Operation: "-", Line: 1, Column: 1, Text: "- cannot be put before a string"},
		`number("a")`:                   {Kind: feel.InvalidText, Operation: "number", Line: 1, Column: 1, Text: `"a" is no number`},
		`[1][2]`:                        {Kind: feel.OutOfRange, Operation: "[…]", Pos: 3, Line: 1, Column: 4, Text: "there is no item 2 in a list of 1"},
		`mean([])`:                      {Kind: feel.EmptyList, Operation: "mean", Line: 1, Column: 1, Text: "the list is empty"},
		`1 / 0`:                         {Kind: feel.DivisionByZero, Operation: "/", Pos: 2, Line: 1, Column: 3, Text: "division by zero"},
	} {
		_, warnings, err := eval(t, source, `{"a": {"entries": 1}}`)
		if assert.NoError(t, err, source) && assert.NotEmpty(t, warnings, source) {
			assert.Equal(t, want, warnings[0], source)
		}
	}
	_, warnings, err := eval(t, "[\n 1 / 0]", `{}`)
	require.NoError(t, err)
	require.Len(t, warnings, 1)
	assert.Equal(t, "line 2, column 4: division by zero", warnings[0].String())
}
