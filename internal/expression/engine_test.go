package expression

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Every recorded expression that calls one of the connector's functions gives what Camunda's runtime gives.
func TestEngine(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/engine/*.jsonl")
	require.NoError(t, err)
	require.Len(t, files, 3)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".jsonl"), func(t *testing.T) {
			t.Parallel()
			shared, err := os.ReadFile(strings.TrimSuffix(file, ".jsonl") + ".context.json")
			if errors.Is(err, fs.ErrNotExist) {
				shared, err = []byte("{}"), nil
			}
			require.NoError(t, err)
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			lines := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
			require.Greater(t, len(lines), 40)
			for n, line := range lines {
				checkEngineCase(t, n+1, line, shared)
			}
		})
	}
}

func checkEngineCase(t *testing.T, n int, line, shared []byte) {
	t.Helper()
	var c struct {
		Expression      string
		Context, Result json.RawMessage
		Error           bool
	}
	require.NoError(t, json.Unmarshal(line, &c), "line %d", n)
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
