package eventbridge

import (
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

	firstLimit    = 4                // attempts at once after an outage; doubles with each round of answers
	calmTime      = time.Second      // without throttling, at least, until the limit of the rate ends
	calmTimeAdapt = 10 * time.Second // the same in the SDK's adaptive mode
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

// target is the way to one endpoint with one set of credentials. It decides when an attempt may start.
//
// In good times attempts start at once. When AWS throttles some of them, the attempts a second are limited. When all recent
// attempts of several calls fail, the target is down: calls wait, and one at a time makes an attempt as a probe, until one
// succeeds. Then the number of attempts at once is limited, until there is room for all.
type target struct {
	set    *Targets
	region string

	mu       sync.Mutex
	endpoint string // host name; the region until the first attempt
	used     time.Time
	calls    int       // in hand
	troubled int       // of these, whose latest attempt failed or was throttled
	slowed   int       // of these, whose latest attempt was throttled
	inFlight int       // attempts
	queue    []*waiter // in the order of arrival
	places   uint64    // given to those that waited
	groups   map[string]*group

	rate  rate
	limit int       // attempts at once; 0 = any number
	alive time.Time // the latest start of an attempt that AWS answered

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

// begin takes a call in hand.
func (t *target) begin(c *call) {
	c.target, c.entries = t, len(c.request.Entries)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls++
	t.used = time.Now()
	t.join(c)
}

// end lets go of a call. A call that ended in a transient failure counts against the target.
func (t *target) end(c *call) {
	t.mu.Lock()
	t.calls--
	t.quit(c)
	last := c.last
	t.note(c, outcomeNone)
	if t.prober == c {
		t.prober = nil
	}
	var change *change
	if last.transient() && !c.latest.counted && !c.latest.began.Before(t.alive) && c.stopped == nil {
		c.latest.counted = true // once for all calls that shared it
		t.failed++
		if !t.down && t.failed >= maxFailedCalls {
			change = t.fall(time.Now(), false)
		}
	}
	t.mu.Unlock()
	t.set.tell(change)
}

// facts returns the host name of the target, the code of its latest failure, and whether it is down.
func (t *target) facts() (endpoint, code string, down bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.endpoint, t.code, t.down
}

func (t *target) isDown() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.down
}
