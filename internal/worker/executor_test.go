package worker

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/testkit"
)

// TestAJobThatWaitsInVainForItsEarlierActivationIsLeftToItsLease: if it were handed back, it would come again at once,
// while its first event is still under way.
func TestAJobThatWaitsInVainForItsEarlierActivationIsLeftToItsLease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const lease, least = time.Minute, 10 * time.Second
		f := newFleet(t, 1, Config{Stream: true, Lease: lease, LeastLease: least}, &bus{took: lease}, nil)
		f.gateway.Create(1)
		testkit.Advance(time.Second)
		require.Equal(t, 1, f.bus.count(), "its event is under way")
		require.NoError(t, f.gateway.UpdateTimeout(t.Context(), job.Ref{Key: 1}, time.Millisecond)) // as if the lease were over
		testkit.Advance(lease - least - time.Second)
		_, given := f.gateway.State(1)
		require.Equal(t, 2, given, "two activations of one try at once")
		assert.Zero(t, f.seen[0].of(job.AbandonLeaseOver), "the second one waits")
		testkit.Advance(2 * time.Second)
		assert.Equal(t, 1, f.seen[0].of(job.AbandonLeaseOver), "for as long as enough of its lease is left")
		assert.Len(t, f.gateway.Calls("UpdateTimeout"), 1, "that of this test: none hands it back")
		testkit.Advance(lease)
		assert.Equal(t, map[int64]int{1: 1}, f.bus.times())
		assert.Len(t, f.gateway.Calls("Complete"), 1)
		f.stop()
	})
}

// TestAnEffectWaitsForTheLinkWhileEnoughOfTheLeaseIsLeft and not longer.
func TestAnEffectWaitsForTheLinkWhileEnoughOfTheLeaseIsLeft(t *testing.T) {
	t.Parallel()
	const least = 10 * time.Second
	for _, tt := range []struct {
		name  string
		lease time.Duration // that is left
		up    time.Duration // when the link is up
		waits time.Duration
		want  error
	}{
		{"the link is up", least + time.Second, 0, 0, nil},
		{"it is up in time", least + time.Minute, 59 * time.Second, 59 * time.Second, nil},
		{"it is up too late", least + time.Minute, 61 * time.Second, time.Minute, job.ErrTooLate},
		{"it is too late at once", least - time.Millisecond, 0, 0, job.ErrTooLate},
		{"the lease is over", -time.Second, 0, 0, job.ErrTooLate},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := New(Config{JobType: "test", Lease: time.Hour, LeastLease: least}, &testkit.Gateway{}, nil, nil, nil)
				r := newRun(w, t.Context(), t.Context(), t.Context())
				w.link.answered()
				if tt.up > 0 {
					w.link.suspect("a command failed")
					time.AfterFunc(tt.up, w.link.answered)
				}
				began := time.Now()
				err := r.awaitEffect(t.Context(), &job.Job{Key: 1, Lease: job.NewLease(began.Add(tt.lease), nil)})
				require.ErrorIs(t, err, tt.want)
				assert.Equal(t, tt.waits, time.Since(began))
				testkit.Advance(tt.up) // the timer of this test
			})
		})
	}
}

// TestAnEffectDoesNotWaitAfterTheEndOfItsContext although the link is up.
func TestAnEffectDoesNotWaitAfterTheEndOfItsContext(t *testing.T) {
	t.Parallel()
	w := New(Config{JobType: "test"}, &testkit.Gateway{}, nil, nil, nil)
	w.link.answered()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := newRun(w, t.Context(), t.Context(), t.Context()).awaitEffect(ctx, &job.Job{Key: 1, Lease: job.NewLease(time.Now().Add(time.Hour), nil)})
	require.ErrorIs(t, err, context.Canceled)
}
