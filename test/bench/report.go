package main

import (
	"fmt"
	"strconv"
	"time"
)

// sections is the report of a run: first the aims, then the ratios, then what was measured.
func (r *results) sections() []section {
	var all []section
	for _, s := range [...]section{r.aims(), r.ratios(), r.costs(), r.compared(), r.single(), r.memory()} {
		if len(s.rows) > 0 {
			all = append(all, s)
		}
	}
	if len(all) > 0 {
		all[0].intro = r.caption() + "\n"
	}
	return all
}

// caption says what was measured where, and how busy the machine was.
func (r *results) caption() string {
	var others []float64
	for _, m := range r.Samples {
		if m.Cores > 0 {
			others = append(others, m.Others)
		}
	}
	rounds := "the median of " + strconv.Itoa(r.Rounds) + " rounds, with the lowest and the highest"
	if r.Rounds == 1 {
		rounds = "one round"
	}
	o := figureOf(others)
	return fmt.Sprintf("Version %s, %s, on %s with %d cores (%s), %s. Each figure is %s, of %g s for each load. "+
		"The load average was %.1f before the run; all else on the machine used %s cores during it (up to %s).",
		r.Version, r.Go, r.Processor, r.Cores, r.Date, "in "+r.Took, rounds, r.Seconds, r.LoadBefore, o.plain("%.1f"), figure{median: o.high, rounds: o.rounds}.plain("%.1f"))
}

// label names a row of a table: what the load and the worker's settings are.
func (s scenario) label() string {
	slots := thousands(float64(s.slots)) + " slots"
	if s.slots == 1 {
		slots = "1 slot"
	}
	text := fmt.Sprintf("%d ms, %s, %s", s.latency.Milliseconds(), slots, sizeText(s.size))
	if s.over == overREST {
		text += ", REST"
	}
	if s.entries == 1 {
		text += ", none shared"
	}
	return text
}

// where finds the one scenario that varies the usual one so.
func where(k kind, vary ...func(*scenario)) scenario { return usual(k, "", vary...) }

// aim is a number that the worker is to reach.
type aim struct {
	what  string
	found figure
	verb  string
	scale float64 // of the figure, for the verb; 0 = 1
	most  float64 // 0 = none
	least float64 // 0 = none
	unit  string
}

func (a aim) row() []string {
	scale := a.scale
	if scale == 0 {
		scale = 1
	}
	f := figure{a.found.median * scale, a.found.low * scale, a.found.high * scale, a.found.rounds}
	goal, met := fmt.Sprintf("≤ "+a.verb, a.most), f.median <= a.most
	if a.least > 0 {
		goal, met = fmt.Sprintf("≥ "+a.verb, a.least), f.median >= a.least
	}
	verdict := "met"
	if !met {
		verdict = "not met"
	}
	return []string{a.what, f.text(a.verb) + a.unit, goal + a.unit, verdict}
}

// aims holds what was measured against what is aimed at.
func (r *results) aims() section {
	const ratio, percent = "%.2f", "%.0f"
	s := section{title: "Aims", header: []string{"", "measured", "aim", "verdict"}}
	fast, far, large := where(saturated, busOf(0)), where(saturated, busOf(far)), where(saturated, largeEvents)
	alone := where(saturated, busOf(0), entriesOf(1))
	still, stillREST, memory := where(idle, busOf(0)), where(idle, busOf(0), rest), where(soak, busOf(0))
	restToGRPC := r.between(where(saturated, busOf(0), rest), fast, worker, func(a, b *sample) float64 { return a.CPU / b.CPU })
	for _, a := range [...]aim{
		{what: "CPU of a job ÷ (empty job + bare PutEvents), bus 0 ms", found: r.overFloor(fast), verb: ratio, most: 0.6},
		{what: "the same, bus 20 ms", found: r.overFloor(where(saturated)), verb: ratio, most: 0.6},
		{what: "the same, no request shared, bus 0 ms", found: r.overFloor(alone), verb: ratio, most: 1.2},
		{what: "the same, events of 64 KiB, bus 20 ms", found: r.overFloor(large), verb: ratio, most: 1.15},
		{what: "CPU of a job over REST ÷ over gRPC, bus 0 ms", found: restToGRPC, verb: ratio, most: 1.5},
		{what: "jobs/s with the defaults ÷ with the best number of events in a request, bus 0 ms", found: r.ofBest(0, scenario.usualSlots), verb: percent, scale: 100, least: 90, unit: " %"},
		{what: "the same, bus 20 ms", found: r.ofBest(usualLatency, scenario.usualSlots), verb: percent, scale: 100, least: 90, unit: " %"},
		{what: "jobs/s with the defaults ÷ with the best number of slots, bus 0 ms", found: r.ofBest(0, scenario.usualEntries), verb: percent, scale: 100, least: 90, unit: " %"},
		{what: "the same, bus 20 ms", found: r.ofBest(usualLatency, scenario.usualEntries), verb: percent, scale: 100, least: 90, unit: " %"},
		{what: "jobs/s ÷ slots ÷ latency, bus 100 ms", found: r.ofLimit(far), verb: percent, scale: 100, least: 90, unit: " %"},
		{what: "a single job at a worker at rest − a bare call, median, bus 0 ms", found: r.addedTime(still), verb: ratio, most: 1, unit: " ms"},
		{what: "the same, bus 20 ms", found: r.addedTime(where(idle)), verb: ratio, most: 1, unit: " ms"},
		{what: "the same over REST, bus 0 ms", found: r.addedTime(stillREST), verb: ratio, most: 50, unit: " ms"},
		{what: "memory at the end of " + r.soakJobs() + " jobs at full speed", found: r.of(memory, worker, memoryOf), verb: "%.0f", most: 40, unit: " MiB"},
		{what: "memory at rest after them", found: r.of(memory, worker, restOf), verb: "%.0f", most: 30, unit: " MiB"},
		{what: "allocations of a job, no request shared", found: r.of(alone, worker, allocsOf), verb: "%.0f", most: 400},
		{what: "start of the process to the end of its first job", found: r.of(still, worker, firstOf), verb: "%.0f", most: 200, unit: " ms"},
	} {
		if a.found.known() {
			s.rows = append(s.rows, a.row())
		}
	}
	return s
}

func (r *results) soakJobs() string {
	return r.of(where(soak, busOf(0)), worker, func(m *sample) float64 { return float64(m.Jobs) }).manyPlain()
}

// of returns the scenarios of a kind that were measured.
func (r *results) measured(k kind) (all []scenario) {
	for _, s := range scenarios {
		if s.kind == k && r.of(s, worker, cpuOf).known() {
			all = append(all, s)
		}
	}
	return all
}

// ratios compares the worker with the floors below it.
func (r *results) ratios() section {
	s := section{
		title:  "Under full load",
		header: []string{"bus, slots, event", "why this row", "CPU ÷ floor", "CPU ÷ floor of ten", "jobs/s ÷ SDK", "jobs/s ÷ limit", "jobs/s", "CPU µs a job", "allocations", "events in a request", "memory, MiB"},
	}
	for _, c := range r.measured(saturated) {
		toSDK := r.ratio(c, func(t turn) float64 { return t[worker].PerSecond / t[bare].PerSecond }, worker, bare)
		s.rows = append(s.rows, []string{
			c.label(), c.why, r.overFloor(c).text("%.2f"), r.overBatched(c).text("%.2f"), toSDK.text("%.2f"), r.ofLimit(c).text("%.2f"),
			r.of(c, worker, rateOf).many(), r.of(c, worker, cpuOf).manyPlain(), r.of(c, worker, allocsOf).manyPlain(), r.of(c, worker, entriesIn).plain("%.1f"), r.of(c, worker, memoryOf).plain("%.0f"),
		})
	}
	s.note = "The floor is an empty job (the worker's engine with a handler that does nothing) and a bare PutEvents of the SDK, together. The floor of ten is an empty job and a tenth of " +
		"a PutEvents with ten events. The limit is slots ÷ latency of the bus."
	return s
}

// costs are the floors by themselves.
func (r *results) costs() section {
	s := section{
		title:  "Under full load: the floors, and the worker's part of the machine",
		header: []string{"bus, slots, event", "empty job, CPU µs", "bare PutEvents, CPU µs", "one of ten events, CPU µs", "empty jobs/s", "bare events/s", "events/s by tens", "cores: worker", "gateway and bus", "others", "polls a job"},
	}
	for _, c := range r.measured(saturated) {
		row := []string{c.label()}
		for _, value := range [...]func(*sample) float64{cpuOf, rateOf} {
			for _, of := range [...]subject{noop, bare, batched} {
				row = append(row, r.of(c, of, value).manyPlain())
			}
		}
		for _, value := range [...]func(*sample) float64{func(m *sample) float64 { return m.Cores }, func(m *sample) float64 { return m.World }, othersOf} {
			row = append(row, r.of(c, worker, value).plain("%.1f"))
		}
		row = append(row, r.of(c, worker, func(m *sample) float64 { return m.Polls }).plain("%.3f"))
		s.rows = append(s.rows, row)
	}
	return s
}

// compared compares settings with one another.
func (r *results) compared() section {
	s := section{title: "Settings", header: []string{"slots", "events allowed in a request", "jobs/s ÷ defaults, bus 0 ms", "bus 20 ms", "CPU ÷ defaults, bus 0 ms", "bus 20 ms"}}
	for _, c := range r.measured(settings) {
		if c.latency != 0 {
			continue
		}
		row := []string{thousands(float64(c.slots)), strconv.Itoa(c.entries)}
		for _, value := range [...]func(*sample) float64{rateOf, cpuOf} {
			for _, latency := range [...]time.Duration{0, usualLatency} {
				here := c
				here.latency = latency
				f := r.between(here, where(settings, busOf(latency)), worker, func(a, b *sample) float64 { return value(a) / value(b) })
				row = append(row, f.text("%.2f"))
			}
		}
		s.rows = append(s.rows, row)
	}
	return s
}

// single tells how long a job takes at a worker at rest.
func (r *results) single() section {
	s := section{
		title:  "One job at a time, at a worker at rest",
		header: []string{"bus", "over", "added by the worker, p50", "job, p50", "job, p99", "empty job, p50", "bare call, p50", "start to first job"},
	}
	for _, c := range scenarios {
		if c.kind != idle || !r.of(c, worker, p50Of).known() {
			continue
		}
		s.rows = append(s.rows, []string{
			fmt.Sprintf("%d ms", c.latency.Milliseconds()), string(c.over), r.addedTime(c).text("%.2f") + " ms", r.of(c, worker, p50Of).text("%.2f") + " ms", r.of(c, worker, p99Of).text("%.1f") + " ms",
			r.of(c, noop, p50Of).plain("%.2f") + " ms", r.of(c, bare, p50Of).plain("%.2f") + " ms", r.of(c, worker, firstOf).plain("%.0f") + " ms",
		})
	}
	s.note = "A job's time is from its creation to its end at the gateway."
	return s
}

// memory tells what a process keeps, and what a stop leaves behind.
func (r *results) memory() section {
	s := section{title: "Memory, and a stop under load", header: []string{"", "measured"}}
	if c := where(soak, busOf(0)); r.of(c, worker, memoryOf).known() {
		s.rows = append(s.rows,
			[]string{"memory at the end of " + r.soakJobs() + " jobs at full speed, bus 0 ms", r.of(c, worker, memoryOf).text("%.0f") + " MiB"},
			[]string{"memory at rest after them", r.of(c, worker, restOf).text("%.0f") + " MiB"})
	}
	for _, over := range [...]transport{overGRPC, overREST} {
		c := where(drain)
		c.over = over
		if f := r.of(c, worker, lostOf); f.known() {
			s.rows = append(s.rows, []string{"jobs that a stop under 1,000 jobs/s left to their leases, over " + string(over), f.text("%.0f")})
		}
	}
	return s
}
