package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge/limit"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

// What a job sends.
const (
	jobType     = "io.camunda:aws-eventbridge:1"
	accessKey   = "AKIABENCH00000000000"
	secretKey   = "bench-secret"
	region      = "eu-central-1"
	busName     = "orders"
	eventSource = "com.example.orders"
	detailType  = "OrderPlaced"
	order       = `{"orderId":"A-1047","customer":"Grace Hopper","items":[{"sku":"compass","quantity":2,"price":19.5},{"sku":"sextant","quantity":1,"price":240}],"express":true}`
	headers     = `{"resultExpression":"={eventId: response.entries[1].eventId, ok: response.failedEntryCount = 0}","errorExpression":"=if error.code = \"ThrottlingException\" then jobError(\"busy\", {}, job.retries - 1, @\"PT10S\") else null","retryBackoff":"PT10S","elementTemplateId":"bench"}`
)

// detailOf returns the detail of an event of so many bytes, as AWS counts them.
func detailOf(size int) string {
	const field = `,"note":""`
	missing := max(0, size-limit.EntrySize(eventSource, detailType, order, nil, false)-len(field))
	return strings.TrimSuffix(order, "}") + strings.TrimSuffix(field, `"`) + strings.Repeat("x", missing) + `"}`
}

// world is the gateway and the bus of one load, in this process, and one measured process beside it.
type world struct {
	ctx     context.Context
	gateway *embedded.Gateway
	bus     *embedded.Bus
	job     embedded.Job
	process *process
	takes   bool // the process takes jobs; otherwise it calls the bus by itself
	backlog int  // jobs that there are at least under full load
	added   int64
	ended   atomic.Int64
	came    arrivals
	last    chan time.Time // when a job ended, if somebody waits for it
}

// newWorld starts a gateway, a bus and a process. Closing it ends all three.
func newWorld(ctx context.Context, s scenario, of subject, backlog int, profile string) (w *world, err error) {
	w = &world{ctx: ctx, backlog: backlog, takes: of == worker || of == noop, last: make(chan time.Time, 1)}
	w.gateway, err = embedded.StartGateway(embedded.GatewayOptions{RESTAddress: "127.0.0.1:0", KeepCommands: -1, OnEnding: w.onEnding})
	if err != nil {
		return nil, err
	}
	if w.bus, err = embedded.StartBus(embedded.BusOptions{KeepEvents: -1, Latency: s.latency}); err != nil {
		w.gateway.Close()
		return nil, err
	}
	w.bus.Respond(w.came.note)
	w.job = embedded.Job{
		Type: jobType,
		Variables: fmt.Sprintf(`{"authentication":{"type":"credentials","accessKey":"{{secrets.KEY}}","secretKey":"{{secrets.SECRET}}"},`+
			`"configuration":{"region":%q,"endpoint":%s},"input":{"eventBusName":%q,"source":%q,"detailType":%q,"detail":%s}}`,
			region, jsonvalue.AppendString(nil, w.bus.URL()), busName, eventSource, detailType, detailOf(s.size)),
		CustomHeaders: headers,
	}
	w.process, err = startProcess(ctx, role{
		Subject: of, Over: s.over, Gateway: w.gateway.Address(), REST: w.gateway.RESTURL(), Bus: w.bus.URL(),
		Slots: s.slots, Entries: s.entries, Size: s.size, Paused: s.kind == idle && !w.takes, Profile: profile,
	})
	if err != nil {
		w.closeServers()
	}
	return w, err
}

func (w *world) close() {
	w.process.kill()
	w.closeServers()
}

func (w *world) closeServers() {
	w.bus.Close()
	w.gateway.Close()
}

// arrivals counts what comes to the bus. The bus's own counts tell the events of a request only when it answers.
type arrivals struct {
	mu               sync.Mutex
	requests, events int64
}

func (a *arrivals) note(r *embedded.BusRequest) *embedded.Answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests++
	a.events += int64(len(r.Entries))
	return nil // the bus answers as it does
}

func (a *arrivals) counts() (requests, events int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.requests, a.events
}

func (w *world) onEnding(embedded.Ending) {
	w.ended.Add(1)
	select {
	case w.last <- time.Now():
	default:
	}
}

// done is how many events have gone their whole way.
func (w *world) done() int64 {
	if w.takes {
		return w.ended.Load()
	}
	return w.bus.Counts().Accepted
}

func (w *world) addJobs(n int) error {
	_, err := w.gateway.AddJobs(slices.Repeat([]embedded.Job{w.job}, n)...)
	w.added += int64(n)
	return err
}

// patience is how long nothing may happen before a load is given up.
const patience = 30 * time.Second

// load keeps the process busy until something is reached. It gives up when nothing has been done for half a minute.
func (w *world) load(reached func() bool) error {
	last, since := w.done(), time.Now()
	for !reached() {
		if open := w.added - w.ended.Load(); w.takes && open < int64(w.backlog) {
			if err := w.addJobs(w.backlog + w.backlog/2 - int(open)); err != nil {
				return err
			}
		}
		if err := pace.Sleep(w.ctx, time.Millisecond); err != nil {
			return err
		}
		if now := w.done(); now > last {
			last, since = now, time.Now()
		} else if time.Since(since) > patience {
			return fmt.Errorf("found %d jobs done and no more for %s, expected more", now, patience)
		}
	}
	return nil
}

// loadFor keeps the process busy for a time.
func (w *world) loadFor(d time.Duration) error {
	end := time.Now().Add(d)
	return w.load(func() bool { return !time.Now().Before(end) })
}

// loadAtLeast keeps the process busy for a time, and if it is slow until it has done so many jobs, or one when the longest time is over.
func (w *world) loadAtLeast(d, longest time.Duration, jobs int64) error {
	began, goal := time.Now(), w.done()+jobs
	return w.load(func() bool {
		took, done := time.Since(began), w.done()
		return took >= d && (done >= goal || took >= longest && done > goal-jobs)
	})
}

// one adds one job and returns how long it took to its end.
func (w *world) one() (time.Duration, error) {
	select { // an end that nobody waited for
	case <-w.last:
	default:
	}
	began := time.Now()
	if err := w.addJobs(1); err != nil {
		return 0, err
	}
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case at := <-w.last:
		return at.Sub(began), nil
	case <-w.ctx.Done():
		return 0, w.ctx.Err()
	case <-timeout.C:
		return 0, fmt.Errorf("found a job that has not ended after %s", patience)
	}
}
