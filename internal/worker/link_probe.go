package worker

import (
	"context"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

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
		_ = pace.Sleep(ctx, probeAgain)
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
	// By chance a little sooner: workers that lost the gateway in the same moment would come back in the same moment too.
	_ = pace.Sleep(ctx, pace.Jitter(probePause, 0.5)-time.Since(began))
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
		if l.noAnswer.over() {
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
	const text = "the gateway does not answer, no jobs are taken"
	if l.noAnswer.due(text) { // whatever the error: it changes from probe to probe
		l.log.Warn(text, "error", err.Error())
	}
	if l.state == linkDown {
		return
	}
	if l.state != linkFlush && l.state != linkHold { // else the outage goes on
		l.lost = l.proof
	}
	l.enter(linkDown, now)
}
