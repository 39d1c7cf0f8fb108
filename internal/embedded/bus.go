package embedded

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge/limit"
)

// BusOptions say how a bus is to be. The zero value answers as EventBridge does, on a free port of the loopback
// interface.
type BusOptions struct {
	Address string        // host:port to listen on; empty = 127.0.0.1 and any free port
	Latency time.Duration // of every answer, beside what a script asks for

	// KeepEvents is how many events are kept to be read, the newest; 0 = all, below 0 = none.
	KeepEvents int
	OnEvent    func(Event) // called with every event that was accepted, in the request that brought it; it must not block
	// MaxRequest is how many bytes the entries of a request may have together, as EventBridge counts them; 0 = [limit.RequestSize].
	MaxRequest int
}

// Event is an entry that the bus accepted.
type Event struct {
	ID           string // the event id that the answer told
	Source       string
	DetailType   string
	EventBusName string
	Detail       string // as sent
	Resources    []string
	Time         string // as sent, a JSON number or text; empty = none
	TraceHeader  string
	At           time.Time // when it came
	RequestID    string    // of the answer
	AccessKey    string    // of the signature
	Region       string    // of the signature
}

// BusCounts tells what happened since the bus was started.
type BusCounts struct {
	Requests int64 // whole, whatever was answered
	Accepted int64 // entries
	Rejected int64 // entries, in requests that were answered 200
	Refused  int64 // requests answered by another status, or not at all
}

// Bus is an event bus that takes PutEvents by AWS's JSON protocol over HTTP. Signatures must be there, but are not
// verified. It is safe for concurrent use.
type Bus struct {
	options BusOptions
	server  *http.Server
	address string
	serving sync.WaitGroup

	mu      sync.Mutex
	respond func(*BusRequest) *Answer
	script  []Answer
	counts  BusCounts
	events  record[Event]
}

// StartBus starts a bus. Close it when done.
func StartBus(o BusOptions) (*Bus, error) {
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	if o.MaxRequest <= 0 {
		o.MaxRequest = limit.RequestSize
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", o.Address) //nolint:forbidigo // nothing bounds it: it does not wait
	if err != nil {
		return nil, fmt.Errorf("start the embedded bus: %w", err)
	}
	b := &Bus{options: o, address: listener.Addr().String(), events: record[Event]{limit: o.KeepEvents}}
	b.server = &http.Server{
		Handler: b, ReadHeaderTimeout: time.Minute,
		// Clients that hang up amid a request are of no interest to anybody.
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	}
	b.serving.Go(func() { _ = b.server.Serve(listener) })
	return b, nil
}

// URL returns where the bus takes requests: http, host and port.
func (b *Bus) URL() string { return "http://" + b.address }

// Close stops the bus at once: requests under way are cut off.
func (b *Bus) Close() {
	_ = b.server.Close()
	b.serving.Wait()
}

// Events returns the events accepted so far, the oldest first, as many as [BusOptions.KeepEvents] kept.
func (b *Bus) Events() []Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.events.snapshot()
}

// Counts returns what happened so far.
func (b *Bus) Counts() BusCounts {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.counts
}
