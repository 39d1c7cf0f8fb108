// Package testkit holds what tests of several packages share: the embedded gateway in memory, whose time is that of the
// test (it works inside testing/synctest), with faults that a test writes down beforehand.
package testkit

import (
	"context"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// Gateway is an embedded gateway without a network, with a short way to create jobs, to script faults and to see the
// calls that came. The zero value is ready; its fields are set before it is used.
type Gateway struct {
	// Fault is asked before each call with its name (Activate, Stream, Complete, Fail, Throw, UpdateTimeout, Probe) and
	// the job's key, 0 for none; an error that it returns is the call's. Nil = no faults. It is called without locks.
	Fault func(call string, key int64) error
	// Latency is how long each call takes.
	Latency time.Duration
	// Silent makes streams that are to be opened wait for the end of their context.
	Silent bool
	// ClockOff is by how much the broker's clock is ahead of ours.
	ClockOff time.Duration
	// StreamBuffer is how many pushed jobs a stream holds that nobody has read yet, as gRPC's window does. 0 = 64.
	StreamBuffer int
	// Options of the embedded gateway, for what else is wanted of it.
	Options embedded.GatewayOptions

	start sync.Once
	inner *embedded.Gateway
	local *embedded.Local

	mu    sync.Mutex
	calls []Call
}

// Call is a call that reached the gateway without a fault.
type Call struct {
	Name    string
	Key     int64
	Retries int32
	Backoff time.Duration
	Timeout time.Duration
	Text    string // message, or BPMN error code
	At      time.Time
}

// Embedded returns the embedded gateway behind it, for faults, clocks and partitions of its own.
func (g *Gateway) Embedded() *embedded.Gateway {
	g.start.Do(func() {
		o := g.Options
		o.KeepJobs, o.KeepCommands = true, -1
		var err error
		if g.inner, err = embedded.NewGateway(o); err != nil {
			panic(err) // only state on disk can be at fault
		}
		g.local = g.inner.Local(g.StreamBuffer)
		if g.ClockOff != 0 {
			g.inner.SetClock(0, g.ClockOff) // the partition of the small keys that tests use
		}
	})
	return g.inner
}

// Create makes jobs: pushed to a stream with room, else waiting for a poll.
func (g *Gateway) Create(keys ...int64) {
	jobs := make([]embedded.Job, len(keys))
	for i, key := range keys {
		jobs[i] = embedded.Job{Key: key, Type: "test"}
	}
	if _, err := g.Embedded().AddJobs(jobs...); err != nil {
		panic(err) // a key was given twice
	}
}

// names are the states of the embedded gateway in this package's words.
var names = map[string]string{
	embedded.StateWaiting: "waiting", embedded.StateActivated: "active", embedded.StateCompleted: "Complete",
	embedded.StateThrown: "Throw", embedded.StateBackoff: "Fail", embedded.StateIncident: "Fail",
}

// State returns what became of a job: waiting, active, or the name of the command that ended it or has it wait for its
// backoff; and how often it was given out.
func (g *Gateway) State(key int64) (state string, given int) {
	r, ok := g.Embedded().ReportOf(key)
	if !ok {
		return "unknown", 0
	}
	return names[r.State], r.Activations
}

// Count returns how many jobs are in a state.
func (g *Gateway) Count(state string) int {
	n := 0
	for _, r := range g.Embedded().Report() {
		if names[r.State] == state {
			n++
		}
	}
	return n
}

// Calls returns the calls of these names so far, in order; of all if none is given.
func (g *Gateway) Calls(wanted ...string) []Call {
	g.mu.Lock()
	defer g.mu.Unlock()
	var out []Call
	for _, c := range g.calls {
		if len(wanted) == 0 || slices.Contains(wanted, c.Name) {
			out = append(out, c)
		}
	}
	return out
}

// Break ends all streams with an error; what they held and nobody read stays active until its lease is over.
func (g *Gateway) Break(err error) { g.Embedded().EndStreams(err) }

// Streams returns how many streams are open.
func (g *Gateway) Streams() int { return int(g.Embedded().Counts().StreamsOpen) }

// enter is the start of a call: its latency, and its fault.
func (g *Gateway) enter(ctx context.Context, c Call) (*embedded.Local, error) {
	g.Embedded()
	if g.Latency > 0 {
		select {
		case <-time.After(g.Latency):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if g.Fault != nil {
		if err := g.Fault(c.Name, c.Key); err != nil {
			return nil, err
		}
	}
	g.note(c)
	return g.local, nil
}

func (g *Gateway) note(c Call) {
	g.mu.Lock()
	defer g.mu.Unlock()
	c.At = time.Now()
	g.calls = append(g.calls, c)
}

// Probe asks whether the gateway answers.
func (g *Gateway) Probe(ctx context.Context) error {
	local, err := g.enter(ctx, Call{Name: "Probe"})
	if err != nil {
		return err
	}
	return local.Probe(ctx)
}

// ProbeStream implements worker.Gateway.
func (g *Gateway) ProbeStream(ctx context.Context) error {
	local, err := g.enter(ctx, Call{Name: "ProbeStream"})
	if err != nil {
		return err
	}
	return local.Probe(ctx)
}

// Activate implements worker.Gateway.
func (g *Gateway) Activate(ctx context.Context, r job.PollRequest, yield func(*job.Job)) error {
	local, err := g.enter(ctx, Call{Name: "Activate"})
	if err != nil {
		return err
	}
	return local.Activate(ctx, r, yield)
}

// Stream implements worker.Gateway.
func (g *Gateway) Stream(ctx context.Context, r job.TakeRequest) (job.Stream, error) {
	local, err := g.enter(ctx, Call{Name: "Stream"})
	if err != nil {
		return nil, err
	}
	if g.Silent {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	s, err := local.Stream(ctx, r)
	if err != nil {
		return nil, err
	}
	return &stream{Stream: s, ctx: ctx, gateway: g}, nil
}

// stream notes when its client has read it to the end that the client gave it.
type stream struct {
	job.Stream
	ctx     context.Context
	gateway *Gateway
	closed  sync.Once
}

// Recv implements [job.Stream].
func (s *stream) Recv() (*job.Job, error) {
	j, err := s.Stream.Recv()
	if err != nil && s.ctx.Err() != nil {
		s.closed.Do(func() { s.gateway.note(Call{Name: "StreamClosed"}) })
	}
	return j, err
}

// Complete implements worker.Gateway.
func (g *Gateway) Complete(ctx context.Context, r job.Ref, variables []byte) error {
	local, err := g.enter(ctx, Call{Name: "Complete", Key: r.Key})
	if err != nil {
		return err
	}
	return local.Complete(ctx, r, variables)
}

// Fail implements worker.Gateway.
func (g *Gateway) Fail(ctx context.Context, r job.Ref, retries int32, backoff time.Duration, message string, variables []byte) error {
	local, err := g.enter(ctx, Call{Name: "Fail", Key: r.Key, Retries: retries, Backoff: backoff, Text: message})
	if err != nil {
		return err
	}
	return local.Fail(ctx, r, retries, backoff, message, variables)
}

// Throw implements worker.Gateway.
func (g *Gateway) Throw(ctx context.Context, r job.Ref, code, message string, variables []byte) error {
	local, err := g.enter(ctx, Call{Name: "Throw", Key: r.Key, Text: code})
	if err != nil {
		return err
	}
	return local.Throw(ctx, r, code, message, variables)
}

// UpdateTimeout implements worker.Gateway.
func (g *Gateway) UpdateTimeout(ctx context.Context, r job.Ref, d time.Duration) error {
	local, err := g.enter(ctx, Call{Name: "UpdateTimeout", Key: r.Key, Timeout: d})
	if err != nil {
		return err
	}
	return local.UpdateTimeout(ctx, r, d)
}

// Unavailable is the refusal of a gateway that is not there.
var Unavailable = &job.CommandError{Kind: job.Transient, Code: "UNAVAILABLE", Reason: "connection refused", NotTaken: true}

// Broken is the end of a stream whose gateway closed it.
var Broken = io.EOF

// Advance lets d pass on the clock of a synctest bubble, in which that costs no time.
func Advance(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // inside a bubble of synctest time passes at once
}
