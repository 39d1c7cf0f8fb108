package job

import "time"

// Outcome is how work on a job ends: one of [Complete], [Fail], [Throw], [HandBack] and [Abandon]. The first three
// are commands to the broker, of which each job gets exactly one.
type Outcome interface {
	// Name returns the word for the outcome in logs, metrics and traces: complete, fail, throw, hand-back or abandon.
	Name() string
	outcome()
}

// Settling is what the settler must know of a command beside its content.
type Settling struct {
	// EffectDone says that the work on this job took effect. The command is then worth sending even after the lease ran
	// out: a lost command would mean a second effect.
	EffectDone bool
	// NotWorkedOn says that nothing was done for the job: what is remembered of earlier work on it holds on.
	NotWorkedOn bool
	// Redact masks the job's secrets in a text of the broker's before it goes into a message or a log. Nil: no secrets.
	Redact func(string) string
}

// Complete completes the job.
type Complete struct {
	Settling
	Variables []byte // a JSON object; empty = none
}

// Fail fails the job: it is retried after Backoff while Retries is above 0, else it becomes an incident.
type Fail struct {
	Settling
	Retries   int32 // what the job has left, not below 0
	Backoff   time.Duration
	Message   string
	Variables []byte // a JSON object; empty = none
}

// Throw throws a BPMN error.
type Throw struct {
	Settling
	Code      string // may be empty
	Message   string
	Variables []byte // a JSON object; empty = none
}

// HandBack gives the job back to the broker at once: the work on it had no effect.
type HandBack struct{}

// Abandon sends nothing: the job is left to its lease, after which the broker gives it out again if it still exists.
type Abandon struct{ Reason AbandonReason }

// AbandonReason says why a job was left to its lease; it labels a metric.
type AbandonReason string

// The reasons to leave a job to its lease.
const (
	AbandonLeaseOver   AbandonReason = "lease-over"   // too little of the lease was left to begin with
	AbandonGone        AbandonReason = "gone"         // the broker says that the job is gone or no longer ours
	AbandonSuperseded  AbandonReason = "superseded"   // the broker refuses the job's lease token: another activation holds the job
	AbandonUndelivered AbandonReason = "undelivered"  // no broker took the outcome in time
	AbandonUnconfirmed AbandonReason = "unconfirmed"  // a fail with retries left got no clear answer: to repeat it could release the job a second time
	AbandonDrained     AbandonReason = "drained"      // the grace period of a shutdown ended while the work was about to take effect
	AbandonNoHandBack  AbandonReason = "no-hand-back" // it was to be handed back, but the lease does not surely hold or the gateway cannot
)

// Name implements [Outcome].
func (Complete) Name() string { return "complete" }

// Name implements [Outcome].
func (Fail) Name() string { return "fail" }

// Name implements [Outcome].
func (Throw) Name() string { return "throw" }

// Name implements [Outcome].
func (HandBack) Name() string { return "hand-back" }

// Name implements [Outcome].
func (Abandon) Name() string { return "abandon" }

func (Complete) outcome() {}
func (Fail) outcome()     {}
func (Throw) outcome()    {}
func (HandBack) outcome() {}
func (Abandon) outcome()  {}
