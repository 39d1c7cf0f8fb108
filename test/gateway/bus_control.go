package main

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/test/gateway/control"
)

func checkBusFaults(f *control.BusFaults) error {
	if min(f.Throttle, f.Error, f.Reset) < 0 || f.Throttle+f.Error+f.Reset > 1 {
		return fmt.Errorf("throttle, error, reset: found %v, %v, %v, expected shares of 1 together at most", f.Throttle, f.Error, f.Reset)
	}
	if f.SlowMs < 0 || f.Errors < 0 {
		return fmt.Errorf("slowMs, errors: found %d, %d, expected no negative number", f.SlowMs, f.Errors)
	}
	return nil
}

// busControl is the control of the bus. The report outlives a bus that is down for a while.
type busControl struct {
	address string
	member  string // of an event's detail, that tells one event from another

	mu       sync.Mutex
	bus      *embedded.Bus // nil = down
	faults   control.BusFaults
	changed  chan struct{} // closed as the faults change
	accepted map[string][]time.Time
	refused  map[string]int // how many requests of an event were answered 500
	requests int64
	events   int
}

func newBusControl(address, member string) *busControl {
	return &busControl{address: address, member: member, accepted: map[string][]time.Time{}, refused: map[string]int{}, changed: make(chan struct{})}
}

// up starts the bus unless it is up.
func (b *busControl) up() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bus != nil {
		return nil
	}
	bus, err := embedded.StartBus(embedded.BusOptions{Address: b.address, KeepEvents: -1, OnEvent: b.note})
	if err != nil {
		return err
	}
	bus.Respond(b.respond)
	b.bus, b.address = bus, strings.TrimPrefix(bus.URL(), "http://")
	return nil
}

// down stops the bus.
func (b *busControl) down() {
	b.mu.Lock()
	bus := b.bus
	b.bus = nil
	b.mu.Unlock()
	if bus != nil {
		bus.Close()
	}
}

// respond decides on a request by the faults in force.
func (b *busControl) respond(r *embedded.BusRequest) *embedded.Answer {
	ids := make([]string, len(r.Entries))
	for i := range r.Entries {
		ids[i] = b.idOf(&r.Entries[i])
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.requests++
	f := b.faults
	a := embedded.Answer{Latency: time.Duration(f.SlowMs) * time.Millisecond}
	if f.Hang {
		a.Hold, a.HangUp = b.changed, true
		return &a
	}
	switch draw := rand.Float64(); { //nolint:gosec // faults need no secrecy
	case draw < f.Throttle:
		refusal := embedded.Throttled()
		refusal.Latency = a.Latency
		a = refusal
	case draw < f.Throttle+f.Error, slices.ContainsFunc(ids, func(id string) bool { return b.refused[id] < f.Errors }):
		for _, id := range ids {
			b.refused[id]++
		}
		latency := a.Latency
		a = embedded.AWSError(http.StatusInternalServerError, "InternalFailure", cmp.Or(f.Message, "a fault that was asked for"))
		a.Latency = latency
	case draw < f.Throttle+f.Error+f.Reset:
		a.HangUp, a.Accept = true, true
	}
	return &a
}

// idOf returns the member of an event's detail by which it is known; "" = there is none.
func (b *busControl) idOf(e *embedded.Event) string {
	raw := jsonvalue.RawMember([]byte(e.Detail), b.member)
	id, err := jsonvalue.Unquote(raw)
	if err != nil {
		return string(raw)
	}
	return id
}

// note keeps when an event was accepted.
func (b *busControl) note(e embedded.Event) {
	id := b.idOf(&e)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events++
	b.accepted[id] = append(b.accepted[id], e.At)
}

func (b *busControl) register(mux *http.ServeMux) {
	mux.HandleFunc("POST /bus/faults", take(b.setFaults))
	mux.HandleFunc("GET /bus/report", b.report)
}

func (b *busControl) setFaults(_ *http.Request, f control.BusFaults) (any, error) {
	if err := checkBusFaults(&f); err != nil {
		return nil, err
	}
	b.mu.Lock()
	b.faults = f
	close(b.changed)
	b.changed = make(chan struct{})
	b.mu.Unlock()
	if f.Down {
		b.down()
		return f, nil
	}
	return f, b.up()
}

var errQuery = errors.New("events: expected all, or nothing for those that were accepted more than once")

func (b *busControl) report(w http.ResponseWriter, r *http.Request) {
	which := r.URL.Query().Get("events")
	if which != "" && which != "all" {
		refuse(w, http.StatusBadRequest, errQuery)
		return
	}
	b.mu.Lock()
	a := control.BusReport{Requests: b.requests, Accepted: b.events, Distinct: len(b.accepted), Events: []control.BusEvent{}}
	for id, times := range b.accepted {
		if len(times) > 1 {
			a.Twice++
		}
		if len(times) > 1 || which == "all" {
			a.Events = append(a.Events, control.BusEvent{ID: id, Count: len(times), At: slices.Clone(times), Refused: b.refused[id]})
		}
	}
	b.mu.Unlock()
	slices.SortFunc(a.Events, func(x, y control.BusEvent) int { return strings.Compare(x.ID, y.ID) })
	answer(w, a)
}
