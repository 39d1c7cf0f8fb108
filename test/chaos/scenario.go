package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
	"github.com/eventbridge-connector/eventbridge-connector/test/gateway/control"
)

// form says in which form of the run a scenario is.
type form int

const (
	longOnly form = iota
	shortOnly
	both
)

// scenario is what goes wrong, and what may come of it.
type scenario struct {
	name     string
	about    string // for the table
	form     form
	replicas int

	partitions     int // 0 = 1
	slots          int // of each worker
	rate           int // jobs in a second
	burst          int // jobs at the begin of the fault
	waiting        int // so many jobs are kept waiting
	retries        int32
	lease          time.Duration // 0 = 30 s: a third of it, for one of three attempts, is more than a busy machine keeps an answer back
	requestTimeout time.Duration // of an event; 0 = 8 s
	headers        string
	tenants, types []string
	before, after  time.Duration // load before and after the fault
	lasts          time.Duration // about how long; those that last longest start first

	prepare func(ctx context.Context, w *world) error // before the workers start
	env     func(w *world, place int) []string
	fault   func(ctx context.Context, w *world) error // begins and ends it
	check   func(ctx context.Context, w *world, r *result) error

	incidents int           // so many are justified by the fault, beside those of poison
	why       string        // why they are, and why a second event is allowed
	limit     time.Duration // of the silence in the long form; 0 = 5 s
	late      string        // why the limit is longer than 5 s, or there is none
	untimed   bool          // its silence says nothing
	finds     []kind        // problems that must be found: the checks are what is tested
	leaks     []string      // where the tool itself gives secrets away
	grpcOnly  bool          // it has calls of gRPC of its own
	rest      bool          // the workers take jobs over REST
}

// play runs the scenario. An error is one of the tool, not of the worker.
//
// With prove the tool itself sends one event again, and the scenario holds only if that is found.
func (s *scenario) play(ctx context.Context, t tools, dir string, short, prove bool) (*result, error) {
	began := time.Now()
	w, err := newWorld(ctx, s, t, dir, short)
	if err != nil {
		return s.broken(ctx, dir, began, err)
	}
	defer w.close()
	late, err := w.run(ctx)
	if err != nil {
		return s.broken(ctx, dir, began, err)
	}
	if prove {
		if err := w.sendAgain(ctx); err != nil {
			return s.broken(ctx, dir, began, err)
		}
	}
	f, err := w.collect(ctx)
	if err != nil {
		return s.broken(ctx, dir, began, err)
	}
	r := s.judge(f, short || prove)
	r.dir = dir
	if late != nil {
		r.add(isOther, "%v", late)
	}
	if s.check != nil {
		if err := s.check(ctx, w, r); err != nil {
			r.add(isOther, "%v", err)
		}
	}
	if err := w.scrape(ctx); err != nil {
		r.add(isOther, "%v", err)
	}
	w.endWorkers(ctx, r)
	w.searchLeaks(ctx, r)
	switch {
	case prove && s.finds == nil:
		r.expect([]kind{isTwice})
	default:
		r.expect(s.finds)
	}
	r.took = time.Since(began)
	return r, ctx.Err()
}

// judge counts, by what the scenario allows.
func (s *scenario) judge(f *facts, short bool) *result {
	f.incidents = s.incidents
	if s.burst > 0 {
		f.load = burstLoad(f)
	}
	if !short && !s.untimed {
		f.limit = orDefault(s.limit, usualLimit)
	}
	r := judge(f)
	r.scenario = s
	return r
}

// How long workers may be silent: usually, and where commands that wait still fail.
const (
	usualLimit   = 5 * time.Second
	longestLimit = 10 * time.Second
)

// burstLoad returns when jobs of a burst were there: from the begin of the fault to the last event.
func burstLoad(f *facts) span {
	load := span{f.fault.from, f.fault.from}
	for t := range flat(f.events) {
		if t.After(load.to) {
			load.to = t
		}
	}
	return load
}

// broken reports a scenario that could not be run to its end.
func (s *scenario) broken(ctx context.Context, dir string, began time.Time, err error) (*result, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	r := &result{scenario: s, dir: dir, took: time.Since(began), back: -1}
	r.add(isOther, "%v", err)
	return r, nil
}

// expect turns a result whose problems must be found into one that holds exactly if they were.
func (r *result) expect(finds []kind) {
	if finds == nil {
		return
	}
	found := map[kind]bool{}
	var others []problem
	for _, p := range r.problems {
		found[p.kind] = true
		if !slices.Contains(finds, p.kind) {
			others = append(others, p)
		}
	}
	r.problems = others
	for _, k := range finds {
		if !found[k] {
			r.add(isOther, "the check found no problem with %s, expected it to find the one that was made", k)
		}
	}
}

// run applies the load and the fault, and waits until all jobs have settled. It returns in late that they did not.
func (w *world) run(ctx context.Context) (late, err error) {
	s := w.scenario
	loading, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan struct{})
	w.facts.load.from = time.Now()
	go func() {
		defer close(done)
		switch {
		case s.rate > 0:
			w.load.atRate(loading, s.rate)
		case s.waiting > 0:
			w.load.keepWaiting(loading, s.waiting)
		}
	}()
	err = w.duringLoad(ctx)
	stop()
	<-done
	w.facts.load.to = time.Now()
	if err != nil {
		return nil, err
	}
	late = w.await(ctx, 3*time.Minute, "all jobs settled", func(r *control.Report) bool { return r.Totals.Open == 0 })
	if s.rate == 0 {
		w.facts.load.to = time.Now()
	}
	return late, w.quiet(ctx)
}

func (w *world) duringLoad(ctx context.Context) error {
	s := w.scenario
	before, after := orDefault(s.before, 3*time.Second), orDefault(s.after, 6*time.Second)
	if w.short {
		before, after = min(before, 2*time.Second), min(after, 4*time.Second)
	}
	if err := pace.Sleep(ctx, before); err != nil {
		return err
	}
	if s.fault != nil {
		if err := s.fault(ctx, w); err != nil {
			return err
		}
	}
	return pace.Sleep(ctx, after)
}

// quiet waits until the bus has accepted nothing for two seconds.
func (w *world) quiet(ctx context.Context) error {
	accepted, since := -1, time.Now()
	for time.Since(since) < 2*time.Second {
		var b control.BusReport
		if err := w.busControl.Call(ctx, "GET", "/bus/report", nil, &b); err != nil {
			return err
		}
		if b.Accepted != accepted {
			accepted, since = b.Accepted, time.Now()
		}
		if err := pace.Sleep(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// begin and end mark the fault.
func (w *world) begin() { w.facts.fault.from = time.Now() }
func (w *world) end()   { w.facts.fault.to = time.Now() }

// endWorkers ends the workers, which must exit with 0, and looks for panics in their logs.
func (w *world) endWorkers(ctx context.Context, r *result) {
	for _, c := range w.workers {
		if c.Ended() {
			continue
		}
		if err := c.Terminate(ctx, 40*time.Second); err != nil {
			r.add(isExit, "%v: %s", err, c.log)
		}
	}
	for _, err := range w.exits {
		r.add(isExit, "%v", err)
	}
	for _, c := range w.workers {
		log, err := os.ReadFile(c.log)
		if err != nil {
			r.add(isOther, "%v", err)
			continue
		}
		for _, bad := range [...]string{"\npanic: ", "DATA RACE", "fatal error: "} {
			if bytes.Contains(log, []byte(bad)) {
				r.add(isOther, "found %q in %s, expected no such line", bad, c.log)
			}
		}
	}
}

// outage returns a fault that begins, lasts and ends.
func outage(d time.Duration, begin, end func(ctx context.Context, w *world) error) func(ctx context.Context, w *world) error {
	return func(ctx context.Context, w *world) error {
		w.begin()
		if err := begin(ctx, w); err != nil {
			return fmt.Errorf("begin the fault: %w", err)
		}
		if n := w.scenario.burst; n > 0 {
			if err := w.load.add(ctx, n); err != nil {
				return fmt.Errorf("add the jobs: %w", err)
			}
		}
		if err := pace.Sleep(ctx, d); err != nil {
			return err
		}
		if err := end(ctx, w); err != nil {
			return fmt.Errorf("end the fault: %w", err)
		}
		w.end()
		return nil
	}
}
