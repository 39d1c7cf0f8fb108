package worker

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// TestATryThatEndedKeepsNothingOfItsJob: ten thousand are remembered, and each outcome holds its job with all variables.
func TestATryThatEndedKeepsNothingOfItsJob(t *testing.T) {
	t.Parallel()
	s := newActivations()
	settling := job.Settling{Redact: func(text string) string { return text }}
	for key, outcome := range []job.Outcome{
		job.Complete{Settling: settling, Variables: []byte("{}")},
		job.Throw{Settling: settling, Code: "X", Variables: []byte("{}")},
		job.Fail{Settling: settling, Message: "m", Variables: []byte("{}")},
	} {
		a, _ := s.enter(&job.Job{Key: int64(key), Retries: 3})
		a.command, a.commanded = outcome, time.Now()
		s.leave(a)
		ended, ok := s.ended.Get(a.try)
		assert.True(t, ok)
		assert.Contains(t, []job.Outcome{job.Complete{}, job.Fail{}}, ended.command)
	}
}

// TestACommandThatWaitedForLongEndsItsTry: the gateway was away for longer than a try is remembered.
func TestACommandThatWaitedForLongEndsItsTry(t *testing.T) {
	t.Parallel()
	s := newActivations()
	a, _ := s.enter(&job.Job{Key: 1, Retries: 3})
	a.command, a.commanded = job.Complete{}, time.Now().Add(-2*endedFor)
	s.leave(a)
	assert.Empty(t, s.all)
	assert.Zero(t, s.ended.Len())
}

// TestWhatTheCommandOfAnEarlierActivationLeavesToDo holds which later one of the same try has work left.
func TestWhatTheCommandOfAnEarlierActivationLeavesToDo(t *testing.T) {
	t.Parallel()
	commanded := time.Now()
	before, after := commanded.Add(-time.Second), commanded.Add(time.Second)
	for _, tt := range []struct {
		name         string
		command      job.Outcome
		taken, began time.Time // of the later activation: when it came, and when its lease began
		want         bool      // nothing is left to do
	}{
		{"no command", nil, before, before, false},
		{"a completion", job.Complete{}, after, after, true},
		{"a fail with retries, in transport before it", job.Fail{Retries: 3}, before, before, true},
		{"a fail with retries, given out after it: the next try", job.Fail{Retries: 3}, after, before, false},
		{"an incident, given out before it", job.Fail{}, after, before, true},
		{"an incident that was resolved", job.Fail{}, after, after, false},
	} {
		a := &activation{command: tt.command, commanded: commanded}
		assert.Equal(t, tt.want, a.supersedes(&activation{taken: tt.taken}, tt.began), tt.name)
	}
}
