//go:build e2e

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// pyzeebe is a client that others wrote, in the version that the test was written for.
const pyzeebe = "pyzeebe==4.7.0"

// TestGatewayServesPyzeebe needs Python 3 and, the first time on a machine, its package index.
func TestGatewayServesPyzeebe(t *testing.T) {
	t.Parallel()
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	folder := filepath.Join(cache, "eventbridge-connector", pyzeebe)
	python := filepath.Join(folder, "bin", "python")
	execute := func(name string, args ...string) {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	if exec.CommandContext(t.Context(), python, "-c", "import pyzeebe").Run() != nil {
		execute("python3", "-m", "venv", folder)
		execute("../../.ci/retry", python, "-m", "pip", "install", "--quiet", pyzeebe)
	}
	p := start(t, "-listen", "127.0.0.1:0", "-partitions", "2", "-expiry-check", "100ms")
	execute(python, filepath.Join("testdata", "pyzeebe_client.py"), p.where.Listen, "http://"+p.where.Control)
}
