package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCommandsObeyNothingThatAModelSays: what a command prints of names and models is text, and no command to a terminal or
// to the system that runs a build.
func TestCommandsObeyNothingThatAModelSays(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "a\x1b[2J\n::error::forged##[error]")
	require.NoError(t, os.Mkdir(folder, 0o700))
	source, err := os.ReadFile("../../examples/order-placed.bpmn")
	require.NoError(t, err)
	hostile := strings.ReplaceAll(string(source), "PublishOrder", "Publish\u009b31m\u202e##vso[task.complete]Order")
	hostile = strings.Replace(hostile, `source="=awsEndpoint"`, `source="= 1 +&#10;::error::forged"`, 1)
	require.NotEqual(t, string(source), hostile)
	model := filepath.Join(folder, "m\r\u202e.bpmn")
	require.NoError(t, os.WriteFile(model, []byte(hostile), 0o600))
	for _, args := range [][]string{
		{"lint", model},
		{"lint", "--format", "sarif", model},
		{"lint", "--format", "json", model},
		{"lint", filepath.Join(folder, "none\x1b")},
		{"lint", folder},
		{"try", model},
		{"try", filepath.Join(folder, "none")},
		{"try", model, "--element", "a\x1b\n::error::forged"},
		{"try", folder},
		{"eval", "--context", filepath.Join(folder, "none"), "1"},
		{"eval", "\"a\u202e\u001b\""},
		{"eval", "1 +\n::error::forged ##vso[task.complete]"},
		{"eval", "--language", "jq", "1 +\n::error::forged ##vso[task.complete]"},
		{"x\x1b\n::error::forged##vso[task.complete]"},
		{"run", "--config", filepath.Join(folder, "none")},
	} {
		var out, err bytes.Buffer
		Run(t.Context(), args, nil, strings.NewReader(""), &out, &err)
		all := out.String() + err.String()
		require.NotEmpty(t, all, args)
		assert.NotContains(t, all, "\x1b", "%q", args)
		assert.NotContains(t, all, "\u009b", "%q", args)
		assert.NotContains(t, all, "\u202e", "%q", args)
		assert.NotContains(t, all, "\r", "%q", args)
		assert.NotContains(t, all, "##vso[", "%q", args)
		assert.NotContains(t, all, "##[", "%q", args)
		for line := range strings.Lines(all) {
			assert.False(t, strings.HasPrefix(strings.TrimSpace(line), "::"), "%q prints a command: %q", args, line)
		}
	}
}
