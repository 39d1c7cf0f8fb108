package zeebe

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
	"github.com/eventbridge-connector/eventbridge-connector/internal/worker"
)

// busy returns a handler that works so long on a job.
func busy(d time.Duration) func(context.Context, *job.Job) job.Outcome {
	return func(ctx context.Context, _ *job.Job) job.Outcome {
		if pace.Sleep(ctx, d) != nil {
			return job.HandBack{}
		}
		return job.Complete{}
	}
}

// TestEngineLosesNothingAtDrain drains a worker that is full while jobs come all the time. When it has ended no job is held.
func TestEngineLosesNothingAtDrain(t *testing.T) {
	inEachWay(t, func(t *testing.T, way engineWay) {
		s := newSite(t, embedded.GatewayOptions{Partitions: 2}, nil)
		e := s.work(way, worker.Config{MaxJobsActive: 16}, nil, busy(700*time.Millisecond))
		for range 100 {
			s.add(2, "come")
			pass(100 * time.Millisecond)
		}
		e.stop()
		for range 40 {
			s.add(2, "come late")
			pass(100 * time.Millisecond)
		}
		require.NoError(t, e.drain())
		pass(2 * time.Millisecond) // a job that was handed back has a millisecond left
		assert.Empty(t, e.abandoned)
		assert.Zero(t, s.inState(embedded.StateActivated), "nothing is left to a lease")
		for _, r := range s.Report() {
			assert.LessOrEqual(t, r.Completes, 1)
			assert.Equal(t, r.Activations, r.Completes+r.Updates, "each activation ended in one command")
		}
		assert.Greater(t, s.inState(embedded.StateCompleted), 150)
		assert.Greater(t, s.inState(embedded.StateWaiting), 60, "the next worker gets them")
	})
}

// TestEngineAtRestLosesNothingAtDrain drains a worker whose long poll waits. The first job comes after the drain began.
func TestEngineAtRestLosesNothingAtDrain(t *testing.T) {
	inEachWay(t, func(t *testing.T, way engineWay) {
		for _, after := range [...]time.Duration{0, time.Millisecond, 300 * time.Millisecond, 990 * time.Millisecond, time.Second, 1010 * time.Millisecond, 2 * time.Second} {
			s := newSite(t, embedded.GatewayOptions{}, nil)
			e := s.work(way, worker.Config{MaxJobsActive: 16}, nil, nil)
			pass(45 * time.Second)
			e.stop()
			pass(after)
			s.add(3, "come late")
			require.NoError(t, e.drain())
			pass(2 * time.Millisecond)
			assert.Empty(t, e.abandoned, after)
			assert.Zero(t, s.inState(embedded.StateActivated), after)
		}
	})
}

// TestEngineBeforeAGatewayThatDoesNotSeeItLeave measures what a drain loses at a gateway of REST that lets a poll go on whose client
// has left: at most what that poll asked for, and only until the poll's end, or the end of the lease of what it got.
func TestEngineBeforeAGatewayThatDoesNotSeeItLeave(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const slots, lease, wait = 4, 30 * time.Second, 20 * time.Second
		way := engineWay{overREST: true, leases: worker.LeasePrefer}
		s := newSite(t, embedded.GatewayOptions{GhostPolls: true}, nil)
		e := s.work(way, worker.Config{MaxJobsActive: slots, Lease: lease, PollWait: wait}, nil, nil)
		pass(45 * time.Second)
		require.NoError(t, e.drain())
		s.add(10, "come after the drain")
		pass(0)
		assert.Equal(t, slots, s.inState(embedded.StateActivated), "the poll that was left got as many as it asked for")
		assert.Equal(t, 10-slots, s.inState(embedded.StateWaiting))

		next := s.work(way, worker.Config{MaxJobsActive: slots, Lease: lease, PollWait: wait}, nil, nil)
		pass(time.Second)
		assert.Equal(t, 10-slots, s.inState(embedded.StateCompleted))
		pass(lease)
		assert.Equal(t, 10, s.inState(embedded.StateCompleted), "the others come again when their lease is over, and are late by no more")
		require.NoError(t, next.drain())

		pass(wait) // the poll that is left then finds nothing
		s.add(1, "come much later")
		pass(0)
		assert.Equal(t, 1, s.inState(embedded.StateWaiting))
	})
}
