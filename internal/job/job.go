// Package job is the vocabulary that the packages around a Zeebe job share: the [Job] as it was activated, its
// [Lease], the [Outcome] that ends it, and the [CommandError] with which a broker refuses a command. It knows neither
// gRPC nor what a job is for, so that the worker engine and the connector can both speak of jobs without knowing each other.
package job

import (
	"context"
	"errors"
	"time"
)

// Job is a Zeebe job as the broker activated it. It is read-only once it was taken; only its lease changes.
type Job struct {
	Key                      int64
	Type                     string // the task type
	ProcessInstanceKey       int64
	ProcessID                string // the BPMN process id
	ProcessDefinitionVersion int32
	ProcessDefinitionKey     int64
	ElementID                string
	ElementInstanceKey       int64
	CustomHeaders            string // JSON as it came
	Worker                   string
	Retries                  int32
	Deadline                 time.Time // by the broker's clock, zero if it is not known; for our own use the lease
	Variables                string    // JSON as it came
	TenantID                 string
	BusinessID               string // of the process instance; empty = it has none, or the cluster is older than 8.10
	// LeaseToken says which activation this is. Empty = none was asked for, or the cluster is older than 8.10.
	LeaseToken string
	// Unreadable says what of the job could not be read, and is not filled in. Empty = nothing: all is as it came.
	Unreadable string

	Lease *Lease // how long the job is ours; set by the worker when it takes the job

	// AwaitEffect is called before each try of what the job is to effect. It waits until commands get through to the broker:
	// the outcome of an effect before that could not be told. Its error is [ErrTooLate], or the context's. Nil = at once.
	AwaitEffect func(ctx context.Context) error
}

// Ref names an activated job in a command. It names the activation too if the job was activated with a lease token: once another
// activation holds the job, the broker refuses the command as FAILED_PRECONDITION, and that stays so.
type Ref struct {
	Key        int64
	LeaseToken string // empty = there is none
}

// Ref returns what names the job in a command.
func (j *Job) Ref() Ref { return Ref{j.Key, j.LeaseToken} }

// Lost returns why a job whose command was refused in this way is ours no more. Empty = the refusal says nothing of it.
func (r Ref) Lost(e *CommandError) AbandonReason {
	switch {
	case e.Kind != Gone:
		return ""
	case r.LeaseToken != "" && e.Code == "FAILED_PRECONDITION":
		return AbandonSuperseded
	}
	return AbandonGone
}

// ErrTooLate says that too little of a job's lease is left for its work to take effect.
var ErrTooLate = errors.New("too little of the job's lease is left for its work to take effect")

// Partition returns the partition of the cluster that has the job: the upper bits of its key.
func (j *Job) Partition() int { return Partition(j.Key) }

// Partition returns the partition of the cluster that made a key. Zeebe numbers the records of a partition in the lower 51
// bits.
func Partition(key int64) int { return int(key >> 51) }
