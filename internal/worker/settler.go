package worker

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

const (
	// leastTries is how often a command is tried at the least while the gateway fails transiently.
	leastTries = 3
	// surely is how much of a lease must be left for it to hold without doubt when a command reaches the broker.
	surely = time.Second
	// handBackTries is how often a busy broker is asked to take a job back.
	handBackTries = 8
	// commandPause is the longest pause between two tries of a command. It is shorter than the hold of other workers.
	commandPause = time.Second
	// handBackTimeout is the deadline that hands a job back: the broker gives it out again at its next check.
	handBackTimeout = time.Millisecond
)

// settle ends the work on a job in the way that its outcome says.
func (w *Worker) settle(j *job.Job, a *activation, outcome job.Outcome, worked time.Duration) {
	began := time.Now()
	switch o := outcome.(type) {
	case job.HandBack:
		if reason := w.handBack(j); reason != "" {
			w.abandon(j, reason)
			return
		}
	case job.Abandon:
		w.abandon(j, o.Reason)
		return
	default:
		final, reason := w.deliver(j, a, outcome)
		if reason != "" {
			w.abandon(j, reason)
			return
		}
		outcome = final
	}
	took := time.Since(began)
	w.observer.Settled(j, outcome, worked, took)
	if w.log.Enabled(w.work, slog.LevelDebug) {
		w.log.Debug("job settled", "job_key", j.Key, "process_id", j.ProcessID, "element_id", j.ElementID, "tenant", j.TenantID,
			"outcome", outcome.Name(), "worked", worked.String(), "settling", took.String())
	}
}

func (w *Worker) abandon(j *job.Job, reason job.AbandonReason) {
	w.log.Warn("job is left to its lease", "job_key", j.Key, "process_id", j.ProcessID, "element_id", j.ElementID, "tenant", j.TenantID, "reason", string(reason))
	w.observer.Abandoned(j, reason)
	w.left.abandoned(reason)
}

// updateTimeout sends UpdateJobTimeout once.
func (w *Worker) updateTimeout(ctx context.Context, j *job.Job, d time.Duration) error {
	defer w.link.watch()()
	err := w.gateway.UpdateTimeout(ctx, j.Key, d)
	w.link.came(j, err)
	return err
}

// handBack gives a job back at once, if it is surely still ours: the command names a job, not its owner. It returns why
// not.
func (w *Worker) handBack(j *job.Job) job.AbandonReason {
	if w.noTimeout.known() {
		return job.AbandonNoHandBack
	}
	ctx, cancel := context.WithDeadline(w.settling, j.Lease.End().Add(-surely/2))
	defer cancel()
	pause := backoff{first: 20 * time.Millisecond, last: 500 * time.Millisecond}
	for try := 1; ; try++ {
		if w.link.await(ctx, takesCommands) != nil || j.Lease.Left() < surely {
			return job.AbandonNoHandBack
		}
		err := w.updateTimeout(ctx, j, handBackTimeout)
		if err == nil {
			w.noTimeout.over()
			return ""
		}
		r := refusal(err)
		switch {
		case r == nil:
			return job.AbandonNoHandBack
		case r.Kind == job.Unsupported:
			w.noTimeout.found()
			return job.AbandonNoHandBack
		case r.Kind == job.Gone:
			return job.AbandonGone
		case !r.NotTaken || r.Kind != job.Transient || try == handBackTries:
			// It may have been taken: the job may be another worker's by now.
			return job.AbandonNoHandBack
		}
		w.observer.CommandRetried(r.Code)
		if !pause.wait(ctx) {
			return job.AbandonNoHandBack
		}
	}
}

// handBackers is how many jobs are handed back at a time.
const handBackers = 16

// handBackAside hands back what arrived after the drain began, once no stream of ours could get it again.
func (w *Worker) handBackAside() {
	queue := make(chan *job.Job)
	var group sync.WaitGroup
	for range handBackers {
		group.Go(func() {
			for j := range queue {
				w.settle(j, nil, late(j), 0)
			}
		})
	}
	for _, j := range w.setAside.takeAll() {
		queue <- j
	}
	close(queue)
	group.Wait()
}

// deliver sends the command of an outcome until the broker takes it or it is clear that it will not. It returns what was
// taken in the end, or the reason why nothing was.
//
// What an error means depends on the command. Complete, throw and a fail without retries end the job: they may be repeated
// whatever became of the first. A fail with retries left releases the job: if it may have been taken, a second one could
// release the job while its next try is at work. It is sent only while the lease holds, and repeated only if the first was
// surely not taken.
func (w *Worker) deliver(j *job.Job, a *activation, outcome job.Outcome) (job.Outcome, job.AbandonReason) {
	w.link.begin()
	defer w.link.end(j.Key)
	limit := w.limit(j, outcome)
	pause := backoff{first: 50 * time.Millisecond, last: commandPause}
	maybe := false // an earlier one of these commands may have been taken
	last := ""     // refusal
	told := false
	settled := func() {
		if !told {
			told = true
			w.handler.Settled(j)
		}
	}
	for try := 1; ; try++ {
		if reason := limit.await(try); reason != "" {
			return outcome, w.undelivered(j, reason, try-1, last)
		}
		if releases(outcome) {
			settled() // before: the next try may begin before the answer is here
		}
		if a.commanded.IsZero() {
			a.commanded = time.Now()
		}
		err := limit.command(j, outcome)
		if err == nil {
			settled()
			a.command = outcome
			return outcome, ""
		}
		r := refusal(err)
		if r == nil {
			r = &job.CommandError{Kind: job.Transient, Code: "UNKNOWN", Reason: err.Error()}
		}
		switch r.Kind {
		case job.Gone:
			settled()
			a.command = job.Fail{} // the job is not ours any more
			if maybe {
				return outcome, "" // the earlier one was taken, its answer lost
			}
			w.log.Info("job is gone, its command was not needed", "job_key", j.Key, "error", r.Error())
			return outcome, job.AbandonGone
		case job.Unacceptable:
			next, ok := instead(outcome, r)
			if !ok {
				w.log.Error("the broker takes no command for the job", "job_key", j.Key, "code", r.Code)
				return outcome, job.AbandonUndelivered
			}
			w.log.Warn("the broker does not take the command, failing the job instead", "job_key", j.Key, "code", r.Code)
			outcome = next
			continue
		case job.Transient, job.Denied, job.Unsupported:
		}
		last = r.Error()
		if !r.NotTaken {
			maybe = true
			if releases(outcome) {
				w.log.Warn("the answer to the fail of a job was lost; it is not repeated, since the job may have been released", "job_key", j.Key, "error", r.Error())
				a.command = outcome
				return outcome, job.AbandonUnconfirmed
			}
		}
		w.observer.CommandRetried(r.Code)
		pause.wait(w.settling)
	}
}

// undelivered logs that a command could not be delivered. Last is the last refusal, empty if it was not even tried.
func (w *Worker) undelivered(j *job.Job, reason job.AbandonReason, tries int, last string) job.AbandonReason {
	if last == "" {
		_, last = w.link.health()
	}
	w.left.refused(last)
	w.log.Error("the command could not be delivered", "job_key", j.Key, "tries", tries, "error", last)
	return reason
}

// limit is how long the command of an outcome is tried: while the job's lease holds, and after an accepted event for one
// lease more, not counting time in which the link was down. The broker takes a late command, and it spares a second event.
type limit struct {
	*Worker
	lease *job.Lease
	late  bool          // whether the command is worth sending after the lease
	open  time.Duration // what [link.openFor] may come to, if late
}

func (w *Worker) limit(j *job.Job, outcome job.Outcome) limit {
	return limit{
		Worker: w, lease: j.Lease, late: settling(outcome).EventAccepted && !releases(outcome),
		open: w.link.openFor() + max(0, j.Lease.Left()) + w.config.Lease,
	}
}

// await waits until the command may be sent for the given time; the first are sent as soon as commands get through. It
// returns why not, if it may not be sent.
func (l limit) await(try int) job.AbandonReason {
	ctx := l.settling
	if !l.late {
		limited, cancel := context.WithDeadline(ctx, l.lease.End())
		defer cancel()
		ctx = limited
	}
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
// call can wait for a connection, and would then release a job that is another worker's by now.
func (l limit) command(j *job.Job, outcome job.Outcome) (err error) {
	w, ctx := l.Worker, l.settling
	defer w.link.watch()()
	if !l.late {
		limited, cancel := context.WithDeadline(ctx, l.lease.End())
		defer cancel()
		ctx = limited
	}
	switch o := outcome.(type) {
	case job.Complete:
		err = w.gateway.Complete(ctx, j.Key, o.Variables)
	case job.Fail:
		err = w.gateway.Fail(ctx, j.Key, o.Retries, o.Backoff, o.Message, o.Variables)
	case job.Throw:
		err = w.gateway.Throw(ctx, j.Key, o.Code, o.Message, o.Variables)
	default:
		return fmt.Errorf("%T is no command", outcome)
	}
	if err == nil || ctx.Err() == nil { // else the time was ours
		w.link.came(j, err)
	}
	return err
}

// instead is what ends a job whose command the broker can never take: a failure without retries, in the broker's words, and
// at the last without variables. It is false when nothing is left to try.
func instead(outcome job.Outcome, r *job.CommandError) (job.Outcome, bool) {
	s := settling(outcome)
	reason := r.Error()
	if s.Redact != nil {
		reason = s.Redact(reason)
	}
	if f, ok := outcome.(job.Fail); ok {
		if len(f.Variables) == 0 {
			return nil, false
		}
		f.Variables, f.Retries = nil, 0
		return f, true
	}
	return job.Fail{Settling: s, Message: "The broker did not take the job's result: " + reason}, true
}

func settling(outcome job.Outcome) job.Settling {
	switch o := outcome.(type) {
	case job.Complete:
		return o.Settling
	case job.Fail:
		return o.Settling
	case job.Throw:
		return o.Settling
	}
	return job.Settling{}
}
