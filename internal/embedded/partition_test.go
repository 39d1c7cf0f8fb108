package embedded_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// local returns a gateway without a network, and its face.
func local(tb testing.TB, o embedded.GatewayOptions) (*embedded.Gateway, *embedded.Local) {
	tb.Helper()
	g, err := embedded.NewGateway(o)
	require.NoError(tb, err)
	tb.Cleanup(g.Close)
	return g, g.Local(0)
}

// takeLocal takes up to n jobs that wait.
func takeLocal(tb testing.TB, l *embedded.Local, n int, wait time.Duration) []*job.Job {
	tb.Helper()
	var out []*job.Job
	require.NoError(tb, l.Activate(tb.Context(), job.PollRequest{TakeRequest: take, MaxJobs: n, Wait: wait}, func(j *job.Job) { out = append(out, j) }))
	return out
}

func make4() []embedded.Job {
	return []embedded.Job{{Type: "t"}, {Type: "t"}, {Type: "t"}, {Type: "t"}}
}

func TestJobsAreCreatedInEachPartitionInTurn(t *testing.T) {
	t.Parallel()
	g, l := local(t, embedded.GatewayOptions{Partitions: 2})
	per := map[int64]int{}
	for _, key := range add(t, g, make4()...) {
		per[key>>51]++
	}
	assert.Equal(t, map[int64]int{1: 2, 2: 2}, per)
	first, second := takeLocal(t, l, 1, -1), takeLocal(t, l, 1, -1)
	assert.NotEqual(t, first[0].Key>>51, second[0].Key>>51, "polls begin with another partition each time")
	assert.Len(t, takeLocal(t, l, 9, -1), 2, "a poll goes over all partitions")
}

func TestEachPartitionKeepsItsOwnTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, l := local(t, embedded.GatewayOptions{Partitions: 2})
		g.SetClock(2, time.Hour)
		keys := add(t, g, embedded.Job{Type: "t"}, embedded.Job{Type: "t"})
		began := time.Now()
		for _, j := range takeLocal(t, l, 2, -1) {
			want := began.Add(time.Minute)
			if j.Key>>51 == 2 {
				want = want.Add(time.Hour)
			}
			assert.True(t, j.Deadline.Equal(want), "%v, not %v", j.Deadline, want)
		}
		again := takeLocal(t, l, 1, time.Hour)
		assert.Equal(t, time.Minute, time.Since(began), "the lease has its length by either clock")
		require.Len(t, again, 1)
		require.NoError(t, l.Complete(t.Context(), job.Ref{Key: keys[0]}, nil))
		require.NoError(t, l.Complete(t.Context(), job.Ref{Key: keys[1]}, nil))

		stepped := add(t, g, embedded.Job{Type: "t"}, embedded.Job{Type: "t"})
		require.Len(t, takeLocal(t, l, 2, -1), 2)
		g.SetClock(1, time.Minute)
		synctest.Wait()
		again = takeLocal(t, l, 2, time.Second)
		require.Len(t, again, 1, "the step ends the leases of its partition, and no others")
		assert.Equal(t, int64(1), again[0].Key>>51)
		assert.Contains(t, stepped, again[0].Key)
		g.SetClock(2, 0)
		again = takeLocal(t, l, 1, time.Second)
		assert.Empty(t, again, "a clock that is set back makes leases longer")
	})
}

// TestABackoffHasItsLengthByEitherClock, that of the machine and that of the job's partition.
func TestABackoffHasItsLengthByEitherClock(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{time.Hour, 0, -time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			g, l := local(t, embedded.GatewayOptions{})
			g.SetClock(1, ahead)
			key := add(t, g, embedded.Job{Type: "t"})[0]
			require.Len(t, takeLocal(t, l, 1, -1), 1)
			require.NoError(t, l.Fail(t.Context(), job.Ref{Key: key}, 2, time.Minute, "later", nil))
			began := time.Now()
			require.Len(t, takeLocal(t, l, 1, time.Hour), 1)
			assert.Equal(t, time.Minute, time.Since(began), "the clock is %s ahead", ahead)
		})
	}
}

func TestPartitionWithoutALeaderTakesPartInNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, l := local(t, embedded.GatewayOptions{Partitions: 2})
		keys := add(t, g, embedded.Job{Type: "t"}, embedded.Job{Type: "t"})
		of := map[int64]int64{keys[0] >> 51: keys[0], keys[1] >> 51: keys[1]}
		require.Len(t, takeLocal(t, l, 2, -1), 2)
		g.SetLeaderless(1, true)
		refused(t, l.Complete(t.Context(), job.Ref{Key: of[1]}, nil), "UNAVAILABLE")
		require.NoError(t, l.Complete(t.Context(), job.Ref{Key: of[2]}, nil))
		assert.Empty(t, takeLocal(t, l, 1, time.Hour), "no lease ends without a leader")
		assert.Zero(t, g.Counts().Expired)
		for _, key := range add(t, g, make4()...) {
			assert.Equal(t, int64(2), key>>51)
		}
		g.SetLeaderless(2, true)
		_, err := g.AddJobs(embedded.Job{Type: "t"})
		require.ErrorContains(t, err, "no partition has a leader")
		refused(t, l.Activate(t.Context(), job.PollRequest{TakeRequest: take, MaxJobs: 1}, nil), "UNAVAILABLE")
		require.NoError(t, l.Probe(t.Context()), "the gateway itself answers")
		g.SetLeaderless(1, false)
		synctest.Wait()
		jobs := takeLocal(t, l, 1, -1)
		require.Len(t, jobs, 1, "the lease that ended meanwhile ends now")
		assert.Equal(t, of[1], jobs[0].Key)
	})
}

func TestCancelledPollLosesItsJobsUntilTheirLeasesEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, l := local(t, embedded.GatewayOptions{PollTransit: 10 * time.Millisecond})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- l.Activate(ctx, job.PollRequest{TakeRequest: take, MaxJobs: 5, Wait: time.Hour}, func(*job.Job) { t.Error("a job came") })
		}()
		synctest.Wait()
		add(t, g, embedded.Job{Type: "t"})
		synctest.Wait() // it is under way
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
		began := time.Now()
		assert.Len(t, takeLocal(t, l, 1, time.Hour), 1)
		assert.Equal(t, time.Minute+10*time.Millisecond, time.Since(began), "its lease, and the way")
	})
}

func TestAnswerThatIsTooLargeKeepsItsJobs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, l := local(t, embedded.GatewayOptions{AnswerLimit: 3 << 20})
		big := embedded.Job{Type: "t", Variables: `{"a":"` + strings.Repeat("x", 1<<20) + `"}`}
		add(t, g, big, big, big)
		err := l.Activate(t.Context(), job.PollRequest{TakeRequest: take, MaxJobs: 6, Wait: -1}, nil)
		refused(t, err, "RESOURCE_EXHAUSTED")
		require.ErrorContains(t, err, "larger than max")
		assert.Empty(t, takeLocal(t, l, 1, time.Second), "all are held")
		time.Sleep(time.Minute) //nolint:forbidigo // inside a bubble of synctest
		assert.Len(t, takeLocal(t, l, 2, -1), 2)
	})
}

func TestAPartitionGivesAPollNoMoreThanABatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, l := local(t, embedded.GatewayOptions{Partitions: 3})
		big := embedded.Job{Type: "t", Variables: `{"a":"` + strings.Repeat("x", 3<<19) + `"}`}
		keys := add(t, g, slices.Repeat([]embedded.Job{big}, 9)...)
		assert.Len(t, takeLocal(t, l, 9, -1), 6, "two of each partition are below 4 MiB together, three are not")
		assert.Len(t, takeLocal(t, l, 9, -1), 3, "the others were left waiting")
		assert.Len(t, keys, 9)
		huge := embedded.Job{Type: "t", Variables: `{"a":"` + strings.Repeat("x", 5<<20) + `"}`}
		add(t, g, huge, huge)
		assert.Len(t, takeLocal(t, l, 9, -1), 2, "one that is above it comes alone, from each partition")
	})
}

func TestEndedStreamKeepsWhatWasInTransport(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, err := embedded.NewGateway(embedded.GatewayOptions{})
		require.NoError(t, err)
		defer g.Close()
		l := g.Local(3)
		ctx, cancel := context.WithCancel(t.Context())
		s, err := l.Stream(ctx, take)
		require.NoError(t, err)
		add(t, g, make4()...)
		assert.Len(t, takeLocal(t, l, 9, -1), 1, "the stream has room for three")
		_, err = s.Recv()
		require.NoError(t, err)
		cancel()
		synctest.Wait()
		assert.Zero(t, g.Counts().StreamsOpen)
		assert.Empty(t, takeLocal(t, l, 9, 59*time.Second))
		assert.Len(t, takeLocal(t, l, 9, 2*time.Second), 4)
	})
}

func TestFailedAndHandedBackJobsArePushed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, l := local(t, embedded.GatewayOptions{})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		s, err := l.Stream(ctx, take)
		require.NoError(t, err)
		key := add(t, g, embedded.Job{Type: "t"})[0]
		again := func(after time.Duration) {
			t.Helper()
			began := time.Now()
			j, err := s.Recv()
			require.NoError(t, err)
			assert.Equal(t, key, j.Key)
			assert.Equal(t, after, time.Since(began))
		}
		again(0)
		require.NoError(t, l.Fail(ctx, job.Ref{Key: key}, 2, 0, "again", nil))
		again(0)
		require.NoError(t, l.Fail(ctx, job.Ref{Key: key}, 2, time.Second, "later", nil))
		again(time.Second)
		require.NoError(t, l.UpdateTimeout(ctx, job.Ref{Key: key}, time.Millisecond))
		again(time.Millisecond)
		again(time.Minute)
		g.BreakStreams(codes.Unavailable, "broken")
		add(t, g, embedded.Job{Type: "t"})
		assert.Len(t, takeLocal(t, l, 1, -1), 1, "nothing is pushed to a stream that was ended")
		_, err = s.Recv()
		refused(t, err, "UNAVAILABLE")
	})
}

func TestFaultsOfCallsWithoutANetwork(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, l := local(t, embedded.GatewayOptions{})
		ctx := t.Context()
		keys := add(t, g, make4()...)
		takeLocal(t, l, 9, -1)
		g.FaultNext(1, embedded.HTTPFault(404))
		refused(t, l.Complete(ctx, job.Ref{Key: keys[0]}, nil), "UNIMPLEMENTED")
		g.FaultNext(1, embedded.HTTPFault(503))
		refused(t, l.Complete(ctx, job.Ref{Key: keys[0]}, nil), "UNAVAILABLE")

		slow, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		g.FaultNext(1, embedded.Fault{AnswerDelay: time.Minute})
		refused(t, l.Complete(slow, job.Ref{Key: keys[0]}, nil), "DEADLINE_EXCEEDED")
		refused(t, l.Complete(ctx, job.Ref{Key: keys[0]}, nil), "NOT_FOUND")

		held := make(chan struct{})
		time.AfterFunc(time.Hour, func() { close(held) })
		g.FaultNext(1, embedded.Fault{Hold: held})
		began := time.Now()
		require.NoError(t, l.Complete(ctx, job.Ref{Key: keys[1]}, nil))
		assert.Equal(t, time.Hour, time.Since(began))
		g.FaultNext(1, embedded.Fault{LoseAnswer: true})
		refused(t, l.Throw(ctx, job.Ref{Key: keys[2]}, "", "an empty code is taken", nil), "UNAVAILABLE")
		refused(t, l.Throw(ctx, job.Ref{Key: keys[2]}, "", "", nil), "NOT_FOUND")
		assert.Equal(t, int64(1), g.Counts().Thrown)
	})
}
