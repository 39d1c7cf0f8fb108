package worker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/testkit"
)

// The faults that workers of other clients are known for, each with the reason why it cannot happen here.

// TestIssue41_PollingGoesOnOnceStreamedJobsFinish: the Go client's worker stops polling for good when streamed jobs finish.
func TestIssue41_PollingGoesOnOnceStreamedJobsFinish(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &testkit.Gateway{StreamBuffer: 4, Latency: time.Millisecond}
		r := start(t, Config{Stream: true, MaxJobsActive: 8, PollInterval: time.Hour}, g, completing(10*time.Millisecond))
		g.Create(keys(1, 2000)...) // a few are pushed, the rest can only be polled
		testkit.Advance(time.Minute)
		assert.Equal(t, 2000, g.Count("Complete"))
		g.Create(keys(3001, 2000)...)
		testkit.Advance(time.Minute)
		assert.Equal(t, 4000, g.Count("Complete"))
		assert.LessOrEqual(t, r.handler.peak.Load(), int64(8), "no over-activation")
		r.stop()
	})
}

// TestIssue59633_CapacityIsNotLostWhenSaturated: the Java client loses capacity with every job that it rejects when full.
func TestIssue59633_CapacityIsNotLostWhenSaturated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &testkit.Gateway{StreamBuffer: 2}
		r := start(t, Config{Stream: true, MaxJobsActive: 4}, g, completing(100*time.Millisecond))
		for wave := range int64(20) {
			g.Create(keys(1+100*wave, 50)...)
			testkit.Advance(2 * time.Second)
		}
		testkit.Advance(20 * time.Second)
		assert.Equal(t, 1000, g.Count("Complete"))
		r.handler.peak.Store(0)
		g.Create(keys(5001, 20)...)
		testkit.Advance(20 * time.Second)
		assert.GreaterOrEqual(t, r.handler.peak.Load(), int64(3), "all slots are still there; the open stream waits on one of the four")
		r.stop()
	})
}

func TestADrainDoesNotWaitForALongPoll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &testkit.Gateway{}
		r := start(t, Config{PollWait: time.Minute}, g, completing(0))
		began := time.Now()
		r.stop()
		assert.LessOrEqual(t, time.Since(began), pollAtDrain+10*time.Millisecond)
	})
}

func TestADrainDoesNotWaitForAStreamThatIsNeverOpened(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := start(t, Config{Stream: true}, &testkit.Gateway{Silent: true}, completing(0))
		testkit.Advance(time.Second)
		began := time.Now()
		r.stop()
		assert.LessOrEqual(t, time.Since(began), openAtEnd+10*time.Millisecond)
	})
}

// A gateway that is not there fails polls and streams alike, with errors that hold a port or the time of day.
func TestAnAbsentGatewayIsOneLineAMinuteAndOneMoreWhenItIsBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls, absent atomic.Int64
		absent.Store(1)
		g := &testkit.Gateway{Fault: func(string, int64) error {
			if n := calls.Add(1); absent.Load() == 1 {
				return &job.CommandError{Kind: job.Transient, Code: "UNAVAILABLE", Reason: fmt.Sprintf("read tcp 127.0.0.1:%d: connection reset", n)}
			}
			return nil
		}}
		r := start(t, Config{Stream: true}, g, completing(0))
		testkit.Advance(50 * time.Second)
		assert.Greater(t, calls.Load(), int64(10), "tried")
		assert.Equal(t, 1, strings.Count(r.log.String(), "\n"), r.log.String())
		assert.Contains(t, r.log.String(), "the gateway does not answer")
		absent.Store(0)
		testkit.Advance(30 * time.Second)
		assert.Equal(t, 2, strings.Count(r.log.String(), "\n"), r.log.String())
		assert.Contains(t, r.log.String(), "the gateway answers again")
		ready, _ := r.Ready()
		assert.True(t, ready)
		r.stop()
	})
}

func TestAPanicInTheHandlerFailsOneJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &testkit.Gateway{}
		h := &handler{do: func(_ context.Context, j *job.Job) job.Outcome {
			if j.Key == 1 {
				panic("my secret is 1234")
			}
			return job.Complete{}
		}}
		r := start(t, Config{Stream: true, Panicked: job.Fail{Message: "a constant text"}}, g, h)
		g.Create(1, 2)
		testkit.Advance(time.Second)
		calls := g.Calls("Fail")
		require.NotEmpty(t, calls)
		assert.EqualValues(t, 2, calls[0].Retries, "one try less")
		assert.Equal(t, "a constant text", calls[0].Text)
		assert.NotContains(t, r.log.String(), "1234", "a panic's text could hold a secret")
		state, _ := g.State(2)
		assert.Equal(t, "Complete", state)
		r.stop()
	})
}

func TestAHandlerThatHangsIsEndedWithTheGracePeriod(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &testkit.Gateway{}
		h := &handler{do: func(ctx context.Context, _ *job.Job) job.Outcome {
			<-ctx.Done()
			return job.Abandon{Reason: job.AbandonDrained}
		}}
		r := start(t, Config{Stream: true, GracePeriod: 5 * time.Second}, g, h)
		g.Create(1)
		synctest.Wait()
		began := time.Now()
		r.stop()
		assert.InDelta(t, 5, time.Since(began).Seconds(), 0.5)
		assert.Equal(t, 1, r.seen.of(job.AbandonDrained))
		assert.Empty(t, g.Calls("Complete", "Fail", "Throw", "UpdateTimeout"), "the job is left to its lease")
	})
}

func TestStreamsAreOpenedAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &testkit.Gateway{}
		r := start(t, Config{Stream: true, StreamMaxAge: 10 * time.Minute}, g, completing(time.Millisecond))
		for i := range int64(50) {
			g.Break(errors.New("broken"))
			g.Create(keys(1+10*i, 5)...)
			testkit.Advance(2 * time.Second)
		}
		assert.Equal(t, 250, g.Count("Complete"), "across breaks every job is worked on")
		opened := len(g.Calls("Stream"))
		assert.Less(t, opened, 120, "reconnects back off")
		testkit.Advance(15 * time.Minute)
		assert.Greater(t, len(g.Calls("Stream")), opened, "an old stream is replaced")
		assert.Equal(t, 1, g.Streams(), "by one")
		r.stop()
	})
}

func TestABrokerThatIsAwayForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var down atomic.Bool
		g := &testkit.Gateway{Fault: func(string, int64) error {
			if down.Load() {
				return testkit.Unavailable
			}
			return nil
		}}
		r := start(t, Config{Stream: true, MaxJobsActive: 16}, g, completing(20*time.Millisecond))
		g.Create(keys(1, 16)...)
		synctest.Wait()
		down.Store(true)
		g.Break(errors.New("connection reset"))
		testkit.Advance(20 * time.Second) // shorter than the lease: the commands still get through
		down.Store(false)
		g.Create(keys(101, 200)...)
		testkit.Advance(2 * time.Minute)
		assert.Equal(t, 216, g.Count("Complete"))
		assert.Len(t, g.Calls("Complete"), 216)
		assert.Positive(t, r.seen.tries())
		assert.Less(t, strings.Count(r.log.String(), "UNAVAILABLE"), 20, "the log stays readable")
		r.stop()
	})
}

func TestAGatewayThatKnowsNoStreamsIsPolled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &testkit.Gateway{Fault: func(call string, _ int64) error {
			if call == "Stream" {
				return &job.CommandError{Kind: job.Unsupported, Code: "UNIMPLEMENTED", Reason: "no streams here"}
			}
			return nil
		}}
		r := start(t, Config{Stream: true}, g, completing(0))
		testkit.Advance(time.Second)
		g.Create(keys(1, 100)...)
		testkit.Advance(30 * time.Second)
		assert.Equal(t, 100, g.Count("Complete"))
		assert.Less(t, len(g.Calls("Activate")), 30, "it waits at the gateway instead of asking again and again")
		r.stop()
	})
}

func TestAStreamThatNobodyReadsHoldsTheBrokerBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &testkit.Gateway{StreamBuffer: 3}
		r := start(t, Config{Stream: true, MaxJobsActive: 4, GracePeriod: time.Millisecond}, g, completing(time.Hour))
		g.Create(keys(1, 100)...)
		testkit.Advance(time.Second)
		assert.LessOrEqual(t, g.Count("active"), 4+3, "what is active: the capacity, and what is in transport")
		r.stop()
	})
}
