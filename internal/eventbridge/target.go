package eventbridge

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"time"
)

// Bounds of the circuit of a target.
const (
	minTroubled    = 3  // calls in hand that fail at the same time before a target counts as down
	minRun         = 6  // failed attempts in a row before it does, whatever the number of calls
	maxRun         = 10 // the most that it takes, with many calls in hand
	maxThrottleRun = 40 // the same for throttling, which also slows the calls down and so costs them nothing
	maxFailedCalls = 3  // calls in a row that ended in a transient failure, for a target with few calls

	firstPause = 200 * time.Millisecond // between a failed probe and the next
	maxPause   = 800 * time.Millisecond // the longest pause of the first minute
	longPause  = 2 * time.Second        // the longest pause after it
	longOutage = time.Minute
	slowProbe  = 2 * time.Second // a probe without an answer for so long makes room for another
	maxProbes  = 3               // of one call in a row, while others wait

	flapTime = 5 * time.Second // a target that goes down so soon after it came up had not recovered
	maxFlaps = 5               // doublings of the patience with it

	minAttempt = time.Second // a call that has waited makes no attempt with less time than this
	crowdWait  = time.Second // how long a call waits for a target that is down, where too many wait already

	firstLimit    = 4.0 // attempts at once after an outage; doubles with each round of answers
	leastLimit    = 2.0
	cutEvery      = 100 * time.Millisecond // the limit is halved once per round of throttled answers, not by each of them
	calmTime      = time.Second            // without throttling, until the limit grows fast again and ends
	calmTimeAdapt = 10 * time.Second       // the same in the SDK's adaptive mode
)

// outcome is what an attempt says about its target.
type outcome uint8

const (
	outcomeNone      outcome = iota // nothing: cancelled, no credentials, a stale connection, a wrong server
	outcomeAlive                    // AWS answered, even if it refused the request
	outcomeThrottled                // AWS asked to slow down
	outcomeFailing                  // a 5xx, no connection, or no answer in time
)

func (o outcome) transient() bool { return o == outcomeThrottled || o == outcomeFailing }

// errNoTime ends a call that has waited for its target until its time was up.
var errNoTime = errors.New("the time for the call ran out while it waited for its target")

// errCrowded ends a call whose target is down and has enough calls that wait, so that other targets keep their share.
var errCrowded = errors.New("too many calls wait for a target that is down")

// target is the way to one endpoint with one set of credentials. It decides when an attempt may start.
//
// In good times attempts start at once. When AWS throttles some of them, the number of attempts at once is limited: the
// limit is halved by throttling and grows with successes. When all recent attempts of several calls fail, the target is
// down: calls wait, and one at a time makes an attempt as a probe, until one succeeds.
type target struct {
	set    *Targets
	region string

	mu       sync.Mutex
	endpoint string // host name; the region until the first attempt
	used     time.Time
	calls    int // in hand
	troubled int // of these, whose latest attempt failed or was throttled
	slowed   int // of these, whose latest attempt was throttled
	inFlight int
	queue    []*waiter // in the order of arrival

	limit     float64 // attempts at once; 0 = any number
	threshold float64 // above it the limit grows slowly
	throttled time.Time
	cut       time.Time
	alive     time.Time // the latest start of an attempt that AWS answered

	run     int // failed attempts since AWS last answered one
	failed  int // calls that ended in a transient failure since then
	code    string
	down    bool
	shared  bool // several calls failed at the same time: their failures are the target's
	since   time.Time
	loud    bool      // the log was told of it above debug level
	told    time.Time // when it was last
	pause   time.Duration
	next    time.Time // the next probe is not before
	timer   *time.Timer
	prober  *call     // the latest probe
	probes  int       // of the prober in a row
	started int       // probes since the target is down
	risen   time.Time // when it last came up again
	flaps   int       // how often in a row it went down soon after it had come up
}

// waiter is a call that waits for its next attempt.
type waiter struct {
	call    *call
	ready   chan struct{}
	granted bool
}

// begin takes a call in hand.
func (t *target) begin() {
	t.mu.Lock()
	t.calls++
	t.used = time.Now()
	t.mu.Unlock()
}

// end lets go of a call. A call that ended in a transient failure counts against the target.
func (t *target) end(c *call) {
	t.mu.Lock()
	t.calls--
	last := c.last
	t.note(c, outcomeNone)
	if t.prober == c {
		t.prober = nil
	}
	var change *change
	if last.transient() && !c.started.Before(t.alive) && c.stopped == nil {
		t.failed++
		if !t.down && t.failed >= maxFailedCalls {
			change = t.fall(time.Now(), false)
		}
	}
	t.mu.Unlock()
	t.set.tell(change)
}

// enter waits until the call may make an attempt, and says whether it had to wait.
func (t *target) enter(ctx context.Context, c *call) (waited bool, err error) {
	crowded := t.set.crowded(t)
	t.mu.Lock()
	now := time.Now()
	t.used = now
	if !t.down && len(t.queue) == 0 && t.room() {
		t.start(c, now)
		t.mu.Unlock()
		return false, nil
	}
	w := &waiter{call: c, ready: make(chan struct{})}
	crowded = crowded && t.down && !c.ambiguous && len(t.queue) >= t.set.maxWaiting
	t.queue = append(t.queue, w)
	t.dispatch(now)
	t.mu.Unlock()

	enough := errNoTime
	var timeUp <-chan time.Time
	wait := time.Duration(math.MaxInt64)
	if deadline, ok := ctx.Deadline(); ok {
		wait = time.Until(deadline) - minAttempt
	}
	if crowded && crowdWait < wait {
		wait, enough = crowdWait, errCrowded
	}
	if wait < math.MaxInt64 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		timeUp = timer.C
	}
	select {
	case <-w.ready:
		return true, nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-timeUp:
		err = enough
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if w.granted { // at the same moment
		return true, nil
	}
	t.queue = slices.DeleteFunc(t.queue, func(o *waiter) bool { return o == w })
	return true, err
}

// leave ends an attempt and decides whether it counts against the attempts of its call.
func (t *target) leave(c *call, o outcome, code string) {
	t.mu.Lock()
	now := time.Now()
	t.used = now
	t.inFlight--
	probe := c.probing
	c.probing = false
	t.note(c, o)
	if c.host != "" {
		t.endpoint = c.host
	}
	var change *change
	switch o {
	case outcomeAlive:
		change = t.rise(c, now)
	case outcomeThrottled, outcomeFailing:
		change = t.sink(c, o, code, probe, now)
	case outcomeNone:
	}
	c.free = t.free(o, probe)
	t.dispatch(now)
	t.mu.Unlock()
	t.set.tell(change)
}

// free says whether an attempt is not counted: the trouble is the target's, not the call's.
func (t *target) free(o outcome, probe bool) bool {
	switch {
	case !o.transient():
		return false
	case t.down && probe:
		return t.shared || t.calls > 1
	case o == outcomeThrottled:
		return t.slowed >= minTroubled || t.down && t.shared
	}
	return false
}

// rise takes an answer in.
func (t *target) rise(c *call, now time.Time) *change {
	if c.started.After(t.alive) {
		t.alive = c.started
	}
	t.run, t.failed = 0, 0
	if t.down {
		t.down, t.shared = false, false
		t.prober, t.probes = nil, 0
		t.limit, t.threshold = firstLimit, math.Inf(1)
		t.throttled, t.cut = time.Time{}, time.Time{}
		t.risen = now
		t.set.downs.Add(-1)
		lasted := now.Sub(t.since)
		return &change{endpoint: t.endpoint, region: t.region, loud: t.loud || lasted >= quietFor, lasted: lasted, probes: t.started}
	}
	if t.limit == 0 {
		return nil
	}
	calm := now.Sub(t.throttled) >= t.set.calm()
	if calm {
		t.threshold = math.Inf(1)
	}
	if t.limit < t.threshold {
		t.limit++
	} else {
		t.limit += 1 / t.limit
	}
	if calm && t.limit >= float64(t.calls) {
		t.limit = 0
	}
	return nil
}

// sink takes a failure in.
func (t *target) sink(c *call, o outcome, code string, probe bool, now time.Time) *change {
	if o == outcomeThrottled && !t.down {
		t.slow(now)
	}
	if c.started.Before(t.alive) {
		return nil // AWS has answered a later attempt
	}
	t.run++
	t.code = code
	if t.down && t.troubled >= minTroubled {
		t.shared = true
	}
	switch {
	case t.down && probe:
		longest := maxPause
		if now.Sub(t.since) > longOutage {
			longest = longPause
		}
		t.pause = min(2*t.pause, longest)
		t.next = now.Add(t.pause)
	case !t.down && t.troubled >= minTroubled && t.run >= t.patience(o):
		return t.fall(now, true)
	}
	return nil
}

// patience is how many attempts fail in a row before the target counts as down. It grows while the target goes down and
// up again and again: then AWS still answers some requests.
func (t *target) patience(o outcome) int {
	n := min(max(minRun, t.calls), maxRun)
	if o == outcomeThrottled {
		n = min(max(minRun, 2*t.calls), maxThrottleRun)
	}
	return n << t.flaps
}

// fall takes the target down.
func (t *target) fall(now time.Time, shared bool) *change {
	t.down, t.shared, t.since = true, shared, now
	if !t.risen.IsZero() && now.Sub(t.risen) < flapTime {
		t.flaps = min(t.flaps+1, maxFlaps)
	} else {
		t.flaps = 0
	}
	t.pause, t.next = firstPause, now.Add(firstPause)
	t.prober, t.probes, t.started = nil, 0, 0
	if t.loud = t.told.IsZero() || now.Sub(t.told) >= quietFor; t.loud {
		t.told = now
	}
	t.set.downs.Add(1)
	return &change{down: true, endpoint: t.endpoint, region: t.region, code: t.code, loud: t.loud}
}

// slow halves the number of attempts at once.
func (t *target) slow(now time.Time) {
	t.throttled = now
	if t.limit == 0 {
		t.limit = float64(t.inFlight + 1)
	}
	if now.Sub(t.cut) < cutEvery {
		return
	}
	t.cut = now
	t.limit = max(t.limit/2, leastLimit)
	t.threshold = t.limit
}

// note keeps the counts of calls in trouble.
func (t *target) note(c *call, o outcome) {
	was := c.last
	c.last = o
	if was.transient() {
		t.troubled--
	}
	if was == outcomeThrottled {
		t.slowed--
	}
	if o.transient() {
		t.troubled++
	}
	if o == outcomeThrottled {
		t.slowed++
	}
}

func (t *target) room() bool { return t.limit == 0 || float64(t.inFlight) < math.Floor(t.limit) }

func (t *target) start(c *call, now time.Time) {
	t.inFlight++
	c.started = now
}

// dispatch lets waiting calls go on.
func (t *target) dispatch(now time.Time) {
	if !t.down {
		n := 0
		for ; n < len(t.queue) && t.room(); n++ {
			t.grant(t.queue[n], now)
		}
		t.queue = slices.Delete(t.queue, 0, n)
		return
	}
	if len(t.queue) == 0 {
		return
	}
	if wait := t.next.Sub(now); wait > 0 {
		t.wake(wait)
		return
	}
	i := t.pick()
	w := t.queue[i]
	t.queue = slices.Delete(t.queue, i, i+1)
	if t.prober == w.call {
		t.probes++
	} else {
		t.prober, t.probes = w.call, 1
	}
	w.call.probing = true
	t.started++
	t.next = now.Add(slowProbe)
	t.grant(w, now)
	if len(t.queue) > 0 {
		t.wake(slowProbe)
	}
}

// wake calls dispatch after a while.
func (t *target) wake(after time.Duration) {
	if t.timer != nil {
		t.timer.Stop()
	}
	t.timer = time.AfterFunc(after, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.dispatch(time.Now())
	})
}

func (t *target) grant(w *waiter, now time.Time) {
	t.start(w.call, now)
	w.granted = true
	close(w.ready)
}

// pick chooses the probe: not a job on its last retry where another is there, rather a call whose event AWS may have taken
// already than one that was never sent, and the same call for some probes in a row.
func (t *target) pick() int {
	rank := func(c *call) int {
		r := 0
		if c.request.LastTry {
			r += 4
		}
		switch {
		case c == t.prober && t.probes >= maxProbes:
			r += 2
		case c == t.prober:
			r--
		}
		if !c.ambiguous {
			r++
		}
		return r
	}
	best, least := 0, math.MaxInt
	for i, w := range t.queue {
		if r := rank(w.call); r < least {
			best, least = i, r
		}
	}
	return best
}

// facts returns the host name of the target and the code of its latest failure.
func (t *target) facts() (endpoint, code string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.endpoint, t.code
}

func (t *target) isDown() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.down
}
