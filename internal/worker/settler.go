package worker

import (
	"log/slog"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

const (
	// leastTries is how often a command is tried at the least while the gateway fails transiently.
	leastTries = 3
	// commandPause is the longest pause between two tries of a command. It is shorter than the hold of other workers.
	commandPause = time.Second
)

// settle ends the work on a job in the way that its outcome says.
func (w *run) settle(j *job.Job, a *activation, outcome job.Outcome, worked time.Duration) {
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
	w.settled(j, outcome, worked, time.Since(began))
}

func (w *run) settled(j *job.Job, outcome job.Outcome, worked, settling time.Duration) {
	w.observer.Settled(j, outcome, worked, settling)
	if w.log.Enabled(w.work, slog.LevelDebug) {
		w.log.Debug("job settled", "job_key", j.Key, "process_id", j.ProcessID, "element_id", j.ElementID, "tenant", j.TenantID,
			"outcome", outcome.Name(), "worked", worked.String(), "settling", settling.String())
	}
}

func (w *run) abandon(j *job.Job, reason job.AbandonReason) {
	w.log.Warn("job is left to its lease", "job_key", j.Key, "process_id", j.ProcessID, "element_id", j.ElementID, "tenant", j.TenantID, "reason", string(reason))
	w.observer.Abandoned(j, reason)
	w.left.abandoned(reason)
}

// deliver sends the command of an outcome until the broker takes it or it is clear that it will not. It returns what was
// taken in the end, or the reason why nothing was.
//
// What an error means depends on the command. Complete, throw and a fail without retries end the job: they may be repeated
// whatever became of the first. A fail with retries left releases the job: if it may have been taken, a second one could
// release the job while its next try is at work. It is sent only while the lease holds, and repeated only if the first was
// surely not taken. With a lease token it is as safe as the others: the broker takes it for that activation alone, once.
func (w *run) deliver(j *job.Job, a *activation, outcome job.Outcome) (job.Outcome, job.AbandonReason) {
	w.link.begin()
	defer w.link.end(j.Key)
	d := delivery{
		run: w, job: j, activation: a, outcome: outcome, limit: w.limit(j, outcome),
		pause: pace.Backoff{First: 50 * time.Millisecond, Last: commandPause},
	}
	for try := 1; ; try++ {
		if reason := d.limit.await(d.outcome, try); reason != "" {
			return d.outcome, d.undelivered(reason, try-1)
		}
		if releases(d.outcome) {
			d.tell() // before: the next try may begin before the answer is here
		}
		if a.commanded.IsZero() {
			a.commanded = time.Now()
		}
		err := d.limit.command(j, d.outcome, try)
		if err == nil {
			d.tell()
			a.command = d.outcome
			return d.outcome, ""
		}
		if reason, over := d.failed(err); over {
			return d.outcome, reason
		}
	}
}

// delivery is the way of a job's command to the broker.
type delivery struct {
	*run

	job        *job.Job
	activation *activation
	outcome    job.Outcome // whose command is sent
	limit      limit
	pause      pace.Backoff
	told       bool   // the handler knows
	maybe      bool   // an earlier one of these commands may have been taken
	last       string // refusal
	doubted    int    // how often the broker refused the token of a job that is still ours
}

// tell tells the handler, once, that the job is settled.
func (d *delivery) tell() {
	if !d.told && !settling(d.outcome).NotWorkedOn {
		d.told = true
		d.handler.Settled(d.job)
	}
}

// failed decides what follows a command that ended with an error: another try, for which it waits, another outcome, or nothing. Over says
// that nothing more is sent; without a reason, an earlier command was taken.
func (d *delivery) failed(err error) (reason job.AbandonReason, over bool) {
	j := d.job
	r := refusal(err)
	if r == nil {
		r = &job.CommandError{Kind: job.Transient, Code: "UNKNOWN", Reason: err.Error()}
		if d.settling.Err() != nil { // the call ended with us
			r.Code, r.Reason = "DEADLINE_EXCEEDED", "no answer came until the worker ended"
		}
	}
	switch r.Kind {
	case job.Gone:
		if d.doubted++; d.doubted < leastTries && doubtful(j, r) {
			d.again(r)
			return "", false
		}
		reason = d.lost(r)
		if reason != job.AbandonSuperseded { // else the other activation may be this worker's, and needs what is remembered
			d.tell()
		}
		return reason, true
	case job.Unacceptable:
		next, ok := instead(d.outcome, r)
		if !ok {
			d.log.Error("the broker takes no command for the job", "job_key", j.Key, "code", r.Code)
			return job.AbandonUndelivered, true
		}
		d.log.Warn("the broker does not take the command, failing the job instead", "job_key", j.Key, "code", r.Code)
		d.outcome = next
		return "", false
	case job.Transient, job.Denied, job.Unsupported:
	}
	if !r.NotTaken {
		d.maybe = true
		if releases(d.outcome) && j.LeaseToken == "" {
			d.log.Warn("the answer to the fail of a job was lost; it is not repeated, since the job may have been released", "job_key", j.Key, "error", r.Error())
			d.activation.command = d.outcome
			return job.AbandonUnconfirmed, true
		}
	}
	d.again(r)
	return "", false
}

// again waits for the next try.
func (d *delivery) again(r *job.CommandError) {
	d.last = r.Error()
	d.observer.CommandRetried(r.Code)
	d.pause.Wait(d.settling)
}

// doubtful says whether a broker that refuses a job's lease token may not have got it: a gateway before Camunda 8.10 passes over the
// token, which happens while a cluster is upgraded. As long as the lease surely holds no other activation has the job, as a rule, and
// another gateway may get the next try. A broker that has got the token refuses it again, whatever became of the job.
func doubtful(j *job.Job, r *job.CommandError) bool {
	return j.Ref().Lost(r) == job.AbandonSuperseded && j.Lease.Left() > surely
}

// lost says what a refusal means after which nothing more is sent for a job: why it is ours no more, or empty if an earlier one of
// these commands was taken and its answer lost. A refused lease token means that only while the lease holds: after it, another
// activation may hold the job. It never means that of a complete: a job that was completed is not there, so that no token of it could
// be refused.
func (d *delivery) lost(r *job.CommandError) job.AbandonReason {
	reason := d.job.Ref().Lost(r)
	_, completes := d.outcome.(job.Complete)
	superseded := reason == job.AbandonSuperseded && (!d.maybe || completes || d.job.Lease.Left() <= 0)
	switch {
	case d.maybe && releases(d.outcome):
		d.activation.command = d.outcome
	case !superseded:
		d.activation.command = job.Fail{} // the job is not ours any more
	}
	switch {
	case superseded:
		d.log.Info("another activation holds the job, its command was refused", "job_key", d.job.Key, "error", r.Error())
	case d.maybe:
		return ""
	default:
		d.log.Info("job is gone, its command was not needed", "job_key", d.job.Key, "error", r.Error())
	}
	return reason
}

// undelivered logs that a command could not be delivered in so many tries.
func (d *delivery) undelivered(reason job.AbandonReason, tries int) job.AbandonReason {
	why := d.last
	if why == "" {
		_, why = d.link.health()
	}
	d.left.refused(why)
	d.log.Error("the command could not be delivered", "job_key", d.job.Key, "tries", tries, "error", why)
	return reason
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
