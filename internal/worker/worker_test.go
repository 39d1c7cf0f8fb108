package worker

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
	"github.com/eventbridge-connector/eventbridge-connector/internal/testkit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// handler does with each job what do says, and counts.
type handler struct {
	do      func(ctx context.Context, j *job.Job) job.Outcome
	settled atomic.Int64
	now     atomic.Int64
	peak    atomic.Int64
}

func (h *handler) Handle(ctx context.Context, j *job.Job) job.Outcome {
	n := h.now.Add(1)
	defer h.now.Add(-1)
	for {
		p := h.peak.Load()
		if n <= p || h.peak.CompareAndSwap(p, n) {
			break
		}
	}
	return h.do(ctx, j)
}

func (h *handler) Settled(*job.Job) { h.settled.Add(1) }

// completing completes each job after it took so long.
func completing(took time.Duration) *handler {
	return &handler{do: func(ctx context.Context, _ *job.Job) job.Outcome {
		if pace.Sleep(ctx, took) != nil {
			return job.HandBack{}
		}
		return job.Complete{}
	}}
}

// observer counts what the engine tells.
type observer struct {
	mu        sync.Mutex
	taken     int
	abandoned map[job.AbandonReason]int
	retried   int
}

func (o *observer) Taken(*job.Job, bool)                                        { o.mu.Lock(); o.taken++; o.mu.Unlock() }
func (o *observer) Settled(*job.Job, job.Outcome, time.Duration, time.Duration) {}
func (o *observer) StreamOpen(bool)                                             {}
func (o *observer) Link(string)                                                 {}
func (o *observer) CommandRetried(string)                                       { o.mu.Lock(); o.retried++; o.mu.Unlock() }

func (o *observer) Abandoned(_ *job.Job, r job.AbandonReason) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.abandoned == nil {
		o.abandoned = map[job.AbandonReason]int{}
	}
	o.abandoned[r]++
}

// left returns how many jobs were left to their leases, by reason; nil = none was.
func (o *observer) left() map[job.AbandonReason]int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return maps.Clone(o.abandoned)
}

func (o *observer) count() int { o.mu.Lock(); defer o.mu.Unlock(); return o.taken }

func (o *observer) tries() int { o.mu.Lock(); defer o.mu.Unlock(); return o.retried }

func (o *observer) of(r job.AbandonReason) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.abandoned[r]
}

// rig is a worker at work inside a bubble of synctest.
type rig struct {
	*Worker
	gateway *testkit.Gateway
	handler *handler
	seen    *observer
	log     *testkit.Log
	drain   context.CancelFunc
	ended   chan struct{}
	left    error // what Run returned
}

// start starts a worker and waits until it has come to rest.
func start(t *testing.T, c Config, g *testkit.Gateway, h *handler) *rig {
	t.Helper()
	return startOn(t, c, g, g, h)
}

// startOn starts a worker on a way to a gateway.
func startOn(t *testing.T, c Config, way Gateway, g *testkit.Gateway, h *handler) *rig {
	t.Helper()
	r := &rig{gateway: g, handler: h, seen: &observer{}, log: &testkit.Log{}, ended: make(chan struct{})}
	c.JobType, c.Name = "test", "worker"
	r.Worker = New(c, way, h, r.seen, slog.New(slog.NewTextHandler(r.log, nil)))
	ctx, cancel := context.WithCancel(t.Context())
	r.drain = cancel
	go func() {
		defer close(r.ended)
		r.left = r.Run(ctx)
	}()
	synctest.Wait()
	return r
}

// stop drains the worker and waits for its end.
func (r *rig) stop() {
	r.drain()
	<-r.ended
	synctest.Wait()
}

func keys(from, n int64) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = from + int64(i)
	}
	return out
}

func TestEveryJobIsCompletedOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		config Config
		before bool // whether the jobs wait before the worker starts
	}{
		{name: "streamed", config: Config{Stream: true, MaxJobsActive: 32}},
		{name: "a backlog beside a stream", config: Config{Stream: true, MaxJobsActive: 32}, before: true},
		{name: "polled alone", config: Config{MaxJobsActive: 32}},
		{name: "one at a time", config: Config{Stream: true, MaxJobsActive: 1}, before: true},
		{name: "two at a time", config: Config{Stream: true, MaxJobsActive: 2}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := &testkit.Gateway{Latency: time.Millisecond}
				if tt.before {
					g.Create(keys(1, 300)...)
				}
				r := start(t, tt.config, g, completing(5*time.Millisecond))
				if !tt.before {
					g.Create(keys(1, 300)...)
				}
				testkit.Advance(30 * time.Second)
				r.stop()
				assert.Equal(t, 300, g.Count("Complete"))
				assert.Len(t, g.Calls("Complete"), 300, "one command for each job")
				assert.Equal(t, 300, r.seen.count(), "no job was given out twice")
				assert.EqualValues(t, 300, r.handler.settled.Load())
				assert.LessOrEqual(t, r.handler.peak.Load(), int64(tt.config.MaxJobsActive), "jobs in the process at a time")
			})
		})
	}
}

func TestManyJobsAtOnceAreDoneNearlyAsFastAsTheCapacityAllows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &testkit.Gateway{Latency: time.Millisecond, StreamBuffer: 90}
		r := start(t, Config{Stream: true, MaxJobsActive: 32}, g, completing(50*time.Millisecond))
		began := time.Now()
		for _, key := range keys(1, 500) {
			g.Create(key)
			testkit.Advance(time.Millisecond)
		}
		for g.Count("Complete") < 500 {
			testkit.Advance(time.Millisecond)
			require.Less(t, time.Since(began), 3*time.Second, "%d of 500 done", g.Count("Complete"))
		}
		took := time.Since(began)
		assert.Less(t, took, 1200*time.Millisecond, "the capacity alone needs 0.8 s")
		assert.EqualValues(t, 32, r.handler.peak.Load(), "the capacity was used and not exceeded")
		r.stop()
	})
}

func TestReadyMeansThatJobsCanBeTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var down atomic.Bool
		down.Store(true)
		g := &testkit.Gateway{Fault: func(string, int64) error {
			if down.Load() {
				return testkit.Unavailable
			}
			return nil
		}}
		r := start(t, Config{Stream: true}, g, completing(0))
		ready, reason := r.Ready()
		assert.False(t, ready)
		assert.Contains(t, reason, "UNAVAILABLE", "the reason is the gateway's")
		down.Store(false)
		testkit.Advance(time.Minute)
		ready, _ = r.Ready()
		assert.True(t, ready, "the gateway answers again")
		r.drain()
		synctest.Wait()
		ready, reason = r.Ready()
		assert.False(t, ready)
		assert.Equal(t, "shutting down", reason)
		<-r.ended
	})
}

// TestJobsAtWorkAreNoSlots: an open stream and a poll hold slots for jobs that may never come.
func TestJobsAtWorkAreNoSlots(t *testing.T) {
	t.Parallel()
	for _, stream := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			g := &testkit.Gateway{}
			r := start(t, Config{Stream: stream, MaxJobsActive: 256}, g, completing(10*time.Second))
			testkit.Advance(time.Second)
			assert.Positive(t, r.SlotsInUse())
			assert.Zero(t, r.JobsAtWork())
			g.Create(keys(1, 3)...)
			testkit.Advance(time.Second)
			assert.Equal(t, 3, r.JobsAtWork())
			testkit.Advance(10 * time.Second)
			assert.Zero(t, r.JobsAtWork())
			r.stop()
		})
	}
}

func TestStartStopInAnyOrder(t *testing.T) {
	t.Parallel()
	for i := range 40 {
		synctest.Test(t, func(t *testing.T) {
			g := &testkit.Gateway{Latency: time.Duration(i%4) * time.Millisecond}
			r := start(t, Config{Stream: i%2 == 0, MaxJobsActive: 1 + i%5, GracePeriod: time.Second}, g, completing(time.Duration(i)*time.Millisecond))
			g.Create(keys(1, int64(i))...)
			testkit.Advance(time.Duration(i*i) * time.Millisecond / 4)
			r.stop()
			testkit.Advance(time.Minute)
			for _, c := range g.Calls("Complete") {
				_, given := g.State(c.Key)
				assert.LessOrEqual(t, given, 2)
			}
		})
	}
}

func bytesLines(b []byte) func(func(string) bool) {
	return func(yield func(string) bool) {
		for line := range bytes.Lines(b) {
			if !yield(string(line)) {
				return
			}
		}
	}
}

func containsAll(text string, parts ...string) bool {
	for _, p := range parts {
		if !bytes.Contains([]byte(text), []byte(p)) {
			return false
		}
	}
	return true
}
