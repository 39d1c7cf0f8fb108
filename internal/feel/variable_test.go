package feel_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// The forms in which the broker keeps values. test/mappings holds many more against the real engine.
func TestToVariable(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`2**64 + 5`:                     `5`,
		`-(2**63) - 1`:                  `9223372036854775807`,
		`1.50`:                          `1.5`,
		`1.0`:                           `1`,
		`duration("P400D")`:             `"P400D"`,
		`duration("PT1.5S")`:            `"PT1S"`,
		`duration("-P18M")`:             `"-P1Y6M"`,
		`time("10:30:00")`:              `"10:30"`,
		`time("10:30:00@Europe/Paris")`: `"10:30:00@Europe/Paris"`,
		`date and time("2026-07-01T10:30:00@Europe/Paris")`: `"2026-07-01T10:30:00+02:00[Europe/Paris]"`,
		`date and time("2026-07-01T10:30:00")`:              `"2026-07-01T10:30:00"`,
		`date("12026-01-01")`:                               `"+12026-01-01"`,
		`{f: function(x) x, a: [function(x) x, 1]}`:         `{"a":[null,1]}`,
		`[v, v.n, {o: v}]`:                                  `[{"n":1.0},1,{"o":{"n":1.0}}]`,
	} {
		variable := jsonvalue.ObjectOf(jsonvalue.Member{Key: "n", Value: jsonvalue.Number("1.0")})
		p, err := feel.Compile(source)
		require.NoError(t, err, source)
		r, err := p.Eval(t.Context(), feel.Context(jsonvalue.ObjectOf(jsonvalue.Member{Key: "v", Value: variable})))
		require.NoError(t, err, source)
		made := feel.ToVariable(r.Value, func(o *jsonvalue.Object) bool { return o == variable }, nil)
		assert.Equal(t, want, string(jsonvalue.Append(nil, made)), source)
	}
}

func TestAHostFunctionThatDoesNotTakeItsArgumentsGivesNull(t *testing.T) {
	t.Parallel()
	picky := feel.Standard().With("Host", feel.HostFunction{Name: "picky", Params: "a: any", Call: func([]feel.Value) (any, error) {
		return nil, &feel.ArgumentError{Text: "not this"}
	}})
	p, err := feel.Compile("[picky(1)]", feel.WithLibrary(picky))
	require.NoError(t, err)
	r, err := p.Eval(t.Context(), feel.Context(jsonvalue.NewObject(0)))
	require.NoError(t, err)
	assert.Equal(t, "[null]", string(feel.AppendJSON(nil, r.Value)))
	require.Len(t, r.Warnings, 1)
	assert.Equal(t, "line 1, column 2: not this", r.Warnings[0].String())
	assert.Equal(t, feel.WrongType, r.Warnings[0].Kind)
}
