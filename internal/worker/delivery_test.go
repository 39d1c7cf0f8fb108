package worker

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/testkit"
)

// TestAFailWhoseAnswerIsLostIsNotRepeated: a second fail would release the job while its next try is at work.
func TestAFailWhoseAnswerIsLostIsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, replicas := range []int{1, 2} {
		synctest.Test(t, func(t *testing.T) {
			var lost atomic.Int64
			var failed sync.Map
			f := newFleet(t, replicas, Config{Stream: true}, &bus{took: 2 * time.Second}, func(_ int, w *way, s *sender) {
				w.after = func(call string, _ int64) error {
					if call == "Fail" && lost.Add(1)%2 == 1 {
						return &job.CommandError{Kind: job.Transient, Code: "UNAVAILABLE", Reason: "the answer was lost"}
					}
					return nil
				}
				s.outcome = func(j *job.Job) job.Outcome {
					if j.Retries == 3 {
						failed.Store(j.Key, true)
						return job.Fail{Retries: j.Retries - 1, Message: "throttled"}
					}
					return job.Complete{Settling: job.Settling{EffectDone: true}}
				}
			})
			f.work(1, 200, 20*time.Millisecond)
			testkit.Advance(5 * time.Minute)
			assert.Equal(t, 200, f.gateway.Count("Complete"))
			assert.Len(t, f.gateway.Calls("Fail"), 200, "one fail for each job")
			for key, n := range f.bus.times() {
				require.Equal(t, 2, n, "job %d: its first try and the second", key)
			}
			unconfirmed := 0
			for _, o := range f.seen {
				unconfirmed += o.of(job.AbandonUnconfirmed)
			}
			assert.Equal(t, 100, unconfirmed)
			f.stop()
		})
	}
}

// TestAFailThatWasSurelyNotTakenIsRepeated: nothing is lost by caution.
func TestAFailThatWasSurelyNotTakenIsRepeated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var tries atomic.Int64
		f := newFleet(t, 1, Config{Stream: true}, &bus{}, func(_ int, w *way, s *sender) {
			w.before = func(call string, _ int64) error {
				if call == "Fail" && tries.Add(1) < 4 {
					return &job.CommandError{Kind: job.Transient, Code: "RESOURCE_EXHAUSTED", Reason: "busy", NotTaken: true}
				}
				return nil
			}
			s.outcome = func(*job.Job) job.Outcome { return job.Fail{Retries: 0} }
		})
		f.work(1, 1, time.Second)
		testkit.Advance(20 * time.Second)
		assert.Len(t, f.gateway.Calls("Fail"), 1)
		assert.EqualValues(t, 4, tries.Load())
		f.stop()
	})
}

// TestAGatewayThatIsAway: all workers lose it, and come back within a second of each other.
func TestAGatewayThatIsAway(t *testing.T) {
	t.Parallel()
	for _, away := range []time.Duration{10 * time.Second, 75 * time.Second, 3 * time.Minute} {
		for replicas := 1; replicas <= 5; replicas++ {
			synctest.Test(t, func(t *testing.T) {
				f := newFleet(t, replicas, Config{Stream: true}, &bus{took: 300 * time.Millisecond}, nil)
				f.work(1, 100, 50*time.Millisecond)
				for _, w := range f.ways {
					w.cut(true)
				}
				f.work(1001, int64(away/(500*time.Millisecond)), 500*time.Millisecond)
				for i, w := range f.ways { // one after the other
					time.AfterFunc(time.Duration(i)*200*time.Millisecond, func() { w.cut(false) })
				}
				before, back := f.bus.count(), time.Now()
				for f.bus.count() == before {
					testkit.Advance(10 * time.Millisecond)
					require.Less(t, time.Since(back), time.Minute)
				}
				assert.LessOrEqual(t, time.Since(back), 4*time.Second, "%d workers, %s away", replicas, away)
				f.work(5001, 100, 50*time.Millisecond)
				testkit.Advance(3 * time.Minute)
				assert.Equal(t, f.bus.count(), f.gateway.Count("Complete"))
				assert.Equal(t, 200+int(away/(500*time.Millisecond)), f.bus.count(), "every job is done: %d workers, %s away", replicas, away)
				assert.Zero(t, f.bus.twice(), "%d workers, %s away", replicas, away)
				f.stop()
			})
		}
	}
}

// TestOneOfTwoWorkersIsCutOff: the other one goes on, and gets at the most what the first one was sending.
func TestOneOfTwoWorkersIsCutOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 2, Config{Stream: true}, &bus{took: 300 * time.Millisecond}, nil)
		f.work(1, 100, 50*time.Millisecond)
		f.ways[0].cut(true)
		f.work(1001, 1500, 50*time.Millisecond)
		f.ways[0].cut(false)
		testkit.Advance(2 * time.Minute)
		assert.Equal(t, 1600, f.gateway.Count("Complete"))
		assert.LessOrEqual(t, f.bus.twice(), 6, "what was in flight at the cut: 0.3 s of one worker's 10 jobs a second, and its commands")
		f.stop()
	})
}

// TestSaturation: many more jobs than slots, for minutes. What waits in transport grows old, and is no clock that is off.
func TestSaturation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 1, Config{Stream: true, MaxJobsActive: 8}, &bus{took: 4 * time.Second}, nil)
		next := int64(1)
		for began := time.Now(); time.Since(began) < 9*time.Minute; testkit.Advance(100 * time.Millisecond) {
			for f.gateway.Count("waiting")+f.gateway.Count("active") < 130 {
				f.gateway.Create(next)
				next++
			}
		}
		assert.GreaterOrEqual(t, f.gateway.Count("Complete"), 900, "of 1080 that the slots allow")
		assert.Zero(t, f.bus.twice())
		assert.Zero(t, f.seen[0].of(job.AbandonLeaseOver), "no job waits for the end of a lease")
		assert.NotContains(t, f.log.String(), "clock")
		f.stop()
	})
}

// TestEveryTwentiethCallFails: a proxy answers in the gateway's place now and then.
func TestEveryTwentiethCallFails(t *testing.T) {
	t.Parallel()
	for _, replicas := range []int{1, 2} {
		synctest.Test(t, func(t *testing.T) {
			var calls atomic.Int64
			f := newFleet(t, replicas, Config{Stream: true}, &bus{took: 50 * time.Millisecond}, func(_ int, w *way, _ *sender) {
				w.before = func(string, int64) error {
					if calls.Add(1)%20 == 0 {
						return &job.CommandError{Kind: job.Transient, Code: "UNIMPLEMENTED", Reason: "unexpected HTTP status code received from server: 404"}
					}
					return nil
				}
			})
			f.work(1, 2000, 10*time.Millisecond)
			testkit.Advance(2 * time.Minute)
			assert.Equal(t, 2000, f.gateway.Count("Complete"))
			assert.Empty(t, f.gateway.Calls("Fail"))
			assert.Zero(t, f.bus.twice())
			f.stop()
		})
	}
}

// TestAPartitionWithoutALeaderStopsItsOwnJobsOnly holds that commands which fail for one partition never close the intake.
func TestAPartitionWithoutALeaderStopsItsOwnJobsOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var leaderless atomic.Bool
		f := newFleet(t, 1, Config{Stream: true}, &bus{took: 100 * time.Millisecond}, func(_ int, w *way, _ *sender) {
			w.before = func(_ string, key int64) error {
				if leaderless.Load() && job.Partition(key) == 2 {
					return &job.CommandError{Kind: job.Transient, Code: "UNAVAILABLE", Reason: "no leader"}
				}
				return nil
			}
		})
		f.work(1<<51, 50, 20*time.Millisecond)
		f.work(2<<51, 20, time.Millisecond)
		leaderless.Store(true)
		began, done := time.Now(), f.gateway.Count("Complete")
		f.work(1<<51+1000, 400, 20*time.Millisecond)
		testkit.Advance(time.Second)
		assert.GreaterOrEqual(t, f.gateway.Count("Complete")-done, 400, "the other partition's jobs went on")
		assert.Less(t, time.Since(began), 12*time.Second)
		leaderless.Store(false)
		testkit.Advance(5 * time.Second)
		assert.Equal(t, 470, f.gateway.Count("Complete"))
		assert.Zero(t, f.bus.twice())
		f.stop()
	})
}

// TestABrokerThatRefusesAllCommandsClosesTheIntake although the gateway in front of it answers probes.
func TestABrokerThatRefusesAllCommandsClosesTheIntake(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var away atomic.Bool
		f := newFleet(t, 2, Config{Stream: true}, &bus{took: 100 * time.Millisecond}, func(_ int, w *way, _ *sender) {
			w.before = func(_ string, key int64) error {
				if away.Load() && key != 0 {
					return &job.CommandError{Kind: job.Transient, Code: "UNAVAILABLE", Reason: "no broker"}
				}
				return nil
			}
		})
		f.work(1, 100, 20*time.Millisecond)
		away.Store(true)
		sent := f.bus.count()
		f.work(1001, 1000, 20*time.Millisecond)
		assert.Less(t, f.bus.count()-sent, 40, "after some failures in a row no more events are sent")
		testkit.Advance(90 * time.Second)
		away.Store(false)
		back := time.Now()
		for before := f.bus.count(); f.bus.count() == before; testkit.Advance(10 * time.Millisecond) {
			require.Less(t, time.Since(back), time.Minute)
		}
		assert.LessOrEqual(t, time.Since(back), 10*time.Second)
		testkit.Advance(5 * time.Minute)
		assert.Equal(t, 1100, f.gateway.Count("Complete"))
		assert.Zero(t, f.bus.twice())
		f.stop()
	})
}

// TestADeniedTenantStopsNobodyElse holds that refusals for want of rights never close the intake.
func TestADeniedTenantStopsNobodyElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 1, Config{Stream: true}, &bus{took: 100 * time.Millisecond}, func(_ int, w *way, _ *sender) {
			w.before = func(_ string, key int64) error {
				if key != 0 && key%2 == 0 {
					return &job.CommandError{Kind: job.Denied, Code: "PERMISSION_DENIED", Reason: "tenant", NotTaken: true}
				}
				return nil
			}
		})
		f.work(1, 200, 20*time.Millisecond)
		testkit.Advance(time.Second)
		assert.Equal(t, 100, f.gateway.Count("Complete"))
		assert.Zero(t, f.bus.twice())
		f.stop()
	})
}

// TestAJobThatComesAgainWhileItsEventIsUnderWay: its lease ran out by the broker's clock, and the same worker gets it again.
func TestAJobThatComesAgainWhileItsEventIsUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 1, Config{Stream: true}, &bus{took: 5 * time.Second}, nil)
		f.gateway.Create(1)
		testkit.Advance(time.Second)
		require.NoError(t, f.gateway.UpdateTimeout(t.Context(), job.Ref{Key: 1}, time.Millisecond)) // as if the lease were over
		testkit.Advance(time.Second)
		_, given := f.gateway.State(1)
		require.Equal(t, 2, given, "two activations of one try at once")
		testkit.Advance(10 * time.Second)
		assert.Equal(t, map[int64]int{1: 1}, f.bus.times())
		assert.Len(t, f.gateway.Calls("Complete"), 1, "one command")
		assert.Equal(t, 1, f.seen[0].of(job.AbandonGone))
		f.stop()
	})
}

// TestAStreamWhoseConnectionIsDeadIsOpenedAnew although its end never comes.
func TestAStreamWhoseConnectionIsDeadIsOpenedAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var dead atomic.Bool
		f := newFleet(t, 1, Config{Stream: true}, &bus{}, func(_ int, w *way, _ *sender) {
			w.before = func(call string, _ int64) error {
				if call == "ProbeStream" && dead.Load() {
					time.Sleep(probeTimeout + time.Millisecond) //nolint:forbidigo // in a bubble
					return &job.CommandError{Kind: job.Transient, Code: "DEADLINE_EXCEEDED"}
				}
				return nil
			}
		})
		f.work(1, 100, 100*time.Millisecond) // while jobs come the connection is probed every second
		opened := len(f.gateway.Calls("Stream"))
		dead.Store(true)
		testkit.Advance(4 * time.Second)
		dead.Store(false)
		testkit.Advance(time.Second)
		assert.Greater(t, len(f.gateway.Calls("Stream")), opened)
		assert.Equal(t, 1, f.gateway.Streams())
		f.stop()
	})
}

// TestReadyMayBeAskedBeforeRun, and while it begins.
func TestReadyMayBeAskedBeforeRun(t *testing.T) {
	t.Parallel()
	g := &testkit.Gateway{}
	w := New(Config{Stream: true, GracePeriod: time.Millisecond}, g, &sender{bus: &bus{}}, nil, nil)
	ready, reason := w.Ready()
	assert.False(t, ready)
	assert.Equal(t, "the gateway has not answered yet", reason)
	ctx, drain := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = w.Run(ctx) }()
	for range 1000 {
		_, _ = w.Ready()
		_ = w.SlotsInUse()
		_ = w.JobsAtWork()
	}
	drain()
	<-done
}

// TestACallThatWasNotKnownIsTriedAgain: a proxy can have answered in the gateway's place.
func TestACallThatWasNotKnownIsTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var unknown atomic.Bool
		unknown.Store(true)
		f := newFleet(t, 1, Config{Stream: true, PollWait: time.Second}, &bus{}, func(_ int, w *way, _ *sender) {
			w.before = func(call string, _ int64) error {
				if call == "Stream" && unknown.Load() {
					return &job.CommandError{Kind: job.Unsupported, Code: "UNIMPLEMENTED"}
				}
				return nil
			}
		})
		testkit.Advance(10 * time.Minute)
		assert.Zero(t, f.gateway.Streams())
		unknown.Store(false)
		testkit.Advance(unsupportedMost + 10*time.Second)
		assert.Equal(t, 1, f.gateway.Streams())
		f.stop()
	})
}

// TestACallThatIsKnownAgainIsAskedForSoonAfterTheNextRefusal: what was found before that tells nothing any more.
func TestACallThatIsKnownAgainIsAskedForSoonAfterTheNextRefusal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var unknown atomic.Bool
		var asked atomic.Int64
		unknown.Store(true)
		f := newFleet(t, 1, Config{Stream: true, PollWait: time.Second}, &bus{}, func(_ int, w *way, _ *sender) {
			w.before = func(call string, _ int64) error {
				if call == "Stream" {
					if asked.Add(1); unknown.Load() {
						return &job.CommandError{Kind: job.Unsupported, Code: "UNIMPLEMENTED"}
					}
				}
				return nil
			}
		})
		testkit.Advance(10 * time.Minute)
		unknown.Store(false)
		testkit.Advance(unsupportedMost)
		f.work(1, 1, time.Second)
		require.Equal(t, 1, f.gateway.Streams(), "it delivers jobs")
		unknown.Store(true)
		f.gateway.Break(&job.CommandError{Kind: job.Unsupported, Code: "UNIMPLEMENTED"})
		before := asked.Load()
		testkit.Advance(4 * unsupportedFirst)
		assert.GreaterOrEqual(t, asked.Load()-before, int64(2), "after %s, and after twice that", unsupportedFirst)
		f.stop()
	})
}

// TestAJobThatCameBeforeItsStreamIsPolledForAtOnce: it is not pushed.
func TestAJobThatCameBeforeItsStreamIsPolledForAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		created, opened := int64(0), time.Time{}
		f := newFleet(t, 1, Config{Stream: true}, &bus{}, func(_ int, w *way, _ *sender) {
			w.before = func(call string, _ int64) error {
				if call == "Stream" {
					created++
					w.Create(created)
					opened = time.Now()
				}
				return nil
			}
		})
		for i := range 10 {
			testkit.Advance(3 * time.Second)
			synctest.Wait()
			require.EqualValues(t, i+1, created)
			assert.Equal(t, i+1, f.bus.count())
			assert.LessOrEqual(t, f.bus.latest().Sub(opened), 20*time.Millisecond)
			f.gateway.Break(testkit.Unavailable)
		}
		f.stop()
	})
}

func testLog() *slog.Logger { return slog.New(slog.DiscardHandler) }
