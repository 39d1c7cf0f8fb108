package worker

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/testkit"
)

// TestATryThatEndedKeepsNothingOfItsJob: thousands are remembered, and each outcome holds its job with all variables.
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
		ended, ok := s.ended.of(a.try)
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
	_, ok := s.ended.of(a.try)
	assert.False(t, ok)
}

// TestAnEndingIsNeverRememberedTooEarly: an activation from before the command would be taken for a new one.
func TestAnEndingIsNeverRememberedTooEarly(t *testing.T) {
	t.Parallel()
	began := time.Now()
	for _, after := range []time.Duration{0, 1, time.Millisecond, time.Millisecond + 1, time.Second - 1, 30 * 365 * 24 * time.Hour} {
		got := pack(after, false).time(began).Sub(began)
		assert.GreaterOrEqual(t, got, after)
		assert.Less(t, got, after+time.Millisecond)
	}
}

func TestEachTryIsPackedInItsOwnWay(t *testing.T) {
	t.Parallel()
	tries := map[packedTry]bool{}
	for _, each := range []try{{1, 2}, {2, 1}, {-1, 2}, {1, -2}, {1 << 51, 2}, {1<<51 | 1, 2}} {
		tries[each.packed()] = true
	}
	assert.Len(t, tries, 6)
}

// TestTheLatestTriesThatEndedAreRemembered for a while, and no more than twice as many.
func TestTheLatestTriesThatEndedAreRemembered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEndings()
		const all = 3*endedKept + endedKept/2
		for key := range int64(all) {
			command := job.Outcome(job.Complete{})
			if key%2 == 0 {
				command = job.Fail{}
			}
			e.add(try{key, 1}, commanding{time.Now(), command})
			assert.LessOrEqual(t, len(e.latest)+len(e.earlier), 2*endedKept)
		}
		e.add(try{all, 1}, commanding{time.Now(), job.Fail{Retries: 1}})
		e.add(try{all + 1, 1}, commanding{time.Now(), nil})
		for key := int64(all - endedKept); key < all; key++ {
			got, ok := e.of(try{key, 1})
			assert.True(t, ok)
			assert.Zero(t, time.Since(got.commanded))
			_, incident := got.command.(job.Fail)
			assert.Equal(t, key%2 == 0, incident)
		}
		for _, other := range []try{{0, 1}, {all - 1, 2}, {all, 1}, {all + 1, 1}} {
			_, ok := e.of(other)
			assert.False(t, ok, other)
		}
		testkit.Advance(endedFor + time.Second)
		_, ok := e.of(try{all - 1, 1})
		assert.False(t, ok)
	})
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
		a := &activation{commanding: commanding{command: tt.command, commanded: commanded}}
		assert.Equal(t, tt.want, a.supersedes(&activation{taken: tt.taken}, tt.began), tt.name)
	}
}
