package worker

import (
	"context"
	"errors"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// partitionResult is what became of the last commands for jobs of a partition, or of a tenant.
type partitionResult struct {
	failures int       // in a row
	since    time.Time // when the first of them failed
	at       time.Time // of the last command
	hold     time.Time // until when effects wait for the other workers' commands
}

// failuresOfPartition is how many commands of a partition must fail in a row for its effects to wait: it may have no leader.
const failuresOfPartition = 2

// failsInPart says whether commands fail in some partitions only, as far as is known: the effects of those wait, and the intake
// may open for the others. The lock is held.
func (l *link) failsInPart() bool {
	for _, p := range l.partitions {
		if p.failures == 0 {
			return true
		}
	}
	return false
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

// wait returns how long effects for the partition wait: while commands fail, and after that for those of other workers.
func (p partitionResult) wait(now time.Time) time.Duration {
	if p.failures >= failuresOfPartition {
		return flushMost - now.Sub(p.at)
	}
	return p.hold.Sub(now)
}

// waitDenied returns how long effects for a tenant wait whose commands have been denied for a while.
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

// suspect asks for a probe, and lets nothing take effect until it is answered.
func (l *link) suspect(reason string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state != linkUp {
		return
	}
	l.reason = reason
	l.enter(linkSuspect, time.Now())
}
