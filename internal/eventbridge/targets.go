package eventbridge

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// lately is how long ago a target was used that still counts for [Targets.Down].
	lately = time.Minute
	// forgotten is how long a target that nothing is sent to stays known.
	forgotten = 10 * time.Minute
	// quietFor is how long a target that goes down and up again and again is told of at debug level alone.
	quietFor = 10 * time.Second
)

// Targets are the endpoints that events are sent to, each with its credentials. They tell whether it makes sense to take
// more jobs. Their methods are safe for concurrent use.
type Targets struct {
	log        *slog.Logger
	max        int
	maxWaiting int // calls that wait for one target that is down while others are not
	sharing    sharing
	carriers   carriers

	adaptive atomic.Bool
	downs    atomic.Int32 // targets that are down

	mu      sync.Mutex
	byKey   map[clientKey]*target
	down    bool // what Down last was
	changed chan struct{}
}

// TargetState is what is known of one target.
type TargetState struct {
	Endpoint string // its host name
	Region   string
	Down     bool
	Since    time.Time // when it went down; zero = it is not
	Code     string    // of the latest failure, if it is down
	Calls    int       // calls in hand
	Waiting  int       // of these, calls that wait for their next attempt
}

func newTargets(limit, conns, entries int, log *slog.Logger) *Targets {
	return &Targets{
		log: log, max: limit, maxWaiting: max(1, conns/4), sharing: newSharing(conns, entries),
		byKey: map[clientKey]*target{}, changed: make(chan struct{}),
	}
}

// Down tells whether every target is down that was used in the last minute. It is false while there is none. A worker
// then takes one job at a time, as a probe.
func (s *Targets) Down() bool {
	if s.downs.Load() == 0 {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.allDown(time.Now())
}

// Changed returns a channel that is closed at the next change of [Targets.Down].
func (s *Targets) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// States returns what is known of the targets of the last ten minutes, in no order.
func (s *Targets) States() []TargetState {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	states := make([]TargetState, 0, len(s.byKey))
	for _, t := range s.byKey {
		t.mu.Lock()
		if t.calls > 0 || now.Sub(t.used) < forgotten {
			state := TargetState{Endpoint: t.endpoint, Region: t.region, Down: t.down, Calls: t.calls, Waiting: len(t.queue)}
			if t.down {
				state.Since, state.Code = t.since, t.code
			}
			states = append(states, state)
		}
		t.mu.Unlock()
	}
	return states
}

// DownByEndpoint returns how many targets are down, by the host name of their endpoint; those that are not count as 0.
func (s *Targets) DownByEndpoint() map[string]int {
	down := map[string]int{}
	for _, t := range s.States() {
		if t.Down {
			down[t.Endpoint]++
		} else {
			down[t.Endpoint] += 0
		}
	}
	return down
}

// of finds the target of a call, which takes the call in hand.
func (s *Targets) of(key clientKey, c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.byKey[key]
	if t == nil {
		if len(s.byKey) >= s.max {
			s.drop()
		}
		t = &target{set: s, region: c.request.Region, endpoint: c.request.Region}
		s.byKey[key] = t
	}
	t.begin(c)
}

// drop forgets the target that was not used for the longest time.
func (s *Targets) drop() {
	var oldest clientKey
	var when time.Time
	for k, t := range s.byKey {
		t.mu.Lock()
		if t.calls == 0 && (when.IsZero() || t.used.Before(when)) {
			oldest, when = k, t.used
		}
		t.mu.Unlock()
	}
	t := s.byKey[oldest]
	if t == nil {
		return // all are in use: one more does no harm
	}
	delete(s.byKey, oldest)
	t.mu.Lock()
	if t.down {
		s.downs.Add(-1)
	}
	t.mu.Unlock()
}

// allDown is Down for a caller that holds the lock.
func (s *Targets) allDown(now time.Time) bool {
	down := false
	for _, t := range s.byKey {
		t.mu.Lock()
		counts, isDown := t.calls > 0 || now.Sub(t.used) < lately, t.down
		t.mu.Unlock()
		if !counts {
			continue
		}
		if !isDown {
			return false
		}
		down = true
	}
	return down
}

// crowded tells whether t is down and another target is not.
func (s *Targets) crowded(t *target) bool {
	if s.downs.Load() == 0 {
		return false
	}
	t.mu.Lock()
	down := t.down
	t.mu.Unlock()
	return down && !s.Down()
}

// change is that a target went down or up.
type change struct {
	down             bool
	endpoint, region string
	code             string // of the failure, if it went down
	lasted           time.Duration
	probes           int
	loud             bool // the log is told at a level above debug
}

// tell writes a change to the log, one line for each, and tells those that wait for a change of [Targets.Down]. Nil stands
// for no change: Down may still have changed with time, or with the use of another target.
func (s *Targets) tell(c *change) {
	switch {
	case c == nil:
		if s.downs.Load() == 0 {
			return
		}
	case c.down:
		tell := s.log.Debug
		if c.loud {
			tell = s.log.Warn
		}
		tell("EventBridge fails all recent requests, sends wait and one at a time probes it", "endpoint", c.endpoint, "region", c.region, "code", c.code)
	default:
		tell := s.log.Debug
		if c.loud {
			tell = s.log.Info
		}
		tell("EventBridge answers again, sends go on", "endpoint", c.endpoint, "region", c.region, "after", c.lasted.Round(time.Millisecond).String(), "probes", c.probes)
	}
	s.update()
}

func (s *Targets) update() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if down := s.allDown(time.Now()); down != s.down {
		s.down = down
		close(s.changed)
		s.changed = make(chan struct{})
	}
}

// calm is how long there must be no throttling, at least, before the limit of attempts a second ends.
func (s *Targets) calm() time.Duration {
	if s.adaptive.Load() {
		return calmTimeAdapt
	}
	return calmTime
}
