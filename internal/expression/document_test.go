package expression

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// A document that a result would store is an error; data that look like one are not.
func TestDocumentsInResults(t *testing.T) {
	t.Parallel()
	scope := &Scope{Fields: parsed(t, `{"data": {"connectorResultFunction": "createDocument:x", "value": 1}}`).(*jsonvalue.Object)}
	for source, want := range map[string]string{
		`{v: createDocument("x").value}`:           `{"v":"x"}`,
		`{v: data, c: "createDocument"}`:           `{"v":{"connectorResultFunction":"createDocument:x","value":1},"c":"createDocument"}`,
		`{v: createDocument("x")}`:                 "",
		`{v: [1, {w: createDocument("x")}]}`:       "",
		`bpmnError("A", "b", createDocument("x"))`: "",
	} {
		p, err := Compile(t.Context(), FEEL, source)
		require.NoError(t, err)
		r, err := p.Eval(t.Context(), scope)
		if want == "" {
			assert.ErrorContains(t, err, "this connector stores none", source)
		} else if assert.NoError(t, err, source) {
			assert.JSONEq(t, want, string(jsonvalue.Append(nil, r.Value)), source)
		}
	}
}
