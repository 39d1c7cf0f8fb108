package worker

import (
	"fmt"
	"runtime/debug"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// leastLease is the share of a lease that must be left for work on a job to begin, or at least leastLeft.
const (
	leastLease = 10
	leastLeft  = 2 * time.Second
)

// execute works on one job and settles it.
func (w *Worker) execute(j *job.Job) {
	began := time.Now()
	outcome := w.handle(j)
	worked := time.Since(began)
	w.settle(j, outcome, worked)
}

// handle calls the handler. Panics that it lets through end in a failed job with a constant text: theirs could hold a
// secret.
func (w *Worker) handle(j *job.Job) (outcome job.Outcome) {
	if left := j.Lease.Left(); left < max(w.config.Lease/leastLease, leastLeft) {
		return job.Abandon{Reason: job.AbandonLeaseOver}
	}
	defer func() {
		if p := recover(); p != nil {
			w.log.Error("panic in the handler", "job_key", j.Key, "panic_type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			outcome = job.Fail{Retries: max(0, j.Retries-1), Message: internalMessage, Variables: []byte(internalVariables)}
		}
	}()
	return w.handler.Handle(w.work, j)
}

const (
	internalMessage   = "The connector failed for a reason of its own; its log says more."
	internalVariables = `{"error":{"type":"eventbridge.INTERNAL_ERROR","message":"` + internalMessage + `","code":"INTERNAL_ERROR"}}`
)
