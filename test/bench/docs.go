package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/plan"
)

// dataFile has the run from which the tables are made. Its path is relative to the root of the repository, as are those of the pages.
const dataFile = "test/bench/results.json"

// block is a part of a page that is made from the data.
type block struct {
	page, name string
	text       func(*results) string
}

// blocks are all that are made.
var blocks = []block{
	{"README.md", "short", (*results).short},
	{"docs/compare.md", "official", (*results).official},
	{"docs/compare.md", "full", (*results).full},
	{"docs/scaling.md", "scaling", (*results).scaling},
}

// markers returns the lines around a block.
func (b block) markers() (begin, end string) {
	return fmt.Sprintf("<!-- BEGIN bench %s: made from %s by make bench-docs. DO NOT EDIT -->\n", b.name, dataFile), fmt.Sprintf("<!-- END bench %s -->\n", b.name)
}

// in returns the page with the block as the data has it.
func (b block) in(page []byte, r *results) ([]byte, error) {
	begin, end := b.markers()
	before, after, found := bytes.Cut(page, []byte(begin))
	if !found {
		return nil, fmt.Errorf("%s: found no line %q", b.page, strings.TrimSpace(begin))
	}
	_, after, found = bytes.Cut(after, []byte(end))
	if !found {
		return nil, fmt.Errorf("%s: found no line %q", b.page, strings.TrimSpace(end))
	}
	return bytes.Join([][]byte{before, []byte(begin), []byte(b.text(r)), []byte(end), after}, nil), nil
}

// writeDocs writes the blocks of all pages anew, in the repository at a folder.
func writeDocs(folder string) error {
	data, err := readResults(filepath.Join(folder, dataFile))
	if err != nil {
		return err
	}
	for _, b := range blocks {
		file := filepath.Join(folder, b.page)
		page, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if page, err = b.in(page, &data); err != nil {
			return err
		}
		if err := os.WriteFile(file, page, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// short is the table of the README.
func (r *results) short() string {
	s := section{header: []string{"time of the bus, load", "CPU of a job ÷ floor", "jobs/s", "events in a request", "memory"}}
	for _, row := range [...]struct {
		what string
		scenario
	}{
		{"0 ms", where(saturated, busOf(0))},
		{"20 ms", where(saturated)},
		{"100 ms", where(saturated, busOf(far))},
		{"20 ms, no request shared", where(saturated, entriesOf(1))},
		{"20 ms, events of 64 KiB", where(saturated, largeEvents)},
		{"20 ms, over REST", where(saturated, rest)},
	} {
		s.rows = append(s.rows, []string{
			row.what, r.overFloor(row.scenario).text("%.2f"), r.of(row.scenario, worker, rateOf).many(), r.of(row.scenario, worker, entriesIn).plain("%.1f"), r.of(row.scenario, worker, memoryOf).plain("%.0f") + " MiB",
		})
	}
	still := where(idle, busOf(0))
	s.note = fmt.Sprintf("A single job at a worker at rest takes %s ms, %s ms more than a bare PutEvents. After %s jobs the process has %s MiB, and %s MiB at rest.\n\n%s",
		r.of(still, worker, p50Of).plain("%.1f"), r.addedTime(still).plain("%.1f"), r.soakJobs(), r.of(where(soak, busOf(0)), worker, memoryOf).plain("%.0f"),
		r.of(where(soak, busOf(0)), worker, restOf).plain("%.0f"), r.caption())
	return s.markdown()
}

// official is the part of the comparison with Camunda's runtime that changes with each run. The figures of the runtime were measured once.
func (r *results) official() string {
	fast, still, memory := where(saturated, busOf(0)), where(idle, busOf(0)), where(soak, busOf(0))
	return section{
		header: []string{"", "this connector", "the official runtime"},
		rows: [][]string{
			{"start to first job settled", r.of(still, worker, firstOf).plain("%.0f") + " ms", "7–11 s (real broker)"},
			{"memory after load", fmt.Sprintf("%s MiB, %s MiB at rest", r.of(memory, worker, memoryOf).plain("%.0f"), r.of(memory, worker, restOf).plain("%.0f")), "838 MB; 402 MB with a limit of 2 GB"},
			{"jobs per second", r.of(fast, worker, rateOf).manyPlain(), "513, warm"},
			{"CPU-s per 1,000 jobs", r.of(fast, worker, func(m *sample) float64 { return m.CPU / 1000 }).plain("%.2f"), "3.16 warm, 7.35 for the first 4,000"},
			{
				"time of a job", fmt.Sprintf("p50 %s ms, p99 %s ms, from creation to settled, one job at a time", r.of(still, worker, p50Of).plain("%.1f"), r.of(still, worker, p99Of).plain("%.1f")),
				"p50 7.4 ms, p99 27 ms, from creation to the event, at 40 jobs/s on a real broker",
			},
		},
		note: r.caption(),
	}.markdown()
}

// full is the report of the page that compares.
func (r *results) full() string {
	var b strings.Builder
	b.WriteString(r.caption() + "\n")
	for _, s := range r.sections() {
		s.intro = ""
		b.WriteString("\n### " + s.title + "\n\n" + s.markdown())
	}
	return b.String()
}

// scaling is what the constants of a plan rest on.
func (r *results) scaling() string {
	rows := section{header: []string{"bus, slots, event", "CPU ÷ floor", "CPU ms a job", "events in a request", "memory"}}
	for _, c := range r.measured(saturated) {
		rows.rows = append(rows.rows, []string{
			c.label(), r.overFloor(c).text("%.2f"), r.of(c, worker, func(m *sample) float64 { return m.CPU / 1000 }).plain("%.3f"), r.of(c, worker, entriesIn).plain("%.1f"), r.of(c, worker, memoryOf).plain("%.0f") + " MiB",
		})
	}
	return r.constants().markdown() + "\n" + rows.markdown() + "\n" + r.caption() + "\n"
}

// constants are those of a plan as this run would have them.
func (r *results) constants() section {
	shared, single, large, few := where(saturated), where(saturated, entriesOf(1)), where(saturated, largeEvents), where(saturated, slotsOf(32))
	value := func(s scenario, of func(*sample) float64) float64 { return r.of(s, worker, of).median }
	request := (value(single, cpuOf) - value(shared, cpuOf)) / (1/value(single, entriesIn) - 1/value(shared, entriesIn))
	job := value(shared, cpuOf) - request/value(shared, entriesIn)
	kilobyte := (value(large, cpuOf) - job - request/value(large, entriesIn)) / (float64(largeEvent-smallEvent) / 1000)
	added := r.addedTime(where(idle, busOf(0))).median + r.of(where(idle, busOf(0)), bare, p50Of).median
	base := value(few, memoryOf) - 32*plan.JobMemory/float64(1<<20)
	ms := func(d time.Duration) string { return fmt.Sprintf("%g ms", milliseconds(d)) }
	return section{
		header: []string{"constant", "in the plan", "as this run has it", "from"},
		rows: [][]string{
			{"a job beside the bus's time", ms(plan.JobTime), fmt.Sprintf("%.1f ms", added), "a single job at a worker at rest, bus 0 ms"},
			{"processor for a job", ms(plan.JobCPU), fmt.Sprintf("%.2f ms", job/1000), "the defaults, less their share of a request"},
			{"processor for a request", ms(plan.RequestCPU), fmt.Sprintf("%.2f ms", request/1000), "the defaults, and the row without shared requests"},
			{"processor for 1,000 bytes of an event", ms(plan.KilobyteCPU), fmt.Sprintf("%.3f ms", kilobyte/1000), "the defaults, and the row with 64 KiB"},
			{"memory of a process under load", fmt.Sprintf("%d MiB", plan.BaseMemory>>20), fmt.Sprintf("%.0f MiB", base), "the row with 32 slots, less its jobs"},
		},
	}
}
