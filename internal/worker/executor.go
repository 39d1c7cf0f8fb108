package worker

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// execute works on one job and settles it.
func (w *run) execute(j *job.Job) {
	w.atWork.Add(1)
	defer w.atWork.Add(-1)
	a, before := w.activations.enter(j)
	defer w.activations.leave(a)
	began := time.Now()
	outcome := w.superseded(j, a, before)
	if outcome == nil {
		outcome = w.unreadable(j)
	}
	if outcome == nil {
		outcome = w.lacksToken(j)
	}
	if outcome == nil {
		if outcome = w.awaitBytes(j); outcome == nil {
			defer w.config.Bytes.end(bytesOf(j))
			outcome = w.handle(j)
		}
	}
	worked := time.Since(began)
	w.settle(j, a, outcome, worked)
}

// unreadable is how a job ends that could not be read; nil if it could.
func (w *run) unreadable(j *job.Job) job.Outcome {
	if j.Unreadable == "" {
		return nil
	}
	return job.Fail{
		Settling: job.Settling{NotWorkedOn: true}, Retries: max(0, j.Retries-1),
		Message: "The job cannot be read: " + j.Unreadable + ". " + w.config.NotWorkedOn,
	}
}

// superseded waits for the earlier activation of the same try of a job, if this process still works on it. It returns nil
// if there is still something to do for this one.
func (w *run) superseded(j *job.Job, a, before *activation) job.Outcome {
	if before == nil {
		return nil
	}
	wait := time.NewTimer(j.Lease.Left() - w.config.LeastLease)
	defer wait.Stop()
	select {
	case <-before.done:
	case <-wait.C:
		return job.Abandon{Reason: job.AbandonLeaseOver} // not handed back: its work may have taken effect already
	case <-w.work.Done():
		return job.Abandon{Reason: job.AbandonDrained}
	}
	if before.supersedes(a, j.Lease.End().Add(-w.config.Lease)) {
		return job.Abandon{Reason: job.AbandonGone}
	}
	return nil
}

// tooLate says whether too little of a job's lease is left to begin with it: it would end in a failure for want of time that
// this worker lost.
func (w *run) tooLate(j *job.Job) bool { return j.Lease.Left() < w.leastLease(j) }

// leastLease is how much of a job's lease must be left for work on it to begin: at most half of what its own header asks for.
func (w *run) leastLease(j *job.Job) time.Duration {
	if granted := j.Lease.Granted(); granted > 0 {
		return min(w.config.LeastLease, granted/2)
	}
	return w.config.LeastLease
}

// awaitEffect waits until the work on the job may take effect.
func (w *run) awaitEffect(ctx context.Context, j *job.Job) error {
	if w.tooLate(j) {
		return job.ErrTooLate
	}
	if ctx.Err() == nil && w.link.takesEffect(j) { // as a rule
		return nil
	}
	ctx, cancel := context.WithDeadlineCause(ctx, j.Lease.End().Add(-w.leastLease(j)), job.ErrTooLate)
	defer cancel()
	if w.link.awaitEffect(ctx, j) != nil {
		return context.Cause(ctx)
	}
	return nil
}

// handle calls the handler. Panics that it lets through end in a failed job with a constant text, [Config.Panicked]: theirs
// could hold a secret.
func (w *run) handle(j *job.Job) (outcome job.Outcome) {
	if w.tooLate(j) {
		return late(j)
	}
	defer func() {
		if p := recover(); p != nil {
			w.log.Error("panic in the handler", "job_key", j.Key, "panic_type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			failed := w.config.Panicked
			failed.Retries = max(0, j.Retries-1)
			outcome = failed
		}
	}()
	return w.handler.Handle(w.work, j)
}
