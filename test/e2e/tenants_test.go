//go:build e2e

package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

// TestTenantsWithoutMultiTenancy configures two tenants for a gateway that knows no tenants: it refuses to give out
// jobs. The worker says so, and does not pass for ready. The gateway is the embedded one: the engine takes any tenant.
func TestTenantsWithoutMultiTenancy(t *testing.T) {
	t.Parallel()
	single, err := embedded.StartGateway(embedded.GatewayOptions{})
	require.NoError(t, err)
	t.Cleanup(single.Close)
	g := &gateway{name: "embedded", grpc: "http://" + single.Address(), env: noCredentials}
	w := startWorker(t, "tenants-worker", g, typeOf("tenants"), "CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANTIDS=tenant-a,tenant-b")
	eventually(t, "a line in the log", func() (bool, string) {
		for line := range strings.Lines(string(w.output())) {
			if strings.Contains(line, "multi-tenancy") && strings.Contains(line, "tenant-a") {
				return true, ""
			}
		}
		return false, w.tail(5)
	})
	assert.False(t, w.ended(), "it goes on trying")
	code, body := get(w.readiness())
	assert.Equal(t, http.StatusServiceUnavailable, code, body)
	live, _ := get(w.url + "/actuator/health/liveness")
	assert.Equal(t, http.StatusOK, live, "it lives and goes on trying")
	count("%-8s two tenants refused: a line in the log, readiness %d", g.name+":", code)
}
