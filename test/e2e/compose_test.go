//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// TestTheComposePlaygroundWorks runs what deploy/compose/compose.yaml runs, natively: the worker with the environment of its
// service, and the script of the service setup, between the engine and moto. Only the hosts are others.
func TestTheComposePlaygroundWorks(t *testing.T) {
	t.Parallel()
	needsControl(t, "the playground's script deploys the example under its own name")
	content, err := os.ReadFile("../../deploy/compose/compose.yaml")
	require.NoError(t, err)
	var file struct {
		Services map[string]struct {
			Environment map[string]string
			Entrypoint  []string
			Volumes     []string
		}
	}
	require.NoError(t, yaml.Unmarshal(content, &file))
	aws, err := startMoto()
	require.NoError(t, err)
	t.Cleanup(aws.process.kill)
	models := newDefinitions(t, engine, 0)
	hosts := strings.NewReplacer("http://camunda:26500", engine.grpc, "http://camunda:8080", engine.rest, "http://aws:5000", aws.url)

	var settings []string
	for name, value := range file.Services["connector"].Environment {
		if name == "CAMUNDA_CLIENT_RESTADDRESS" {
			require.Equal(t, file.Services["setup"].Environment["CAMUNDA_REST_ADDRESS"], value, "both speak to the same cluster")
			value = models.URL
		}
		settings = append(settings, name+"="+hosts.Replace(value))
	}
	worker := startWorker(t, "compose-connector", engine, "io.camunda:aws-eventbridge:1", settings...)
	worker.mustBeReady(t)
	t.Cleanup(func() { worker.terminate() })

	// The script's own paths are those of its mounts.
	setup := file.Services["setup"]
	paths := map[string]string{}
	for _, mount := range setup.Volumes {
		from, to, _ := strings.Cut(strings.TrimSuffix(mount, ":ro"), ":")
		paths[to] = filepath.Join("../../deploy/compose", from)
	}
	require.Equal(t, "python3", setup.Entrypoint[0])
	require.Contains(t, paths, setup.Entrypoint[1])
	cmd := exec.CommandContext(t.Context(), aws.python, paths[setup.Entrypoint[1]])
	for name, value := range setup.Environment {
		if path, ok := paths[value]; ok {
			value = path
		}
		cmd.Env = append(cmd.Env, name+"="+hosts.Replace(value))
	}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Contains(t, string(out), "setup: the event arrived in the queue:")
	assert.Contains(t, string(out), `"detail-type": "OrderPlaced"`)
	assert.Contains(t, string(out), `"orderId": "playground-`)
	assert.Equal(t, 1, models.questions(), "the worker read which secrets the model names")
	count("compose: the playground's setup saw its event arrive in the queue")
}
