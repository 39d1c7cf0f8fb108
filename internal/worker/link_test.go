package worker

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/testkit"
)

// TestEventsOfAPartitionWaitForTheCommandsOfOthersAfterALongOutage: other workers' commands are as late as ours.
func TestEventsOfAPartitionWaitForTheCommandsOfOthersAfterALongOutage(t *testing.T) {
	t.Parallel()
	begin := time.Now()
	for name, tt := range map[string]struct {
		failures int
		lasts    time.Duration
		want     time.Duration
	}{
		"a long outage":     {failuresOfPartition, holdAfter + time.Second, holdFor},
		"a short one":       {failuresOfPartition, holdAfter - time.Second, 0},
		"one failed alone":  {failuresOfPartition - 1, holdAfter + time.Second, 0},
		"nothing failed":    {0, time.Hour, 0},
		"many have failed":  {10, time.Minute, holdFor},
		"it was not longer": {failuresOfPartition, holdAfter, 0},
	} {
		var p partitionResult
		for range tt.failures {
			p = p.failed(begin)
		}
		now := begin.Add(tt.lasts)
		p = p.taken(now)
		assert.Equal(t, tt.want, max(0, p.wait(now)), name)
		assert.Equal(t, max(0, tt.want-time.Second), max(0, p.taken(now.Add(time.Second)).wait(now.Add(time.Second))), "%s: the next command that is taken ends no wait", name)
	}
}

// TestAnOutageThatComesBackInTheFlushIsOneOutage: its length is counted from when commands last got through.
func TestAnOutageThatComesBackInTheFlushIsOneOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLink(nil, slog.New(slog.DiscardHandler), func(linkState) {})
		away := errors.New("away")
		l.answered()
		require.Equal(t, linkUp, l.current())
		l.begin() // a command waits all the time
		l.silent(away)
		testkit.Advance(4 * time.Second)
		l.answered()
		require.Equal(t, linkFlush, l.current())
		l.silent(away)
		testkit.Advance(4 * time.Second)
		l.answered()
		require.Equal(t, linkFlush, l.current())
		l.end(1)
		l.next()
		assert.Equal(t, linkHold, l.current(), "8 s in all are more than %s", holdAfter)
	})
}

// TestAPollThatGotItsSlotWhileTheLinkWentDownIsNotMade: jobs that it brought could not be settled.
func TestAPollThatGotItsSlotWhileTheLinkWentDownIsNotMade(t *testing.T) {
	t.Parallel()
	polls := 0
	w := New(Config{JobType: "test", MaxJobsActive: 2}, &way{before: func(string, int64) error {
		polls++
		return testkit.Unavailable
	}}, nil, nil, nil)
	require.Equal(t, linkDown, w.link.current(), "as at the start")
	a, err := newRun(w, t.Context(), t.Context(), t.Context()).pollOnce(t.Context(), 2, -1)
	require.NoError(t, err)
	assert.Zero(t, a.asked+a.got+polls)
	assert.Len(t, w.slots.TakeFree(3), 2, "its slots are free again")
}

// TestAFlushEndsAlthoughACommandWaits: the intake does not wait for a command that nobody takes for longer than [flushMost],
// unless the commands fail everywhere.
func TestAFlushEndsAlthoughACommandWaits(t *testing.T) {
	t.Parallel()
	first, second, other := &job.Job{Key: 1<<51 + 1}, &job.Job{Key: 1<<51 + 2}, &job.Job{Key: 2<<51 + 1} // other is of another partition
	away := &job.CommandError{Kind: job.Transient, Code: "UNAVAILABLE", Reason: "no leader"}
	for _, tt := range []struct {
		name string
		does func(l *link)
		want linkState
	}{
		{"none has an answer", func(*link) {}, linkUp},
		{"one failed", func(l *link) { l.came(first, away) }, linkUp},
		{"two failed", func(l *link) { l.came(first, away); l.came(second, away) }, linkFlush},
		{"two failed of all partitions", func(l *link) { l.came(first, away); l.came(other, away) }, linkFlush},
		{"two failed of one partition", func(l *link) { l.tookJob(other); l.came(first, away); l.came(second, away) }, linkUp},
		{"two failed after one was taken", func(l *link) { l.came(first, nil); l.came(first, away); l.came(second, away) }, linkUp},
		{"two failed before one was taken", func(l *link) { l.came(first, away); l.came(second, away); l.came(first, nil) }, linkUp},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLink(nil, testLog(), func(linkState) {})
				l.begin() // its command waits all the time
				l.answered()
				require.Equal(t, linkFlush, l.current())
				tt.does(l)
				testkit.Advance(flushMost - time.Millisecond)
				l.next()
				require.Equal(t, linkFlush, l.current(), "the command has its time")
				testkit.Advance(time.Millisecond)
				l.next()
				assert.Equal(t, tt.want, l.current())
				testkit.Advance(time.Minute)
				l.next()
				assert.Equal(t, tt.want, l.current(), "and so it stays")
			})
		})
	}
}

// TestTimeInWhichTheLinkIsDownIsNotOpen: a late command is tried for one lease of open time.
func TestTimeInWhichTheLinkIsDownIsNotOpen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLink(nil, testLog(), func(linkState) {})
		testkit.Advance(time.Hour)
		assert.Zero(t, l.openFor(), "down at the start")
		l.answered()
		assert.Zero(t, l.openFor(), "up again")
		for i := 1; i <= 3; i++ {
			open := time.Duration(i) * 10 * time.Second
			testkit.Advance(10 * time.Second)
			assert.Equal(t, open, l.openFor())
			l.silent(errors.New("away"))
			assert.Equal(t, open, l.openFor())
			testkit.Advance(time.Minute)
			assert.Equal(t, open, l.openFor(), "down")
			l.answered()
			assert.Equal(t, open, l.openFor(), "open again")
		}
		testkit.Advance(time.Second)
		l.suspect("a command failed")
		testkit.Advance(time.Second)
		assert.Equal(t, 32*time.Second, l.openFor(), "commands may be sent over a suspect link")
	})
}

// TestFailuresOfBeforeDoNotCount: those of before an outage, and those of commands that are not sent any more.
func TestFailuresOfBeforeDoNotCount(t *testing.T) {
	t.Parallel()
	away := &job.CommandError{Kind: job.Transient, Code: "UNAVAILABLE", Reason: "away"}
	const last = failuresInRow // the key of the job whose failure closes the link if all failures count
	for _, tt := range []struct {
		name    string
		between func(l *link)
		want    linkState
	}{
		{"all count", func(*link) {}, linkFlush},
		{"the gateway was away between them", func(l *link) { l.silent(away); l.answered() }, linkUp},
		{"their commands were given up", func(l *link) {
			for key := int64(1); key < last; key++ {
				l.end(key)
			}
		}, linkUp},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLink(nil, testLog(), func(linkState) {})
				l.answered()
				for key := int64(1); key < last; key++ {
					l.begin()
					l.came(&job.Job{Key: key}, away)
				}
				tt.between(l)
				l.enter(linkUp, time.Now())
				l.came(&job.Job{Key: last}, away)
				require.Equal(t, linkSuspect, l.current())
				l.answered()
				assert.Equal(t, tt.want, l.current())
			})
		})
	}
}

// TestAShortTimeWithoutCommandsNeedsNoHold: it is counted from the first failure, and not from an outage of before.
func TestAShortTimeWithoutCommandsNeedsNoHold(t *testing.T) {
	t.Parallel()
	away := &job.CommandError{Kind: job.Transient, Code: "UNAVAILABLE", Reason: "no broker"}
	for lasts, want := range map[time.Duration]linkState{holdAfter - time.Second: linkUp, holdAfter + time.Second: linkHold} {
		synctest.Test(t, func(t *testing.T) {
			l := newLink(nil, testLog(), func(linkState) {})
			l.answered()
			testkit.Advance(time.Hour)
			for key := range int64(failuresInRow) {
				l.begin()
				l.came(&job.Job{Key: key}, away)
			}
			l.answered()
			require.Equal(t, linkFlush, l.current(), "the probe is answered, and no command is taken")
			testkit.Advance(lasts)
			for key := range int64(failuresInRow) {
				l.came(&job.Job{Key: key}, nil)
				l.end(key)
			}
			l.next()
			assert.Equal(t, want, l.current(), "after %s", lasts)
		})
	}
}

// TestTheFirstJobAfterAWhileIsAReasonToProbe: its event waits for nothing, and the last answer is old.
func TestTheFirstJobAfterAWhileIsAReasonToProbe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var probes atomic.Int64
		l := newLink(func(context.Context) error { probes.Add(1); return nil }, testLog(), func(linkState) {})
		ctx, end := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); l.run(ctx) }()
		testkit.Advance(time.Minute + 3*time.Second) // no job came, and the last probe is some seconds old
		before := probes.Load()
		l.tookJob(&job.Job{Key: 1})
		synctest.Wait()
		assert.Equal(t, before+1, probes.Load(), "at once")
		end()
		<-ended
	})
}

// TestADeniedTenantHasASecond until its events wait: a single job may not be ours any more, and several may come to an end at
// the same time.
func TestADeniedTenantHasASecond(t *testing.T) {
	t.Parallel()
	began := time.Now()
	var p partitionResult
	for i := range 10 {
		now := began.Add(time.Duration(i) * failingFor / 10)
		p = p.failed(now)
		assert.LessOrEqual(t, p.waitDenied(now), time.Duration(0), "denied %d times", i+1)
	}
	late := began.Add(failingFor)
	p = p.failed(late)
	assert.Equal(t, flushMost, p.waitDenied(late))
	assert.Positive(t, p.wait(began), "a partition without a leader has none")
	p = p.taken(late)
	assert.LessOrEqual(t, p.waitDenied(late), time.Duration(0))
}
