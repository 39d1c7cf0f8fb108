package zeebe

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"sync"
	"testing"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/test/bufconn"
)

// gateway answers by its functions and keeps what it was asked.
type gateway struct {
	pb.UnimplementedGatewayServer
	activate func(*pb.ActivateJobsRequest, pb.Gateway_ActivateJobsServer) error
	stream   func(*pb.StreamActivatedJobsRequest, pb.Gateway_StreamActivatedJobsServer) error
	answer   func(ctx context.Context, request any) error // of commands; nil = taken
	version  string                                       // empty = 8.6.0

	mu       sync.Mutex
	requests []any
	metadata []metadata.MD
}

func (g *gateway) note(ctx context.Context, request any) {
	md, _ := metadata.FromIncomingContext(ctx)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.requests, g.metadata = append(g.requests, request), append(g.metadata, md)
}

func (g *gateway) seen() ([]any, []metadata.MD) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]any(nil), g.requests...), append([]metadata.MD(nil), g.metadata...)
}

// header returns the values of a header in all calls, in order; "" where a call had none.
func (g *gateway) header(name string) []string {
	_, all := g.seen()
	var out []string
	for _, md := range all {
		value := ""
		if values := md.Get(name); len(values) > 0 {
			value = values[0]
		}
		out = append(out, value)
	}
	return out
}

func (g *gateway) command(ctx context.Context, request any) error {
	g.note(ctx, request)
	if g.answer == nil {
		return nil
	}
	return g.answer(ctx, request)
}

func (g *gateway) Topology(ctx context.Context, r *pb.TopologyRequest) (*pb.TopologyResponse, error) {
	return &pb.TopologyResponse{GatewayVersion: cmp.Or(g.version, "8.6.0"), ClusterSize: 3, PartitionsCount: 2, ReplicationFactor: 1, Brokers: []*pb.BrokerInfo{{}}}, g.command(ctx, r)
}

func (g *gateway) CompleteJob(ctx context.Context, r *pb.CompleteJobRequest) (*pb.CompleteJobResponse, error) {
	return &pb.CompleteJobResponse{}, g.command(ctx, r)
}

func (g *gateway) FailJob(ctx context.Context, r *pb.FailJobRequest) (*pb.FailJobResponse, error) {
	return &pb.FailJobResponse{}, g.command(ctx, r)
}

func (g *gateway) ThrowError(ctx context.Context, r *pb.ThrowErrorRequest) (*pb.ThrowErrorResponse, error) {
	return &pb.ThrowErrorResponse{}, g.command(ctx, r)
}

func (g *gateway) UpdateJobTimeout(ctx context.Context, r *pb.UpdateJobTimeoutRequest) (*pb.UpdateJobTimeoutResponse, error) {
	return &pb.UpdateJobTimeoutResponse{}, g.command(ctx, r)
}

func (g *gateway) ActivateJobs(r *pb.ActivateJobsRequest, s pb.Gateway_ActivateJobsServer) error {
	g.note(s.Context(), r)
	return g.activate(r, s)
}

func (g *gateway) StreamActivatedJobs(r *pb.StreamActivatedJobsRequest, s pb.Gateway_StreamActivatedJobsServer) error {
	g.note(s.Context(), r)
	return g.stream(r, s)
}

var silent = slog.New(slog.DiscardHandler)

// connect serves the gateway in memory and returns a client of it.
func connect(tb testing.TB, g *gateway, c Config, options ...grpc.ServerOption) *Client {
	tb.Helper()
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer(options...)
	pb.RegisterGatewayServer(server, g)
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	c.Target = "127.0.0.1:26500" // an address: no name is looked up
	client, err := dial(c, silent, grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	require.NoError(tb, err)
	tb.Cleanup(func() {
		_ = client.Close()
		server.Stop()
		<-done
	})
	return client
}
