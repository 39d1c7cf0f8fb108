package worker

import (
	"context"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

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

func takesEffects(s linkState) bool { return s == linkUp }

// takesJobs is also true of a suspect link: a stream that is open stays open, and a poll does no harm.
func takesJobs(s linkState) bool { return s == linkUp || s == linkSuspect }

// takesEffect says whether the work on the job may take effect now.
func (l *link) takesEffect(j *job.Job) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return takesEffects(l.state) && l.effectWait(j) <= 0
}

// effectWait returns how long the job's partition and tenant have it wait. The lock is held.
func (l *link) effectWait(j *job.Job) time.Duration {
	now := time.Now()
	return max(l.partitions[j.Partition()].wait(now), l.tenants[j.TenantID].waitDenied(now))
}

// awaitEffect waits until the work on the job may take effect.
func (l *link) awaitEffect(ctx context.Context, j *job.Job) error {
	for {
		if err := l.await(ctx, takesEffects); err != nil {
			return err
		}
		l.mu.Lock()
		wait, turned := l.effectWait(j), l.turned
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
