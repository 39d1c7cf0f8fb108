package zeebe

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// asked is a gateway that notes for which tenants jobs are asked for, and has none.
type asked struct {
	pb.UnimplementedGatewayServer
	tenants chan []string
}

func (a *asked) ActivateJobs(r *pb.ActivateJobsRequest, _ pb.Gateway_ActivateJobsServer) error {
	a.tenants <- r.GetTenantIds()
	return nil
}

func (a *asked) StreamActivatedJobs(r *pb.StreamActivatedJobsRequest, _ pb.Gateway_StreamActivatedJobsServer) error {
	a.tenants <- r.GetTenantIds()
	return nil
}

func TestTenantsOfARequest(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		ids, want []string
	}{
		{name: "the default tenant is named where none is given", ids: nil, want: []string{"<default>"}},
		{name: "those given, and only those", ids: []string{"a", "b"}, want: []string{"a", "b"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
			require.NoError(t, err)
			server, gateway := grpc.NewServer(), &asked{tenants: make(chan []string, 1)}
			pb.RegisterGatewayServer(server, gateway)
			go func() { _ = server.Serve(listener) }()
			t.Cleanup(server.Stop)
			client, err := Dial(Config{Target: listener.Addr().String()}, nil)
			require.NoError(t, err)
			t.Cleanup(func() { _ = client.Close() })
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()

			request := job.TakeRequest{Type: "t", Worker: "w", Lease: time.Minute, TenantIDs: tt.ids}
			require.NoError(t, client.Activate(ctx, job.PollRequest{TakeRequest: request, MaxJobs: 1, Wait: -1}, func(*job.Job) {}))
			assert.Equal(t, tt.want, <-gateway.tenants, "of a poll")
			_, err = client.Stream(ctx, request)
			require.NoError(t, err)
			select {
			case got := <-gateway.tenants:
				assert.Equal(t, tt.want, got, "of a stream")
			case <-ctx.Done():
				t.Fatal("the stream was not opened")
			}
		})
	}
}
