package zeebe

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

func TestCommandsReachTheGatewayWhole(t *testing.T) {
	t.Parallel()
	g := &gateway{}
	c := connect(t, g, Config{UserAgent: "eventbridge-connector/1.2.3"})
	ctx := t.Context()

	require.NoError(t, c.Complete(ctx, job.Ref{Key: 1}, []byte(`{"a":1}`)))
	require.NoError(t, c.Complete(ctx, job.Ref{Key: 2}, nil))
	require.NoError(t, c.Fail(ctx, job.Ref{Key: 3}, 2, 1500*time.Microsecond, "because", []byte(`{}`)))
	require.NoError(t, c.Throw(ctx, job.Ref{Key: 4}, "", "thrown", nil))
	require.NoError(t, c.UpdateTimeout(ctx, job.Ref{Key: 5}, time.Millisecond))

	want := []proto.Message{
		&pb.CompleteJobRequest{JobKey: 1, Variables: `{"a":1}`},
		&pb.CompleteJobRequest{JobKey: 2},
		&pb.FailJobRequest{JobKey: 3, Retries: 2, RetryBackOff: 2, ErrorMessage: "because", Variables: "{}"},
		&pb.ThrowErrorRequest{JobKey: 4, ErrorMessage: "thrown"},
		&pb.UpdateJobTimeoutRequest{JobKey: 5, Timeout: 1},
	}
	got, _ := g.seen()
	require.Len(t, got, len(want))
	for i := range want {
		assert.True(t, proto.Equal(want[i], got[i].(proto.Message)), "got %v want %v", got[i], want[i])
	}
	for _, agent := range g.header("user-agent") {
		assert.True(t, strings.HasPrefix(agent, "eventbridge-connector/1.2.3"), agent)
	}
}

func TestTextThatIsNoUTF8IsMended(t *testing.T) {
	t.Parallel()
	g := &gateway{}
	c := connect(t, g, Config{})
	require.NoError(t, c.Complete(t.Context(), job.Ref{Key: 1}, []byte("{\"a\":\"\xff\"}")))
	require.NoError(t, c.Fail(t.Context(), job.Ref{Key: 1}, 0, 0, "m\xff", []byte("\xff")))
	require.NoError(t, c.Throw(t.Context(), job.Ref{Key: 1}, "c\xff", "m\xff", []byte("\xff")))
	got, _ := g.seen()
	assert.Equal(t, "{\"a\":\"\uFFFD\"}", got[0].(*pb.CompleteJobRequest).GetVariables())
	assert.Equal(t, "m\uFFFD", got[1].(*pb.FailJobRequest).GetErrorMessage())
	assert.Equal(t, "c\uFFFD", got[2].(*pb.ThrowErrorRequest).GetErrorCode())
}

func TestTopologyTellsVersionAndSize(t *testing.T) {
	t.Parallel()
	got, err := connect(t, &gateway{}, Config{}).Topology(t.Context())
	require.NoError(t, err)
	assert.Equal(t, Topology{GatewayVersion: "8.6.0", ClusterSize: 3, PartitionsCount: 2, ReplicationFactor: 1, BrokersSeen: 1}, got)
}

func TestRefusalsAreSortedByWhatTheCallerCanDo(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		code codes.Code
		text string
		kind job.CommandErrorKind
		want string
	}{
		{"the job is gone", codes.NotFound, "no such job", job.Gone, "NOT_FOUND"},
		{"the job is in another state", codes.FailedPrecondition, "not activated", job.Gone, "FAILED_PRECONDITION"},
		{"variables are no object", codes.InvalidArgument, "expected an object", job.Unacceptable, "INVALID_ARGUMENT"},
		{"tenants at a broker without", codes.InvalidArgument, "tenant identifiers [a], but multi-tenancy is disabled", job.Unacceptable, "INVALID_ARGUMENT"},
		{"record too large for the log", codes.Unknown, "Command 'COMPLETE' rejected with code 'EXCEEDED_BATCH_RECORD_SIZE'", job.Unacceptable, "UNKNOWN"},
		{"unknown", codes.Unknown, "boom", job.Transient, "UNKNOWN"},
		{"something else answers: every gateway knows this call", codes.Unimplemented, "Method not found", job.Transient, "UNIMPLEMENTED"},
		{"no token", codes.Unauthenticated, "who?", job.Denied, "UNAUTHENTICATED"},
		{"not allowed", codes.PermissionDenied, "tenant", job.Denied, "PERMISSION_DENIED"},
		{"broker down", codes.Unavailable, "leader", job.Transient, "UNAVAILABLE"},
		{"back-pressure", codes.ResourceExhausted, "Reached maximum capacity of requests handled", job.Transient, "RESOURCE_EXHAUSTED"},
		{"larger than the gateway takes", codes.ResourceExhausted, "gRPC message exceeds maximum size 4194304: 5000000", job.Unacceptable, "RESOURCE_EXHAUSTED"},
		{"gateway's own time-out", codes.DeadlineExceeded, "broker", job.Transient, "DEADLINE_EXCEEDED"},
		{"internal", codes.Internal, "NPE", job.Transient, "INTERNAL"},
		{"cancelled by the gateway", codes.Canceled, "shutdown", job.Transient, "CANCELLED"},
		{"aborted", codes.Aborted, "again", job.Transient, "ABORTED"},
		{"a code from the future", codes.Code(99), "?", job.Transient, "CODE_99"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := &gateway{answer: func(context.Context, any) error { return status.Error(tt.code, tt.text) }}
			err := connect(t, g, Config{}).Complete(t.Context(), job.Ref{Key: 1}, nil)
			assertRefused(t, err, job.CommandError{Kind: tt.kind, Code: tt.want, Reason: tt.text})
			seen, _ := g.seen()
			assert.Len(t, seen, 1, "no call is tried twice behind the caller's back")
		})
	}
}

func assertRefused(t *testing.T, err error, want job.CommandError) {
	t.Helper()
	var got *job.CommandError
	require.ErrorAs(t, err, &got)
	seen := *got
	seen.Fault, seen.HTTPStatus, seen.ForToken = 0, 0, false // the tests of advice look at these
	seen.NotTaken = want.NotTaken                            // TestWhatWasSurelyNotTaken looks at this
	assert.Equal(t, want, seen)
}

func TestCommandLargerThanTheLimitIsUnacceptable(t *testing.T) {
	t.Parallel()
	g := &gateway{}
	err := connect(t, g, Config{MaxMessageSize: 1000}).Complete(t.Context(), job.Ref{Key: 1}, make([]byte, 1001))
	var got *job.CommandError
	require.ErrorAs(t, err, &got)
	assert.Equal(t, job.Unacceptable, got.Kind)
	seen, _ := g.seen()
	assert.Empty(t, seen)
}

func TestCommandEndsAfterItsTimeout(t *testing.T) {
	t.Parallel()
	g := &gateway{answer: func(ctx context.Context, _ any) error { <-ctx.Done(); return ctx.Err() }}
	err := connect(t, g, Config{RequestTimeout: 20 * time.Millisecond}).Complete(t.Context(), job.Ref{Key: 1}, nil)
	var got *job.CommandError
	require.ErrorAs(t, err, &got)
	assert.Equal(t, job.Transient, got.Kind)
	assert.Equal(t, "DEADLINE_EXCEEDED", got.Code)
}

func TestCancelledCallSaysSo(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	g := &gateway{answer: func(ctx context.Context, _ any) error { cancel(); <-ctx.Done(); return ctx.Err() }}
	err := connect(t, g, Config{}).Complete(ctx, job.Ref{Key: 1}, nil)
	require.ErrorIs(t, err, context.Canceled)
	assert.False(t, errors.As(err, new(*job.CommandError)))
}

func TestUnreachableGatewayIsTransient(t *testing.T) {
	t.Parallel()
	c, err := Dial(Config{Target: "127.0.0.1:1"}, silent)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, c.Close()) })
	_, err = c.Topology(t.Context())
	var got *job.CommandError
	require.ErrorAs(t, err, &got)
	assert.Equal(t, job.Transient, got.Kind)
	assert.Equal(t, "UNAVAILABLE", got.Code)
}

func activated(key int64) *pb.ActivatedJob {
	return &pb.ActivatedJob{
		Key: key, Type: "t", ProcessInstanceKey: 2, BpmnProcessId: "p", ProcessDefinitionVersion: 3, ProcessDefinitionKey: 4, ElementId: "e",
		ElementInstanceKey: 5, CustomHeaders: `{"h":"1"}`, Worker: "w", Retries: 6, Deadline: 1_700_000_000_123, Variables: `{"v":1}`, TenantId: "<default>",
	}
}

var wantJob = job.Job{
	Key: 1, Type: "t", ProcessInstanceKey: 2, ProcessID: "p", ProcessDefinitionVersion: 3, ProcessDefinitionKey: 4, ElementID: "e",
	ElementInstanceKey: 5, CustomHeaders: `{"h":"1"}`, Worker: "w", Retries: 6, Deadline: time.UnixMilli(1_700_000_000_123), Variables: `{"v":1}`, TenantID: "<default>",
}

// TestFieldsOfNewerGatewaysAreRead: they lie between others that nobody knows.
func TestFieldsOfNewerGatewaysAreRead(t *testing.T) {
	t.Parallel()
	newer := activated(1)
	var unknown []byte
	unknown = protowire.AppendTag(unknown, 19, protowire.VarintType)
	unknown = protowire.AppendVarint(unknown, 50)
	unknown = protowire.AppendTag(unknown, 20, protowire.BytesType)
	unknown = protowire.AppendString(unknown, "order-4711")
	unknown = protowire.AppendTag(unknown, 21, protowire.BytesType)
	unknown = protowire.AppendString(unknown, "a token")
	newer.ProtoReflect().SetUnknown(unknown)
	want := wantJob
	want.BusinessID, want.LeaseToken = "order-4711", "a token"
	c := connect(t, &gateway{
		activate: func(_ *pb.ActivateJobsRequest, s pb.Gateway_ActivateJobsServer) error {
			return s.Send(&pb.ActivateJobsResponse{Jobs: []*pb.ActivatedJob{newer}})
		},
		stream: func(_ *pb.StreamActivatedJobsRequest, s pb.Gateway_StreamActivatedJobsServer) error {
			return errors.Join(s.Send(newer), s.Send(activated(1)))
		},
	}, Config{})
	polled := 0
	require.NoError(t, c.Activate(t.Context(), job.PollRequest{TakeRequest: job.TakeRequest{Type: "t"}, MaxJobs: 1}, func(j *job.Job) {
		assert.Equal(t, want, *j)
		polled++
	}))
	assert.Equal(t, 1, polled)
	stream, err := c.Stream(t.Context(), job.TakeRequest{Type: "t"})
	require.NoError(t, err)
	streamed, err := stream.Recv()
	require.NoError(t, err)
	assert.Equal(t, want, *streamed)
	streamed, err = stream.Recv()
	require.NoError(t, err)
	assert.Equal(t, wantJob, *streamed, "nothing is left of the job before")
}

func TestPollYieldsJobsAsTheyArrive(t *testing.T) {
	t.Parallel()
	next := make(chan struct{})
	g := &gateway{activate: func(_ *pb.ActivateJobsRequest, s pb.Gateway_ActivateJobsServer) error {
		if err := s.Send(&pb.ActivateJobsResponse{Jobs: []*pb.ActivatedJob{activated(1), activated(2)}}); err != nil {
			return err
		}
		<-next // the poll is still open when the first jobs are yielded
		return s.Send(&pb.ActivateJobsResponse{Jobs: []*pb.ActivatedJob{activated(3)}})
	}}
	var keys []int64
	take := job.TakeRequest{Type: "t", Worker: "w", Lease: time.Minute, FetchVariables: []string{"a", "b"}, TenantIDs: []string{"x"}}
	err := connect(t, g, Config{}).Activate(t.Context(), job.PollRequest{TakeRequest: take, MaxJobs: 7, Wait: 30 * time.Second}, func(j *job.Job) {
		keys = append(keys, j.Key)
		if j.Key == 1 {
			assert.Equal(t, wantJob, *j)
		}
		if j.Key == 2 {
			close(next)
		}
	})
	require.NoError(t, err)
	assert.Equal(t, []int64{1, 2, 3}, keys)
	requests, _ := g.seen()
	want := &pb.ActivateJobsRequest{Type: "t", Worker: "w", Timeout: 60_000, MaxJobsToActivate: 7, FetchVariable: []string{"a", "b"}, RequestTimeout: 30_000, TenantIds: []string{"x"}}
	assert.True(t, proto.Equal(want, requests[0].(proto.Message)), "got %v", requests[0])
}

func TestPollOutlastsItsWait(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		wait       time.Duration
		wantMillis int64
		wantLimit  time.Duration
	}{
		{"not at all", -time.Nanosecond, -1, 10 * time.Second},
		{"as the gateway likes", 0, 0, 70 * time.Second},
		{"for a while", 45 * time.Second, 45_000, 55 * time.Second},
		{"for less than a millisecond", time.Microsecond, 1, 10 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var millis int64
			var limit time.Duration
			g := &gateway{activate: func(r *pb.ActivateJobsRequest, s pb.Gateway_ActivateJobsServer) error {
				deadline, _ := s.Context().Deadline()
				millis, limit = r.GetRequestTimeout(), time.Until(deadline)
				return nil
			}}
			require.NoError(t, connect(t, g, Config{}).Activate(t.Context(), job.PollRequest{MaxJobs: 1, Wait: tt.wait}, nil))
			assert.Equal(t, tt.wantMillis, millis)
			assert.InDelta(t, tt.wantLimit.Seconds(), limit.Seconds(), 3)
		})
	}
}

func TestPollReportsWhatItGotBeforeAnError(t *testing.T) {
	t.Parallel()
	g := &gateway{activate: func(_ *pb.ActivateJobsRequest, s pb.Gateway_ActivateJobsServer) error {
		if err := s.Send(&pb.ActivateJobsResponse{Jobs: []*pb.ActivatedJob{activated(1)}}); err != nil {
			return err
		}
		return status.Error(codes.Unavailable, "gone")
	}}
	n := 0
	err := connect(t, g, Config{}).Activate(t.Context(), job.PollRequest{MaxJobs: 2}, func(*job.Job) { n++ })
	assertRefused(t, err, job.CommandError{Kind: job.Transient, Code: "UNAVAILABLE", Reason: "gone"})
	assert.Equal(t, 1, n)
}

func TestStreamDeliversUntilTheGatewayEndsIt(t *testing.T) {
	t.Parallel()
	g := &gateway{stream: func(_ *pb.StreamActivatedJobsRequest, s pb.Gateway_StreamActivatedJobsServer) error {
		return errors.Join(s.Send(activated(1)), s.Send(&pb.ActivatedJob{Key: 2}))
	}}
	s, err := connect(t, g, Config{}).Stream(t.Context(), job.TakeRequest{Type: "t", Worker: "w", Lease: time.Second, FetchVariables: []string{"a"}, TenantIDs: []string{"x"}})
	require.NoError(t, err)
	first, err := s.Recv()
	require.NoError(t, err)
	second, err := s.Recv()
	require.NoError(t, err)
	assert.Equal(t, wantJob, *first, "a later job does not write into an earlier one")
	assert.Equal(t, job.Job{Key: 2, Deadline: time.UnixMilli(0)}, *second, "nothing of an earlier job is left in a later one")
	_, err = s.Recv()
	require.ErrorIs(t, err, io.EOF)
	requests, _ := g.seen()
	want := &pb.StreamActivatedJobsRequest{Type: "t", Worker: "w", Timeout: 1000, FetchVariable: []string{"a"}, TenantIds: []string{"x"}}
	assert.True(t, proto.Equal(want, requests[0].(proto.Message)), "got %v", requests[0])
}

func TestStreamEndsWithItsContext(t *testing.T) {
	t.Parallel()
	opened := make(chan struct{})
	g := &gateway{stream: func(_ *pb.StreamActivatedJobsRequest, s pb.Gateway_StreamActivatedJobsServer) error {
		close(opened)
		<-s.Context().Done()
		return s.Context().Err()
	}}
	ctx, cancel := context.WithCancel(t.Context())
	s, err := connect(t, g, Config{}).Stream(ctx, job.TakeRequest{})
	require.NoError(t, err)
	<-opened
	cancel()
	_, err = s.Recv()
	require.ErrorIs(t, err, context.Canceled)
}

func TestGatewayWithoutStreamsIsUnsupported(t *testing.T) {
	t.Parallel()
	g := &gateway{stream: func(*pb.StreamActivatedJobsRequest, pb.Gateway_StreamActivatedJobsServer) error {
		return status.Error(codes.Unimplemented, "Method not found")
	}}
	s, err := connect(t, g, Config{}).Stream(t.Context(), job.TakeRequest{})
	require.NoError(t, err)
	_, err = s.Recv()
	assertRefused(t, err, job.CommandError{Kind: job.Unsupported, Code: "UNIMPLEMENTED", Reason: "Method not found"})
}
