package worker

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
	"github.com/eventbridge-connector/eventbridge-connector/internal/testkit"
)

// way is one worker's way to a gateway, with faults of its own.
type way struct {
	*testkit.Gateway
	before func(call string, key int64) error                      // the call does not reach the gateway
	slow   func(ctx context.Context, call string, key int64) error // the call is under way for so long before it does
	after  func(call string, key int64) error                      // it does, its answer does not come back
	clock  func(key int64) time.Duration                           // how far the clock of the job's partition is ahead
	old    func(call string) bool                                  // the call goes by a gateway before Camunda 8.10, which passes over lease tokens

	mu      sync.Mutex
	isCut   bool
	streams map[context.Context]context.CancelFunc
}

// cut cuts the way, or mends it.
func (w *way) cut(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.isCut = cut
	if cut {
		for _, cancel := range w.streams {
			cancel()
		}
	}
}

func (w *way) call(ctx context.Context, name string, key int64, do func() error) error {
	w.mu.Lock()
	cut := w.isCut
	w.mu.Unlock()
	if cut {
		return testkit.Unavailable
	}
	if w.before != nil {
		if err := w.before(name, key); err != nil {
			return err
		}
	}
	if w.slow != nil {
		if err := w.slow(ctx, name, key); err != nil {
			return err
		}
	}
	if err := do(); err != nil {
		return err
	}
	if w.after != nil {
		return w.after(name, key)
	}
	return nil
}

func (w *way) shift(j *job.Job) *job.Job {
	if w.clock != nil {
		j.Deadline = j.Deadline.Add(w.clock(j.Key))
	}
	return j
}

// command is a call that names a job.
func (w *way) command(ctx context.Context, name string, r *job.Ref, do func() error) error {
	return w.call(ctx, name, r.Key, func() error {
		if w.old != nil && w.old(name) {
			r.LeaseToken = ""
		}
		return do()
	})
}

func (w *way) Activate(ctx context.Context, r job.PollRequest, yield func(*job.Job)) error {
	return w.call(ctx, "Activate", 0, func() error {
		return w.Gateway.Activate(ctx, r, func(j *job.Job) { yield(w.shift(j)) })
	})
}

func (w *way) Stream(ctx context.Context, r job.TakeRequest) (s job.Stream, err error) {
	inner, cancel := context.WithCancel(ctx)
	err = w.call(ctx, "Stream", 0, func() (err error) {
		s, err = w.Gateway.Stream(inner, r)
		return err
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil || w.isCut {
		cancel()
		if err == nil {
			_, _ = s.Recv() // the gateway forgets the stream
		}
		return nil, errors.Join(err, testkit.Unavailable)
	}
	if w.streams == nil {
		w.streams = map[context.Context]context.CancelFunc{}
	}
	w.streams[inner] = cancel
	return &wayStream{s, w, ctx, inner}, nil
}

type wayStream struct {
	job.Stream
	way        *way
	ctx, inner context.Context //nolint:containedctx // of the stream
}

func (s *wayStream) Recv() (*job.Job, error) {
	j, err := s.Stream.Recv()
	if err != nil && s.ctx.Err() == nil && s.inner.Err() != nil {
		return nil, testkit.Unavailable
	}
	if err != nil {
		return nil, err
	}
	return s.way.shift(j), nil
}

func (w *way) Complete(ctx context.Context, r job.Ref, v []byte) error {
	return w.command(ctx, "Complete", &r, func() error { return w.Gateway.Complete(ctx, r, v) })
}

func (w *way) Fail(ctx context.Context, r job.Ref, retries int32, backoff time.Duration, message string, v []byte) error {
	return w.command(ctx, "Fail", &r, func() error { return w.Gateway.Fail(ctx, r, retries, backoff, message, v) })
}

func (w *way) Throw(ctx context.Context, r job.Ref, code, message string, v []byte) error {
	return w.command(ctx, "Throw", &r, func() error { return w.Gateway.Throw(ctx, r, code, message, v) })
}

func (w *way) UpdateTimeout(ctx context.Context, r job.Ref, d time.Duration) error {
	return w.command(ctx, "UpdateTimeout", &r, func() error { return w.Gateway.UpdateTimeout(ctx, r, d) })
}

func (w *way) Probe(ctx context.Context) error {
	return w.call(ctx, "Probe", 0, func() error { return w.Gateway.Probe(ctx) })
}

func (w *way) ProbeStream(ctx context.Context) error {
	return w.call(ctx, "ProbeStream", 0, func() error { return w.Gateway.ProbeStream(ctx) })
}

// bus counts what is sent for each job, by all workers.
type bus struct {
	took time.Duration
	mu   sync.Mutex
	sent map[int64]int
	last time.Time
}

// sender is a handler that sends one event for each job, and remembers what was accepted until the job is settled.
type sender struct {
	bus      *bus
	outcome  func(j *job.Job) job.Outcome // nil = complete
	mu       sync.Mutex
	accepted map[int64]bool
}

func (s *sender) Handle(ctx context.Context, j *job.Job) job.Outcome {
	s.mu.Lock()
	known := s.accepted[j.Key]
	s.mu.Unlock()
	if !known {
		if err := j.AwaitEffect(ctx); err != nil {
			return job.HandBack{}
		}
		s.bus.mu.Lock()
		if s.bus.sent == nil {
			s.bus.sent = map[int64]int{}
		}
		s.bus.sent[j.Key]++
		s.bus.last = time.Now()
		s.bus.mu.Unlock()
		if pace.Sleep(ctx, s.bus.took) != nil {
			return job.Abandon{Reason: job.AbandonDrained}
		}
		s.mu.Lock()
		if s.accepted == nil {
			s.accepted = map[int64]bool{}
		}
		s.accepted[j.Key] = true
		s.mu.Unlock()
	}
	if s.outcome != nil {
		return s.outcome(j)
	}
	return job.Complete{Settling: job.Settling{EffectDone: true}}
}

func (s *sender) Settled(j *job.Job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.accepted, j.Key)
}

// times returns how many events each job had.
func (b *bus) times() map[int64]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.sent)
}

// twice returns how many jobs had more than one event.
func (b *bus) twice() (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, times := range b.sent {
		if times > 1 {
			n++
		}
	}
	return n
}

func (b *bus) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.sent)
}

// fleet is some workers of one job type, each with its own way to the gateway.
type fleet struct {
	gateway *testkit.Gateway
	bus     *bus
	ways    []*way
	workers []*Worker
	seen    []*observer
	log     *testkit.Log
	stop    func()
}

func newFleet(t *testing.T, n int, c Config, b *bus, with func(i int, w *way, s *sender)) *fleet {
	t.Helper()
	f := &fleet{gateway: &testkit.Gateway{Latency: time.Millisecond, StreamBuffer: 90, Options: embedded.GatewayOptions{Version: "8.10.0"}}, bus: b, log: &testkit.Log{}}
	ctx, cancel := context.WithCancel(t.Context())
	c.JobType = "test"
	var running sync.WaitGroup
	for i := range n {
		w, s := &way{Gateway: f.gateway}, &sender{bus: b}
		if with != nil {
			with(i, w, s)
		}
		seen := &observer{}
		worker := New(c, w, s, seen, slog.New(slog.NewTextHandler(f.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
		f.ways, f.workers, f.seen = append(f.ways, w), append(f.workers, worker), append(f.seen, seen)
		running.Go(func() { _ = worker.Run(ctx) })
	}
	f.stop = func() {
		cancel()
		running.Wait()
		testkit.Advance(time.Hour) // the gateway's own timers
	}
	synctest.Wait()
	return f
}

// work makes so many jobs, one each so often.
func (f *fleet) work(from, n int64, every time.Duration) {
	for _, key := range keys(from, n) {
		f.gateway.Create(key)
		testkit.Advance(every)
	}
}
