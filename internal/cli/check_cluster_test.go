package cli

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/check"
	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
	"github.com/eventbridge-connector/eventbridge-connector/internal/zeebe"
)

func TestCheckAsksTheClusterForSecrets(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]check.Verdict{"8.10.0": check.OK, "8.9.0": check.Failed} {
		gateway, err := embedded.StartGateway(embedded.GatewayOptions{Version: version})
		require.NoError(t, err)
		t.Cleanup(gateway.Close)
		server := httptest.NewServer(gateway.REST())
		t.Cleanup(server.Close)
		client, err := zeebe.DialREST(zeebe.Config{RESTAddress: server.URL}, nil)
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, client.Close()) })
		of := secret.NewCluster(secret.ClusterOptions{API: client})
		t.Cleanup(of.Close)
		found := clusterAnswers(t.Context(), of)
		assert.Equal(t, want, found.Verdict, "%s: %s", version, found.Detail)
		if want == check.Failed {
			assert.Contains(t, found.Cure, "Camunda 8.10")
		}
	}
}
