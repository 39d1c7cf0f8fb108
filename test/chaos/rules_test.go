package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/test/gateway/control"
)

// twiceAllowed are the scenarios that allow second events, while their fault lasts, and why README does.
var twiceAllowed = map[string]string{
	"one-cut-off-75s": "worker away past its lease",
	"worker-killed":   "worker killed",
	"bus-down-20s":    answerOfAWSLost,
	"bus-resets-20s":  answerOfAWSLost,
}

// A worker that sends an event again, loses a job or keeps silent is found in every scenario.
func TestEveryScenarioFindsWhatItMustNotAllow(t *testing.T) {
	for _, s := range scenarios() {
		for _, short := range []bool{true, false} {
			kinds := func(alter func(f *facts)) []kind {
				f := sound()
				if s.burst > 0 {
					f.fault = span{at(0), at(0.5)}
				}
				alter(f)
				var found []kind
				for _, p := range s.judge(f, short).problems {
					found = append(found, p.kind)
				}
				return found
			}
			assert.Empty(t, kinds(func(*facts) {}), s.name)
			assert.Equal(t, []kind{isTwice}, kinds(func(f *facts) { f.events["a"] = append(f.events["a"], at(1.5)) }), s.name)
			assert.Equal(t, []kind{isLost}, kinds(func(f *facts) { delete(f.events, "c"); f.load.to = at(2) }), s.name)
			incidents := kinds(func(f *facts) {
				for i := range int64(s.incidents + 1) {
					f.jobs[i+10] = embedded.JobReport{State: "incident"}
				}
			})
			assert.Equal(t, []kind{isIncident}, incidents, s.name)
		}
		if s.burst > 0 || s.untimed {
			continue
		}
		f := sound()
		f.load.to = at(3).Add(orDefault(s.limit, 5*time.Second) + time.Millisecond)
		problems := s.judge(f, false).problems
		require.Len(t, problems, 1, s.name)
		assert.Equal(t, isSilence, problems[0].kind, s.name)
	}
}

// What a scenario allows beyond the usual it gives a reason for.
func TestWhatIsAllowedHasAReason(t *testing.T) {
	for _, s := range scenarios() {
		assert.LessOrEqual(t, s.limit, longestLimit, s.name)
		if s.limit > usualLimit || s.untimed {
			assert.NotEmpty(t, s.late, s.name)
		} else {
			assert.Empty(t, s.late, s.name)
		}
		if s.incidents > 0 {
			assert.NotEmpty(t, s.why, s.name)
		}
		if why := twiceAllowed[s.name]; why != "" {
			assert.Equal(t, why, s.why, s.name)
		}
	}
}

func TestRefusalsAreTwoOfEachJob(t *testing.T) {
	events := func(refused ...int) *control.BusReport {
		b := &control.BusReport{}
		for _, n := range refused {
			b.Events = append(b.Events, control.BusEvent{ID: "a", Refused: n})
		}
		return b
	}
	require.NoError(t, checkRefusals(events(2, 2), 0))
	for _, b := range []*control.BusReport{events(), events(2, 1), events(3, 2)} {
		require.ErrorIs(t, checkRefusals(b, 0), errRefusals)
	}
	require.ErrorIs(t, checkRefusals(events(2), 1), errRefusals)
}
