package cli

import (
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//go:generate go test -run TestTheCommandsReferenceIsUpToDate -update .

var update = flag.Bool("update", false, "write the derived files anew")

func TestTheCommandsReferenceIsUpToDate(t *testing.T) {
	t.Parallel()
	const path = root + "docs/cli.md"
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(Reference()), 0o644))
	}
	have, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, Reference(), string(have), "run make generate")
}

func TestEveryCommandIsWhole(t *testing.T) {
	t.Parallel()
	for _, c := range commands() {
		assert.NotEmpty(t, c.summary, c.name)
		assert.NotEmpty(t, c.doc, c.name)
		assert.NotEmpty(t, c.examples, c.name)
		codes := map[int]bool{}
		for _, e := range c.exitCodes() {
			assert.False(t, codes[e.code], "%s says twice what exit code %d means", c.name, e.code)
			codes[e.code] = true
		}
		for _, f := range c.flags {
			assert.Regexp(t, `\.$`, f.Doc, "%s --%s", c.name, f.Name)
		}
	}
}
