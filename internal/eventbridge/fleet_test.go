package eventbridge

import (
	"context"
	"flag"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/testkit"
	"github.com/eventbridge-connector/eventbridge-connector/internal/worker"
)

// The fleet: worker processes at one gateway and one quota of AWS.
const (
	fleetReplicas = 100
	fleetCapacity = 80    // of a replica
	fleetQuota    = 400.0 // requests a second, a tenth of them at once
	fleetLatency  = 20 * time.Millisecond
	fleetBin      = 100 * time.Millisecond // of what is counted
	fleetSecond   = int(time.Second / fleetBin)
)

// The times of the simulation. Between fleetCut and fleetBack the gateway is away.
const (
	fleetSettled = 2 * time.Second // after the start, and after the outage and the two seconds that the workers hold back
	fleetCut     = 6 * time.Second
	fleetBack    = 12 * time.Second
	fleetHeld    = 2 * time.Second
	fleetEnd     = 20 * time.Second
)

var plotFolder = flag.String("plot", "", "simulate the whole fleet and write the plots into this folder")

// quotaBus accepts requests as a bucket of tokens lets them, and throttles the others.
type quotaBus struct {
	mu        sync.Mutex
	began     time.Time
	tokens    float64
	filled    time.Time
	accepted  []float64 // requests in each bin
	throttled []float64
	entries   []float64 // accepted
}

func add(bins []float64, at time.Duration, n float64) {
	if i := int(at / fleetBin); i < len(bins) {
		bins[i] += n
	}
}

func (b *quotaBus) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	select { // half of the way there
	case <-time.After(fleetLatency / 2):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	n := strings.Count(string(body), `"DetailType"`)
	status, answer := 400, throttling
	b.mu.Lock()
	now := time.Now()
	b.tokens = min(fleetQuota/10, b.tokens+now.Sub(b.filled).Seconds()*fleetQuota)
	b.filled = now
	if b.tokens >= 1 {
		b.tokens--
		status, answer = 200, acceptedAll(n)
		add(b.accepted, now.Sub(b.began), 1)
		add(b.entries, now.Sub(b.began), float64(n))
	} else {
		add(b.throttled, now.Sub(b.began), 1)
	}
	b.mu.Unlock()
	return after(fleetLatency/2, status, answer).RoundTrip(r)
}

// replica is the handler of one worker of the fleet.
type replica struct {
	fleet  *fleet
	sender *Sender
}

func (h *replica) Handle(ctx context.Context, j *job.Job) job.Outcome {
	if err := j.AwaitEffect(ctx); err != nil {
		return job.HandBack{}
	}
	r := requestTo("http://bus.test")
	r.BeforeAttempt, r.LastTry = j.AwaitEffect, j.Retries <= 1
	if _, err := h.sender.Send(ctx, r); err != nil {
		h.fleet.mu.Lock()
		h.fleet.failed++
		h.fleet.mu.Unlock()
		return job.Fail{Retries: max(0, j.Retries-1), Backoff: 10 * time.Second, Message: err.Error()}
	}
	return job.Complete{Settling: job.Settling{EffectDone: true}}
}

func (h *replica) Settled(*job.Job) {}

// fleet is what a simulated fleet did.
type fleet struct {
	bus *quotaBus

	mu      sync.Mutex
	began   time.Time
	away    bool
	failed  int
	probes  []float64 // calls that reached the gateway, or would have, in each bin
	streams []float64
	polls   []float64
}

// fault counts the calls of the intake.
func (f *fleet) fault(call string, _ int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := time.Since(f.began)
	switch call {
	case "Probe", "ProbeStream":
		add(f.probes, at, 1)
	case "Stream":
		add(f.streams, at, 1)
	case "Activate":
		add(f.polls, at, 1)
	}
	if f.away {
		return testkit.Unavailable
	}
	return nil
}

func (f *fleet) setAway(away bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.away = away
}

// runFleet runs a fleet inside a bubble, for so long. There are always so many jobs that wait.
func runFleet(t *testing.T, replicas, capacity int, until time.Duration, waiting int64) *fleet {
	t.Helper()
	now := time.Now()
	bins := func() []float64 { return make([]float64, fleetEnd/fleetBin) }
	f := &fleet{
		began: now, probes: bins(), streams: bins(), polls: bins(),
		bus: &quotaBus{began: now, filled: now, tokens: fleetQuota / 10, accepted: bins(), throttled: bins(), entries: bins()},
	}
	g := &testkit.Gateway{Latency: time.Millisecond, StreamBuffer: 90, Fault: f.fault}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for range replicas {
		s := New(Options{MaxConns: capacity})
		s.shared = &exchanger{transport: f.bus, timeout: s.options.RequestTimeout, observer: s.options.Observer}
		w := worker.New(worker.Config{JobType: "test", MaxJobsActive: capacity, Stream: true, Downstream: s.Targets()}, g, &replica{f, s}, nil, nil)
		running.Go(func() {
			_ = w.Run(ctx)
			s.Close()
		})
	}
	var last int64
	run := func(until time.Duration) {
		for time.Since(now) < until {
			for n := g.Embedded().Counts().Waiting; n < waiting; n++ {
				last++
				g.Create(last)
			}
			testkit.Advance(fleetBin / 2)
		}
	}
	run(min(until, fleetCut))
	if until > fleetCut {
		f.setAway(true)
		g.Break(testkit.Unavailable)
		run(fleetBack)
		f.setAway(false)
		run(until)
	}
	cancel()
	running.Wait()
	testkit.Advance(time.Hour) // the gateway's own timers
	return f
}

// seconds returns the sums of each second in a part of the time.
func seconds(bins []float64, from, to time.Duration) []float64 {
	var sums []float64
	for at := int(from / fleetBin); at+fleetSecond <= int(to/fleetBin); at += fleetSecond {
		sums = append(sums, total(bins[at:at+fleetSecond]))
	}
	return sums
}

func total(bins []float64) (n float64) {
	for _, v := range bins {
		n += v
	}
	return n
}

// TestAFleetSettlesAtTheQuota has 100 replicas with more jobs than AWS's quota lets through. The whole quota is used, and the rate of
// throttled requests does not swing. With -plot there is an outage of the gateway too, after which it is the same again: that takes
// half a minute of processor time.
func TestAFleetSettlesAtTheQuota(t *testing.T) {
	if raceDetector {
		t.Skip("a small fleet runs the same code")
	}
	until, parts := fleetCut, [][2]time.Duration{{fleetSettled, fleetCut}}
	if *plotFolder != "" {
		until, parts = fleetEnd, append(parts, [2]time.Duration{fleetBack + fleetHeld + fleetSettled, fleetEnd})
	}
	synctest.Test(t, func(t *testing.T) {
		f := runFleet(t, fleetReplicas, fleetCapacity, until, 2*fleetQuota)
		for _, part := range parts {
			accepted, throttled := seconds(f.bus.accepted, part[0], part[1]), seconds(f.bus.throttled, part[0], part[1])
			t.Logf("%s to %s: accepted %v, throttled %v, events %v", part[0], part[1], accepted, throttled, seconds(f.bus.entries, part[0], part[1]))
			for _, n := range accepted {
				assert.InEpsilon(t, fleetQuota, n, 0.05, "accepted in a second")
			}
			assert.Less(t, slices.Max(throttled), 0.75*fleetQuota, "throttled in a second")
			assert.Less(t, slices.Max(throttled)-slices.Min(throttled), 0.4*fleetQuota, "how far throttled requests swing")
		}
		t.Logf("throttled in the first second: %.0f; in the worst after the outage: %.0f; failed jobs: %d, events: %.0f", total(f.bus.throttled[:fleetSecond]),
			slices.Max(seconds(f.bus.throttled, fleetBack, fleetEnd)), f.failed, total(f.bus.entries))
		assert.Less(t, float64(f.failed), 0.02*total(f.bus.entries), "jobs that fail, for a later try")
		if *plotFolder != "" {
			f.plotLoad(t)
		}
	})
}

// TestASmallFleetWastesNextToNothing of the quota on throttled requests.
func TestASmallFleetWastesNextToNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := runFleet(t, fleetReplicas/10, fleetCapacity, fleetCut, 2*fleetQuota)
		accepted, throttled := seconds(f.bus.accepted, fleetSettled, fleetCut), seconds(f.bus.throttled, fleetSettled, fleetCut)
		t.Logf("accepted %v, throttled %v, events %v", accepted, throttled, seconds(f.bus.entries, fleetSettled, fleetCut))
		for _, n := range accepted {
			assert.InEpsilon(t, fleetQuota, n, 0.1, "accepted in a second")
		}
		assert.Less(t, slices.Max(throttled), 0.1*fleetQuota, "throttled in a second")
		assert.Zero(t, f.failed)
	})
}

// TestAFleetDoesNotComeBackAsAHerd ends the streams of 100 workers at rest in the same moment. The probes of the gateway that is away,
// and the streams that are opened once it is back, are spread.
func TestAFleetDoesNotComeBackAsAHerd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := runFleet(t, fleetReplicas, fleetCapacity, fleetEnd, 0)
		back := f.streams[fleetBack/fleetBin:]
		assert.InDelta(t, fleetReplicas, total(back), 5, "streams")
		assert.InDelta(t, fleetReplicas, total(back[:5*fleetSecond]), 5, "streams within 5 s")
		away := f.probes[(fleetBack-3*time.Second)/fleetBin : fleetBack/fleetBin]
		t.Logf("in a tenth of a second: probes %v, streams %v, polls %v", slices.Max(away), slices.Max(back), slices.Max(f.polls[fleetBack/fleetBin:]))
		assert.LessOrEqual(t, slices.Max(away), 0.6*fleetReplicas, "probes in a tenth of a second")
		assert.LessOrEqual(t, slices.Max(back), 0.6*fleetReplicas, "streams opened in a tenth of a second")
		if *plotFolder != "" {
			f.plotReturn(t)
		}
	})
}
