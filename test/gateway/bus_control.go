package main

import (
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
)

// busFaults say how the bus misbehaves from now on. The empty object has it answer as EventBridge does.
type busFaults struct {
	Throttle float64 `json:"throttle"` // share of the requests, 0 to 1, that are refused as too many
	Error    float64 `json:"error"`    // share of the requests that are answered 500
	Reset    float64 `json:"reset"`    // share of the requests whose events are accepted and whose connection is closed without an answer
	SlowMs   int64   `json:"slowMs"`   // before each answer
	Hang     bool    `json:"hang"`     // no answer until the faults change or the caller goes away; nothing is accepted
	Down     bool    `json:"down"`     // nobody listens
}

func (f *busFaults) check() error {
	if min(f.Throttle, f.Error, f.Reset) < 0 || f.Throttle+f.Error+f.Reset > 1 {
		return fmt.Errorf("throttle, error, reset: found %v, %v, %v, expected shares of 1 together at most", f.Throttle, f.Error, f.Reset)
	}
	if f.SlowMs < 0 {
		return fmt.Errorf("slowMs: found %d, expected no negative number", f.SlowMs)
	}
	return nil
}

// busControl is the control of the bus. The report outlives a bus that is down for a while.
type busControl struct {
	address string
	member  string // of an event's detail, that tells one event from another

	mu       sync.Mutex
	bus      *embedded.Bus // nil = down
	faults   busFaults
	changed  chan struct{} // closed as the faults change
	accepted map[string][]time.Time
	requests int64
	events   int
}

func newBusControl(address, member string) *busControl {
	return &busControl{address: address, member: member, accepted: map[string][]time.Time{}, changed: make(chan struct{})}
}

// up starts the bus unless it is up.
func (b *busControl) up() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bus != nil {
		return nil
	}
	bus, err := embedded.StartBus(embedded.BusOptions{Address: b.address, KeepEvents: -1, OnEvent: b.note, MaxRequest: 1 << 20})
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
func (b *busControl) respond(*embedded.BusRequest) *embedded.Answer {
	b.mu.Lock()
	b.requests++
	f, changed := b.faults, b.changed
	b.mu.Unlock()
	a := embedded.Answer{Latency: time.Duration(f.SlowMs) * time.Millisecond}
	if f.Hang {
		a.Hold, a.HangUp = changed, true
		return &a
	}
	switch draw := rand.Float64(); { //nolint:gosec // faults need no secrecy
	case draw < f.Throttle:
		refusal := embedded.Throttled()
		refusal.Latency = a.Latency
		a = refusal
	case draw < f.Throttle+f.Error:
		a.Status, a.Body = http.StatusInternalServerError, `{"__type":"InternalFailure","message":"a fault that was asked for"}`
	case draw < f.Throttle+f.Error+f.Reset:
		a.HangUp, a.Accept = true, true
	}
	return &a
}

// note keeps when an event was accepted.
func (b *busControl) note(e embedded.Event) {
	id := ""
	_ = jsonvalue.Members([]byte(e.Detail), func(key string, raw []byte) (err error) { // an accepted detail is an object
		if key != b.member {
			return nil
		}
		if id, err = jsonvalue.Unquote(raw); err != nil {
			id = string(raw)
		}
		return nil
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events++
	b.accepted[id] = append(b.accepted[id], e.At)
}

func (b *busControl) register(mux *http.ServeMux) {
	mux.HandleFunc("POST /bus/faults", take(b.setFaults))
	mux.HandleFunc("GET /bus/report", b.report)
}

func (b *busControl) setFaults(_ *http.Request, f busFaults) (any, error) {
	if err := f.check(); err != nil {
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

// busAnswer tells which events the bus accepted. Its numbers have all events; Events has those that the query selects:
//
//	GET /bus/report             those that were accepted more than once
//	GET /bus/report?events=all  all
type busAnswer struct {
	Requests int64           `json:"requests"` // whole, whatever was answered
	Accepted int             `json:"accepted"` // events
	Distinct int             `json:"distinct"` // event ids
	Twice    int             `json:"twice"`    // event ids that were accepted more than once
	Events   []acceptedEvent `json:"events"`
}

type acceptedEvent struct {
	ID    string      `json:"id"`
	Count int         `json:"count"`
	At    []time.Time `json:"at"`
}

var errQuery = errors.New("events: expected all, or nothing for those that were accepted more than once")

func (b *busControl) report(w http.ResponseWriter, r *http.Request) {
	which := r.URL.Query().Get("events")
	if which != "" && which != "all" {
		refuse(w, http.StatusBadRequest, errQuery)
		return
	}
	b.mu.Lock()
	a := busAnswer{Requests: b.requests, Accepted: b.events, Distinct: len(b.accepted), Events: []acceptedEvent{}}
	for id, times := range b.accepted {
		if len(times) > 1 {
			a.Twice++
		}
		if len(times) > 1 || which == "all" {
			a.Events = append(a.Events, acceptedEvent{id, len(times), slices.Clone(times)})
		}
	}
	b.mu.Unlock()
	slices.SortFunc(a.Events, func(x, y acceptedEvent) int { return strings.Compare(x.ID, y.ID) })
	answer(w, a)
}
