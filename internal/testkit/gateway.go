// Package testkit holds what tests of several packages share: a Zeebe gateway in memory whose time is that of the test
// (it works inside testing/synctest), with faults that a test writes down beforehand.
package testkit

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// Gateway is a gateway and broker in memory: it pushes new jobs to open streams, keeps those that no stream takes for
// polls, gives jobs out again when their lease is over, and takes one command for each. The zero value is ready.
type Gateway struct {
	// Fault is asked before each call with its name (Activate, Stream, Complete, Fail, Throw, UpdateTimeout) and the job's
	// key, 0 for none; an error that it returns is the call's. Nil = no faults. It is called without locks.
	Fault func(call string, key int64) error
	// Latency is how long each call takes.
	Latency time.Duration
	// Silent makes streams that are to be opened wait for the end of their context.
	Silent bool
	// ClockOff is by how much the broker's clock is ahead of ours.
	ClockOff time.Duration
	// StreamBuffer is how many pushed jobs a stream holds that nobody has read yet, as gRPC's window does. 0 = 64.
	StreamBuffer int

	mu      sync.Mutex
	waiting []*record
	jobs    map[int64]*record
	streams []*stream
	polls   []chan struct{}
	calls   []Call
}

type record struct {
	job   job.Job
	state string // waiting, active, or the command that ended it
	until time.Time
	given int
}

// Call is a call that the gateway answered without a fault.
type Call struct {
	Name    string
	Key     int64
	Retries int32
	Backoff time.Duration
	Timeout time.Duration
	Text    string // message, or BPMN error code
	At      time.Time
}

// Job returns a job with this key.
func Job(key int64) *job.Job {
	return &job.Job{Key: key, Type: "test", ProcessID: "process", ElementID: "task", Retries: 3, CustomHeaders: "{}", Variables: "{}", TenantID: "<default>"}
}

// Create makes jobs: pushed to a stream with room, else waiting for a poll.
func (g *Gateway) Create(keys ...int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, key := range keys {
		r := &record{job: *Job(key), state: "waiting"}
		if g.jobs == nil {
			g.jobs = map[int64]*record{}
		}
		g.jobs[key] = r
		g.offer(r)
	}
}

// offer pushes a job to the first stream with room, or lets it wait. The lock is held.
func (g *Gateway) offer(r *record) {
	for i, s := range g.streams {
		if len(s.pushed) < cap(s.pushed) {
			s.pushed <- g.activate(r, s.request.Lease)
			g.streams = append(append(g.streams[:i:i], g.streams[i+1:]...), s) // the next one's turn
			return
		}
	}
	g.waiting = append(g.waiting, r)
	for _, p := range g.polls {
		close(p)
	}
	g.polls = nil
}

func (g *Gateway) activate(r *record, lease time.Duration) *job.Job {
	r.state = "active"
	r.given++
	r.until = time.Now().Add(lease)
	g.watch(r)
	j := r.job
	j.Deadline = r.until.Add(g.ClockOff).Round(time.Millisecond)
	return &j
}

// watch gives the job out again when its lease is over. The lock is held.
func (g *Gateway) watch(r *record) {
	until := r.until
	time.AfterFunc(time.Until(until), func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if r.state == "active" && r.until.Equal(until) {
			r.state = "waiting"
			g.offer(r)
		}
	})
}

// State returns what became of a job: waiting, active, or the name of the command that ended it; and how often it was
// given out.
func (g *Gateway) State(key int64) (state string, given int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.jobs[key]
	if r == nil {
		return "unknown", 0
	}
	return r.state, r.given
}

// Count returns how many jobs are in a state.
func (g *Gateway) Count(state string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, r := range g.jobs {
		if r.state == state {
			n++
		}
	}
	return n
}

// Calls returns the calls of these names so far, in order; of all if none is given.
func (g *Gateway) Calls(names ...string) []Call {
	g.mu.Lock()
	defer g.mu.Unlock()
	var out []Call
	for _, c := range g.calls {
		for _, n := range names {
			if c.Name == n {
				out = append(out, c)
			}
		}
		if len(names) == 0 {
			out = append(out, c)
		}
	}
	return out
}

// Break ends all streams with an error; what they held and nobody read stays active until its lease is over.
func (g *Gateway) Break(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, s := range g.streams {
		s.broken <- err
	}
	g.streams = nil
}

// Streams returns how many streams are open.
func (g *Gateway) Streams() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.streams)
}

func (g *Gateway) enter(ctx context.Context, c Call) error {
	if g.Latency > 0 {
		select {
		case <-time.After(g.Latency):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if g.Fault != nil {
		if err := g.Fault(c.Name, c.Key); err != nil {
			return err
		}
	}
	c.At = time.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls = append(g.calls, c)
	return nil
}

// Activate implements worker.Gateway.
func (g *Gateway) Activate(ctx context.Context, r job.PollRequest, yield func(*job.Job)) error {
	if err := g.enter(ctx, Call{Name: "Activate"}); err != nil {
		return err
	}
	var over <-chan time.Time
	if r.Wait > 0 {
		over = time.After(r.Wait)
	}
	for {
		g.mu.Lock()
		// A late command ends a job that waits to be given out again.
		g.waiting = slices.DeleteFunc(g.waiting, func(w *record) bool { return w.state != "waiting" })
		n := min(r.MaxJobs, len(g.waiting))
		var given []*job.Job
		for _, w := range g.waiting[:n] {
			given = append(given, g.activate(w, r.Lease))
		}
		g.waiting = g.waiting[n:]
		var more chan struct{}
		if n == 0 && r.Wait > 0 {
			more = make(chan struct{})
			g.polls = append(g.polls, more)
		}
		g.mu.Unlock()
		for _, j := range given {
			yield(j)
		}
		if more == nil {
			return nil
		}
		select {
		case <-more:
		case <-over:
			return nil
		case <-ctx.Done():
			return &job.CommandError{Kind: job.Transient, Code: "CANCELLED", Reason: ctx.Err().Error()}
		}
	}
}

type stream struct {
	ctx     context.Context
	gateway *Gateway
	request job.TakeRequest
	pushed  chan *job.Job
	broken  chan error
}

// Stream implements worker.Gateway.
func (g *Gateway) Stream(ctx context.Context, r job.TakeRequest) (job.Stream, error) {
	if err := g.enter(ctx, Call{Name: "Stream"}); err != nil {
		return nil, err
	}
	if g.Silent {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	size := g.StreamBuffer
	if size == 0 {
		size = 64
	}
	s := &stream{ctx: ctx, gateway: g, request: r, pushed: make(chan *job.Job, size), broken: make(chan error, 1)}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.streams = append(g.streams, s)
	return s, nil
}

// Recv implements [job.Stream].
func (s *stream) Recv() (*job.Job, error) {
	select {
	case j := <-s.pushed:
		return j, nil
	default:
	}
	select {
	case j := <-s.pushed:
		return j, nil
	case err := <-s.broken:
		return nil, err
	case <-s.ctx.Done():
		s.gateway.closed(s)
		return nil, s.ctx.Err()
	}
}

func (g *Gateway) closed(s *stream) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls = append(g.calls, Call{Name: "StreamClosed", At: time.Now()})
	for i, o := range g.streams {
		if o == s {
			g.streams = append(g.streams[:i:i], g.streams[i+1:]...)
			return
		}
	}
}

// settle ends an active job.
func (g *Gateway) settle(ctx context.Context, c Call, next func(*record)) error {
	if err := g.enter(ctx, c); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.jobs[c.Key]
	if r == nil || r.state != "active" && r.state != "waiting" {
		return &job.CommandError{Kind: job.Gone, Code: "NOT_FOUND", Reason: fmt.Sprintf("no such job %d", c.Key)}
	}
	next(r)
	return nil
}

// Complete implements worker.Gateway.
func (g *Gateway) Complete(ctx context.Context, key int64, _ []byte) error {
	return g.settle(ctx, Call{Name: "Complete", Key: key}, func(r *record) { r.state = "Complete" })
}

// Fail implements worker.Gateway.
func (g *Gateway) Fail(ctx context.Context, key int64, retries int32, backoff time.Duration, message string, _ []byte) error {
	c := Call{Name: "Fail", Key: key, Retries: retries, Backoff: backoff, Text: message}
	return g.settle(ctx, c, func(r *record) {
		r.state, r.job.Retries = "Fail", retries
		if retries > 0 {
			time.AfterFunc(backoff, func() {
				g.mu.Lock()
				defer g.mu.Unlock()
				r.state = "waiting"
				g.offer(r)
			})
		}
	})
}

// Throw implements worker.Gateway.
func (g *Gateway) Throw(ctx context.Context, key int64, code, _ string, _ []byte) error {
	return g.settle(ctx, Call{Name: "Throw", Key: key, Text: code}, func(r *record) { r.state = "Throw" })
}

// UpdateTimeout implements worker.Gateway.
func (g *Gateway) UpdateTimeout(ctx context.Context, key int64, d time.Duration) error {
	return g.settle(ctx, Call{Name: "UpdateTimeout", Key: key, Timeout: d}, func(r *record) {
		r.until = time.Now().Add(d)
		g.watch(r)
	})
}

// Probe implements worker.Gateway.
func (g *Gateway) Probe(ctx context.Context) error { return g.enter(ctx, Call{Name: "Probe"}) }

// ProbeStream implements worker.Gateway.
func (g *Gateway) ProbeStream(ctx context.Context) error {
	return g.enter(ctx, Call{Name: "ProbeStream"})
}

// Unavailable is the refusal of a gateway that is not there.
var Unavailable = &job.CommandError{Kind: job.Transient, Code: "UNAVAILABLE", Reason: "connection refused", NotTaken: true}

// Broken is the end of a stream whose gateway closed it.
var Broken = io.EOF

// Advance lets d pass on the clock of a synctest bubble, in which that costs no time.
func Advance(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // inside a bubble of synctest time passes at once
}
