package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const page = "| package | what it is | may import |\n| --- | --- | --- |\n" +
	"| `internal/cli` | commands | all below |\n| `internal/job` | words | jsonvalue |\n| `internal/jsonvalue` | JSON | – |\n"

func TestRulesFollowTheTable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	table, configuration := filepath.Join(dir, "page.md"), filepath.Join(dir, "lint.yml")
	require.NoError(t, os.WriteFile(table, []byte(page), 0o600))
	require.NoError(t, os.WriteFile(configuration, []byte("a\n"+begin+"old\n"+end+"b\n"), 0o600))
	require.NoError(t, run([]string{table, configuration}))
	text, err := os.ReadFile(configuration)
	require.NoError(t, err)
	assert.Equal(t, "a\n"+begin+`        job:
          files: ["**/internal/job/**", "!$test"]
          list-mode: lax
          allow:
            - `+module+`/job
            - `+module+`/jsonvalue
          deny:
            - pkg: `+module+`
              desc: "imports of this module: jsonvalue; see docs/architecture.md"
        jsonvalue:
          files: ["**/internal/jsonvalue/**", "!$test"]
          list-mode: lax
          allow:
            - `+module+`/jsonvalue
          deny:
            - pkg: `+module+`
              desc: "imports of this module: none; see docs/architecture.md"
`+end+"b\n", string(text))
}

func TestAPackageThatIsNotInTheTableIsNoImport(t *testing.T) {
	t.Parallel()
	_, err := read("| `internal/job` | words | nothing |\n")
	assert.EqualError(t, err, `job may import "nothing": expected a package of the table`)
	_, err = read("no table")
	assert.Error(t, err)
}
