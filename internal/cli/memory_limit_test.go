package cli

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

// TestTheMemoryLimitIsGosElseTheContainers cannot run beside others: Go's limit is the process's.
func TestTheMemoryLimitIsGosElseTheContainers(t *testing.T) { //nolint:paralleltest // see above
	file := func(text string) string {
		name := filepath.Join(t.TempDir(), "memory.max")
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		return name
	}
	missing := filepath.Join(t.TempDir(), "none")
	before := debug.SetMemoryLimit(1 << 62)
	defer debug.SetMemoryLimit(before)
	assert.EqualValues(t, 1<<62, memoryLimit(file("134217728\n")), "Go's own counts")

	debug.SetMemoryLimit(1<<63 - 1) // as without GOMEMLIMIT
	for _, tt := range []struct {
		name  string
		files []string
		want  int64
	}{
		{"version 2", []string{file("134217728\n"), missing}, 107374182},
		{"version 1", []string{missing, file("268435456\n")}, 214748364},
		{"version 2 without a limit", []string{file("max\n"), missing}, 0},
		{"version 1 without a limit", []string{missing, file("9223372036854771712\n")}, 0},
		{"no control group", []string{missing, missing}, 0},
	} {
		assert.Equal(t, tt.want, memoryLimit(tt.files...), tt.name)
	}
}

// TestTheLimitOfJobBytesFollowsTheMemoryLimit, unless it is set. It cannot run beside others, as above.
func TestTheLimitOfJobBytesFollowsTheMemoryLimit(t *testing.T) { //nolint:paralleltest // see above
	before := debug.SetMemoryLimit(102 << 20) // as in the chart
	defer debug.SetMemoryLimit(before)
	of := func(setting string) int64 {
		return jobBytes(&config.Config{Connector: config.Connector{MaxJobBytes: setting}})
	}
	assert.EqualValues(t, (102-48)<<20/8, of(config.JobBytesAuto))
	assert.EqualValues(t, 16<<20, of("16MB"))
	assert.Zero(t, of("0"), "no limit")
	debug.SetMemoryLimit(40 << 20)
	assert.EqualValues(t, 1<<20, of(config.JobBytesAuto), "some jobs are taken in any case")
}
