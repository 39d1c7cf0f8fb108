package eventbridge

import (
	"log/slog"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func loneTarget() *target {
	return &target{set: newTargets(1, 4, 10, slog.New(slog.DiscardHandler))}
}

// TestALimitOfAttemptsAtOnceEndsWithRoomForAllCalls which a target has after an outage.
func TestALimitOfAttemptsAtOnceEndsWithRoomForAllCalls(t *testing.T) {
	t.Parallel()
	s, now := loneTarget(), time.Now()
	s.calls, s.limit = 6, firstLimit
	s.rise(&attempt{}, now)
	assert.Equal(t, 5, s.limit)
	s.rise(&attempt{}, now)
	assert.Zero(t, s.limit)
}

// TestPatienceGrowsWithEachTimeThatATargetHadNotRecovered: it still answers some requests.
func TestPatienceGrowsWithEachTimeThatATargetHadNotRecovered(t *testing.T) {
	t.Parallel()
	s, now := loneTarget(), time.Now()
	s.calls = 8
	assert.Equal(t, 8, s.patience(outcomeFailing))
	for i := range maxFlaps + 2 {
		s.fall(now, true)
		assert.Equal(t, 8<<min(i, maxFlaps), s.patience(outcomeFailing))
		s.rise(&attempt{}, now.Add(time.Second))
		now = now.Add(time.Second + flapTime - time.Millisecond)
	}
	now = now.Add(flapTime)
	s.fall(now, true)
	assert.Equal(t, 8, s.patience(outcomeFailing), "it had recovered")
}

// TestTroubleThatSeveralCallsShareIsTheTargets although one call's failures took it down.
func TestTroubleThatSeveralCallsShareIsTheTargets(t *testing.T) {
	t.Parallel()
	s, now := loneTarget(), time.Now()
	s.calls = 1
	s.fall(now, false)
	assert.False(t, s.free(outcomeFailing, true), "a call that is alone has its attempts and no more")
	s.troubled = minTroubled
	s.sink(&attempt{began: now, probe: true}, outcomeFailing, "InternalException", now)
	assert.True(t, s.free(outcomeFailing, true))
	assert.True(t, s.free(outcomeThrottled, false))
	s.rise(&attempt{began: now}, now)
	assert.False(t, s.free(outcomeFailing, true), "it is over")
}

func TestWhoProbes(t *testing.T) {
	t.Parallel()
	last, other := &Request{LastTry: true}, &Request{}
	for name, tt := range map[string]struct {
		calls  []*call
		prober int // of these; -1 = none
		probes int
		want   int
	}{
		"the first":      {[]*call{{request: other}, {request: other}}, -1, 0, 0},
		"not a last try": {[]*call{{request: last}, {request: other}}, -1, 0, 1},
		"rather an event that may be there already": {[]*call{{request: other}, {request: other, ambiguous: true}}, -1, 0, 1},
		"but no last try":                            {[]*call{{request: other}, {request: last, ambiguous: true}}, -1, 0, 0},
		"the same call again":                        {[]*call{{request: other}, {request: other}}, 1, maxProbes - 1, 1},
		"and another one after some":                 {[]*call{{request: other}, {request: other}}, 0, maxProbes, 1},
		"unless there is none that has another try":  {[]*call{{request: other}, {request: last}}, 0, maxProbes, 0},
		"the one whose event may be there, for long": {[]*call{{request: other}, {request: other, ambiguous: true}}, 1, maxProbes, 0},
	} {
		s := &target{}
		for i, c := range tt.calls {
			s.queue = append(s.queue, &waiter{call: c})
			if i == tt.prober {
				s.prober, s.probes = c, tt.probes
			}
		}
		assert.Equal(t, tt.want, s.pick(), name)
	}
}

// pauses is a policy whose pause is as many seconds as there were attempts.
type pauses struct{ aws.Retryer }

func (pauses) RetryDelay(attempt int, _ error) (time.Duration, error) {
	return time.Duration(attempt) * time.Second, nil
}

// TestPausesGrowWithTheAttemptsThatCount: the others were the target's trouble.
func TestPausesGrowWithTheAttemptsThatCount(t *testing.T) {
	t.Parallel()
	c := &call{target: loneTarget(), retries: retries{policy: pauses{}}}
	for attempt, counted := range []int{1, 1, 1, 2} {
		c.attempts, c.counted = attempt+1, counted
		pause, err := c.pause(nil)
		require.NoError(t, err)
		assert.Equal(t, time.Duration(counted)*time.Second, pause)
	}
}
