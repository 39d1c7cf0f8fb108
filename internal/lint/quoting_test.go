package lint_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/lint"
)

// TestReportsObeyNothingThatAModelSays: names of files, ids and texts of models reach no terminal, and no system that runs a
// build, as anything but text.
func TestReportsObeyNothingThatAModelSays(t *testing.T) {
	t.Parallel()
	const hostile = "a\x1b[2J\r\n::error file=x::forged\u0085\u009b31m\u202e\u2066\u2028z"
	files := []lint.File{
		{Name: hostile, Findings: []lint.Finding{{Rule: "r", Severity: lint.Error, Pos: bpmn.Pos{Line: 1, Column: 1}, Task: hostile, Field: hostile, Message: hostile, Excerpt: "= 1 +\n::error::forged \x1b\n  ^"}}},
		{Name: hostile, Unreadable: errors.New(hostile)},
	}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"text":  func(b *bytes.Buffer) error { return lint.WriteText(b, files) },
		"json":  func(b *bytes.Buffer) error { return lint.WriteJSON(b, files) },
		"sarif": func(b *bytes.Buffer) error { return lint.WriteSARIF(b, "v", files) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			require.NoError(t, write(&out))
			for _, c := range out.String() {
				assert.False(t, c != '\n' && c < ' ' || c >= 0x7f && c < 0xa0 || strings.ContainsRune("\u202e\u2066\u2028", c), "%q in %q", c, out.String())
			}
			for line := range strings.Lines(out.String()) {
				assert.False(t, strings.HasPrefix(strings.TrimSpace(line), "::"), "a command: %q", line)
			}
			if name == "text" {
				return
			}
			var read any
			require.NoError(t, json.Unmarshal(out.Bytes(), &read))
			said, _ := json.Marshal(read)
			if name == "sarif" {
				assert.NotContains(t, string(said), "\u202e", "what a viewer shows of it is quoted as well")
				assert.Contains(t, string(said), `"uri":"./a%1B%5B2J%0D%0A::error%20file=x::forged`)
			} else {
				assert.Contains(t, string(said), "\u202e", "what a program reads is the text itself")
			}
		})
	}
}
