package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

// span is a time with a begin and an end.
type span struct{ from, to time.Time }

func (s span) contains(t time.Time) bool { return !t.Before(s.from) && !t.After(s.to) }

// excuse allows a second event for a job whose event was accepted in the span.
type excuse struct {
	span
	why string // as README names it
}

// facts is what is known when all jobs have settled, or the time for that is over.
type facts struct {
	required  map[string]int64 // the key of the job behind each event id
	jobs      map[int64]embedded.JobReport
	events    map[string][]time.Time // when an event of this id was accepted
	created   int
	excuses   []excuse
	poison    map[int64]bool // jobs that must become incidents
	incidents int            // so many others may
	fault     span           // zero = events are expected all the time
	load      span
	limit     time.Duration // of the silence; 0 = not asserted
}

// kind is what a problem is about.
type kind string

const (
	isLost     kind = "lost"
	isTwice    kind = "twice"
	isIncident kind = "incidents"
	isSilence  kind = "silence"
	isExit     kind = "exit"
	isLeak     kind = "secrets"
	isOther    kind = "other"
)

// problem is something that did not hold, with evidence.
type problem struct {
	kind kind
	text string
}

// result is what a scenario showed.
type result struct {
	scenario  *scenario
	dir       string
	took      time.Duration
	jobs      int
	lost      int
	twice     int            // jobs that nothing allows a second event
	allowed   map[string]int // jobs with a second event, by what allows it
	incidents int
	back      time.Duration // from the end of the fault to the next event; -1 = there was no fault, or no event after it
	silence   time.Duration // the longest time without an event outside the fault
	searched  searched
	problems  []problem
}

// judge counts, and finds what does not hold.
func judge(f *facts) *result {
	r := &result{jobs: f.created, allowed: map[string]int{}, back: -1}
	r.countLost(f)
	r.countTwice(f)
	r.countIncidents(f)
	r.measureSilence(f)
	return r
}

func (r *result) add(k kind, format string, args ...any) {
	r.problems = append(r.problems, problem{k, fmt.Sprintf(format, args...)})
}

// shown is how many examples a problem names.
const shown = 5

// countLost counts jobs without an event that are no incidents, and jobs that have not ended.
func (r *result) countLost(f *facts) {
	var examples []string
	for _, id := range slices.Sorted(maps.Keys(f.required)) {
		key := f.required[id]
		j, known := f.jobs[key]
		ended := known && (j.State == embedded.StateCompleted || j.State == embedded.StateThrown)
		switch {
		case known && j.State == embedded.StateIncident:
		case ended && len(f.events[id]) > 0:
		default:
			r.lost++
			examples = append(examples, fmt.Sprintf("%s with %d events, %s", id, len(f.events[id]), textOf(j, key)))
		}
	}
	if r.lost > 0 {
		r.add(isLost, "found %d jobs without an event or without an end, expected none: %s", r.lost, some(examples))
	}
}

// countTwice counts jobs with more than one event.
func (r *result) countTwice(f *facts) {
	var examples []string
	for _, id := range slices.Sorted(maps.Keys(f.events)) {
		times := f.events[id]
		if len(times) < 2 {
			continue
		}
		why := ""
		for _, at := range times[:len(times)-1] {
			if why = allowing(f.excuses, at); why == "" {
				break
			}
		}
		if why != "" {
			r.allowed[why]++
			continue
		}
		r.twice++
		at := make([]string, len(times))
		for i, t := range times {
			at[i] = t.Format("15:04:05.000")
		}
		key := f.required[id]
		examples = append(examples, fmt.Sprintf("%s at %s, %s", id, strings.Join(at, " and "), textOf(f.jobs[key], key)))
	}
	if r.twice > 0 {
		r.add(isTwice, "found %d jobs with more events than allowed, expected none: %s", r.twice, some(examples))
	}
}

func allowing(excuses []excuse, at time.Time) string {
	for _, e := range excuses {
		if e.contains(at) {
			return e.why
		}
	}
	return ""
}

func (r *result) countIncidents(f *facts) {
	var examples []string
	for _, key := range slices.Sorted(maps.Keys(f.jobs)) {
		j := f.jobs[key]
		if j.State != embedded.StateIncident {
			continue
		}
		r.incidents++
		if !f.poison[key] {
			examples = append(examples, textOf(j, key))
		}
	}
	if len(examples) > f.incidents {
		r.add(isIncident, "found %d incidents that the fault does not justify, expected at most %d: %s", len(examples), f.incidents, some(examples))
	}
	for key := range f.poison {
		if f.jobs[key].State != embedded.StateIncident {
			r.add(isIncident, "found poison in another state, expected an incident: %s", textOf(f.jobs[key], key))
		}
	}
}

// measureSilence finds the longest time without an event while jobs came, outside the fault, and when work went on after it.
func (r *result) measureSilence(f *facts) {
	faulty := !f.fault.from.IsZero()
	last := f.load.from
	gap := func(to time.Time) {
		if faulty && last.Before(f.fault.to) && to.After(f.fault.from) {
			r.silence = max(r.silence, f.fault.from.Sub(last))
			last = f.fault.to
		}
		if to = earlier(to, f.load.to); to.After(last) {
			r.silence = max(r.silence, to.Sub(last))
			last = to
		}
	}
	for _, t := range slices.SortedFunc(flat(f.events), time.Time.Compare) {
		if faulty && r.back < 0 && t.After(f.fault.to) {
			r.back = t.Sub(f.fault.to)
		}
		if !faulty || !f.fault.contains(t) {
			gap(t)
		}
	}
	gap(f.load.to)
	if longest := max(r.silence, r.back); f.limit > 0 && longest > f.limit {
		r.add(isSilence, "found %s without an event, expected at most %s", longest.Round(time.Millisecond), f.limit)
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func flat(events map[string][]time.Time) func(func(time.Time) bool) {
	return func(yield func(time.Time) bool) {
		for _, times := range events {
			for _, t := range times {
				if !yield(t) {
					return
				}
			}
		}
	}
}

// textOf says what the gateway tells of the job with this key.
func textOf(j embedded.JobReport, key int64) string {
	if j.State == "" {
		return fmt.Sprintf("job %d, which the gateway does not know", key)
	}
	return fmt.Sprintf("job %d (%s, retries %d, activations %d, completes %d, fails %d, throws %d, late %d, refused %d)",
		key, j.State, j.Retries, j.Activations, j.Completes, j.Fails, j.Throws, j.Late, j.Refused)
}

func some(examples []string) string {
	if len(examples) > shown {
		return strings.Join(examples[:shown], "; ") + "; …"
	}
	return strings.Join(examples, "; ")
}
