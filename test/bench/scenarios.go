package main

import (
	"fmt"
	"time"
)

// transport is a way from the worker to the gateway.
type transport string

// The transports.
const (
	overGRPC transport = "gRPC"
	overREST transport = "REST"
)

// kind says what is measured.
type kind string

// The kinds of scenarios.
const (
	saturated kind = "saturated" // there are always more jobs: processor time, jobs a second, memory
	settings  kind = "settings"  // the same, to compare settings of the worker with one another
	idle      kind = "idle"      // one job at a time, with pauses: the time from its creation to its end
	soak      kind = "memory"    // many jobs at full speed, then rest: memory
	drain     kind = "drain"     // a worker is stopped while jobs come: jobs that it leaves to their leases
)

// scenario is a load under which subjects are measured in turn.
type scenario struct {
	kind    kind
	latency time.Duration // until the bus answers
	slots   int           // jobs at a time
	size    int           // bytes of an event, as AWS counts them
	over    transport
	entries int    // events that may share a request
	quick   bool   // it is part of a quick run
	why     string // it was chosen
}

// The defaults of the worker, and the load around which the scenarios vary one thing each.
const (
	defaultSlots   = 256
	defaultEntries = 10
	usualLatency   = 20 * time.Millisecond
	smallEvent     = 300
	largeEvent     = 64 << 10
)

// usual is the scenario around which the others vary one thing each.
func usual(k kind, why string, vary ...func(*scenario)) scenario {
	s := scenario{kind: k, latency: usualLatency, slots: defaultSlots, size: smallEvent, over: overGRPC, entries: defaultEntries, why: why}
	for _, v := range vary {
		v(&s)
	}
	return s
}

func busOf(latency time.Duration) func(*scenario) { return func(s *scenario) { s.latency = latency } }
func slotsOf(n int) func(*scenario)               { return func(s *scenario) { s.slots = n } }
func entriesOf(n int) func(*scenario)             { return func(s *scenario) { s.entries = n } }
func largeEvents(s *scenario)                     { s.size = largeEvent }
func rest(s *scenario)                            { s.over = overREST }
func quick(s *scenario)                           { s.quick = true }

const far = 100 * time.Millisecond

// scenarios is the one table of what is measured. It is not the product of all dimensions: each row tells something of its own.
var scenarios = append([]scenario{
	usual(saturated, "the defaults", quick),
	usual(saturated, "the processor is the limit", busOf(0), quick),
	usual(saturated, "slots are the limit", busOf(far), quick),
	usual(saturated, "one job at a time", slotsOf(1)),
	usual(saturated, "four events share a request at most", slotsOf(32)),
	usual(saturated, "slots are no limit", slotsOf(1000)),
	usual(saturated, "the cost of bytes", largeEvents, quick),
	usual(saturated, "the other transport", rest),
	usual(saturated, "nobody shares a request", entriesOf(1)),
	usual(saturated, "corner: the way of a single job, without waiting", busOf(0), entriesOf(1), quick),
	usual(saturated, "corner: one job at a time, without waiting", busOf(0), slotsOf(1)),
	usual(saturated, "corner: the most requests in flight", busOf(far), slotsOf(1000)),
	usual(saturated, "corner: large events, few slots", largeEvents, slotsOf(32)),
	usual(saturated, "corner: the other transport, without waiting", busOf(0), rest),

	usual(idle, "the time that the worker adds", busOf(0), quick),
	usual(idle, "the same over REST", busOf(0), rest),
	usual(idle, "the same at a usual bus"),
	usual(soak, "memory at the end of many jobs, and at rest", busOf(0), quick),
	usual(drain, "a stop under load"),
	usual(drain, "the same over REST", rest),
}, compared()...)

// compared returns the settings that are compared with the defaults, at the two latencies at which the processor decides.
func compared() []scenario {
	var all []scenario
	for _, latency := range [...]time.Duration{0, usualLatency} {
		for _, s := range [...]struct{ slots, entries int }{{defaultSlots, defaultEntries}, {64, 10}, {128, 10}, {512, 10}, {1000, 10}, {defaultSlots, 5}, {defaultSlots, 1}} {
			all = append(all, usual(settings, "", busOf(latency), slotsOf(s.slots), entriesOf(s.entries)))
		}
	}
	return all
}

// usualSlots and usualEntries say whether a setting is the default.
func (s scenario) usualSlots() bool   { return s.slots == defaultSlots }
func (s scenario) usualEntries() bool { return s.entries == defaultEntries }

// name is the scenario's key in the data.
func (s scenario) name() string {
	return fmt.Sprintf("%s: bus %s, %d slots, %s, %s, %d entries", s.kind, s.latency, s.slots, sizeText(s.size), s.over, s.entries)
}

func sizeText(bytes int) string {
	if bytes%1024 == 0 {
		return fmt.Sprintf("%d KiB", bytes/1024)
	}
	return fmt.Sprintf("%d B", bytes)
}

// limit is how many jobs a second the slots allow: each job holds one until the bus has answered. The requests that a worker has
// in flight carry as many events as there are slots, so they are no further limit. 0 = none.
func (s scenario) limit() float64 {
	if s.latency == 0 {
		return 0
	}
	return float64(s.slots) / s.latency.Seconds()
}

// subject is what is measured.
type subject string

// The subjects.
const (
	worker  subject = "worker"  // the connector as its binary runs it
	noop    subject = "noop"    // the worker engine with a handler that does nothing
	bare    subject = "sdk"     // loops of the SDK's PutEvents, one event in a request
	batched subject = "batched" // the same, ten events in a request
)

// batchSize is how many events a batched request has: the most that AWS takes.
const batchSize = 10

// subjects returns what is measured under the scenario.
func (s scenario) subjects() []subject {
	switch {
	case s.kind == saturated && s.slots < batchSize:
		return []subject{worker, noop, bare}
	case s.kind == saturated:
		return []subject{worker, noop, bare, batched}
	case s.kind == idle:
		return []subject{worker, noop, bare}
	}
	return []subject{worker}
}
