package cli_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/check"
	"github.com/eventbridge-connector/eventbridge-connector/internal/cli"
	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

// TestCheckOfAWorkerThatAsksForNoSecrets: what the models name would become incidents, whatever a provider has.
func TestCheckOfAWorkerThatAsksForNoSecrets(t *testing.T) {
	w := newWorld(t, embedded.GatewayOptions{})
	w.env = append(w.env, "CAMUNDA_CONNECTOR_SECRETRESOLVER_LEGACY_MODE=OFF")
	all := w.findings(t, cli.ExitFailure, w.model)
	assert.Equal(t, check.Skipped, all["secrets providers"].Verdict)
	for _, name := range []string{"secrets KEY", "secrets KEY_SECRET"} {
		assert.Equal(t, check.Failed, all[name].Verdict)
		assert.Contains(t, all[name].Detail, "is not resolved: camunda.connector.secret-resolver.legacy.mode is OFF")
		assert.Contains(t, all[name].Cure, "=camunda.secrets.NAME")
	}
}
