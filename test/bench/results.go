package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"
)

// results is the data of one run: where, when and how it was measured, and every sample. The tables are made from it alone.
type results struct {
	Version    string    `json:"version"` // of what was measured
	Date       string    `json:"date"`
	Go         string    `json:"go"`
	Processor  string    `json:"processor"`
	Cores      int       `json:"cores"`
	LoadBefore float64   `json:"loadBefore"` // the load average before the run
	Took       string    `json:"took"`
	Rounds     int       `json:"rounds"`
	Seconds    float64   `json:"seconds"` // of each load
	Samples    []*sample `json:"samples"`
	Failures   []string  `json:"failures,omitempty"` // what could not be measured, and why
}

func readResults(file string) (r results, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(text, &r)
}

// write writes a sample a line, so that a person can read them.
func (r *results) write(file string) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	text = bytes.ReplaceAll(text, []byte(`{"scenario"`), []byte("\n"+`{"scenario"`))
	return os.WriteFile(file, append(text, '\n'), 0o600)
}

// figure is what the rounds found: the median and how far they lie apart.
type figure struct {
	median, low, high float64
	rounds            int
}

// known tells whether it was measured at all.
func (f figure) known() bool { return f.rounds > 0 }

func figureOf(values []float64) figure {
	if len(values) == 0 {
		return figure{}
	}
	values = slices.Sorted(slices.Values(values))
	middle := len(values) / 2
	f := figure{median: values[middle], low: values[0], high: values[len(values)-1], rounds: len(values)}
	if len(values)%2 == 0 {
		f.median = (values[middle-1] + values[middle]) / 2
	}
	return f
}

// text formats the median with a verb, and the spread if there was more than one round.
func (f figure) text(verb string) string {
	switch {
	case !f.known():
		return "–"
	case f.rounds == 1:
		return fmt.Sprintf(verb, f.median)
	}
	return fmt.Sprintf(verb+" ("+verb+"–"+verb+")", f.median, f.low, f.high)
}

// plain formats the median alone.
func (f figure) plain(verb string) string {
	if !f.known() {
		return "–"
	}
	return fmt.Sprintf(verb, f.median)
}

// turn is what the subjects of a scenario needed in one round. Their samples were taken one after another, so that whatever else
// the machine did fell on all of them: ratios are made within a turn.
type turn map[subject]*sample

func (r *results) turns(s scenario) []turn {
	all := make([]turn, r.Rounds)
	for i := range all {
		all[i] = turn{}
	}
	name := s.name()
	for _, m := range r.Samples {
		if m.Scenario == name && m.Round < len(all) {
			all[m.Round][m.Subject] = m
		}
	}
	return all
}

// of returns a figure of one subject.
func (r *results) of(s scenario, who subject, value func(*sample) float64) figure {
	var values []float64
	for _, t := range r.turns(s) {
		if m := t[who]; m != nil {
			values = append(values, value(m))
		}
	}
	return figureOf(values)
}

// ratio returns a figure that compares subjects with one another in each turn that has all of them.
func (r *results) ratio(s scenario, value func(turn) float64, of ...subject) figure {
	var values []float64
	for _, t := range r.turns(s) {
		if !slices.ContainsFunc(of, func(who subject) bool { return t[who] == nil }) {
			values = append(values, value(t))
		}
	}
	return figureOf(values)
}

// between returns a figure that compares what one subject needed in two scenarios of the same round.
func (r *results) between(a, b scenario, who subject, value func(a, b *sample) float64) figure {
	var values []float64
	second := r.turns(b)
	for i, t := range r.turns(a) {
		if x, y := t[who], second[i][who]; x != nil && y != nil {
			values = append(values, value(x, y))
		}
	}
	return figureOf(values)
}

// What is read from samples.

func cpuOf(m *sample) float64     { return m.CPU }
func rateOf(m *sample) float64    { return m.PerSecond }
func allocsOf(m *sample) float64  { return m.Allocs }
func entriesIn(m *sample) float64 { return m.Entries }
func memoryOf(m *sample) float64  { return m.Memory }
func restOf(m *sample) float64    { return m.Rest }
func p50Of(m *sample) float64     { return m.P50 }
func p99Of(m *sample) float64     { return m.P99 }
func firstOf(m *sample) float64   { return m.First }
func othersOf(m *sample) float64  { return m.Others }
func lostOf(m *sample) float64    { return float64(m.Lost) }

// overFloor is the processor time of a job ÷ that of an empty job and of a bare PutEvents together.
func (r *results) overFloor(s scenario) figure {
	return r.ratio(s, func(t turn) float64 { return t[worker].CPU / (t[noop].CPU + t[bare].CPU) }, worker, noop, bare)
}

// overBatched is the same with ten events in a request of the SDK.
func (r *results) overBatched(s scenario) figure {
	return r.ratio(s, func(t turn) float64 { return t[worker].CPU / (t[noop].CPU + t[batched].CPU) }, worker, noop, batched)
}

// ofLimit is the jobs a second ÷ what slots and latency allow.
func (r *results) ofLimit(s scenario) figure {
	if s.limit() == 0 {
		return figure{}
	}
	return r.of(s, worker, func(m *sample) float64 { return m.PerSecond / s.limit() })
}

// addedTime is how much longer a single job takes than a bare call, in milliseconds.
func (r *results) addedTime(s scenario) figure {
	return r.ratio(s, func(t turn) float64 { return t[worker].P50 - t[bare].P50 }, worker, bare)
}

// ofBest is the jobs a second with the defaults ÷ those with the best of some of the compared settings, at a latency. The best is the one
// with the highest median of its ratios to the defaults: the best of single samples would be the luckiest.
func (r *results) ofBest(latency time.Duration, of func(scenario) bool) figure {
	var best figure
	for _, s := range compared() {
		if s.latency != latency || !of(s) {
			continue
		}
		f := r.between(s, where(settings, busOf(latency)), worker, func(a, b *sample) float64 { return a.PerSecond / b.PerSecond })
		if f.median > best.median {
			best = f
		}
	}
	if !best.known() {
		return best
	}
	return figure{1 / best.median, 1 / best.high, 1 / best.low, best.rounds}
}
