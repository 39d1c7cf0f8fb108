package worker

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
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
	// busy is the code of a gateway or broker that refuses commands under load, before it looks at them.
	busy = "RESOURCE_EXHAUSTED"
	// handBackTimeout is the deadline that hands a job back: the broker gives it out again at its next check.
	handBackTimeout = time.Millisecond
)

// settle ends the work on a job in the way that its outcome says.
func (w *Worker) settle(j *job.Job, outcome job.Outcome, worked time.Duration) {
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
		final, reason := w.deliver(j, outcome)
		if reason == job.AbandonGone || reason == "" {
			w.handler.Settled(j)
		}
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
			"outcome", strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", outcome), "job.")), "worked", worked.String(), "settling", took.String())
	}
}

func (w *Worker) abandon(j *job.Job, reason job.AbandonReason) {
	w.log.Warn("job is left to its lease", "job_key", j.Key, "process_id", j.ProcessID, "element_id", j.ElementID, "tenant", j.TenantID, "reason", string(reason))
	w.observer.Abandoned(j, reason)
}

// handBack gives a job back at once, if it is surely still ours: the command names a job, not its owner. It returns why
// not.
func (w *Worker) handBack(j *job.Job) job.AbandonReason {
	if w.noTimeout.isSet() || j.Lease.Left() < surely {
		return job.AbandonNoHandBack
	}
	ctx, cancel := context.WithDeadline(w.settling, j.Lease.End().Add(-surely/2))
	defer cancel()
	pause := backoff{first: 20 * time.Millisecond, last: 500 * time.Millisecond}
	for try := 1; ; try++ {
		err := w.gateway.UpdateTimeout(ctx, j.Key, handBackTimeout)
		if err == nil {
			return ""
		}
		r := refusal(err)
		switch {
		case r == nil:
			return job.AbandonNoHandBack
		case r.Kind == job.Unsupported:
			w.noTimeout.set()
			return job.AbandonNoHandBack
		case r.Kind == job.Gone:
			return job.AbandonGone
		case r.Code != busy || try == handBackTries:
			return job.AbandonNoHandBack
		}
		// A busy broker has surely not done it. After any other failure it may have: the job may be another worker's by now.
		w.observer.CommandRetried(r.Code)
		if j.Lease.Left() < surely || !pause.wait(ctx) {
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
				w.settle(j, job.HandBack{}, 0)
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
func (w *Worker) deliver(j *job.Job, outcome job.Outcome) (job.Outcome, job.AbandonReason) {
	until := j.Lease.End()
	if settling(outcome).EventAccepted {
		until = until.Add(w.config.Lease) // a late command is taken too, and spares a second event
	}
	pause := backoff{first: 50 * time.Millisecond, last: 5 * time.Second}
	for try := 1; ; try++ {
		err := w.command(j, outcome)
		if err == nil {
			return outcome, ""
		}
		r := refusal(err)
		if r == nil {
			r = &job.CommandError{Kind: job.Transient, Code: "UNKNOWN", Reason: err.Error()}
		}
		switch r.Kind {
		case job.Gone:
			w.log.Info("job is gone, its command was not needed", "job_key", j.Key, "error", r.Error())
			return outcome, job.AbandonGone
		case job.Unacceptable, job.Unsupported:
			next, ok := instead(outcome, r)
			if !ok {
				w.log.Error("the broker takes no command for the job", "job_key", j.Key, "code", r.Code)
				return outcome, job.AbandonUndelivered
			}
			w.log.Warn("the broker does not take the command, failing the job instead", "job_key", j.Key, "code", r.Code)
			outcome = next
			continue
		case job.Transient, job.Denied:
		}
		if w.settling.Err() != nil || try >= leastTries && !time.Now().Before(until) {
			w.log.Error("the command could not be delivered", "job_key", j.Key, "tries", try, "error", r.Error())
			return outcome, job.AbandonUndelivered
		}
		w.observer.CommandRetried(r.Code)
		pause.wait(w.settling)
	}
}

// command sends the command of an outcome once.
func (w *Worker) command(j *job.Job, outcome job.Outcome) error {
	switch o := outcome.(type) {
	case job.Complete:
		return w.gateway.Complete(w.settling, j.Key, o.Variables)
	case job.Fail:
		return w.gateway.Fail(w.settling, j.Key, o.Retries, o.Backoff, o.Message, o.Variables)
	case job.Throw:
		return w.gateway.Throw(w.settling, j.Key, o.Code, o.Message, o.Variables)
	}
	return fmt.Errorf("%T is no command", outcome)
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
