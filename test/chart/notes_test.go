//go:build chart

package chart

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// notes are what Helm prints after an installation.
func notes(t *testing.T, settings ...string) string {
	t.Helper()
	args := append([]string{"install", release, chartFolder, "--namespace", namespace, "--dry-run=client"}, set(append([]string{gateway}, settings...))...)
	out, all, err := helm(t, args...)
	require.NoError(t, err, all)
	return out
}

func TestTheNotesSayWhatToDoNext(t *testing.T) {
	t.Parallel()
	text := notes(t, "secrets.existingSecret=aws-credentials")
	for _, want := range []string{
		"takes jobs of type io.camunda:aws-eventbridge:1 from http://camunda-zeebe-gateway:26500",
		"kubectl -n camunda-8 rollout status deployment/camunda-eventbridge-connector",
		"CONNECTOR_OUTBOUND_DISABLED", "secret aws-credentials as {{secrets.KEY}}",
	} {
		assert.Contains(t, text, want)
	}
	assert.NotContains(t, text, "WARNING")
}

func TestTheNotesWarn(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		settings []string
		want     string
	}{
		{"TLS without authentication", []string{"grpcAddress=https://zeebe"}, "without authentication"},
		{"one pod", []string{"replicas=1"}, "jobs wait while the only pod or its node is down"},
		{"no pod", []string{"replicas=0"}, "the worker takes no jobs"},
		{"TLS without authentication, over REST", []string{"restAddress=https://camunda", "preferRest=true"}, "without authentication"},
		{"no filter", []string{"secrets.filter=DISABLED"}, "process data can name secrets"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Contains(t, notes(t, tt.settings...), "WARNING")
			assert.Contains(t, notes(t, tt.settings...), tt.want)
		})
	}
	assert.NotContains(t, notes(t, "grpcAddress=https://zeebe", "restAddress=http://camunda", "preferRest=true"), "without authentication", "it is not what the worker connects to")
	assert.Contains(t, notes(t, "clients.b.physical-tenant-id=b", "clients.a.physical-tenant-id=a"), "a worker for each of the clients a, b,")
	assert.NotContains(t, notes(t, "jobType=mine"), "CONNECTOR_OUTBOUND_DISABLED", "who has a type of his own shares it with nobody")
}

func TestTheNotesSayWhatAProtectedClusterNeeds(t *testing.T) {
	t.Parallel()
	text := notes(t)
	for _, want := range []string{"camunda-platform 8.8 and later protects its API", "method: basic", "method: oidc", "UNAUTHENTICATED", "helm -n camunda-8 test camunda --logs", "make image IMAGE=registry.example.com/eventbridge-connector:"} {
		assert.Contains(t, text, want)
	}
	text = notes(t, append(client, "image.registry=registry.example.com", "helmTest.enabled=false")...)
	for _, unwanted := range []string{"protects its API", "make image", "helm -n"} {
		assert.NotContains(t, text, unwanted)
	}
}
