package worker

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/testkit"
)

// TestALostPollMakesTheLinkSuspect: the connection may be dead, so nothing takes effect until a probe is answered. A
// refusal is an answer, and shows that the connection lives.
func TestALostPollMakesTheLinkSuspect(t *testing.T) {
	t.Parallel()
	lost := &job.CommandError{Kind: job.Transient, Code: "UNAVAILABLE", Reason: "connection reset"}
	for _, tt := range []struct {
		name string
		err  error
		want linkState
	}{
		{"an answer", nil, linkUp},
		{"no answer", lost, linkSuspect},
		{"no answer, with a text around it", fmt.Errorf("poll: %w", lost), linkSuspect},
		{"a broker that has too much to do", &job.CommandError{Kind: job.Transient, Code: "RESOURCE_EXHAUSTED", NotTaken: true}, linkUp},
		{"no right", &job.CommandError{Kind: job.Denied, Code: "PERMISSION_DENIED", NotTaken: true}, linkUp},
		{"an answer that is too large", &job.CommandError{Kind: job.Unacceptable, Code: "RESOURCE_EXHAUSTED"}, linkUp},
		{"an error of our own", errors.New("the poll was ended"), linkUp},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := New(Config{JobType: "test"}, &testkit.Gateway{}, nil, nil, nil)
				w.link.answered()
				require.Equal(t, linkUp, w.link.current())
				newRun(w, t.Context(), t.Context(), t.Context()).polled(t.Context(), &complaint{}, tt.err)
				state, reason := w.link.health()
				assert.Equal(t, tt.want, state)
				if tt.want == linkSuspect {
					assert.Equal(t, tt.err.Error(), reason)
				}
			})
		})
	}
}

// TestAnEffectWaitsForAProbeAfterALostPoll: the connection may have died without a sign, and the poll may be the first call
// that shows it.
func TestAnEffectWaitsForAProbeAfterALostPoll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := New(Config{JobType: "test"}, &testkit.Gateway{}, nil, nil, nil)
		r := newRun(w, t.Context(), t.Context(), t.Context())
		w.link.answered()
		r.polled(t.Context(), &complaint{}, &job.CommandError{Kind: job.Transient, Code: "DEADLINE_EXCEEDED"})
		began := time.Now()
		time.AfterFunc(300*time.Millisecond, w.link.answered)
		require.NoError(t, r.awaitEffect(t.Context(), &job.Job{Key: 1, Lease: job.NewLease(began.Add(time.Hour), nil)}))
		assert.Equal(t, 300*time.Millisecond, time.Since(began))
	})
}

// TestPollsThatFailOnceAreTriedAgainSoon: the pause grows with failures in a row, and begins anew after an answer.
func TestPollsThatFailOnceAreTriedAgainSoon(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var polls []time.Time
		fails := func(n int) bool { return n <= 20 || n == 25 } // counted from 1
		f := newFleet(t, 1, Config{PollWait: 100 * time.Millisecond}, &bus{}, func(_ int, w *way, _ *sender) {
			w.before = func(call string, _ int64) error {
				if call != "Activate" {
					return nil
				}
				if polls = append(polls, time.Now()); fails(len(polls)) {
					return &job.CommandError{Kind: job.Denied, Code: "PERMISSION_DENIED", NotTaken: true}
				}
				return nil
			}
		})
		testkit.Advance(time.Minute)
		synctest.Wait()
		require.Greater(t, len(polls), 25)
		assert.GreaterOrEqual(t, polls[20].Sub(polls[19]), pollFailing/2)
		assert.LessOrEqual(t, polls[25].Sub(polls[24]), 100*time.Millisecond+2*time.Millisecond, "the only one that failed")
		f.stop()
	})
}

// generous is a gateway that gives one job more than it is asked for.
type generous struct{ *testkit.Gateway }

func (g generous) Activate(ctx context.Context, r job.PollRequest, yield func(*job.Job)) error {
	r.MaxJobs++
	return g.Gateway.Activate(ctx, r, yield)
}

// TestAJobMoreThanWasAskedForIsHandedBack at once: there is no slot for it.
func TestAJobMoreThanWasAskedForIsHandedBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, h := generous{&testkit.Gateway{}}, completing(5*time.Second)
		g.Create(1, 2)
		ctx, drain := context.WithCancel(t.Context())
		w := New(Config{JobType: "test", MaxJobsActive: 1, PollWait: time.Second}, g, h, nil, nil)
		ended := make(chan struct{})
		go func() { defer close(ended); _ = w.Run(ctx) }()
		testkit.Advance(time.Second)
		assert.Len(t, g.Calls("UpdateTimeout"), 1)
		testkit.Advance(15 * time.Second)
		assert.Equal(t, 2, g.Count("Complete"))
		assert.EqualValues(t, 1, h.peak.Load())
		drain()
		<-ended
		testkit.Advance(time.Hour) // the gateway's timers
	})
}

// bounded gives fewer jobs than a poll asks for, as a broker does whose answers would be too large.
type bounded struct{ *testkit.Gateway }

// Activate implements [Gateway].
func (g bounded) Activate(ctx context.Context, r job.PollRequest, yield func(*job.Job)) error {
	r.MaxJobs = min(r.MaxJobs, 3)
	return g.Gateway.Activate(ctx, r, yield)
}

// TestABacklogOfLargeJobsIsPolledToItsEnd without waiting for the next tick, though no answer has as many jobs as were asked for.
func TestABacklogOfLargeJobsIsPolledToItsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := bounded{&testkit.Gateway{}}
		g.Create(keys(1, 60)...)
		ctx, drain := context.WithCancel(t.Context())
		w := New(Config{JobType: "test", MaxJobsActive: 32, Stream: true, PollInterval: 10 * time.Second}, g, completing(time.Millisecond), nil, nil)
		ended := make(chan struct{})
		go func() { defer close(ended); _ = w.Run(ctx) }()
		testkit.Advance(time.Second)
		assert.Equal(t, 60, g.Count("Complete"))
		polls := len(g.Calls("Activate"))
		testkit.Advance(5 * time.Second)
		assert.Len(t, g.Calls("Activate"), polls, "the end of the backlog was found")
		drain()
		<-ended
		testkit.Advance(time.Hour) // the gateway's timers
	})
}

// TestSlotsThatAreFreedOneByOneShareAPoll of a worker that is always full. Beside a stream a backlog must not wait long for polls: they
// bring all of its jobs.
func TestSlotsThatAreFreedOneByOneShareAPoll(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		slots  int
		stream bool
		most   float64 // polls per job
		within time.Duration
	}{
		{slots: 32, most: 0.4, within: 4500 * time.Millisecond},
		{slots: 256, most: 0.2, within: 560 * time.Millisecond},
		{slots: 32, stream: true, most: 0.4, within: 4600 * time.Millisecond},
		{slots: 256, stream: true, most: 0.2, within: 550 * time.Millisecond},
	} {
		t.Run(fmt.Sprintf("%d slots, stream: %t", tt.slots, tt.stream), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const jobs = 4000
				g := &testkit.Gateway{Latency: time.Millisecond}
				g.Create(keys(1, jobs)...)
				began := time.Now()
				var last atomic.Int64
				h := &handler{do: func(_ context.Context, j *job.Job) job.Outcome {
					testkit.Advance(20*time.Millisecond + time.Duration(j.Key*7919%20_000)*time.Microsecond)
					last.Store(int64(time.Since(began)))
					return job.Complete{}
				}}
				r := start(t, Config{MaxJobsActive: tt.slots, Stream: tt.stream}, g, h)
				testkit.Advance(10 * time.Second)
				assert.Equal(t, jobs, g.Count("Complete"))
				polls := float64(len(g.Calls("Activate"))) / jobs
				assert.LessOrEqual(t, polls, tt.most, "polls per job")
				took := time.Duration(last.Load())
				assert.LessOrEqual(t, took, tt.within)
				t.Logf("%.3f polls per job, all done after %s", polls, took)
				r.stop()
			})
		})
	}
}

// TestASteadyLoadThatIsStreamedIsHardlyPolledFor: polls find no job then, and take slots that a streamed job waits for.
func TestASteadyLoadThatIsStreamedIsHardlyPolledFor(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		slots int
		load  float64 // jobs a second, as a part of what the slots allow
		most  float64 // polls a second
		wait  time.Duration
	}{
		{slots: 2, load: 0.8, most: 200, wait: 100 * time.Microsecond},
		{slots: 2, load: 0.95, most: 200, wait: 10 * time.Millisecond},
		{slots: 32, load: 0.5, most: 200, wait: 100 * time.Microsecond},
		{slots: 32, load: 0.95, most: 200, wait: time.Millisecond},
		{slots: 256, load: 0.5, most: 200, wait: 100 * time.Microsecond},
		{slots: 256, load: 0.95, most: 300, wait: time.Millisecond},
	} {
		t.Run(fmt.Sprintf("%d slots, load %.2f", tt.slots, tt.load), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const seconds = 1
				jobs := int64(seconds * float64(tt.slots) / 0.011 * tt.load) // of 10 ms each, and a command of one
				g := &testkit.Gateway{Latency: time.Millisecond}
				created := make([]time.Time, jobs+1)
				var waited atomic.Int64
				h := &handler{do: func(_ context.Context, j *job.Job) job.Outcome {
					waited.Add(int64(time.Since(created[j.Key])))
					testkit.Advance(8*time.Millisecond + time.Duration(j.Key*7919%4000)*time.Microsecond)
					return job.Complete{}
				}}
				r := start(t, Config{MaxJobsActive: tt.slots, Stream: true}, g, h)
				testkit.Advance(time.Second)
				before := len(g.Calls("Activate"))
				for key := int64(1); key <= jobs; key++ {
					created[key] = time.Now()
					g.Create(keys(key, 1)...)
					testkit.Advance(seconds * time.Second / time.Duration(jobs))
				}
				polls := float64(len(g.Calls("Activate"))-before) / seconds
				testkit.Advance(time.Minute)
				assert.EqualValues(t, jobs, g.Count("Complete"))
				mean := time.Duration(waited.Load() / jobs)
				assert.LessOrEqual(t, polls, tt.most, "polls a second")
				assert.LessOrEqual(t, mean, tt.wait, "mean wait of a job")
				t.Logf("%.0f polls a second, mean wait %s", polls, mean)
				r.stop()
			})
		})
	}
}

// TestALoneSlotPollsAtOnce: there is none to share a poll with.
func TestALoneSlotPollsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &testkit.Gateway{}
		r := start(t, Config{MaxJobsActive: 1}, g, completing(time.Millisecond))
		testkit.Advance(time.Second)
		g.Create(keys(1, 100)...)
		testkit.Advance(110 * time.Millisecond)
		assert.Equal(t, 100, g.Count("Complete"))
		r.stop()
		testkit.Advance(time.Hour)
	})
}

// TestNoPollIsMadeOnceTheDrainBegan: it would be cut off a second later, with the jobs that it was just given.
func TestNoPollIsMadeOnceTheDrainBegan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &testkit.Gateway{}
		g.Create(keys(1, 10)...)
		free := make(chan struct{})
		h := &handler{do: func(context.Context, *job.Job) job.Outcome {
			<-free
			return job.Complete{}
		}}
		r := start(t, Config{MaxJobsActive: 2}, g, h)
		testkit.Advance(time.Second) // full
		polls := len(g.Calls("Activate"))
		free <- struct{}{}
		testkit.Advance(pollCooldown / 2) // other slots are waited for
		r.drain()
		close(free)
		<-r.ended
		assert.Len(t, g.Calls("Activate"), polls)
		assert.Equal(t, 2, g.Count("Complete"))
		testkit.Advance(time.Hour)
	})
}

// TestAPollThatWasNotMadeIsNoAnswer: the link goes down while a worker whose polls are refused waits for a slot.
func TestAPollThatWasNotMadeIsNoAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var down atomic.Bool
		g := &testkit.Gateway{Fault: func(call string, _ int64) error {
			switch {
			case call == "Activate":
				return job.Refusal("PERMISSION_DENIED", "not yours")
			case call != "Stream" && down.Load():
				return testkit.Unavailable
			}
			return nil
		}}
		r := start(t, Config{MaxJobsActive: 2, Stream: true}, g, completing(10*time.Second))
		testkit.Advance(5 * time.Second)
		for key := int64(1); key < 20; key++ {
			g.Create(key)
			down.Store(key%4 == 2)
			testkit.Advance(7 * time.Second)
		}
		assert.Contains(t, r.log.String(), "cannot poll for jobs")
		assert.NotContains(t, r.log.String(), "polls for jobs are answered again")
		assert.Greater(t, g.Count("Complete"), 5)
		down.Store(false)
		r.stop()
		testkit.Advance(time.Hour)
	})
}

// slow is a gateway whose polls take a time.
type slow struct {
	*testkit.Gateway
	takes time.Duration
	asked atomic.Int64 // the most jobs that a poll asked for
}

// Activate implements [Gateway].
func (g *slow) Activate(ctx context.Context, r job.PollRequest, yield func(*job.Job)) error {
	g.asked.Store(max(g.asked.Load(), int64(r.MaxJobs)))
	testkit.Advance(g.takes)
	return g.Gateway.Activate(ctx, r, yield)
}

// TestPollsAskForAsManyJobsAsAreNeeded: for few where they are answered at once, and for all that fit where they take long. Jobs that
// hang take slots, and leave the others as fast as they are.
func TestPollsAskForAsManyJobsAsAreNeeded(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		polls       time.Duration // how long one takes
		stream      bool
		least, most int64         // jobs that the largest of them asks for
		within      time.Duration // all jobs; with polls for 64 it would take 3 s where one takes 50 ms
	}{
		{0, false, pollSize, pollSize, 400 * time.Millisecond},
		{0, true, pollSize, pollSize, 400 * time.Millisecond},
		{10 * time.Millisecond, false, 150, 160, 400 * time.Millisecond},
		{10 * time.Millisecond, true, 150, 160, 400 * time.Millisecond},
		{50 * time.Millisecond, false, 256, 512, time.Second},
		{50 * time.Millisecond, true, 256, 512, time.Second},
	} {
		t.Run(fmt.Sprintf("polls of %s, stream: %t", tt.polls, tt.stream), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const jobs = 4000
				g := &slow{Gateway: &testkit.Gateway{}, takes: tt.polls}
				g.Create(keys(1, jobs)...)
				began := time.Now()
				var last atomic.Int64
				h := &handler{do: func(_ context.Context, j *job.Job) job.Outcome {
					if j.Key <= 50 {
						testkit.Advance(5 * time.Second)
						return job.Complete{}
					}
					testkit.Advance(20 * time.Millisecond)
					last.Store(int64(time.Since(began)))
					return job.Complete{}
				}}
				r := startOn(t, Config{MaxJobsActive: 512, Stream: tt.stream}, g, g.Gateway, h)
				testkit.Advance(10 * time.Second)
				assert.Equal(t, jobs, g.Count("Complete"))
				assert.GreaterOrEqual(t, g.asked.Load(), tt.least)
				assert.LessOrEqual(t, g.asked.Load(), tt.most)
				assert.LessOrEqual(t, time.Duration(last.Load()), tt.within)
				r.stop()
			})
		})
	}
}

func TestTheSizeOfTheNextPoll(t *testing.T) {
	t.Parallel()
	var p pollTimes
	assert.Equal(t, pollSize, p.size(), "nothing is known")
	p.add(20 * time.Second)
	assert.Greater(t, p.size(), 10_000, "there may be a long way")
	p.add(30 * time.Millisecond)
	assert.Equal(t, 480, p.size(), "the other one waited for a job")
	p.add(pollTime / 2)
	assert.Equal(t, pollSize, p.size())
	for range p.latest {
		p.add(10 * time.Millisecond)
	}
	assert.Equal(t, 160, p.size(), "older polls tell nothing any more")
}
