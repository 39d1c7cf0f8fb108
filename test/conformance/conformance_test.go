//go:build conformance

package conformance

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// gateway is test/gateway as a process of its own.
type gateway struct{ Listen, REST, Control string }

// start starts the gateway, for as long as the test runs.
func start(t *testing.T, args ...string) *gateway {
	t.Helper()
	common := []string{"-listen", "127.0.0.1:0", "-rest", "127.0.0.1:0", "-partitions", "2", "-expiry-check", "100ms"}
	command := exec.CommandContext(t.Context(), binary, append(common, args...)...)
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Kill() // it may have ended
		_ = command.Wait()
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	require.NoError(t, err)
	var g gateway
	require.NoError(t, json.Unmarshal(line, &g))
	g.Control = "http://" + g.Control
	return &g
}

// fetch has a client be there, and returns where it is.
func fetch(t *testing.T, name string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "./fetch", name)
	command.Stderr = os.Stderr
	out, err := command.Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(out))
}

// drive runs a client, which ends in order when all holds. What it prints of itself is the test's log.
func drive(t *testing.T, folder, name string, args ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Dir = folder
	out, err := command.CombinedOutput()
	require.NoError(t, err, "%s", out)
	t.Logf("%s", out)
}

var binary string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "conformance")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	binary = filepath.Join(folder, "gateway")
	build := exec.Command("go", "build", "-o", binary, "../gateway") //nolint:noctx // it ends by itself
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		panic(err)
	}
	return m.Run()
}

func client(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("clients", name))
	require.NoError(t, err)
	return path
}

func TestJavaOverGRPCAndREST(t *testing.T) {
	t.Parallel()
	jars := fetch(t, "java")
	g := start(t, "-version", "8.9.0", "-basic", "demo:secret")
	java := "java"
	if home := os.Getenv("JAVA_HOME"); home != "" {
		java = filepath.Join(home, "bin", "java")
	}
	drive(t, "", java, "-cp", filepath.Join(jars, "*"), client(t, "Conformance.java"), g.Listen, g.REST, g.Control)
}

func TestPythonOverGRPC(t *testing.T) {
	t.Parallel()
	python := fetch(t, "pyzeebe")
	g := start(t, "-version", "8.10.0")
	drive(t, "", python, client(t, "pyzeebe_client.py"), g.Listen, g.Control)
}

func TestPythonOverREST(t *testing.T) {
	t.Parallel()
	python := fetch(t, "python")
	g := start(t, "-version", "8.10.0", "-basic", "demo:secret", "-physical-tenants", "blue", "-secret", "API_KEY=k", "-secret", "db-password=p")
	drive(t, t.TempDir(), python, client(t, "orchestration_sdk.py"), g.REST, g.Control)
}

func TestNodeOverREST(t *testing.T) {
	t.Parallel()
	packages := fetch(t, "node")
	g := start(t, "-version", "8.9.0", "-basic", "demo:secret")
	script := filepath.Join(t.TempDir(), "cluster_api.mjs")
	content, err := os.ReadFile(client(t, "cluster_api.mjs"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(script, content, 0o600))
	// Modules are looked for beside the script.
	require.NoError(t, os.Symlink(filepath.Join(packages, "node_modules"), filepath.Join(filepath.Dir(script), "node_modules")))
	drive(t, "", "node", script, g.REST, g.Control)
}
