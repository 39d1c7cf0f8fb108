package zeebe

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// lentBuffers notes the sizes of the buffers that it is asked for, and how many were not given back.
type lentBuffers struct {
	mu    sync.Mutex
	sizes []int
	lent  int
}

func (l *lentBuffers) Get(size int) *[]byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sizes = append(l.sizes, size)
	l.lent++
	b := make([]byte, size)
	return &b
}

func (l *lentBuffers) Put(b *[]byte) {
	clear(*b) // what was decoded must not be in it
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lent--
}

func TestAMessageInPiecesIsPutTogetherInABufferOfOurs(t *testing.T) {
	want := &pb.ActivateJobsResponse{Jobs: []*pb.ActivatedJob{{Key: 1, Variables: strings.Repeat("x", 40<<10)}, {Key: 2}}}
	text, err := proto.Marshal(want)
	require.NoError(t, err)
	half := len(text) / 2
	buffers := &lentBuffers{}
	var got pb.ActivateJobsResponse
	require.NoError(t, newCodec(buffers).Unmarshal(mem.BufferSlice{mem.SliceBuffer(text[:half]), mem.SliceBuffer(text[half:])}, &got))
	assert.Equal(t, []int{len(text)}, buffers.sizes)
	assert.Zero(t, buffers.lent, "buffers that were not given back")
	assert.True(t, proto.Equal(want, &got), "what was decoded differs")

	broken := bytes.Repeat([]byte{0xff}, 2<<10)
	assert.Error(t, newCodec(buffers).Unmarshal(mem.BufferSlice{mem.SliceBuffer(broken), mem.SliceBuffer(broken)}, &got))
	assert.Zero(t, buffers.lent, "buffers that were not given back after an error")
}

// Some proxies route by the content type: a codec's name would be appended to it.
func TestRequestsHaveTheContentTypeOfGRPC(t *testing.T) {
	g := &gateway{}
	require.NoError(t, connect(t, g, Config{}).Complete(t.Context(), job.Ref{Key: 1}, nil))
	assert.Equal(t, []string{"application/grpc"}, g.header("content-type"))
}

// Not parallel: it takes the place of the buffers of all connections.
func TestTheAnswerOfAPollIsPutTogetherInABufferOfOurs(t *testing.T) {
	buffers := &lentBuffers{}
	former := messageBuffers
	messageBuffers = buffers
	t.Cleanup(func() { messageBuffers = former })
	answer := &pb.ActivateJobsResponse{Jobs: []*pb.ActivatedJob{{Key: 1, Variables: `"` + strings.Repeat("x", 100<<10) + `"`}}}
	g := &gateway{activate: func(_ *pb.ActivateJobsRequest, s pb.Gateway_ActivateJobsServer) error { return s.Send(answer) }}
	client := connect(t, g, Config{})
	var got int
	require.NoError(t, client.Activate(t.Context(), job.PollRequest{MaxJobs: 1}, func(j *job.Job) { got += len(j.Variables) }))
	assert.Equal(t, 100<<10+2, got)
	buffers.mu.Lock()
	defer buffers.mu.Unlock()
	assert.Contains(t, buffers.sizes, proto.Size(answer))
}
