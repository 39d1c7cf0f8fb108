package worker

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// linkState says what may pass between this worker and the broker. docs/worker.md has the states as a picture and a table.
type linkState uint8

const (
	linkDown    linkState = iota // nothing gets through: effects, commands and the intake wait; also the state at the start
	linkFlush                    // commands get through again: those that wait go out first
	linkHold                     // as linkFlush, for the commands of other workers: they may be back a little later
	linkUp                       // all is open
	linkSuspect                  // a command failed or got no answer: effects wait for a probe, all else goes on
)

func (s linkState) String() string {
	return [...]string{"down", "flush", "hold", "up", "suspect"}[s]
}

// Times of the link. All workers of a cluster try to come back at most probePause and the gateway's own pause between
// connection attempts (1 s) apart; the hold is longer than both.
const (
	probeTimeout = 2 * time.Second
	// probePause is the time between probes while the link is down.
	probePause = 500 * time.Millisecond
	// probeAgain is the pause before the second probe of a suspect link.
	probeAgain = 50 * time.Millisecond
	// proofBusy and proofIdle are how old the last answer may become before the link is probed: while jobs come, and else.
	proofBusy = time.Second
	proofIdle = 5 * time.Second
	// busyFor is how long after the last job jobs are taken to be coming.
	busyFor = 10 * time.Second
	// unanswered is how long a command may take until the link is suspect.
	unanswered = time.Second
	// flushMost is how long pending commands go before the intake, if at least one was taken.
	flushMost = 5 * time.Second
	// holdFor is how long the intake waits for the other workers' commands, and holdAfter the outage after which it does.
	holdFor   = 2 * time.Second
	holdAfter = 5 * time.Second
	// failuresInRow is how many jobs' commands must fail in a row for the link to close although probes are answered, and
	// failuresLasting how many are enough once they have failed for failingFor.
	failuresInRow   = 5
	failuresLasting = 2
	failingFor      = time.Second
	// recently is how long a partition's last command is remembered.
	recently = time.Minute
)

// link knows whether commands get through to the broker. Work takes effect and jobs are taken only while they do: work
// whose outcome cannot be told is done again by another worker, once the job's lease is over.
//
// It is fed with what becomes of commands, and probes the gateway in a goroutine of its own ([link.run]).
type link struct {
	probe   func(ctx context.Context) error
	log     *slog.Logger
	changed func(linkState) // called at each change of state, with the lock held: it must not block
	began   time.Time
	wake    chan struct{} // room for one; run is its only reader

	mu         sync.Mutex
	state      linkState
	turned     chan struct{}              // closed when the state changes, or a partition takes commands again
	since      time.Time                  // when the state began
	proof      time.Time                  // when the gateway last answered a command or a probe
	lost       time.Time                  // when commands last got through before the link closed
	lastJob    time.Time                  // when a job was last taken
	reason     string                     // why the link is not up; empty before the first probe
	pending    int                        // jobs whose command is to be sent
	taken      int                        // commands taken in this flush
	failing    map[int64]struct{}         // jobs whose commands failed since the last one that was taken
	failingOn  time.Time                  // when the first of them failed
	partitions map[int]partitionResult    // of those that jobs or commands were seen of
	tenants    map[string]partitionResult // whose last commands were denied to us
	open       time.Duration              // how long commands could be sent, up to the last change of that
	noAnswer   complaint                  // that the gateway does not answer
}

func newLink(probe func(context.Context) error, log *slog.Logger, changed func(linkState)) *link {
	now := time.Now()
	return &link{
		probe: probe, log: log, changed: changed, began: now, wake: make(chan struct{}, 1),
		turned: make(chan struct{}), since: now, lost: now, failing: map[int64]struct{}{},
		partitions: map[int]partitionResult{}, tenants: map[string]partitionResult{},
	}
}

// flushed says whether the commands that waited are out, as far as the intake should wait for them. The lock is held.
func (l *link) flushed(now time.Time) bool {
	if l.pending == 0 {
		return true
	}
	return now.Sub(l.since) >= flushMost && (l.taken > 0 || len(l.failing) < failuresLasting || l.failsInPart())
}

// reopen ends a flush. The lock is held.
func (l *link) reopen(now time.Time) {
	if l.pending > 0 && l.taken == 0 {
		for id, p := range l.partitions {
			if p.failures == 0 { // it gets the time to show that its commands are taken
				p.at = now
				l.partitions[id] = p
			}
		}
	}
	if now.Sub(l.lost) > holdAfter {
		l.enter(linkHold, now)
		return
	}
	l.enter(linkUp, now)
}

// enter changes the state. The lock is held.
func (l *link) enter(s linkState, now time.Time) {
	if s == l.state {
		return
	}
	if l.state != linkDown {
		l.open += now.Sub(l.since)
	}
	l.log.Debug("link", "state", s.String(), "before", l.state.String(), "pending", l.pending)
	l.state, l.since = s, now
	l.tell()
	l.changed(s)
	l.stir()
}

// tell wakes those who wait for a change. The lock is held.
func (l *link) tell() {
	close(l.turned)
	l.turned = make(chan struct{})
}

// stir makes run look again.
func (l *link) stir() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}
