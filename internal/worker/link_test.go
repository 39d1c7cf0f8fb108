package worker

import (
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
	asked, got, err := newRun(w, t.Context(), t.Context(), t.Context()).pollOnce(t.Context(), 2, -1)
	require.NoError(t, err)
	assert.Zero(t, asked+got+polls)
	assert.Len(t, w.slots.TakeFree(3), 2, "its slots are free again")
}
