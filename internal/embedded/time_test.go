package embedded_test

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

// inMemory starts a gateway without a network, for time that is not real.
func inMemory(t *testing.T, o embedded.GatewayOptions) (*embedded.Gateway, pb.GatewayClient) {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	o.Listener = listener
	g, err := embedded.StartGateway(o)
	require.NoError(t, err)
	connection, err := grpc.NewClient("passthrough:///gateway", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = connection.Close()
		g.Close()
	})
	return g, pb.NewGatewayClient(connection)
}

// taken polls for one job with a lease of a second, and returns its key and how long it took; 0 = none.
func taken(t *testing.T, c pb.GatewayClient, wait time.Duration) (key int64, after time.Duration) {
	t.Helper()
	started := time.Now()
	answers, err := c.ActivateJobs(t.Context(), &pb.ActivateJobsRequest{Type: "t", Timeout: 1000, MaxJobsToActivate: 1, RequestTimeout: wait.Milliseconds()})
	require.NoError(t, err)
	for {
		answer, err := answers.Recv()
		if errors.Is(err, io.EOF) {
			return key, time.Since(started)
		}
		require.NoError(t, err)
		key = answer.GetJobs()[0].GetKey()
	}
}

func TestTimesAreKept(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		check time.Duration
		lease time.Duration // until the job comes again after an activation for a second
		back  time.Duration // … after a failure with a backoff of 2.5 s
	}{
		{"to the moment", 0, time.Second, 2500 * time.Millisecond},
		// The bubble's clock starts at a full second.
		{"in rounds, as a broker checks", 10 * time.Second, 10 * time.Second, 10 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g, c := inMemory(t, embedded.GatewayOptions{ExpiryCheck: tt.check})
				keys := add(t, g, embedded.Job{Type: "t"})
				key, after := taken(t, c, -1)
				assert.Equal(t, keys[0], key)
				assert.Zero(t, after)
				key, after = taken(t, c, time.Hour)
				assert.Equal(t, keys[0], key)
				assert.Equal(t, tt.lease, after)

				_, err := c.FailJob(t.Context(), &pb.FailJobRequest{JobKey: key, Retries: 1, RetryBackOff: 2500})
				require.NoError(t, err)
				key, after = taken(t, c, time.Hour)
				assert.Equal(t, keys[0], key)
				assert.Equal(t, tt.back, after)

				_, err = c.UpdateJobTimeout(t.Context(), &pb.UpdateJobTimeoutRequest{JobKey: key, Timeout: 60_000})
				require.NoError(t, err)
				key, after = taken(t, c, 59*time.Second)
				assert.Zero(t, key, "a lease that was extended holds for so long")
				assert.Equal(t, 59*time.Second, after)
				key, after = taken(t, c, time.Hour)
				assert.Equal(t, keys[0], key)
				assert.Equal(t, time.Second, after)
			})
		})
	}
}

func TestPollWaitsAsLongAsTheGatewayLikes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, c := inMemory(t, embedded.GatewayOptions{})
		key, after := taken(t, c, 0)
		assert.Zero(t, key)
		assert.Equal(t, 10*time.Second, after)
	})
}
