package worker

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/testkit"
)

// downstream is down when it is told to be.
type downstream struct {
	mu      sync.Mutex
	down    bool
	changed chan struct{}
}

func (d *downstream) Down() bool { d.mu.Lock(); defer d.mu.Unlock(); return d.down }

func (d *downstream) Changed() <-chan struct{} { d.mu.Lock(); defer d.mu.Unlock(); return d.changed }

func (d *downstream) set(down bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.down = down
	close(d.changed)
	d.changed = make(chan struct{})
}

// TestTheIntakePausesWhileTheBusIsDown but for one job at a time, which finds out when it is up again.
func TestTheIntakePausesWhileTheBusIsDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &downstream{changed: make(chan struct{})}
		var probes atomic.Int64
		f := newFleet(t, 1, Config{Stream: true, MaxJobsActive: 32, Downstream: d}, &bus{}, func(_ int, _ *way, s *sender) {
			s.outcome = func(j *job.Job) job.Outcome {
				if d.Down() {
					probes.Add(1)
					return job.Fail{Retries: j.Retries, Backoff: time.Second}
				}
				return job.Complete{}
			}
		})
		f.work(1, 10, 10*time.Millisecond)
		d.set(true)
		testkit.Advance(time.Second)
		assert.Zero(t, f.gateway.Streams(), "the stream is closed")
		f.work(101, 100, 200*time.Millisecond) // 20 s
		assert.Positive(t, probes.Load())
		assert.Less(t, probes.Load(), int64(60), "jobs are polled for one at a time")
		ready, _ := f.workers[0].Ready()
		assert.True(t, ready, "a rollout must not wait for AWS")
		d.set(false)
		testkit.Advance(10 * time.Second)
		assert.Equal(t, 110, f.gateway.Count("Complete"))
		assert.Equal(t, 1, f.gateway.Streams())
		f.stop()
	})
}

// TestAnAnswerThatIsTooLargeMakesTheNextPollAskForFewer: its jobs are lost until their lease is over.
func TestAnAnswerThatIsTooLargeMakesTheNextPollAskForFewer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked []int
		g := &sized{Gateway: &testkit.Gateway{}, fits: 5, asked: &asked}
		ctx, cancel := context.WithCancel(t.Context())
		w := New(Config{JobType: "test", MaxJobsActive: 32, PollWait: time.Second}, g, &sender{bus: &bus{}}, nil, nil)
		done := make(chan struct{})
		go func() { defer close(done); _ = w.Run(ctx) }()
		synctest.Wait()
		g.Create(keys(1, 10)...)
		testkit.Advance(6 * time.Minute) // each answer that was too large holds its jobs for a lease
		assert.Equal(t, 10, g.Count("Complete"), "asked for: %v", asked)
		cancel()
		<-done
		testkit.Advance(time.Hour)
	})
}

// TestAnswersThatAreTooLargeAreFew: each of them holds its jobs for a lease.
func TestAnswersThatAreTooLargeAreFew(t *testing.T) {
	t.Parallel()
	for _, stream := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			var asked []int
			g := &sized{Gateway: &testkit.Gateway{}, fits: 20, asked: &asked}
			g.Create(keys(1, 4000)...)
			r := startOn(t, Config{MaxJobsActive: 256, Stream: stream}, g, g.Gateway, completing(20*time.Millisecond))
			testkit.Advance(3 * time.Minute)
			assert.Equal(t, 4000, g.Count("Complete"))
			assert.LessOrEqual(t, g.refused, 6)
			r.stop()
			testkit.Advance(time.Hour)
		})
	}
}

// sized is a gateway whose answers hold so many jobs at the most.
type sized struct {
	*testkit.Gateway
	fits    int
	asked   *[]int
	refused int
}

func (s *sized) Activate(ctx context.Context, r job.PollRequest, yield func(*job.Job)) error {
	*s.asked = append(*s.asked, r.MaxJobs)
	var jobs []*job.Job
	if err := s.Gateway.Activate(ctx, r, func(j *job.Job) { jobs = append(jobs, j) }); err != nil {
		return err
	}
	if len(jobs) > s.fits {
		s.refused++
		return &job.CommandError{Kind: job.Unacceptable, Code: "RESOURCE_EXHAUSTED", Reason: "grpc: received message larger than max"}
	}
	for _, j := range jobs {
		yield(j)
	}
	return nil
}
