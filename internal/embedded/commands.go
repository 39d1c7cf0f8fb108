package embedded

import "time"

// Kind is what a command does.
type Kind string

// The commands.
const (
	Complete      Kind = "complete"
	Fail          Kind = "fail"
	Throw         Kind = "throw"
	UpdateTimeout Kind = "update-timeout"
)

// Command is a command for a job as the gateway took it.
type Command struct {
	Kind      Kind          `json:"kind,omitempty"`
	JobKey    int64         `json:"jobKey,omitempty"`
	Variables string        `json:"variables,omitempty"` // as sent
	Retries   int32         `json:"retries,omitempty"`   // of Fail
	Backoff   time.Duration `json:"backoff,omitempty"`   // of Fail
	Message   string        `json:"message,omitempty"`   // of Fail and Throw
	Code      string        `json:"code,omitempty"`      // of Throw
	Timeout   time.Duration `json:"timeout,omitempty"`   // of UpdateTimeout
	// LeaseToken says which activation the command is of; empty = it does not say.
	LeaseToken string    `json:"leaseToken,omitempty"`
	At         time.Time `json:"at,omitzero"`
	LeaseOver  bool      `json:"leaseOver,omitempty"` // it came when the lease had run out: the broker takes it nevertheless
}

// Ending is what a job ended with: the command that completed it, threw a BPMN error, or failed it with no retries
// left, which makes it an incident.
type Ending struct {
	Job     Job
	Command Command
	Given   int // how often the job was given out; above 1 its work was done more than once
}

// Counts tells what happened since the gateway was started.
type Counts struct {
	Added    int64 // jobs
	Streamed int64 // jobs pushed to a stream
	Polled   int64 // jobs given to a poll
	Expired  int64 // leases that ran out, handed back jobs among them

	Completed, Failed, Thrown, TimeoutsUpdated int64 // commands taken; Failed counts those with retries left too
	Incidents                                  int64 // jobs that ended as one
	Refused                                    int64 // commands refused, by a fault too
	Stale                                      int64 // of these, refused because they had no lease token, or that of another activation

	Polls       int64 // requests, answered or not
	StreamsSeen int64 // ever opened
	StreamsOpen int64 // now
	Open        int64 // jobs that have not ended now
	Waiting     int64 // jobs that nobody has now
}

// record keeps the newest of what it is given, up to a limit.
type record[T any] struct {
	limit int // 0 = all, below 0 = none
	items []T
	next  int // where the next goes once the limit is reached
}

func (r *record[T]) add(item T) {
	switch {
	case r.limit < 0:
	case r.limit == 0 || len(r.items) < r.limit:
		r.items = append(r.items, item)
	default:
		r.items[r.next] = item
		r.next = (r.next + 1) % r.limit
	}
}

// snapshot returns the items, the oldest first.
func (r *record[T]) snapshot() []T {
	out := make([]T, 0, len(r.items))
	out = append(out, r.items[r.next:]...)
	return append(out, r.items[:r.next]...)
}
