package expression

import (
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//go:generate go test -run TestTheReferenceIsUpToDate -update .

var update = flag.Bool("update", false, "write the derived files anew")

func TestTheReferenceIsUpToDate(t *testing.T) {
	t.Parallel()
	const path = "../../docs/feel.md"
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(Reference()), 0o644))
	}
	have, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, Reference(), string(have), "run make generate")
}
