package expression

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// TestErrorExpressionsGiveWhatTheOfficialEngineGives evaluates the recorded expressions that call the connector's functions.
func TestErrorExpressionsGiveWhatTheOfficialEngineGives(t *testing.T) {
	t.Parallel()
	shared, err := os.ReadFile("testdata/engine/error-expressions.context.json")
	require.NoError(t, err)
	data, err := os.ReadFile("testdata/engine/error-expressions.jsonl")
	require.NoError(t, err)
	lines := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
	require.Greater(t, len(lines), 400)
	for n, line := range lines {
		var c struct {
			Expression      string
			Context, Result json.RawMessage
			Error           bool
		}
		require.NoError(t, json.Unmarshal(line, &c), "line %d", n+1)
		if c.Context == nil {
			c.Context = shared
		}
		got, err := evaluated(t, c.Expression, string(c.Context))
		if c.Error {
			assert.Error(t, err, "%s gave %s", c.Expression, got)
		} else if assert.NoError(t, err, c.Expression) {
			assert.JSONEq(t, string(c.Result), got, c.Expression)
		}
	}
}

// evaluated is the result of a FEEL expression as JSON.
func evaluated(t *testing.T, source, variables string) (string, error) {
	t.Helper()
	p, err := CompileFEEL(source)
	if err != nil {
		return "", err
	}
	r, err := p.Eval(t.Context(), feel.Context(parsed(t, variables).(*jsonvalue.Object)))
	return string(feel.AppendJSON(nil, r.Value)), err
}
