package worker

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

func TestADrainTellsWhatItLeftAndNotWhatWasLeftBefore(t *testing.T) {
	t.Parallel()
	var l leavings
	l.abandoned(job.AbandonUndelivered)
	l.abandoned(job.AbandonDrained)
	l.begin()
	require.NoError(t, l.err(), "the drain has left nothing yet")
	for _, owed := range []job.AbandonReason{job.AbandonLeaseOver, job.AbandonGone, job.AbandonSuperseded, job.AbandonUnconfirmed, job.AbandonNoHandBack} {
		l.abandoned(owed)
		require.NoError(t, l.err(), "no event of the job was sent, or its command may have been taken: %s", owed)
	}
	l.abandoned(job.AbandonDrained)
	assert.Equal(t, &LeftError{Cut: 1}, l.err(), "one event on its way is enough")
	l.abandoned(job.AbandonUndelivered)
	l.unfinished(2)
	l.refused("UNAVAILABLE: away")
	assert.Equal(t, &LeftError{Cut: 1, Undelivered: 1, Unfinished: 2, LastRefusal: "UNAVAILABLE: away"}, l.err())
}
