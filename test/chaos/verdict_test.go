package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

var zero = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func at(seconds float64) time.Time { return zero.Add(time.Duration(seconds * float64(time.Second))) }

// sound returns facts of three jobs with an event each, one a second.
func sound() *facts {
	return &facts{
		required: map[string]int64{"a": 1, "b": 2, "c": 3},
		jobs:     map[int64]embedded.JobReport{1: {State: "completed"}, 2: {State: "thrown"}, 3: {State: "completed"}},
		events:   map[string][]time.Time{"a": {at(1)}, "b": {at(2)}, "c": {at(3)}},
		created:  3, load: span{at(0), at(3)}, limit: 5 * time.Second,
	}
}

func TestJudge(t *testing.T) {
	tests := []struct {
		name  string
		alter func(*facts)
		want  []kind
	}{
		{"all well", func(*facts) {}, nil},
		{"an event is missing", func(f *facts) { delete(f.events, "a") }, []kind{isLost}},
		{"a job has not ended", func(f *facts) { f.jobs[1] = embedded.JobReport{State: "activated"} }, []kind{isLost}},
		{"the gateway does not know a job", func(f *facts) { delete(f.jobs, 1) }, []kind{isLost}},
		{"a second event", func(f *facts) { f.events["a"] = []time.Time{at(1), at(2)} }, []kind{isTwice}},
		{"a second event of a job that is not required", func(f *facts) { f.events["z"] = []time.Time{at(1), at(2)} }, []kind{isTwice}},
		{"a second event that is allowed", func(f *facts) {
			f.events["a"] = []time.Time{at(1), at(2)}
			f.excuses = []excuse{{span{at(0.5), at(1.5)}, "worker killed"}}
		}, nil},
		{"a third event of which only the second is allowed", func(f *facts) {
			f.events["a"] = []time.Time{at(1), at(2), at(2.5)}
			f.excuses = []excuse{{span{at(0.5), at(1.5)}, "worker killed"}}
		}, []kind{isTwice}},
		{"an incident", func(f *facts) { f.jobs[1] = embedded.JobReport{State: "incident"} }, []kind{isIncident}},
		{"an incident that is justified", func(f *facts) { f.jobs[1], f.incidents = embedded.JobReport{State: "incident"}, 1 }, nil},
		{"poison that became an incident", func(f *facts) { f.jobs[1], f.poison = embedded.JobReport{State: "incident"}, map[int64]bool{1: true} }, nil},
		{"poison that was completed", func(f *facts) { f.poison = map[int64]bool{1: true} }, []kind{isIncident}},
		{"silence between events", func(f *facts) { f.events["c"], f.load.to = []time.Time{at(8)}, at(8) }, []kind{isSilence}},
		{"silence at the end of the load", func(f *facts) { f.load.to = at(9) }, []kind{isSilence}},
		{"silence that the fault explains", func(f *facts) {
			f.events["c"], f.load.to, f.fault = []time.Time{at(12)}, at(12), span{at(3), at(11)}
		}, nil},
		{"silence after the fault", func(f *facts) {
			f.events["c"], f.load.to, f.fault = []time.Time{at(18)}, at(18), span{at(3), at(11)}
		}, []kind{isSilence}},
		{"an event after the fault and the load", func(f *facts) {
			f.events["c"], f.load.to, f.fault = []time.Time{at(18)}, at(12), span{at(3), at(11)}
		}, []kind{isSilence}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := sound()
			tt.alter(f)
			var found []kind
			for _, p := range judge(f).problems {
				found = append(found, p.kind)
			}
			assert.Equal(t, tt.want, found)
		})
	}
}

func TestJudgeMeasures(t *testing.T) {
	f := sound()
	f.events["c"], f.load.to, f.fault = []time.Time{at(12.5), at(13)}, at(13), span{at(2.5), at(12)}
	r := judge(f)
	assert.Equal(t, 500*time.Millisecond, r.back)
	assert.Equal(t, time.Second, r.silence)
	assert.Equal(t, 1, r.twice)
	require.Len(t, r.problems, 1)
	assert.Contains(t, r.problems[0].text, "c at 12:00:12.500 and 12:00:13.000, job 3 (completed")
}

func TestExpectedProblemsMustBeFound(t *testing.T) {
	r := &result{problems: []problem{{isLost, ""}, {isTwice, ""}}}
	r.expect([]kind{isLost, isTwice})
	assert.Empty(t, r.problems)

	r = &result{problems: []problem{{isLost, ""}}}
	r.expect([]kind{isLost, isTwice})
	require.Len(t, r.problems, 1)
	assert.Contains(t, r.problems[0].text, "twice")

	r = &result{problems: []problem{{isLost, ""}, {isExit, ""}}}
	r.expect([]kind{isLost})
	require.Len(t, r.problems, 1)
	assert.Equal(t, isExit, r.problems[0].kind)
}

func TestNoJobsAreExpectedAfterABurst(t *testing.T) {
	f := sound()
	f.load, f.fault = span{at(-20), at(60)}, span{at(0.5), at(1.5)}
	f.load = burstLoad(f)
	r := judge(f)
	assert.Empty(t, r.problems)
	assert.Equal(t, time.Second, r.silence)
}
