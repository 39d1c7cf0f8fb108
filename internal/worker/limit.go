package worker

import (
	"context"
	"fmt"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// limit is how long the command of an outcome is tried: while the job's lease holds, and for one lease more if a late command is
// worth sending, not counting time in which the link was down. It is worth sending after an effect: the broker takes it, and it
// spares a second effect. With a lease token it always is: the broker refuses it if the job is another activation's by then.
//
// A command that ends the job and was tried within the lease is tried [leastTries] times in any case.
type limit struct {
	*run
	lease *job.Lease
	late  bool          // whether the command is worth sending after the lease even if it was not tried within it
	open  time.Duration // what [link.openFor] may come to, if late
}

func (w *run) limit(j *job.Job, outcome job.Outcome) limit {
	return limit{
		run: w, lease: j.Lease, late: j.LeaseToken != "" || settling(outcome).EffectDone && !releases(outcome),
		open: w.link.openFor() + max(0, j.Lease.Left()) + w.config.Lease,
	}
}

// bounded returns a context for the given try of a command, which ends with the lease if that try is worth nothing after it. Else it
// is the worker's own.
func (l limit) bounded(outcome job.Outcome, try int) (context.Context, context.CancelFunc) {
	if l.late || !releases(outcome) && try > 1 && try <= leastTries {
		return l.settling, func() {}
	}
	return context.WithDeadline(l.settling, l.lease.End())
}

// await waits until the command may be sent for the given time; the first are sent as soon as commands get through. It
// returns why not, if it may not be sent.
func (l limit) await(outcome job.Outcome, try int) job.AbandonReason {
	ctx, cancel := l.bounded(outcome, try)
	defer cancel()
	if l.link.await(ctx, takesCommands) != nil {
		if l.settling.Err() == nil && try == 1 {
			return job.AbandonLeaseOver
		}
		return job.AbandonUndelivered
	}
	if l.late && try > leastTries && l.link.openFor() >= l.open {
		return job.AbandonUndelivered
	}
	return ""
}

// command sends the command of an outcome once. One that is worth nothing after the lease ends with it, also on its way: a
// call can wait for a connection, and would then, without a token, release a job that is another worker's by now.
func (l limit) command(j *job.Job, outcome job.Outcome, try int) (err error) {
	defer l.link.watch()()
	ctx, cancel := l.bounded(outcome, try)
	defer cancel()
	switch o := outcome.(type) {
	case job.Complete:
		err = l.gateway.Complete(ctx, j.Ref(), o.Variables)
	case job.Fail:
		err = l.gateway.Fail(ctx, j.Ref(), o.Retries, o.Backoff, o.Message, o.Variables)
	case job.Throw:
		err = l.gateway.Throw(ctx, j.Ref(), o.Code, o.Message, o.Variables)
	default:
		return fmt.Errorf("%T is no command", outcome)
	}
	if err == nil || ctx.Err() == nil { // else the time was ours
		l.link.came(j, err)
	}
	return err
}
