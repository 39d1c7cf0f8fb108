package feel_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// eval evaluates an expression on a JSON object and returns the result as JSON.
func eval(t *testing.T, expression, scope string) (string, []feel.Warning, error) {
	t.Helper()
	p, err := feel.Compile(expression)
	if err != nil {
		return "", nil, err
	}
	if scope == "" {
		scope = "{}"
	}
	v, err := jsonvalue.ParseString(scope)
	require.NoError(t, err)
	result, err := p.Eval(context.Background(), feel.Context(v.(*jsonvalue.Object)))
	return string(feel.AppendJSON(nil, result.Value)), result.Warnings, err
}

// Every built-in function gives what its documentation says.
func TestBuiltins_Examples(t *testing.T) {
	t.Parallel()
	for _, f := range feel.Standard().Functions() {
		for _, form := range f.Forms {
			t.Run(form.Signature, func(t *testing.T) {
				t.Parallel()
				got, warnings, err := eval(t, form.Example, "")
				require.NoError(t, err, form.Example)
				require.True(t, json.Valid([]byte(form.Gives)), "%s is no JSON", form.Gives)
				assert.JSONEq(t, form.Gives, got, form.Example)
				assert.Empty(t, warnings, form.Example)
				assert.NotEmpty(t, form.Doc)
			})
		}
	}
}
