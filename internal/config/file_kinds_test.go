//go:build unix

package config_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

func TestReadFileRefusesWhatIsNoFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	for path, want := range map[string]string{
		dir: "it is a directory", pipe: "it is a named pipe", "/dev/zero": "it is a device", "/dev/null": "it is a device", filepath.Join(dir, "none"): "no such file",
	} {
		_, err := config.ReadFile(path)
		require.ErrorContains(t, err, want)
	}
	_, _, err := config.Load([]string{"--config", pipe}, nil, config.ReadFile)
	require.ErrorContains(t, err, "connector.aws-eventbridge.config: found "+`"`+pipe+`"`+" (flag --config), expected a file that can be read: it is a named pipe")
}
