package worker

import (
	"bytes"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/testkit"
)

// TestClocksThatAreOffMakeNothingLate runs jobs through brokers whose clocks are wrong, and says how long each waited.
func TestClocksThatAreOffMakeNothingLate(t *testing.T) {
	t.Parallel()
	began := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // of the bubble
	for _, tt := range []struct {
		name  string
		clock func(key int64) time.Duration
	}{
		{"two brokers an hour apart", func(key int64) time.Duration { return time.Duration(job.Partition(key)-1) * time.Hour }},
		{"three brokers, days apart", func(key int64) time.Duration { return time.Duration(job.Partition(key)-2) * 24 * time.Hour }},
		{"deadlines that alternate by a minute", func(key int64) time.Duration { return time.Duration(key%2) * time.Minute }},
		{"deadlines that alternate by two minutes around the truth", func(key int64) time.Duration { return time.Duration(key%2*2-1) * time.Minute }},
		{"a clock that is set back by 90 s", func(int64) time.Duration {
			if time.Since(began) > 30*time.Second {
				return -90 * time.Second
			}
			return 0
		}},
		{"a clock that is set forward by 90 s", func(int64) time.Duration {
			if time.Since(began) > 30*time.Second {
				return 90 * time.Second
			}
			return 0
		}},
		{"a clock that is set back by a minute every 20 s", func(int64) time.Duration { return -time.Duration(int(time.Since(began).Seconds())/20) * time.Minute }},
		{"a clock that is set forward by an hour and back again, every 20 s", func(int64) time.Duration { return time.Duration(int(time.Since(began).Seconds())/20%2) * time.Hour }},
		{"a clock that runs one in twenty fast", func(int64) time.Duration { return time.Since(began) / 20 }},
		{"deadlines that are not told", func(int64) time.Duration { return -time.Since(time.Unix(0, 0)) - time.Minute }},
		{"a clock that runs one in a hundred slow", func(int64) time.Duration { return -time.Since(began) / 100 }},
	} {
		for _, every := range []time.Duration{50 * time.Millisecond, 3 * time.Second} {
			for _, stream := range []bool{true, false} {
				t.Run(tt.name, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						f := newFleet(t, 1, Config{Stream: stream, PollWait: time.Second}, &bus{took: 100 * time.Millisecond}, func(_ int, w *way, _ *sender) {
							w.clock = tt.clock
						})
						n := int64(100)
						for i := range n {
							key := (i%3+1)<<51 + i
							f.gateway.Create(key)
							testkit.Advance(every)
							if every >= time.Second {
								state, given := f.gateway.State(key)
								assert.Equal(t, "Complete", state, "job %d was done at once", i)
								assert.Equal(t, 1, given)
							}
						}
						testkit.Advance(time.Second)
						assert.EqualValues(t, n, f.gateway.Count("Complete"), "none is late")
						assert.Zero(t, f.bus.twice())
						assert.Zero(t, f.seen[0].of(job.AbandonLeaseOver))
						assert.Empty(t, f.gateway.Calls("UpdateTimeout"), "none is handed back")
						f.stop()
					})
				})
			}
		}
	}
}

// TestTheLeaseEndsNoLaterThanTheBrokerSaysSo holds the estimate to the safe side: whatever a job waited in transport.
func TestTheLeaseEndsNoLaterThanTheBrokerSaysSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const lease = time.Minute
		c := newBrokerClock(lease, testLog())
		opened := time.Now()
		see := func(transport time.Duration, s sighting) time.Duration {
			activated := time.Now().Add(-transport)
			j := &job.Job{Key: 1, Deadline: activated.Add(lease).Add(10 * time.Minute)} // its clock is 10 minutes ahead
			return c.leaseEnd(j, s).Sub(activated.Add(lease))
		}
		for range 5 {
			testkit.Advance(time.Second)
			assert.Zero(t, see(0, sighting{earliest: opened, prompt: true}))
		}
		for i := range 300 { // minutes of a backlog
			testkit.Advance(time.Second)
			late := see(time.Duration(i%50)*time.Second, sighting{earliest: opened})
			assert.LessOrEqual(t, late, time.Duration(0), "sighting %d", i)
		}
		asked := time.Now()
		testkit.Advance(20 * time.Second)
		assert.LessOrEqual(t, see(15*time.Second, sighting{earliest: asked, polled: true}), time.Duration(0))
	})
}

// TestAJobWithoutADeadlineTellsNothingOfTheClock: its lease began after the poll was asked, and the leases of others stay as they are.
func TestAJobWithoutADeadlineTellsNothingOfTheClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const lease = time.Minute
		var log bytes.Buffer
		c := newBrokerClock(lease, slog.New(slog.NewTextHandler(&log, nil)))
		asked := time.Now()
		polled := sighting{earliest: asked, polled: true}
		end := func(inTransport time.Duration) time.Duration {
			j := &job.Job{Key: 1, Deadline: time.Now().Add(lease - inTransport)}
			return c.leaseEnd(j, polled).Sub(j.Deadline)
		}
		require.Zero(t, end(0))
		testkit.Advance(3 * time.Second)
		for range 2 * raiseAfter {
			assert.Equal(t, asked.Add(lease), c.leaseEnd(&job.Job{Key: 1}, polled))
			assert.Zero(t, end(time.Second), "it ends when the broker says so")
		}
		assert.Empty(t, log.String())
	})
}

// TestARaiseTakesWhatAllOfTheLastJobsSay: of some deadlines that are far ahead one may be wrong. The others keep their lease.
func TestARaiseTakesWhatAllOfTheLastJobsSay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const lease = time.Minute
		c := newBrokerClock(lease, testLog())
		opened := time.Now()
		left := func(ahead time.Duration) time.Duration {
			testkit.Advance(10 * time.Second)
			j := &job.Job{Key: 1, Deadline: time.Now().Add(lease + ahead)}
			return time.Until(c.leaseEnd(j, sighting{earliest: opened}))
		}
		require.Equal(t, lease, left(0))
		for i := range raiseAfter {
			ahead := 10 * time.Minute // its clock was set forward
			if i == 1 {
				ahead = 24 * time.Hour // and this deadline is wrong
			}
			assert.Equal(t, lease, left(ahead), "job %d", i)
		}
		assert.Equal(t, lease, left(10*time.Minute), "the next one is not late")
		j := &job.Job{Key: 1, Deadline: time.Now().Add(lease + 10*time.Minute - 20*time.Second)}
		assert.Equal(t, lease-20*time.Second, time.Until(c.leaseEnd(j, sighting{earliest: opened})), "the estimate was raised: this one was in transport for 20 s")
	})
}

// TestAClockThatIsOffIsToldOfOnceJobsAgreeOnIt: jobs that agreed on another time before do not count.
func TestAClockThatIsOffIsToldOfOnceJobsAgreeOnIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const lease = time.Minute
		log := &testkit.Log{}
		c := newBrokerClock(lease, slog.New(slog.NewTextHandler(log, nil)))
		see := func(ahead time.Duration) {
			asked := time.Now()
			testkit.Advance(10 * time.Millisecond)
			c.leaseEnd(&job.Job{Key: 1, Deadline: time.Now().Add(lease + ahead)}, sighting{earliest: asked, polled: true})
		}
		for range 10 {
			see(0)
		}
		see(-time.Hour) // its clock was set back
		assert.Empty(t, log.String(), "one job may be wrong")
		for range clockSure {
			see(-time.Hour)
		}
		assert.Contains(t, log.String(), "the broker's differ")
	})
}

// TestOnlyTheLastPromptJobsCount: what a clock showed before it was set forward again is over.
func TestOnlyTheLastPromptJobsCount(t *testing.T) {
	t.Parallel()
	var p partitionClock
	see := func(offset time.Duration) {
		p.raise(offset)
		p.sawPrompt(offset)
	}
	see(0)
	for range promptKept {
		see(-90 * time.Second)
	}
	assert.Equal(t, -90*time.Second, p.offset, "it was set back")
	for range promptKept + 2*raiseAfter {
		see(0)
	}
	assert.Zero(t, p.offset, "and forward again")
	assert.Len(t, p.prompt, promptKept)
}
