package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
	"github.com/eventbridge-connector/eventbridge-connector/test/gateway/control"
	"github.com/eventbridge-connector/eventbridge-connector/test/process"
)

// world is the processes of a scenario, and what is between them.
type world struct {
	scenario *scenario
	tools    tools
	dir      string
	short    bool
	life     context.Context // of the processes

	gateway        *process.Process
	bus            *process.Process
	outside        *outside
	gatewayControl control.Client
	busControl     control.Client
	proxies        []*proxy
	workers        []*worker
	load           load

	mu     sync.Mutex
	facts  facts
	closer []func()
	exits  []error // of workers that were asked to end
}

// worker is a worker process.
type worker struct {
	*process.Process
	log string
}

// jobType is the type of the jobs, but for scenarios with several types.
const jobType = "io.camunda:aws-eventbridge:1"

// newWorld starts the bus, the gateway and the workers, and waits until each worker takes jobs.
func newWorld(ctx context.Context, s *scenario, t tools, dir string, short bool) (w *world, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the scenario's folder: %w", err)
	}
	w = &world{scenario: s, tools: t, dir: dir, short: short}
	var end context.CancelFunc
	w.life, end = context.WithCancel(ctx)
	w.closer = append(w.closer, end)
	w.facts.poison = map[int64]bool{}
	started := w // a return of an error clears w
	defer func() {
		if err != nil {
			started.close()
		}
	}()
	if w.outside, err = newOutside(ctx); err != nil {
		return nil, err
	}
	w.closer = append(w.closer, w.outside.close)
	var where control.Addresses
	if w.bus, where, err = startReady(w.life, filepath.Join(dir, "bus.log"), t.gateway, "-bus", "127.0.0.1:0"); err != nil { //nolint:contextcheck // it is made of ctx, and ends with the world
		return nil, err
	}
	w.busControl.Aim(where.Control)
	w.load = load{
		gateway: &w.gatewayControl, busURL: where.Bus, jobType: jobType, headers: s.headers, tenants: s.tenants, types: s.types,
		retries: max(3, s.retries), required: map[string]int64{},
	}
	for range s.replicas {
		p, err := newProxy(ctx)
		if err != nil {
			return nil, err
		}
		w.proxies = append(w.proxies, p)
		w.closer = append(w.closer, p.close)
	}
	if err := w.startGateway(); err != nil {
		return nil, err
	}
	if s.prepare != nil {
		if err := s.prepare(ctx, w); err != nil {
			return nil, err
		}
	}
	for place := range s.replicas {
		if err := w.startWorker(place); err != nil {
			return nil, err
		}
	}
	return w, w.awaitTaking(ctx, s.replicas)
}

// startGateway starts the gateway, again with the state that it left.
func (w *world) startGateway() error {
	args := []string{"-listen", "127.0.0.1:0", "-version", "8.8.0", "-state", filepath.Join(w.dir, "state"), "-partitions", strconv.Itoa(max(1, w.scenario.partitions))}
	if len(w.scenario.tenants) > 0 {
		args = append(args, "-tenants", strings.Join(w.scenario.tenants, ","))
	}
	if w.scenario.rest {
		args = append(args, "-rest", "127.0.0.1:0")
	}
	g, where, err := startReady(w.life, filepath.Join(w.dir, "gateway.log"), w.tools.gateway, args...)
	if err != nil {
		return err
	}
	w.gateway = g
	w.gatewayControl.Aim(where.Control)
	at := where.Listen
	if w.scenario.rest {
		at = strings.TrimPrefix(where.REST, "http://")
		if err := w.deploy(); err != nil {
			return err
		}
	}
	for _, p := range w.proxies {
		p.aim(at)
	}
	return nil
}

// startWorker starts a worker in a place, configured by its environment alone.
func (w *world) startWorker(place int) error {
	s := w.scenario
	env := []string{
		"PATH=" + os.Getenv("PATH"), "AWS_EC2_METADATA_DISABLED=true", "SERVER_PORT=0", "SERVER_ADDRESS=127.0.0.1", "LOGGING_LEVEL_ROOT=debug",
		"CAMUNDA_CLIENT_WORKER_DEFAULTS_TIMEOUT=" + orDefault(s.lease, 30*time.Second).String(),
		"CONNECTOR_AWS_EVENTBRIDGE_REQUESTTIMEOUT=" + orDefault(s.requestTimeout, 8*time.Second).String(),
		"CAMUNDA_CLIENT_WORKER_DEFAULTS_MAXJOBSACTIVE=" + strconv.Itoa(max(s.slots, 1)),
		fmt.Sprintf("CAMUNDA_CLIENT_WORKER_DEFAULTS_NAME=worker-%d", place),
		"CAMUNDA_CLIENT_AUTH_METHOD=oidc", "CAMUNDA_CLIENT_AUTH_CLIENTID=chaos",
		"CAMUNDA_CLIENT_AUTH_TOKENURL=" + w.outside.url + tokenPath, "CAMUNDA_CLIENT_AUTH_AUDIENCE=zeebe",
		"OTEL_EXPORTER_OTLP_ENDPOINT=" + w.outside.url, "OTEL_EXPORTER_OTLP_COMPRESSION=none", "LOGGING_FORMAT=" + []string{"text", "json"}[place%2],
	}
	env = append(append(env, w.addresses(place)...), secretEnv()...)
	if s.env != nil {
		env = append(env, s.env(w, place)...)
	}
	log := filepath.Join(w.dir, fmt.Sprintf("worker-%d-%d.log", place, len(w.workers)+1))
	c, err := start(w.life, log, env, w.tools.worker, "run")
	if err != nil {
		return err
	}
	w.workers = append(w.workers, &worker{c, log})
	return nil
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

// errNotInTime says that something did not happen in time.
var errNotInTime = errors.New("not in time")

// awaitStreams waits until so many streams are open.
func (w *world) awaitStreams(ctx context.Context, n int) error {
	return w.await(ctx, time.Minute, fmt.Sprintf("%d streams open", n), func(r *control.Report) bool { return r.Calls.StreamsOpen >= int64(n) })
}

// await waits until the gateway's report, without its jobs, fulfils a condition.
func (w *world) await(ctx context.Context, limit time.Duration, what string, holds func(*control.Report) bool) error {
	for deadline := time.Now().Add(limit); ; {
		var r control.Report
		err := w.gatewayControl.Call(ctx, "GET", "/report?jobs=none", nil, &r)
		if err == nil && holds(&r) {
			return nil
		}
		if time.Now().After(deadline) {
			return errors.Join(fmt.Errorf("%w: %s within %s: found %+v", errNotInTime, what, limit, r.Totals), err)
		}
		if err := pace.Sleep(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

// faults has the gateway break calls; without rules it is sound. Its messages give secrets away.
func (w *world) faults(ctx context.Context, rules ...control.Rule) error {
	for i := range rules {
		if rules[i].Message != "" {
			rules[i].Message = leaky(rules[i].Message)
		}
	}
	return w.gatewayControl.Call(ctx, "POST", "/faults", control.FaultsRequest{Faults: rules}, nil)
}

// expectMet fails unless the faults of the gateway have met so many calls, and clears them.
func (w *world) expectMet(ctx context.Context, least int64) error {
	var g control.Report
	if err := w.gatewayControl.Call(ctx, "GET", "/report?jobs=none", nil, &g); err != nil {
		return err
	}
	var met int64
	for _, n := range g.Faults.Met {
		met += n
	}
	if met < least {
		return fmt.Errorf("%w: found %d calls that met the fault, expected %d or more", errNotInTime, met, least)
	}
	return w.faults(ctx)
}

// busFaults has the bus misbehave; the zero value has it sound. Its messages give secrets away.
func (w *world) busFaults(ctx context.Context, f control.BusFaults) error {
	f.Message = leaky("a fault that was asked for")
	return w.busControl.Call(ctx, "POST", "/bus/faults", f, nil)
}

// allow allows second events for those that were accepted in the span.
func (w *world) allow(from, to time.Time, why string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.facts.excuses = append(w.facts.excuses, excuse{span{from, to}, why})
}

// each does something with every proxy.
func (w *world) each(do func(*proxy)) {
	for _, p := range w.proxies {
		do(p)
	}
}

// close ends all processes.
func (w *world) close() {
	for _, end := range slices.Backward(w.closer) {
		end()
	}
	for _, c := range w.workers {
		<-c.Done()
	}
	for _, c := range [...]*process.Process{w.gateway, w.bus} {
		if c != nil {
			<-c.Done()
		}
	}
	w.gatewayControl.HTTP.CloseIdleConnections()
	w.busControl.HTTP.CloseIdleConnections()
}

// collect reads the reports of the gateway and the bus.
func (w *world) collect(ctx context.Context) (*facts, error) {
	var g control.Report
	if err := w.gatewayControl.Call(ctx, "GET", "/report?jobs=all", nil, &g); err != nil {
		return nil, err
	}
	var b control.BusReport
	if err := w.busControl.Call(ctx, "GET", "/bus/report?events=all", nil, &b); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.facts
	f.required, f.created = w.load.ids(), g.Totals.Created
	f.jobs, f.events = make(map[int64]embedded.JobReport, len(g.Jobs)), make(map[string][]time.Time, len(b.Events))
	for _, j := range g.Jobs {
		f.jobs[j.Key] = j
	}
	for _, e := range b.Events {
		f.events[e.ID] = e.At
	}
	return &f, nil
}
