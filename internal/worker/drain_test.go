package worker

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/testkit"
)

func TestADrainFinishesWhatRunsAndHandsBackTheRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &testkit.Gateway{StreamBuffer: 20}
		r := start(t, Config{Stream: true, MaxJobsActive: 4, GracePeriod: time.Minute}, g, completing(10*time.Second))
		g.Create(keys(1, 20)...) // 4 in work, the others in transport
		testkit.Advance(time.Second)
		began := time.Now()
		r.stop()
		assert.InDelta(t, 9, time.Since(began).Seconds(), 1.5, "as long as the running jobs need")
		assert.Equal(t, 4, g.Count("Complete"), "what ran was finished")
		back := g.Calls("UpdateTimeout")
		assert.Len(t, back, 16, "what was in transport was handed back")
		closed := g.Calls("StreamClosed")
		require.Len(t, closed, 1)
		for _, c := range back {
			assert.Equal(t, handBackTimeout, c.Timeout)
			assert.False(t, c.At.Before(closed[0].At), "earlier, the broker would push it to us again")
		}
		for _, c := range g.Calls("Activate", "Stream") {
			assert.False(t, c.At.After(began), "nothing new is asked for")
		}
	})
}

func TestAHandBackNeedsALeaseThatSurelyHolds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		after time.Duration
		fault error
		back  int
		left  int
	}{
		{name: "while the lease holds", after: 10 * time.Second, back: 1},
		{name: "not when it is about to run out", after: 59500 * time.Millisecond, left: 1},
		{name: "not to a gateway that cannot", after: time.Second, left: 1, fault: &job.CommandError{Kind: job.Unsupported, Code: "UNIMPLEMENTED", Reason: "no"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := &testkit.Gateway{Fault: func(call string, _ int64) error {
					if call == "UpdateTimeout" {
						return tt.fault
					}
					return nil
				}}
				h := &handler{do: func(ctx context.Context, _ *job.Job) job.Outcome {
					<-ctx.Done()
					return job.HandBack{}
				}}
				r := start(t, Config{Stream: true, Lease: time.Minute, GracePeriod: time.Millisecond}, g, h)
				g.Create(1)
				testkit.Advance(tt.after)
				r.stop()
				assert.Len(t, g.Calls("UpdateTimeout"), tt.back)
				assert.Equal(t, tt.left, r.seen.of(job.AbandonNoHandBack))
				assert.Empty(t, g.Calls("Complete", "Fail", "Throw"))
			})
		})
	}
}

func TestAClockThatIsOffDoesNotMatter(t *testing.T) {
	t.Parallel()
	for _, off := range []time.Duration{-time.Hour, time.Hour, 0} {
		t.Run(off.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := &testkit.Gateway{ClockOff: off, Latency: time.Millisecond}
				var left atomic.Int64
				h := &handler{do: func(_ context.Context, j *job.Job) job.Outcome {
					left.Store(int64(j.Lease.Left()))
					return job.Complete{}
				}}
				r := start(t, Config{Stream: true, Lease: time.Minute}, g, h)
				for i := range int64(50) {
					g.Create(keys(1+i*10, 10)...)
					testkit.Advance(3 * time.Second)
					assert.InDelta(t, 60, time.Duration(left.Load()).Seconds(), 1, "a lease runs as long as it was asked for")
				}
				r.stop()
				assert.Equal(t, 500, g.Count("Complete"))
				assert.Equal(t, 500, r.seen.count(), "no job came twice")
				assert.Empty(t, g.Calls("UpdateTimeout"), "none was handed back")
				warned := 0
				for line := range bytesLines([]byte(r.log.String())) {
					if containsAll(line, "clock", "differ") {
						warned++
					}
				}
				assert.Equal(t, off != 0, warned == 1, "one warning where the clock is off, none where it is not")
			})
		})
	}
}

func TestJobsThatGrowOldInTransportAreHandedBackAndPolledFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &testkit.Gateway{StreamBuffer: 10}
		r := start(t, Config{Stream: true, MaxJobsActive: 2, Lease: time.Minute, PollInterval: time.Hour}, g, completing(40*time.Second))
		g.Create(keys(1, 6)...) // two slots: the others would wait in transport for 40 s and more
		testkit.Advance(12 * time.Second)
		assert.Len(t, g.Calls("UpdateTimeout"), 4, "after a sixth of the lease they are given back, whoever may have them")
		assert.Zero(t, g.Streams(), "and none is pushed to us again")
		testkit.Advance(10 * time.Minute)
		assert.Equal(t, 6, g.Count("Complete"), "each is done in the end")
		assert.Len(t, g.Calls("Complete"), 6)
		assert.Zero(t, r.seen.of(job.AbandonLeaseOver)+r.seen.of(job.AbandonGone))
		assert.Equal(t, 1, g.Streams(), "once no job waits there is a stream again")
		r.stop()
	})
}

// TestAFullWorkerThatIsFastKeepsItsStream for as long as more jobs come than it has slots for: none grows old in transport, and
// the end of a stream would lose those that are sent at that moment.
func TestAFullWorkerThatIsFastKeepsItsStream(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &testkit.Gateway{}
		r := start(t, Config{Stream: true, MaxJobsActive: 8, Lease: time.Minute}, g, completing(100*time.Millisecond))
		next := int64(1)
		for began := time.Now(); time.Since(began) < 30*time.Second; testkit.Advance(100 * time.Millisecond) {
			if missing := int64(200 - g.Count("waiting") - g.Count("active")); missing > 0 {
				g.Create(keys(next, missing)...)
				next += missing
			}
			require.Equal(t, 1, g.Streams())
		}
		assert.Len(t, g.Calls("Stream"), 1)
		assert.Empty(t, g.Calls("UpdateTimeout"), "none is handed back")
		assert.Greater(t, g.Count("Complete"), 2200, "of 2400 that the slots allow")
		r.stop()
	})
}

func TestAJobWithTooLittleOfItsLeaseLeftIsNotStarted(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		left time.Duration
		want job.AbandonReason // empty = handed back
	}{
		{name: "while its lease surely holds it is handed back", left: 10 * time.Second},
		{name: "else it is left to its lease", left: 500 * time.Millisecond, want: job.AbandonLeaseOver},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g, end := &takesBack{answers: []error{nil}}, &ending{}
				h := &handler{do: func(context.Context, *job.Job) job.Outcome {
					t.Error("work on it began")
					return job.Complete{}
				}}
				w := newRun(New(Config{Lease: time.Minute}, g, h, end, nil), t.Context(), t.Context(), t.Context())
				w.link.enter(linkUp, time.Now())
				w.execute(&job.Job{Key: 7, Retries: 1, Lease: job.NewLease(time.Now().Add(tt.left), nil)})
				assert.Equal(t, tt.want, end.abandoned)
				assert.Equal(t, tt.want == "", len(g.calls) == 1)
			})
		})
	}
}

// TestADrainDoesNotWaitForJobsThatCannotBeHandedBack: a stream that was read dry when the gateway stopped answering left jobs
// that wait for it to answer again, for as long as their lease holds.
func TestADrainDoesNotWaitForJobsThatCannotBeHandedBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var silent atomic.Bool
		g := &testkit.Gateway{StreamBuffer: 20}
		w := &way{Gateway: g, before: func(call string, _ int64) error {
			if silent.Load() && call != "Stream" {
				return testkit.Unavailable
			}
			return nil
		}}
		h := completing(time.Second)
		seen := &observer{}
		ctx, drain := context.WithCancel(t.Context())
		worker := New(Config{JobType: "test", Stream: true, MaxJobsActive: 2, Lease: 10 * time.Minute, GracePeriod: 5 * time.Second}, w, h, seen, nil)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = worker.Run(ctx)
		}()
		synctest.Wait()
		silent.Store(true)
		g.Create(keys(1, 12)...) // two are worked on, the others are in transport
		testkit.Advance(20 * time.Second)
		began := time.Now()
		drain()
		<-ended
		assert.LessOrEqual(t, time.Since(began), takersMost+5*time.Second+settleGrace+lastCall)
		assert.Equal(t, 10, seen.of(job.AbandonNoHandBack), "those in transport are left to their leases")
		testkit.Advance(time.Hour)
	})
}

// TestADrainTellsWhatItLeftBehind, with the last refusal, and ends whatever still runs.
func TestADrainTellsWhatItLeftBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &testkit.Gateway{}
		hang := make(chan struct{})
		var held atomic.Bool
		w := &way{Gateway: g, before: func(call string, _ int64) error {
			if call == "Complete" && held.Load() {
				return &job.CommandError{Kind: job.Transient, Code: "UNAVAILABLE", Reason: "held"}
			}
			return nil
		}}
		h := &handler{do: func(_ context.Context, j *job.Job) job.Outcome {
			if j.Key == 1 {
				<-hang // an expression that does not end
			}
			return job.Complete{Settling: job.Settling{EffectDone: true}}
		}}
		ctx, drain := context.WithCancel(t.Context())
		worker := New(Config{JobType: "test", Stream: true, GracePeriod: 5 * time.Second}, w, h, nil, nil)
		left := make(chan error, 1)
		go func() { left <- worker.Run(ctx) }()
		synctest.Wait()
		held.Store(true)
		g.Create(1, 2, 3)
		testkit.Advance(time.Second)
		began := time.Now()
		drain()
		err := <-left
		assert.LessOrEqual(t, time.Since(began), 5*time.Second+settleGrace+2*lastCall)
		var e *LeftError
		require.ErrorAs(t, err, &e)
		assert.Equal(t, 2, e.Undelivered)
		assert.Equal(t, 1, e.Unfinished)
		assert.Equal(t, "UNAVAILABLE: held", e.LastRefusal)
		close(hang)
		testkit.Advance(time.Hour)
	})
}

// silent takes commands and never answers.
type silent struct{ *testkit.Gateway }

func (silent) Complete(ctx context.Context, _ job.Ref, _ []byte) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestADrainSaysThatTheGatewayGaveNoAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &testkit.Gateway{}
		h := &handler{do: func(context.Context, *job.Job) job.Outcome {
			return job.Complete{Settling: job.Settling{EffectDone: true}}
		}}
		ctx, drain := context.WithCancel(t.Context())
		worker := New(Config{JobType: "test", Stream: true, GracePeriod: 5 * time.Second}, silent{g}, h, nil, nil)
		left := make(chan error, 1)
		go func() { left <- worker.Run(ctx) }()
		synctest.Wait()
		g.Create(1)
		testkit.Advance(time.Second)
		drain()
		var e *LeftError
		require.ErrorAs(t, <-left, &e)
		assert.Equal(t, 1, e.Undelivered)
		assert.Equal(t, "DEADLINE_EXCEEDED: no answer came until the worker ended", e.LastRefusal, "that the call was cut off by us is no refusal")
	})
}
