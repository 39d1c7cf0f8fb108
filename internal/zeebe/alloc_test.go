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
