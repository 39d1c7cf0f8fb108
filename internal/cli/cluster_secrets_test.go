package cli

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/actuator"
	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
)

// ofCluster has one job be worked on whose secrets the cluster has. Settings are beside those of the gateway.
func ofCluster(t *testing.T, version string, overREST bool, keys map[string]string, more ...string) (embedded.Ending, *embedded.Bus, string) {
	t.Helper()
	bus := startBus(t)
	gateway, err := embedded.StartGateway(embedded.GatewayOptions{Version: version, Secrets: keys})
	require.NoError(t, err)
	t.Cleanup(gateway.Close)
	server := httptest.NewServer(gateway.REST())
	t.Cleanup(server.Close)
	args := append([]string{"--rest-address=" + server.URL, "--secrets-legacy-mode=fallback", "--secret-filter=disabled"}, more...)
	if !overREST {
		args = append(args, "--grpc-address=http://"+gateway.Address())
	}
	settings, _, err := config.Load(args, nil, nil)
	require.NoError(t, err)
	var written strings.Builder
	inUse := outlet.New()
	s := &session{env: []string{"SECRET_AWS_ACCESS_KEY=AKIALOCAL00000000000"}}
	metrics := actuator.NewMetrics("v", "g")
	parts, err := buildWorker(t.Context(), settings, s.lookup, metrics, nil, slog.New(slog.NewTextHandler(&written, &slog.HandlerOptions{Level: slog.LevelDebug})), inUse)
	require.NoError(t, err)
	taking, drain := context.WithCancel(t.Context())
	defer drain()
	ended := make(chan error, 1)
	go func() { ended <- parts.engine.Run(taking) }()
	added, err := gateway.AddJobs(embedded.Job{
		Type: "io.camunda:aws-eventbridge:1", ProcessID: "orders", ElementID: "announce", Retries: 1,
		Variables: `{"authentication": {"accessKey": "{{secrets.AWS_ACCESS_KEY}}", "secretKey": "{{secrets.AWS_SECRET_KEY}}"}, "configuration": {"region": "eu-central-1", "endpoint": "` + bus.URL() + `"},
			"input": {"eventBusName": "orders", "source": "shop", "detailType": "placed", "detail": {"token": "Bearer {{secrets.TOKEN}}"}}}`,
	})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ending, err := gateway.Wait(ctx, added[0])
	require.NoError(t, err)
	drain()
	require.NoError(t, <-ended)
	parts.end()
	for _, value := range keys {
		assert.NotContains(t, written.String(), value)
		assert.Equal(t, "***", inUse.Mask(value), "it is masked in all that leaves the process")
	}
	hits, misses := parts.secretCluster()
	assert.Equal(t, uint64(2), hits+misses, "the two that no provider has")
	return ending, bus, written.String()
}

func TestAWorkerAsksTheClusterForSecretsThatNoProviderHas(t *testing.T) {
	t.Parallel()
	for name, overREST := range map[string]bool{"jobs over gRPC": false, "jobs over REST": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ending, bus, _ := ofCluster(t, "8.10.0", overREST, map[string]string{"AWS_SECRET_KEY": "key-of-the-cluster", "TOKEN": "token-of-the-cluster"})
			assert.Equal(t, embedded.Complete, ending.Command.Kind)
			require.Len(t, bus.Events(), 1)
			assert.JSONEq(t, `{"token":"Bearer token-of-the-cluster"}`, bus.Events()[0].Detail)
		})
	}
}

func TestAnOlderClusterHasNoSecretsForAWorker(t *testing.T) {
	t.Parallel()
	ending, bus, log := ofCluster(t, "8.9.0", false, nil)
	assert.Equal(t, embedded.Fail, ending.Command.Kind)
	assert.Contains(t, ending.Command.Message, "Secret with name 'AWS_SECRET_KEY' is not available: no provider has it, and the cluster cannot be asked")
	assert.Contains(t, ending.Command.Message, "Camunda 8.10")
	assert.Empty(t, bus.Events())
	assert.Equal(t, 1, strings.Count(log, "the cluster cannot be asked for secrets that no provider has"))
}

func TestTheFallbackNeedsARESTAddress(t *testing.T) {
	t.Parallel()
	_, _, err := config.Load([]string{"--grpc-address=http://zeebe:26500", "--secrets-legacy-mode=FALLBACK"}, nil, nil)
	require.ErrorContains(t, err, "camunda.client.rest-address: found nothing (not set), expected the address of the Orchestration Cluster REST API, since camunda.connector.secret-resolver.legacy.mode")
	for _, variable := range []string{"CAMUNDA_CONNECTOR_SECRETRESOLVER_LEGACY_MODE", "CAMUNDA_CONNECTOR_SECRET_RESOLVER_LEGACY_MODE"} {
		c, warnings, err := config.Load(nil, []string{variable + "=fallback", "CAMUNDA_CLIENT_RESTADDRESS=http://127.0.0.1:8080"}, nil)
		require.NoError(t, err)
		assert.Equal(t, config.LegacyFallback, c.Secrets.LegacyMode)
		assert.Empty(t, warnings)
	}
	_, warnings, err := config.Load([]string{"--rest-address=http://127.0.0.1:8080", "--secrets-legacy-mode=FALLBACK", "--secret-filter=lax"}, nil, nil)
	require.NoError(t, err)
	require.Len(t, warnings, 1)
	assert.Contains(t, warnings[0].Text, "process data may name any secret of the cluster")
	_, warnings, err = config.Load([]string{"--rest-address=http://camunda.example", "--secrets-legacy-mode=FALLBACK"}, nil, nil)
	require.NoError(t, err)
	require.NotEmpty(t, warnings)
	assert.Contains(t, warnings[0].Text, "questions for secrets")
}
