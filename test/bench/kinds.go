package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

// idle measures single jobs, at a process that has come to rest after each.
func (r *runner) idle(w *world, m *sample) error {
	if !w.takes {
		answer, err := w.process.tell(fmt.Sprint(tellCalls, " ", int64(r.measured)))
		if err != nil {
			return err
		}
		var took []time.Duration
		if err := json.Unmarshal([]byte(answer), &took); err != nil {
			return err
		}
		m.percentiles(took)
		return nil
	}
	return w.singles(r.measured, m)
}

// singles has the process do one job at a time.
func (w *world) singles(d time.Duration, m *sample) error {
	first, err := w.one() // it waits for the process to start
	if err != nil {
		return err
	}
	m.First = milliseconds(first)
	var took []time.Duration
	for end := time.Now().Add(d); time.Now().Before(end); {
		if err := pace.Sleep(w.ctx, pauseBetween); err != nil {
			return err
		}
		one, err := w.one()
		if err != nil {
			return err
		}
		took = append(took, one)
	}
	slices.Sort(took)
	m.percentiles(took)
	return nil
}

func (m *sample) percentiles(sorted []time.Duration) {
	if len(sorted) == 0 {
		return
	}
	m.Jobs = int64(len(sorted))
	m.P50, m.P99 = milliseconds(sorted[(len(sorted)-1)*50/100]), milliseconds(sorted[(len(sorted)-1)*99/100])
}

// soak measures memory at the end of many jobs, and at rest after them.
func (r *runner) soak(w *world, m *sample) error {
	if err := w.first(); err != nil {
		return err
	}
	if err := w.during(m, func() error { return w.load(func() bool { return w.done() >= int64(r.soakJobs) }) }); err != nil {
		return err
	}
	for end := time.Now().Add(patience); w.done() < w.added && time.Now().Before(end); { // what waits still
		if err := pace.Sleep(w.ctx, time.Millisecond); err != nil {
			return err
		}
	}
	if err := pace.Sleep(w.ctx, r.restFor); err != nil {
		return err
	}
	after, err := w.process.usage()
	m.Rest = mib(after.Memory)
	return err
}

// drain stops a worker while jobs come, and counts those that it leaves to their leases.
func (r *runner) drain(w *world, m *sample) error {
	if err := w.first(); err != nil {
		return err
	}
	drained := make(chan error, 1)
	for i := range 100 {
		if i == 50 {
			go func() {
				_, err := w.process.tell(tellDrain)
				drained <- err
			}()
		}
		if err := w.addJobs(20); err != nil {
			return err
		}
		if err := pace.Sleep(w.ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
	if err := <-drained; err != nil {
		return err
	}
	if err := pace.Sleep(w.ctx, 100*time.Millisecond); err != nil { // a job that was handed back has a millisecond of its lease left
		return err
	}
	counts := w.gateway.Counts()
	m.Jobs, m.Lost = counts.Added, counts.Open-counts.Waiting
	return nil
}
