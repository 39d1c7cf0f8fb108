package feel_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// engineCase is an expression with the answer that the official engine gave.
type engineCase struct {
	Expression string          `json:"expression"`
	Context    json.RawMessage `json:"context"`
	Result     json.RawMessage `json:"result"`
	Error      bool            `json:"error"`
}

// Every recorded expression gives what the official engine gives: integers exactly, other numbers as doubles, objects in
// any order of keys, an error where it gives an error.
func TestEngine(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/engine/*.jsonl")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".jsonl"), func(t *testing.T) {
			t.Parallel()
			scope := "{}"
			shared, err := os.ReadFile(strings.TrimSuffix(file, ".jsonl") + ".context.json")
			if !errors.Is(err, fs.ErrNotExist) {
				require.NoError(t, err)
				scope = string(shared)
			}
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			lines := bufio.NewScanner(bytes.NewReader(data))
			lines.Buffer(nil, 1<<20)
			for n := 1; lines.Scan(); n++ {
				var c engineCase
				require.NoError(t, json.Unmarshal(lines.Bytes(), &c), "line %d", n)
				checkEngineCase(t, c, scope)
			}
			require.NoError(t, lines.Err())
		})
	}
}

func checkEngineCase(t *testing.T, c engineCase, scope string) {
	t.Helper()
	if c.Context != nil {
		scope = string(c.Context)
	}
	got, err := evalAtWork(t, c.Expression, scope)
	switch {
	case c.Error:
		assert.Error(t, err, "%s gave %s", c.Expression, got)
	case assert.NoError(t, err, c.Expression):
		assert.True(t, sameJSON(decode(t, string(c.Result)), decode(t, got)), "%s with %s\ngot  %s\nwant %s", c.Expression, c.Context, got, c.Result)
	}
}

// evalAtWork evaluates with a clock that goes on between two readings, as that of a host does.
func evalAtWork(t *testing.T, expression, scope string) (string, error) {
	t.Helper()
	now := time.Date(2026, 11, 29, 12, 30, 15, 250_000_000, time.FixedZone("Etc/UTC", 0))
	p, err := feel.Compile(expression, feel.WithClock(func() time.Time {
		now = now.Add(time.Microsecond)
		return now
	}))
	if err != nil {
		return "", err
	}
	v, err := jsonvalue.ParseString(scope)
	require.NoError(t, err)
	result, err := p.Eval(t.Context(), feel.Context(v.(*jsonvalue.Object)))
	return string(feel.AppendJSON(nil, result.Value)), err
}

func decode(t *testing.T, text string) any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	require.NoError(t, d.Decode(&v), text)
	return v
}

func sameJSON(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		b, ok := b.(json.Number)
		return ok && sameNumber(a.String(), b.String())
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !sameJSON(a[i], b[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for k := range a {
			other, ok := b[k]
			if !ok || !sameJSON(a[k], other) {
				return false
			}
		}
		return true
	}
	return a == b
}

// sameNumber compares integers by their digits and all others as doubles.
func sameNumber(a, b string) bool {
	if !strings.ContainsAny(a, ".eE") && !strings.ContainsAny(b, ".eE") {
		return a == b
	}
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return err1 == nil && err2 == nil && x == y
}
