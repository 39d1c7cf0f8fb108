//go:build image

package image

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The limit of an image, uncompressed. docs/compare.md says what it has.
const maxBytes = 32_000_000

// runFlags are those by which containers are locked up as a restricted pod is. The limits of open files and processes are
// those that an unprivileged runtime may set; cgroups and networks are the host's, which a CI machine has no others of.
var runFlags = []string{
	"--runtime", "runc", "--network", "host", "--read-only", "--read-only-tmpfs=false", "--cap-drop", "all",
	"--security-opt", "no-new-privileges", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", "--health-interval=disable",
}

// imageName is the image under test.
func imageName(t *testing.T) string {
	t.Helper()
	name := os.Getenv("EVENTBRIDGE_IMAGE")
	require.NotEmpty(t, name, "EVENTBRIDGE_IMAGE must name the image to test: make image-test sets it")
	return name
}

// podman runs podman and returns its exit code and what it wrote. On standard error it may complain of a missing systemd and
// go on.
func podman(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "podman", append([]string{"--cgroup-manager=cgroupfs", "--events-backend=file"}, args...)...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if cmd.ProcessState == nil {
		require.NoError(t, err)
	}
	return cmd.ProcessState.ExitCode(), strings.TrimSpace(out.String()), strings.TrimSpace(errs.String())
}

// mustPodman is podman where nothing but success will do; it returns the standard output.
func mustPodman(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := podman(t, args...)
	require.Zero(t, code, "podman %s: %s%s", strings.Join(args, " "), out, errs)
	return out
}

// inspected is what the tests look at of an image.
type inspected struct {
	Architecture string
	Size         int64
	User         string
	Labels       map[string]string
	Config       struct {
		ExposedPorts map[string]any
		Entrypoint   []string
		Cmd          []string
		StopSignal   string
	}
	HealthCheck struct{ Test []string } `json:"Healthcheck"`
}

func inspect(t *testing.T, name string) inspected {
	t.Helper()
	var all []inspected
	require.NoError(t, json.Unmarshal([]byte(mustPodman(t, "image", "inspect", name)), &all))
	require.Len(t, all, 1)
	return all[0]
}
