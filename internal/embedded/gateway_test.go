package embedded_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/zeebe"
)

// start returns a gateway and a client of it.
func start(tb testing.TB, o embedded.GatewayOptions) (*embedded.Gateway, *zeebe.Client) {
	tb.Helper()
	g, err := embedded.StartGateway(o)
	require.NoError(tb, err)
	c, err := zeebe.Dial(zeebe.Config{Target: g.Address()}, slog.New(slog.DiscardHandler))
	require.NoError(tb, err)
	tb.Cleanup(func() {
		_ = c.Close()
		g.Close()
	})
	return g, c
}

var take = job.TakeRequest{Type: "t", Worker: "w", Lease: time.Minute}

func add(tb testing.TB, g *embedded.Gateway, jobs ...embedded.Job) []int64 {
	tb.Helper()
	keys, err := g.AddJobs(jobs...)
	require.NoError(tb, err)
	return keys
}

// poll takes up to n jobs that wait.
func poll(tb testing.TB, c *zeebe.Client, r job.TakeRequest, n int, wait time.Duration) []*job.Job {
	tb.Helper()
	var out []*job.Job
	require.NoError(tb, c.Activate(tb.Context(), job.PollRequest{TakeRequest: r, MaxJobs: n, Wait: wait}, func(j *job.Job) { out = append(out, j) }))
	return out
}

func refused(tb testing.TB, err error, code string) {
	tb.Helper()
	var e *job.CommandError
	require.ErrorAs(tb, err, &e)
	assert.Equal(tb, code, e.Code, e.Reason)
}

func TestPollGivesJobsInOrderUpToItsNumber(t *testing.T) {
	t.Parallel()
	g, c := start(t, embedded.GatewayOptions{})
	keys := add(t, g, make([]embedded.Job, 0)...)
	assert.Empty(t, keys)
	keys = add(t, g,
		embedded.Job{Type: "t", Variables: `{"a":1,"b":[2]}`, CustomHeaders: `{"h":"x"}`, Retries: 5, ProcessID: "p", ElementID: "e"},
		embedded.Job{Type: "other"}, embedded.Job{Type: "t", Retries: -1}, embedded.Job{Type: "t"})
	jobs := poll(t, c, take, 2, -1)
	require.Len(t, jobs, 2)
	first := jobs[0]
	assert.Equal(t, keys[0], first.Key)
	assert.Equal(t, `{"a":1,"b":[2]}`, first.Variables)
	assert.Equal(t, `{"h":"x"}`, first.CustomHeaders)
	assert.Equal(t, []string{"t", "p", "e", "w", embedded.DefaultTenant}, []string{first.Type, first.ProcessID, first.ElementID, first.Worker, first.TenantID})
	assert.Equal(t, int32(5), first.Retries)
	assert.WithinDuration(t, time.Now().Add(time.Minute), first.Deadline, 10*time.Second)
	assert.Equal(t, keys[2], jobs[1].Key)
	assert.Equal(t, int32(0), jobs[1].Retries)
	rest := poll(t, c, take, 9, -1)
	require.Len(t, rest, 1)
	assert.Equal(t, int32(3), rest[0].Retries)
	assert.Empty(t, poll(t, c, take, 9, -1), "what is activated is not given out")
	assert.Equal(t, int64(3), g.Counts().Polled)
	assert.Equal(t, int64(1), g.Counts().Waiting)
}

func TestLongPollAnswersAsSoonAsAJobComes(t *testing.T) {
	t.Parallel()
	g, c := start(t, embedded.GatewayOptions{})
	got := make(chan []*job.Job, 1)
	go func() { got <- poll(t, c, take, 5, time.Hour) }()
	require.Eventually(t, func() bool { return g.Counts().Polls == 1 }, 10*time.Second, time.Millisecond)
	keys := add(t, g, embedded.Job{Type: "t"})
	jobs := <-got
	require.Len(t, jobs, 1)
	assert.Equal(t, keys[0], jobs[0].Key)
}

func TestLongPollInVainAnswersWithNothing(t *testing.T) {
	t.Parallel()
	_, c := start(t, embedded.GatewayOptions{PollWait: time.Millisecond})
	assert.Empty(t, poll(t, c, take, 5, 0))
	assert.Empty(t, poll(t, c, take, 5, time.Millisecond))
}

func TestPollOfManyJobsComesInPortions(t *testing.T) {
	t.Parallel()
	g, c := start(t, embedded.GatewayOptions{Partitions: 6})
	big := embedded.Job{Type: "t", Variables: `{"a":"` + strings.Repeat("x", 100_000) + `"}`}
	for range 200 {
		add(t, g, big)
	}
	assert.Len(t, poll(t, c, take, 200, -1), 200, "20 MB do not fit into one message of 4 MiB")
}

func TestOnlyFetchedVariablesAreGivenOut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, variables, want string
		fetch                 []string
	}{
		{"all", `{"a": 1, "b":2}`, `{"a": 1, "b":2}`, nil},
		{"some", `{"a": 1, "b":{"a":2},"c":"x"}`, `{"b":{"a":2},"c":"x"}`, []string{"b", "c", "d"}},
		{"none of them", `{"a":1}`, `{}`, []string{"b"}},
		{"every one", `{"a":1}`, `{"a":1}`, []string{"a", "b"}},
		{"an escaped name", `{"\u0061\"":1,"b":2}`, `{"a\"":1}`, []string{`a"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g, c := start(t, embedded.GatewayOptions{})
			add(t, g, embedded.Job{Type: "t", Variables: tt.variables})
			r := take
			r.FetchVariables = tt.fetch
			jobs := poll(t, c, r, 1, -1)
			require.Len(t, jobs, 1)
			assert.Equal(t, tt.want, jobs[0].Variables)
		})
	}
}

func TestJobsThatAreNoneAreRefused(t *testing.T) {
	t.Parallel()
	g, _ := start(t, embedded.GatewayOptions{})
	for _, j := range []embedded.Job{{}, {Type: "t", Variables: "[]"}, {Type: "t", CustomHeaders: "{"}} {
		_, err := g.AddJobs(embedded.Job{Type: "t"}, j)
		require.ErrorContains(t, err, "job 1")
	}
	assert.Zero(t, g.Counts().Added)
}

// streamOf opens a stream and waits until the gateway knows it.
func streamOf(tb testing.TB, g *embedded.Gateway, c *zeebe.Client, r job.TakeRequest) job.Stream {
	tb.Helper()
	before := g.Counts().StreamsSeen
	s, err := c.Stream(tb.Context(), r)
	require.NoError(tb, err)
	require.Eventually(tb, func() bool { return g.Counts().StreamsSeen > before }, 10*time.Second, time.Millisecond)
	return s
}

func TestStreamGetsNewJobsAndPollsTheBacklog(t *testing.T) {
	t.Parallel()
	g, c := start(t, embedded.GatewayOptions{})
	old := add(t, g, embedded.Job{Type: "t"})
	s := streamOf(t, g, c, take)
	fresh := add(t, g, embedded.Job{Type: "other"}, embedded.Job{Type: "t"})
	j, err := s.Recv()
	require.NoError(t, err)
	assert.Equal(t, fresh[1], j.Key)
	jobs := poll(t, c, take, 9, -1)
	require.Len(t, jobs, 1)
	assert.Equal(t, old[0], jobs[0].Key)
}

func TestStreamThatIsNotReadHoldsOnlySoMuch(t *testing.T) {
	t.Parallel()
	g, c := start(t, embedded.GatewayOptions{})
	s := streamOf(t, g, c, take)
	jobs := make([]embedded.Job, 100)
	for i := range jobs {
		jobs[i] = embedded.Job{Type: "t", Variables: `{"a":"` + strings.Repeat("x", 1000) + `"}`}
	}
	for g.Counts().Added < 2000 {
		add(t, g, jobs...)
	}
	// The windows of both sides, 64 KiB each, and what is on its way to the stream.
	assert.LessOrEqual(t, g.Counts().Streamed, int64(200))
	assert.GreaterOrEqual(t, g.Counts().Waiting, int64(1800))

	_, err := s.Recv() // so that the sender has begun, however busy the machine is
	require.NoError(t, err)
	g.BreakStreams(codes.Unavailable, "broken")
	sent := int64(1)
	for ; ; sent++ {
		if _, err := s.Recv(); err != nil {
			refused(t, err, "UNAVAILABLE")
			break
		}
	}
	require.Eventually(t, func() bool { return g.Counts().StreamsOpen == 0 }, 10*time.Second, time.Millisecond)
	// One more than what arrived may have been given to the stream: that is in transport when it breaks.
	assert.InDelta(t, 2000-sent, g.Counts().Waiting, 1, "what was sent is the client's until its lease ends, the rest is for others")
}

func TestStreamsTakeTurns(t *testing.T) {
	t.Parallel()
	g, c := start(t, embedded.GatewayOptions{})
	first, second := streamOf(t, g, c, take), streamOf(t, g, c, take)
	keys := add(t, g, embedded.Job{Type: "t"}, embedded.Job{Type: "t"})
	one, err := first.Recv()
	require.NoError(t, err)
	two, err := second.Recv()
	require.NoError(t, err)
	assert.ElementsMatch(t, keys, []int64{one.Key, two.Key})
}

func TestGatewayCanBeStartedAndStoppedOften(t *testing.T) {
	t.Parallel()
	g, err := embedded.StartGateway(embedded.GatewayOptions{})
	require.NoError(t, err)
	var work sync.WaitGroup
	for range 4 {
		work.Go(func() {
			for range 10 {
				g.Interrupt()
				_ = g.Resume() // another may have taken the address for a moment
			}
		})
	}
	work.Wait()
	g.Close()
	g.Close()
}

func TestBrokenStreamTellsWhy(t *testing.T) {
	t.Parallel()
	g, c := start(t, embedded.GatewayOptions{})
	s := streamOf(t, g, c, take)
	assert.Equal(t, 1, g.BreakStreams(codes.Unavailable, "broken"))
	_, err := s.Recv()
	refused(t, err, "UNAVAILABLE")
	s = streamOf(t, g, c, take)
	g.BreakStreams(codes.OK, "")
	_, err = s.Recv()
	require.ErrorIs(t, err, io.EOF)
	require.Eventually(t, func() bool { return g.Counts().StreamsOpen == 0 }, 10*time.Second, time.Millisecond)
}

func TestCommandsEndJobs(t *testing.T) {
	t.Parallel()
	g, c := start(t, embedded.GatewayOptions{})
	keys := add(t, g, embedded.Job{Type: "t"}, embedded.Job{Type: "t"}, embedded.Job{Type: "t"})
	require.Len(t, poll(t, c, take, 3, -1), 3)
	ctx := t.Context()
	require.NoError(t, c.Complete(ctx, job.Ref{Key: keys[0]}, []byte(`{"r":1}`)))
	require.NoError(t, c.Throw(ctx, job.Ref{Key: keys[1]}, "CODE", "why", []byte(`{}`)))
	require.NoError(t, c.Fail(ctx, job.Ref{Key: keys[2]}, 0, time.Second, "broken", nil))
	require.NoError(t, g.WaitAll(ctx))
	var got []embedded.Command
	for _, e := range g.Endings() {
		assert.Equal(t, 1, e.Given)
		e.Command.At = time.Time{}
		got = append(got, e.Command)
	}
	assert.Equal(t, []embedded.Command{
		{Kind: embedded.Complete, JobKey: keys[0], Variables: `{"r":1}`},
		{Kind: embedded.Throw, JobKey: keys[1], Variables: `{}`, Code: "CODE", Message: "why"},
		{Kind: embedded.Fail, JobKey: keys[2], Backoff: time.Second, Message: "broken"},
	}, got)
	refused(t, c.Complete(ctx, job.Ref{Key: keys[0]}, nil), "NOT_FOUND")
	refused(t, c.Complete(ctx, job.Ref{Key: keys[2]}, nil), "FAILED_PRECONDITION")
	refused(t, c.UpdateTimeout(ctx, job.Ref{Key: keys[2]}, time.Second), "FAILED_PRECONDITION")
	counts := g.Counts()
	assert.Equal(t, []int64{1, 1, 1, 1, 3}, []int64{counts.Completed, counts.Thrown, counts.Failed, counts.Incidents, counts.Refused})
	ending, err := g.Wait(ctx, keys[1])
	require.NoError(t, err)
	assert.Equal(t, "CODE", ending.Command.Code)
	_, err = g.Wait(ctx, 1)
	require.Error(t, err)
}

func TestFailedJobComesAgainWithItsRetries(t *testing.T) {
	t.Parallel()
	g, c := start(t, embedded.GatewayOptions{})
	keys := add(t, g, embedded.Job{Type: "t"})
	poll(t, c, take, 1, -1)
	require.NoError(t, c.Fail(t.Context(), job.Ref{Key: keys[0]}, 2, 0, "again", nil))
	jobs := poll(t, c, take, 1, -1)
	require.Len(t, jobs, 1)
	assert.Equal(t, int32(2), jobs[0].Retries)
	require.NoError(t, c.Fail(t.Context(), job.Ref{Key: keys[0]}, 1, time.Hour, "later", nil))
	refused(t, c.Complete(t.Context(), job.Ref{Key: keys[0]}, nil), "FAILED_PRECONDITION")
	assert.Empty(t, poll(t, c, take, 1, -1), "it waits for its backoff")
}

func TestJobIsHandedBackByItsTimeout(t *testing.T) {
	t.Parallel()
	g, c := start(t, embedded.GatewayOptions{})
	keys := add(t, g, embedded.Job{Type: "t"})
	refused(t, c.UpdateTimeout(t.Context(), job.Ref{Key: keys[0]}, time.Second), "FAILED_PRECONDITION")
	poll(t, c, take, 1, -1)
	require.NoError(t, c.UpdateTimeout(t.Context(), job.Ref{Key: keys[0]}, time.Millisecond))
	again := poll(t, c, take, 1, time.Minute)
	require.Len(t, again, 1)
	assert.Equal(t, keys[0], again[0].Key)
	assert.Equal(t, int64(1), g.Counts().Expired)
	require.NoError(t, c.Complete(t.Context(), job.Ref{Key: keys[0]}, nil))
	assert.Equal(t, 2, g.Endings()[0].Given)
}

func TestLeaseRunsOutAndLateCommandIsTaken(t *testing.T) {
	t.Parallel()
	g, c := start(t, embedded.GatewayOptions{})
	keys := add(t, g, embedded.Job{Type: "t"})
	short := take
	short.Lease = time.Millisecond
	require.Len(t, poll(t, c, short, 1, -1), 1)
	require.Eventually(t, func() bool { return g.Counts().Expired == 1 }, 10*time.Second, time.Millisecond)
	require.NoError(t, c.Complete(t.Context(), job.Ref{Key: keys[0]}, nil), "the broker takes it from whoever sends it")
	assert.True(t, g.Endings()[0].Command.LeaseOver)
	assert.Zero(t, g.Counts().Waiting)
	assert.Empty(t, poll(t, c, take, 1, -1))
}

func TestCommandsThatCanNeverBeTaken(t *testing.T) {
	t.Parallel()
	g, c := start(t, embedded.GatewayOptions{CommandLimit: 100})
	keys := add(t, g, embedded.Job{Type: "t"})
	poll(t, c, take, 1, -1)
	for _, variables := range []string{"[]", "{", `"a"`, "{} {}", "nul"} {
		refused(t, c.Complete(t.Context(), job.Ref{Key: keys[0]}, []byte(variables)), "INVALID_ARGUMENT")
	}
	require.NoError(t, c.UpdateTimeout(t.Context(), job.Ref{Key: keys[0]}, time.Hour), "what was refused had no effect")
	err := c.Complete(t.Context(), job.Ref{Key: keys[0]}, []byte(`{"a":"`+strings.Repeat("x", 100)+`"}`))
	refused(t, err, "UNKNOWN")
	var e *job.CommandError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, job.Unacceptable, e.Kind)
	require.NoError(t, c.Complete(t.Context(), job.Ref{Key: keys[0]}, []byte(" null ")), "null is no variables")
	refused(t, c.Activate(t.Context(), job.PollRequest{TakeRequest: take}, nil), "INVALID_ARGUMENT")
	refused(t, c.Activate(t.Context(), job.PollRequest{TakeRequest: job.TakeRequest{Lease: 1}, MaxJobs: 1}, nil), "INVALID_ARGUMENT")
	refused(t, c.Activate(t.Context(), job.PollRequest{TakeRequest: job.TakeRequest{Type: "t"}, MaxJobs: 1}, nil), "INVALID_ARGUMENT")
}

func TestTenants(t *testing.T) {
	t.Parallel()
	g, c := start(t, embedded.GatewayOptions{Tenants: []string{"a", "b"}})
	add(t, g, embedded.Job{Type: "t", TenantID: "a"}, embedded.Job{Type: "t", TenantID: "b"}, embedded.Job{Type: "t", TenantID: "c"})
	r := take
	refused(t, c.Activate(t.Context(), job.PollRequest{TakeRequest: r, MaxJobs: 1}, nil), "PERMISSION_DENIED")
	raw, err := grpc.NewClient(g.Address(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, raw.Close()) })
	unnamed, err := pb.NewGatewayClient(raw).ActivateJobs(t.Context(), &pb.ActivateJobsRequest{Type: "t", Timeout: 1, MaxJobsToActivate: 1})
	require.NoError(t, err)
	_, err = unnamed.Recv()
	assert.Equal(t, codes.InvalidArgument, status.Code(err), "whoever has tenants must name some: %v", err)
	r.TenantIDs = []string{"a", "c"}
	refused(t, c.Activate(t.Context(), job.PollRequest{TakeRequest: r, MaxJobs: 1}, nil), "PERMISSION_DENIED")
	r.TenantIDs = []string{"b"}
	jobs := poll(t, c, r, 9, -1)
	require.Len(t, jobs, 1)
	assert.Equal(t, "b", jobs[0].TenantID)
	s := streamOf(t, g, c, r)
	keys := add(t, g, embedded.Job{Type: "t", TenantID: "a"}, embedded.Job{Type: "t", TenantID: "b"})
	j, err := s.Recv()
	require.NoError(t, err)
	assert.Equal(t, keys[1], j.Key)

	_, plain := start(t, embedded.GatewayOptions{})
	refused(t, plain.Activate(t.Context(), job.PollRequest{TakeRequest: r, MaxJobs: 1}, nil), "INVALID_ARGUMENT")
	r.TenantIDs = []string{embedded.DefaultTenant}
	assert.Empty(t, poll(t, plain, r, 1, -1))
}

func TestOlderGatewaysLackCalls(t *testing.T) {
	t.Parallel()
	_, c := start(t, embedded.GatewayOptions{NoStreams: true, NoTimeout: true, Version: "8.3.1"})
	s, err := c.Stream(t.Context(), take)
	require.NoError(t, err)
	_, err = s.Recv()
	refused(t, err, "UNIMPLEMENTED")
	refused(t, c.UpdateTimeout(t.Context(), job.Ref{Key: 1}, time.Second), "UNIMPLEMENTED")
	topology, err := c.Topology(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "8.3.1", topology.GatewayVersion)
}

func TestFaultsHappenAsAsked(t *testing.T) {
	t.Parallel()
	g, c := start(t, embedded.GatewayOptions{})
	keys := add(t, g, embedded.Job{Type: "t"})
	poll(t, c, take, 1, -1)
	g.FaultNext(2, embedded.Fault{Code: codes.ResourceExhausted, Message: "busy"})
	g.FaultNext(1, embedded.Fault{LoseAnswer: true})
	ctx := t.Context()
	refused(t, c.Complete(ctx, job.Ref{Key: keys[0]}, nil), "RESOURCE_EXHAUSTED")
	refused(t, c.Fail(ctx, job.Ref{Key: keys[0]}, 0, 0, "", nil), "RESOURCE_EXHAUSTED")
	assert.Empty(t, g.Commands())
	refused(t, c.Complete(ctx, job.Ref{Key: keys[0]}, nil), "UNAVAILABLE")
	assert.Len(t, g.Commands(), 1, "the command had its effect")
	refused(t, c.Complete(ctx, job.Ref{Key: keys[0]}, nil), "NOT_FOUND")

	var calls []embedded.Call
	g.SetFault(func(call embedded.Call) embedded.Fault {
		calls = append(calls, call)
		return embedded.Fault{Code: codes.Internal, Delay: time.Nanosecond}
	})
	_, err := c.Topology(ctx)
	refused(t, err, "INTERNAL")
	refused(t, c.Activate(ctx, job.PollRequest{TakeRequest: take, MaxJobs: 1}, nil), "INTERNAL")
	assert.Equal(t, []embedded.Call{{Method: "Topology"}, {Method: "ActivateJobs"}}, calls)
}

func TestInterruptedGatewayComesBackWithItsJobs(t *testing.T) {
	t.Parallel()
	g, c := start(t, embedded.GatewayOptions{})
	keys := add(t, g, embedded.Job{Type: "t"})
	s := streamOf(t, g, c, take)
	address := g.Address()
	g.Interrupt()
	_, err := s.Recv()
	refused(t, err, "UNAVAILABLE")
	require.NoError(t, g.Resume())
	assert.Equal(t, address, g.Address())
	fresh, err := zeebe.Dial(zeebe.Config{Target: address}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, fresh.Close()) })
	jobs := poll(t, fresh, take, 1, -1)
	require.Len(t, jobs, 1)
	assert.Equal(t, keys[0], jobs[0].Key)
}

func TestOnlyTheNewestCommandsAreKept(t *testing.T) {
	t.Parallel()
	var taken, ended int
	g, c := start(t, embedded.GatewayOptions{
		KeepCommands: 2,
		OnCommand:    func(embedded.Command) { taken++ },
		OnEnding:     func(embedded.Ending) { ended++ },
	})
	keys := add(t, g, make3("t")...)
	for _, key := range keys {
		require.NoError(t, c.Complete(t.Context(), job.Ref{Key: key}, nil))
	}
	got := g.Commands()
	require.Len(t, got, 2)
	assert.Equal(t, keys[1:], []int64{got[0].JobKey, got[1].JobKey})
	assert.Equal(t, []int{3, 3}, []int{taken, ended})
}

func make3(jobType string) []embedded.Job {
	return []embedded.Job{{Type: jobType}, {Type: jobType}, {Type: jobType}}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	g, _ := start(t, embedded.GatewayOptions{})
	keys := add(t, g, embedded.Job{Type: "t"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := g.Wait(ctx, keys[0])
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, g.WaitAll(ctx), context.Canceled)
}

func TestAddressInUse(t *testing.T) {
	t.Parallel()
	g, _ := start(t, embedded.GatewayOptions{})
	_, err := embedded.StartGateway(embedded.GatewayOptions{Address: g.Address()})
	var network *net.OpError
	require.True(t, errors.As(err, &network), "%v", err)
}
