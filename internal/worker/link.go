package worker

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// linkState says what may pass between this worker and the broker. docs/worker.md has the states as a picture and a table.
type linkState uint8

const (
	linkDown    linkState = iota // nothing gets through: sends, commands and the intake wait; also the state at the start
	linkFlush                    // commands get through again: those that wait go out first
	linkHold                     // as linkFlush, for the commands of other workers: they may be back a little later
	linkUp                       // all is open
	linkSuspect                  // a command failed or got no answer: sends wait for a probe, all else goes on
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
	// tellAgain is how often it is told that the gateway does not answer.
	tellAgain = time.Minute
	// recently is how long a partition's last command is remembered.
	recently = time.Minute
)

// link knows whether commands get through to the broker. Events are sent and jobs are taken only while they do: an event
// whose outcome cannot be told is sent again by another worker, once the job's lease is over.
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
	told       time.Time                  // when it was last told that the gateway does not answer; zero = it does
}

// partitionResult is what became of the last commands for jobs of a partition, or of a tenant.
type partitionResult struct {
	failures int       // in a row
	since    time.Time // when the first of them failed
	at       time.Time // of the last command
	hold     time.Time // until when events wait for the other workers' commands
}

// failuresOfPartition is how many commands of a partition must fail in a row for its events to wait: it may have no leader.
const failuresOfPartition = 2

func newLink(probe func(context.Context) error, log *slog.Logger, changed func(linkState)) *link {
	now := time.Now()
	return &link{
		probe: probe, log: log, changed: changed, began: now, wake: make(chan struct{}, 1),
		turned: make(chan struct{}), since: now, lost: now, failing: map[int64]struct{}{},
		partitions: map[int]partitionResult{}, tenants: map[string]partitionResult{},
	}
}

// run keeps the state until ctx is done.
func (l *link) run(ctx context.Context) {
	for ctx.Err() == nil {
		began := time.Now()
		switch pause, probing := l.next(); {
		case probing:
			l.probeOnce(ctx, began)
		default:
			l.sleep(ctx, pause)
		}
	}
}

// next says whether to probe now, or how long to wait.
func (l *link) next() (pause time.Duration, probe bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	switch l.state {
	case linkFlush:
		if l.flushed(now) {
			l.reopen(now)
			return 0, false
		}
	case linkHold:
		if held := now.Sub(l.since); held >= holdFor {
			l.enter(linkUp, now)
			return 0, false
		} else if left := holdFor - held; left < probePause {
			return left, false
		}
	case linkUp:
		most := l.oldest(now)
		if age := now.Sub(l.proof); age < most {
			return most - age, false
		}
		return 0, true
	case linkDown, linkSuspect:
		return 0, true
	}
	if age := now.Sub(l.proof); age < probePause {
		return probePause - age, false
	}
	return 0, true
}

// oldest returns how old the last answer may become. The lock is held.
func (l *link) oldest(now time.Time) time.Duration {
	if l.pending > 0 || now.Sub(l.lastJob) < busyFor {
		return proofBusy
	}
	return proofIdle
}

// proofAge returns how old the last answer may become until a connection is probed.
func (l *link) proofAge() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.oldest(time.Now())
}

// sleep waits for d, or until something of interest happens.
func (l *link) sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.wake:
	case <-ctx.Done():
	}
}

// probeOnce probes the gateway and takes the answer into account. A suspect link is probed a second time: one call in many
// may fail where a proxy is at fault.
func (l *link) probeOnce(ctx context.Context, began time.Time) {
	err := l.ask(ctx)
	if err != nil && ctx.Err() == nil && l.current() != linkDown && time.Since(began) < probePause {
		sleep(ctx, probeAgain)
		err = l.ask(ctx)
	}
	if ctx.Err() != nil {
		return
	}
	if err == nil {
		l.answered()
		return
	}
	l.silent(err)
	sleep(ctx, probePause-time.Since(began))
}

func (l *link) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	defer l.watch()()
	return l.probe(ctx)
}

// answered is told of a probe that was answered.
func (l *link) answered() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.proof = now
	switch l.state {
	case linkDown:
		l.taken = 0
		clear(l.failing)
		if !l.told.IsZero() {
			l.told = time.Time{}
			l.log.Info("the gateway answers again", "after", now.Sub(l.lost).Round(time.Millisecond).String())
		}
		l.enter(linkFlush, now)
		if l.flushed(now) {
			l.reopen(now)
		}
	case linkSuspect:
		if l.closing(now) {
			l.log.Warn("the broker takes no commands although the gateway answers; jobs are taken again once it does", "last_error", l.reason)
			l.lost, l.taken = l.failingOn, 0
			l.enter(linkFlush, now)
			return
		}
		l.enter(linkUp, now)
	case linkFlush, linkHold, linkUp:
	}
}

// silent is told of a probe that failed.
func (l *link) silent(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.reason = err.Error()
	if l.told.IsZero() || now.Sub(l.told) >= tellAgain { // whatever the error: it changes from probe to probe
		l.told = now
		l.log.Warn("the gateway does not answer, no jobs are taken", "error", err.Error())
	}
	if l.state == linkDown {
		return
	}
	if l.state != linkFlush && l.state != linkHold { // else the outage goes on
		l.lost = l.proof
	}
	l.enter(linkDown, now)
}

// flushed says whether the commands that waited are out, as far as the intake should wait for them. The lock is held.
func (l *link) flushed(now time.Time) bool {
	if l.pending == 0 {
		return true
	}
	return now.Sub(l.since) >= flushMost && (l.taken > 0 || len(l.failing) < failuresLasting || l.failsInPart())
}

// failsInPart says whether commands fail in some partitions only, as far as is known: the events of those wait, and the intake
// may open for the others. The lock is held.
func (l *link) failsInPart() bool {
	for _, p := range l.partitions {
		if p.failures == 0 {
			return true
		}
	}
	return false
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

// closing says whether commands fail everywhere although probes are answered: several jobs' in a row, and the last one of
// each partition that had any lately. One partition without a leader is not a reason to stop the others. The lock is held.
func (l *link) closing(now time.Time) bool {
	if len(l.failing) < failuresInRow && (len(l.failing) < failuresLasting || now.Sub(l.failingOn) < failingFor) {
		return false
	}
	for _, p := range l.partitions {
		if p.failures == 0 && now.Sub(p.at) < recently {
			return false
		}
	}
	return true
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

func (l *link) current() linkState {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}

// health returns the state, and why it is not up.
func (l *link) health() (linkState, string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state, l.reason
}

// openFor returns how long commands could be sent since the worker began: time in which the link was down does not count.
func (l *link) openFor() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state == linkDown {
		return l.open
	}
	return l.open + time.Since(l.since)
}

// change returns a channel that is closed at the next change.
func (l *link) change() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.turned
}

// await waits until the state is one for which fine is true. Its error is the context's.
func (l *link) await(ctx context.Context, fine func(linkState) bool) error {
	for {
		l.mu.Lock()
		ok, turned := fine(l.state), l.turned
		l.mu.Unlock()
		if ok {
			return ctx.Err()
		}
		select {
		case <-turned:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func takesCommands(s linkState) bool { return s != linkDown }

func takesEvents(s linkState) bool { return s == linkUp }

// takesJobs is also true of a suspect link: a stream that is open stays open, and a poll does no harm.
func takesJobs(s linkState) bool { return s == linkUp || s == linkSuspect }

// awaitSend waits until an event of the job may be sent.
func (l *link) awaitSend(ctx context.Context, j *job.Job) error {
	for {
		if err := l.await(ctx, takesEvents); err != nil {
			return err
		}
		l.mu.Lock()
		now := time.Now()
		wait, turned := max(l.partitions[j.Partition()].wait(now), l.tenants[j.TenantID].waitDenied(now)), l.turned
		l.mu.Unlock()
		if wait <= 0 {
			return nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-turned:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// wait returns how long events for the partition wait: while commands fail, and after that for those of other workers.
func (p partitionResult) wait(now time.Time) time.Duration {
	if p.failures >= failuresOfPartition {
		return flushMost - now.Sub(p.at)
	}
	return p.hold.Sub(now)
}

// waitDenied returns how long events of a tenant wait whose commands have been denied for a while.
func (p partitionResult) waitDenied(now time.Time) time.Duration {
	if p.failures >= failuresOfPartition && now.Sub(p.since) < failingFor {
		return 0
	}
	return p.wait(now)
}

// taken returns the result with a command that was taken.
func (p partitionResult) taken(now time.Time) partitionResult {
	next := partitionResult{at: now, hold: p.hold}
	if p.failures >= failuresOfPartition && now.Sub(p.since) > holdAfter {
		next.hold = now.Add(holdFor)
	}
	return next
}

// failed returns the result with a command that failed.
func (p partitionResult) failed(now time.Time) partitionResult {
	if p.failures == 0 {
		p.since = now
	}
	p.failures++
	p.at = now
	return p
}

// tookJob is told of each job that was taken.
func (l *link) tookJob(j *job.Job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if now.Sub(l.lastJob) >= busyFor || now.Sub(l.proof) > proofBusy {
		l.stir()
	}
	l.lastJob = now
	if _, known := l.partitions[j.Partition()]; !known {
		l.partitions[j.Partition()] = partitionResult{}
	}
}

// polled is told of a poll that was answered.
func (l *link) polled() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.proof = time.Now()
}

// begin is told of a job whose command is to be sent, and end that it was or will not be.
func (l *link) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pending++
}

func (l *link) end(key int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pending--
	delete(l.failing, key)
	if l.pending == 0 {
		l.stir()
	}
}

// watch makes the link suspect if the call that begins now gets no answer for a while. The function that it returns
// ends that.
func (l *link) watch() (stop func()) {
	timer := time.AfterFunc(unanswered, func() { l.suspect("no answer for " + unanswered.String()) })
	return func() { timer.Stop() }
}

// came is told what became of a command for a job. Refusals of a broker that looked at the command are answers like any.
func (l *link) came(j *job.Job, err error) {
	r := refusal(err)
	switch {
	case err == nil, r != nil && (r.Kind == job.Gone || r.Kind == job.Unacceptable):
		l.mu.Lock()
		defer l.mu.Unlock()
		now := time.Now()
		l.proof = now
		l.taken++
		clear(l.failing)
		p := l.partitions[j.Partition()]
		l.partitions[j.Partition()] = p.taken(now)
		tenant := l.tenants[j.TenantID]
		if tenant.failures > 0 {
			l.tenants[j.TenantID] = tenant.taken(now)
		}
		if p.failures >= failuresOfPartition || tenant.failures >= failuresOfPartition {
			l.tell()
		}
	case r != nil && r.Kind == job.Denied:
		// A tenant that is denied to us says nothing of the others, and a token that nobody takes any more makes the probes
		// fail.
		l.mu.Lock()
		defer l.mu.Unlock()
		l.tenants[j.TenantID] = l.tenants[j.TenantID].failed(time.Now())
	case errors.Is(err, context.Canceled), r != nil && r.Kind == job.Unsupported: // ended by us, or a gateway that answers
	default:
		l.failed(j, err)
	}
}

// failed is told of a command that failed.
func (l *link) failed(j *job.Job, err error) {
	l.mu.Lock()
	now := time.Now()
	if len(l.failing) == 0 {
		l.failingOn = now
	}
	l.failing[j.Key] = struct{}{}
	l.partitions[j.Partition()] = l.partitions[j.Partition()].failed(now)
	l.mu.Unlock()
	l.suspect(err.Error())
}

// suspect asks for a probe, and lets no event out until it is answered.
func (l *link) suspect(reason string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state != linkUp {
		return
	}
	l.reason = reason
	l.enter(linkSuspect, time.Now())
}
