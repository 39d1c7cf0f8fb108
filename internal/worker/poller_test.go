package worker

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/testkit"
)

// TestALostPollMakesTheLinkSuspect: the connection may be dead, so nothing takes effect until a probe is answered. A
// refusal is an answer, and shows that the connection lives.
func TestALostPollMakesTheLinkSuspect(t *testing.T) {
	t.Parallel()
	lost := &job.CommandError{Kind: job.Transient, Code: "UNAVAILABLE", Reason: "connection reset"}
	for _, tt := range []struct {
		name string
		err  error
		want linkState
	}{
		{"an answer", nil, linkUp},
		{"no answer", lost, linkSuspect},
		{"no answer, with a text around it", fmt.Errorf("poll: %w", lost), linkSuspect},
		{"a broker that has too much to do", &job.CommandError{Kind: job.Transient, Code: "RESOURCE_EXHAUSTED", NotTaken: true}, linkUp},
		{"no right", &job.CommandError{Kind: job.Denied, Code: "PERMISSION_DENIED", NotTaken: true}, linkUp},
		{"an answer that is too large", &job.CommandError{Kind: job.Unacceptable, Code: "RESOURCE_EXHAUSTED"}, linkUp},
		{"an error of our own", errors.New("the poll was ended"), linkUp},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := New(Config{JobType: "test"}, &testkit.Gateway{}, nil, nil, nil)
				w.link.answered()
				require.Equal(t, linkUp, w.link.current())
				newRun(w, t.Context(), t.Context(), t.Context()).polled(t.Context(), &complaint{}, tt.err)
				state, reason := w.link.health()
				assert.Equal(t, tt.want, state)
				if tt.want == linkSuspect {
					assert.Equal(t, tt.err.Error(), reason)
				}
			})
		})
	}
}

// TestAnEffectWaitsForAProbeAfterALostPoll: the connection may have died without a sign, and the poll may be the first call
// that shows it.
func TestAnEffectWaitsForAProbeAfterALostPoll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := New(Config{JobType: "test"}, &testkit.Gateway{}, nil, nil, nil)
		r := newRun(w, t.Context(), t.Context(), t.Context())
		w.link.answered()
		r.polled(t.Context(), &complaint{}, &job.CommandError{Kind: job.Transient, Code: "DEADLINE_EXCEEDED"})
		began := time.Now()
		time.AfterFunc(300*time.Millisecond, w.link.answered)
		require.NoError(t, r.awaitEffect(t.Context(), &job.Job{Key: 1, Lease: job.NewLease(began.Add(time.Hour), nil)}))
		assert.Equal(t, 300*time.Millisecond, time.Since(began))
	})
}

// TestPollsThatFailOnceAreTriedAgainSoon: the pause grows with failures in a row, and begins anew after an answer.
func TestPollsThatFailOnceAreTriedAgainSoon(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var polls []time.Time
		fails := func(n int) bool { return n <= 20 || n == 25 } // counted from 1
		f := newFleet(t, 1, Config{PollWait: 100 * time.Millisecond}, &bus{}, func(_ int, w *way, _ *sender) {
			w.before = func(call string, _ int64) error {
				if call != "Activate" {
					return nil
				}
				if polls = append(polls, time.Now()); fails(len(polls)) {
					return &job.CommandError{Kind: job.Denied, Code: "PERMISSION_DENIED", NotTaken: true}
				}
				return nil
			}
		})
		testkit.Advance(time.Minute)
		synctest.Wait()
		require.Greater(t, len(polls), 25)
		assert.GreaterOrEqual(t, polls[20].Sub(polls[19]), pollFailing/2)
		assert.LessOrEqual(t, polls[25].Sub(polls[24]), 100*time.Millisecond+2*time.Millisecond, "the only one that failed")
		f.stop()
	})
}

// generous is a gateway that gives one job more than it is asked for.
type generous struct{ *testkit.Gateway }

func (g generous) Activate(ctx context.Context, r job.PollRequest, yield func(*job.Job)) error {
	r.MaxJobs++
	return g.Gateway.Activate(ctx, r, yield)
}

// TestAJobMoreThanWasAskedForIsHandedBack at once: there is no slot for it.
func TestAJobMoreThanWasAskedForIsHandedBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, h := generous{&testkit.Gateway{}}, completing(5*time.Second)
		g.Create(1, 2)
		ctx, drain := context.WithCancel(t.Context())
		w := New(Config{JobType: "test", MaxJobsActive: 1, PollWait: time.Second}, g, h, nil, nil)
		ended := make(chan struct{})
		go func() { defer close(ended); _ = w.Run(ctx) }()
		testkit.Advance(time.Second)
		assert.Len(t, g.Calls("UpdateTimeout"), 1)
		testkit.Advance(15 * time.Second)
		assert.Equal(t, 2, g.Count("Complete"))
		assert.EqualValues(t, 1, h.peak.Load())
		drain()
		<-ended
		testkit.Advance(time.Hour) // the gateway's timers
	})
}
