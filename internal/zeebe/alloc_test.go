package zeebe

import (
	"context"
	"io"
	"testing"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// instant is a gateway's stub without gRPC: what is left is this package's own work.
type instant struct{ pb.GatewayClient }

func (instant) CompleteJob(context.Context, *pb.CompleteJobRequest, ...grpc.CallOption) (*pb.CompleteJobResponse, error) {
	return nil, nil
}

func (instant) StreamActivatedJobs(context.Context, *pb.StreamActivatedJobsRequest, ...grpc.CallOption) (pb.Gateway_StreamActivatedJobsClient, error) {
	return instantStream{}, nil
}

// fixed is a connection that is there already.
func fixed(g pb.GatewayClient) *connection {
	c := &connection{}
	c.gateway.Store(&g)
	return c
}

type instantStream struct{ grpc.ClientStream }

func (instantStream) Recv() (*pb.ActivatedJob, error) { return nil, io.EOF }

func (instantStream) RecvMsg(m any) error {
	m.(*pb.ActivatedJob).Key = 1
	return nil
}

func TestLittleIsAllocatedBesideWhatGRPCNeeds(t *testing.T) {
	c := &Client{config: Config{}.withDefaults(), auth: fixedAuth{newProof("Bearer", "t")}, calls: fixed(instant{}), streams: fixed(instant{})}
	variables := []byte(`{"a":1}`)
	perCommand := testing.AllocsPerRun(100, func() { require.NoError(t, c.Complete(t.Context(), job.Ref{Key: 1}, variables)) })
	assert.LessOrEqual(t, perCommand, 9.0, "the request, its variables as text, a context with its deadline, the authorization")

	s, err := c.Stream(t.Context(), job.TakeRequest{})
	require.NoError(t, err)
	perJob := testing.AllocsPerRun(100, func() {
		_, err := s.Recv()
		require.NoError(t, err)
	})
	assert.LessOrEqual(t, perJob, 1.0, "the job")
	t.Logf("%v allocations per command, %v per streamed job", perCommand, perJob)
}

// TestACommandCostsLittleBesideItsCall compares a command with a bare call on a connection of the same options.
func TestACommandCostsLittleBesideItsCall(t *testing.T) {
	c := connect(t, &gateway{}, Config{})
	bare, err := grpc.NewClient(c.config.Target, c.calls.options[:len(c.calls.options)-1]...) // the last one is the interceptor
	require.NoError(t, err)
	defer func() { require.NoError(t, bare.Close()) }()
	stub := pb.NewGatewayClient(bare)
	variables := []byte(`{"a":1}`)
	call := testing.AllocsPerRun(200, func() {
		ctx, cancel := context.WithTimeout(t.Context(), c.config.RequestTimeout)
		defer cancel()
		_, err := stub.CompleteJob(ctx, &pb.CompleteJobRequest{JobKey: 1, Variables: string(variables)})
		require.NoError(t, err)
	})
	command := testing.AllocsPerRun(200, func() { require.NoError(t, c.Complete(t.Context(), job.Ref{Key: 1}, variables)) })
	t.Logf("%v allocations per command, %v per call, both ends together", command, call)
	assert.LessOrEqual(t, command, call+6, "a context that knows whether the request was written, the request that tells it")
}

// BenchmarkDecodeJob is what gRPC needs for a streamed job at the least: its message from the wire.
func BenchmarkDecodeJob(b *testing.B) {
	wire, err := proto.Marshal(activated(1))
	require.NoError(b, err)
	var message pb.ActivatedJob
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, proto.Unmarshal(wire, &message))
	}
}
