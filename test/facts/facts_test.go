package main

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

// unlike are the facts in which the embedded gateway is not like the engine in memory, and why.
var unlike = map[string]string{
	"polled: four jobs that wait": "the engine in memory has no fixed order",
	"polled: four jobs that failed in the order [2 0 3 1], without a backoff": "as above",
	"complete with a list for variables":                                      "the engine in memory has another gateway: a broker's says InvalidArgument",
	"complete with broken JSON for variables":                                 "as above",
}

// TestTheEmbeddedGatewayDoesAsTheEngineDid asks the embedded gateway what the engine was asked. Its words are its own.
func TestTheEmbeddedGatewayDoesAsTheEngineDid(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/engine.json")
	require.NoError(t, err)
	var recorded []fact
	require.NoError(t, json.Unmarshal(text, &recorded))
	require.GreaterOrEqual(t, len(recorded), 25)

	var facts []fact
	synctest.Test(t, func(t *testing.T) {
		listener := bufconn.Listen(1 << 20)
		g, err := embedded.StartGateway(embedded.GatewayOptions{Listener: listener})
		require.NoError(t, err)
		defer g.Close()
		connection, err := grpc.NewClient("passthrough:///gateway", grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
		require.NoError(t, err)
		defer connection.Close()
		add := func(jobType string, n int) error {
			_, err := g.AddJobs(slices.Repeat([]embedded.Job{{Type: jobType}}, n)...)
			return err
		}
		facts, err = (&asked{ctx: t.Context(), client: pb.NewGatewayClient(connection), add: add}).ask()
		require.NoError(t, err)
	})
	does := map[string]string{}
	for _, f := range facts {
		does[f.Name] = f.Does
	}
	for _, f := range recorded {
		if why := unlike[f.Name]; why != "" {
			assert.Contains(t, does, f.Name, why)
			continue
		}
		assert.Equal(t, f.Does, does[f.Name], f.Name)
	}
}
