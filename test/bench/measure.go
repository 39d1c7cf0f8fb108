package main

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/test/bench/needs"
)

// sample is what one measurement of a subject found. What a kind of scenario does not measure is zero.
type sample struct {
	Scenario string  `json:"scenario"`
	Subject  subject `json:"subject"`
	Round    int     `json:"round"`

	// Under full load.
	Jobs      int64   `json:"jobs,omitempty"` // that were measured; for the SDK its events
	PerSecond float64 `json:"perSecond,omitempty"`
	CPU       float64 `json:"cpuMicros,omitempty"`  // of the process, for a job
	Allocs    float64 `json:"allocs,omitempty"`     // for a job
	Entries   float64 `json:"entries,omitempty"`    // in a request to the bus
	Polls     float64 `json:"polls,omitempty"`      // for a job
	Memory    float64 `json:"memoryMiB,omitempty"`  // resident, at the end of the load
	Rest      float64 `json:"restMiB,omitempty"`    // and when the process has come to rest after it
	Cores     float64 `json:"cores,omitempty"`      // that the process used
	World     float64 `json:"worldCores,omitempty"` // that the gateway and the bus used
	Others    float64 `json:"otherCores,omitempty"` // that everything else on the machine used

	// One job at a time, in milliseconds. For the SDK a call.
	First float64 `json:"firstMs,omitempty"` // from the start of the process to the end of its first job
	P50   float64 `json:"p50Ms,omitempty"`
	P99   float64 `json:"p99Ms,omitempty"`

	Lost int64 `json:"lost,omitempty"` // jobs that were left to their leases
}

// text says what was found, for the progress of a run.
func (m *sample) text() string {
	switch {
	case m.P50 > 0:
		return fmt.Sprintf("%.2f ms", m.P50)
	case m.PerSecond > 0:
		return fmt.Sprintf("%.0f/s, %.0f µs", m.PerSecond, m.CPU)
	}
	return fmt.Sprintf("%d lost", m.Lost)
}

// runner measures scenarios.
type runner struct {
	ctx context.Context
	options
}

// trim drops the digits that say nothing.
func (m *sample) trim() {
	for _, f := range [...]*float64{&m.PerSecond, &m.CPU, &m.Allocs, &m.Entries, &m.Polls, &m.Memory, &m.Rest, &m.Cores, &m.World, &m.Others, &m.First, &m.P50, &m.P99} {
		*f = math.Round(*f*1e4) / 1e4
	}
}

// options say for how long it measures.
type options struct {
	backlog  int           // jobs that there are at least under full load: more than any worker has slots, too few to fill the gateway's memory
	warmUp   time.Duration // of each load
	measured time.Duration // of each load, after that
	longest  time.Duration // of each load that has not done leastJobs by then
	soakJobs int
	restFor  time.Duration // after them
	profiles string        // a folder; empty = none
}

// optionsOf returns those of a run with so many seconds for each load, or of a quick one.
func optionsOf(seconds float64, quick bool) options {
	o := options{backlog: 2000, warmUp: 700 * time.Millisecond, measured: time.Duration(seconds * float64(time.Second)), soakJobs: 100_000, restFor: 10 * time.Second}
	if quick {
		o.measured, o.soakJobs, o.restFor = time.Second, 20_000, 3*time.Second
	}
	o.longest = 5 * o.measured
	return o
}

const (
	leastJobs    = 40                    // of a load, unless they take too long
	pauseBetween = 10 * time.Millisecond // of single jobs
)

// measure measures a subject under a scenario.
func (r *runner) measure(s scenario, of subject, round int) (m sample, err error) {
	profile := ""
	if r.profiles != "" {
		profile = fmt.Sprintf("%s/%s-%s-%dms-%d-%d-%s-%d-", r.profiles, of, s.kind, s.latency.Milliseconds(), s.slots, s.size, s.over, s.entries)
	}
	w, err := newWorld(r.ctx, s, of, r.backlog, profile)
	if err != nil {
		return m, err
	}
	defer w.close()
	switch s.kind {
	case saturated, settings:
		err = r.saturate(w, &m, profile != "")
	case idle:
		err = r.idle(w, &m)
	case soak:
		err = r.soak(w, &m)
	case drain:
		err = r.drain(w, &m)
	}
	m.Scenario, m.Subject, m.Round = s.name(), of, round
	m.trim()
	return m, err
}

// first waits until the process has done its first job.
func (w *world) first() error {
	return w.load(func() bool { return w.done() > 0 })
}

func (r *runner) saturate(w *world, m *sample, profile bool) error {
	if err := w.first(); err != nil {
		return err
	}
	if err := w.loadFor(r.warmUp); err != nil {
		return err
	}
	if profile {
		if _, err := w.process.tell(tellProfile); err != nil {
			return err
		}
	}
	if err := w.during(m, func() error { return w.loadAtLeast(r.measured, r.longest, leastJobs) }); err != nil {
		return err
	}
	if profile {
		_, err := w.process.tell(tellProfile)
		return err
	}
	return nil
}

// during measures what the process needs while a load goes on, from one moment to another.
func (w *world) during(m *sample, load func() error) error {
	before, err := w.now()
	if err != nil {
		return err
	}
	if err := load(); err != nil {
		return err
	}
	after, err := w.now()
	if err != nil {
		return err
	}
	m.Jobs = after.done - before.done
	if m.Jobs == 0 {
		return fmt.Errorf("found no job that ended in %s, expected some", after.at.Sub(before.at).Round(time.Millisecond))
	}
	seconds, jobs := after.at.Sub(before.at).Seconds(), float64(m.Jobs)
	cpu, world := after.used.CPU-before.used.CPU, after.world-before.world
	m.PerSecond = jobs / seconds
	m.CPU = float64(cpu.Microseconds()) / jobs
	m.Allocs = float64(after.used.Mallocs-before.used.Mallocs) / jobs
	m.Entries = float64(after.events-before.events) / float64(max(1, after.requests-before.requests))
	m.Polls = float64(after.polls-before.polls) / jobs
	m.Memory = mib(after.used.Memory)
	m.Cores, m.World = cpu.Seconds()/seconds, world.Seconds()/seconds
	m.Others = max(0, (after.machine-before.machine-cpu-world).Seconds()/seconds)
	return nil
}

// moment is what had happened at one moment.
type moment struct {
	at                            time.Time
	used                          usage
	world, machine                time.Duration // processor time of this process, and of all on this machine
	done, events, requests, polls int64
}

func (w *world) now() (m moment, err error) {
	if m.used, err = w.process.usage(); err != nil {
		return m, err
	}
	m.at, m.done, m.world, m.machine = time.Now(), w.done(), needs.CPU(), needs.Machine()
	m.requests, m.events = w.came.counts()
	m.polls = w.gateway.Counts().Polls
	return m, nil
}

func mib(bytes int64) float64              { return float64(bytes) / (1 << 20) }
func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
