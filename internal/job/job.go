// Package job is the vocabulary that the packages around a Zeebe job share: the [Job] as it was activated, its
// [Lease], the [Outcome] that ends it, and the [CommandError] with which a broker refuses a command. It knows neither
// gRPC nor AWS, so that the worker engine and the connector can both speak of jobs without knowing each other.
package job

import "time"

// Job is a Zeebe job as the broker activated it. It is read-only once it was taken; only its lease changes.
type Job struct {
	Key                      int64
	Type                     string // the task type, io.camunda:aws-eventbridge:1
	ProcessInstanceKey       int64
	ProcessID                string // the BPMN process id
	ProcessDefinitionVersion int32
	ProcessDefinitionKey     int64
	ElementID                string
	ElementInstanceKey       int64
	CustomHeaders            string // JSON as it came
	Worker                   string
	Retries                  int32
	Deadline                 time.Time // by the broker's clock; for our own use the lease
	Variables                string    // JSON as it came
	TenantID                 string

	Lease *Lease // how long the job is ours; set by the worker when it takes the job
}
