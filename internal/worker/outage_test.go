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

// refusing returns a refusal as package zeebe makes one of a code.
func refusing(code string) *job.CommandError {
	e := &job.CommandError{Kind: job.Transient, Code: code, Reason: "the fault of a test"}
	switch code {
	case "RESOURCE_EXHAUSTED":
		e.NotTaken = true
	case "UNAUTHENTICATED", "PERMISSION_DENIED":
		e.Kind, e.NotTaken = job.Denied, true
	}
	return e
}

func isCommand(call string) bool {
	return call == "Complete" || call == "Fail" || call == "Throw" || call == "UpdateTimeout"
}

// spread makes so many jobs, in three partitions in turn, one each so often.
func (f *fleet) spread(from, n int64, every time.Duration) {
	for i := from; i < from+n; i++ {
		f.gateway.Create((i%3+1)<<51 + i)
		testkit.Advance(every)
	}
}

// TestCallsThatFailForAWhile has calls of one kind fail with one code.
func TestCallsThatFailForAWhile(t *testing.T) {
	t.Parallel()
	kinds := map[string]func(call string) bool{
		"all":         func(string) bool { return true },
		"commands":    isCommand,
		"probes":      func(call string) bool { return call == "Probe" || call == "ProbeStream" },
		"polls":       func(call string) bool { return call == "Activate" },
		"new streams": func(call string) bool { return call == "Stream" },
	}
	for _, code := range []string{"UNAVAILABLE", "RESOURCE_EXHAUSTED", "UNKNOWN", "UNAUTHENTICATED", "PERMISSION_DENIED"} {
		for kind, hits := range kinds {
			const away = 20 * time.Second
			lease := time.Minute
			if code == "UNAVAILABLE" {
				lease = time.Hour
			}
			t.Run(code+" "+kind, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var on atomic.Bool
					f := newFleet(t, 2, Config{Stream: true, Lease: lease, LeastLease: 12 * time.Second}, &bus{took: 200 * time.Millisecond}, func(_ int, w *way, _ *sender) {
						w.before = func(call string, _ int64) error {
							if on.Load() && hits(call) {
								return refusing(code)
							}
							return nil
						}
					})
					f.spread(1, 30, 50*time.Millisecond)
					on.Store(true)
					if hits("Stream") {
						f.gateway.Break(refusing(code))
					}
					during := int64(away / (500 * time.Millisecond))
					f.spread(1001, during, 500*time.Millisecond)
					on.Store(false)
					f.spread(2001, 50, 100*time.Millisecond) // back at work within 5 s
					assert.Positive(t, f.gateway.Count("Complete")-30)
					assert.Less(t, time.Since(f.bus.latest()), 500*time.Millisecond)
					testkit.Advance(30 * time.Second)
					assert.EqualValues(t, 80+during, f.gateway.Count("Complete"), "none is lost, none is late")
					assert.Zero(t, f.bus.twice())
					f.stop()
				})
			})
		}
	}
}

// TestReadinessFollowsAGatewayThatGivesNoAnswer: its connections died without a sign, and the stream still looks open.
func TestReadinessFollowsAGatewayThatGivesNoAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var silent atomic.Bool
		f := newFleet(t, 1, Config{Stream: true}, &bus{}, func(_ int, w *way, _ *sender) {
			w.slow = func(ctx context.Context, call string, _ int64) error {
				if !silent.Load() || call == "Stream" {
					return nil
				}
				select {
				case <-ctx.Done():
				case <-time.After(10 * time.Second): // the time-out of a client's call
				}
				return refusing("DEADLINE_EXCEEDED")
			}
		})
		testkit.Advance(30 * time.Second)
		ready, _ := f.workers[0].Ready()
		require.True(t, ready)
		silent.Store(true)
		testkit.Advance(proofIdle + probeTimeout + time.Second)
		ready, reason := f.workers[0].Ready()
		assert.False(t, ready)
		assert.Contains(t, reason, "DEADLINE_EXCEEDED")
		silent.Store(false)
		testkit.Advance(10 * time.Second)
		ready, reason = f.workers[0].Ready()
		assert.True(t, ready, reason)
		f.stop()
	})
}

// latest returns when the last event was sent.
func (b *bus) latest() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last
}

// TestEventsWaitWhileTheCommandsOfTheirTenantAreDenied for longer than leases are: other workers send them again otherwise.
func TestEventsWaitWhileTheCommandsOfTheirTenantAreDenied(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var on atomic.Bool
		f := newFleet(t, 2, Config{Stream: true, Lease: 10 * time.Second, LeastLease: 5 * time.Second}, &bus{took: 200 * time.Millisecond}, func(_ int, w *way, _ *sender) {
			w.before = func(call string, _ int64) error {
				if on.Load() && isCommand(call) {
					return refusing("PERMISSION_DENIED")
				}
				return nil
			}
		})
		f.spread(1, 30, 50*time.Millisecond)
		on.Store(true)
		f.spread(1001, 160, 250*time.Millisecond)
		assert.Less(t, f.bus.count(), 30+30, "a second's events, and one now and then")
		on.Store(false)
		testkit.Advance(time.Minute)
		assert.Equal(t, 190, f.gateway.Count("Complete"))
		assert.LessOrEqual(t, f.bus.twice(), 12, "of those that were sent when it began, on leases that end during it")
		f.stop()
	})
}

// TestAPartitionWithoutALeaderDoesNotKeepTheIntakeClosed after an outage in which its commands waited.
func TestAPartitionWithoutALeaderDoesNotKeepTheIntakeClosed(t *testing.T) {
	t.Parallel()
	for _, lease := range []time.Duration{time.Minute, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			var leaderless atomic.Bool
			f := newFleet(t, 2, Config{Stream: true, Lease: lease}, &bus{took: 500 * time.Millisecond}, func(_ int, w *way, _ *sender) {
				w.before = func(_ string, key int64) error {
					if leaderless.Load() && job.Partition(key) == 2 {
						return refusing("UNAVAILABLE")
					}
					return nil
				}
			})
			f.spread(1, 30, 100*time.Millisecond)
			testkit.Advance(time.Minute + time.Second) // what a partition did before that is not remembered
			f.work(2<<51+1000, 10, time.Millisecond)
			for _, w := range f.ways {
				w.cut(true)
			}
			leaderless.Store(true)
			testkit.Advance(20 * time.Second)
			for _, w := range f.ways {
				w.cut(false)
			}
			f.work(1<<51+1000, 50, 200*time.Millisecond)
			f.work(3<<51+1000, 50, 200*time.Millisecond)
			testkit.Advance(time.Second)
			assert.Equal(t, 130, f.gateway.Count("Complete"), "all but those of the partition without a leader")
			leaderless.Store(false)
			testkit.Advance(5 * time.Second)
			assert.Equal(t, 140, f.gateway.Count("Complete"))
			assert.Zero(t, f.bus.twice())
			f.stop()
		})
	}
}

// TestACommandThatIsUnderWayWhenTheLeaseEndsIsGivenUp: it waits for a connection, and the job is another worker's meanwhile.
// One that ends the job is tried again.
func TestACommandThatIsUnderWayWhenTheLeaseEndsIsGivenUp(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		outcome job.Outcome
		calls   int
	}{
		{"a fail with retries", job.Fail{Retries: 2}, 0},
		{"a fail without retries", job.Fail{}, 1},
		{"a fail with retries after an accepted event", job.Fail{Retries: 2, Settling: job.Settling{EffectDone: true}}, 0},
		{"a fail without retries after an accepted event", job.Fail{Settling: job.Settling{EffectDone: true}}, 1},
		{"an error thrown after an accepted event", job.Throw{Settling: job.Settling{EffectDone: true}}, 1},
		{"a completion after an accepted event", job.Complete{Settling: job.Settling{EffectDone: true}}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				connected := make(chan struct{})
				f := newFleet(t, 1, Config{Lease: 10 * time.Second, PollWait: time.Second}, &bus{}, func(_ int, w *way, s *sender) {
					s.outcome = func(*job.Job) job.Outcome { return tt.outcome }
					w.slow = func(ctx context.Context, call string, _ int64) error {
						if !isCommand(call) {
							return nil
						}
						select {
						case <-connected:
							return nil
						case <-ctx.Done():
							return &job.CommandError{Kind: job.Transient, Code: "DEADLINE_EXCEEDED", NotTaken: true}
						}
					}
				})
				f.work(1, 1, 9*time.Second)
				testkit.Advance(1500 * time.Millisecond)
				commands := len(f.gateway.Calls("Fail", "Throw", "Complete"))
				assert.Zero(t, commands)
				assert.Equal(t, 1-tt.calls, f.seen[0].of(job.AbandonUndelivered), "given up at the end of the lease")
				close(connected)
				testkit.Advance(100 * time.Millisecond)
				assert.GreaterOrEqual(t, len(f.gateway.Calls("Fail", "Throw", "Complete")), tt.calls)
				f.stop()
			})
		})
	}
}
