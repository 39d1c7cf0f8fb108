package control

import (
	"encoding/json"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

// JobsRequest asks for jobs to be added: POST /jobs.
type JobsRequest struct {
	Count  int    `json:"count,omitempty"` // 0 = 1
	Type   string `json:"type"`
	Tenant string `json:"tenant,omitempty"`
	// Variables and Headers are JSON objects. Within a text of the variables {{n}} stands for the number of the job: 1 for the
	// first that was ever added, and so on, over restarts of a gateway with its state on disk.
	Variables json.RawMessage `json:"variables,omitempty"`
	Headers   json.RawMessage `json:"headers,omitempty"`
	Retries   int32           `json:"retries,omitempty"` // 0 = 3
	Rate      float64         `json:"rate,omitempty"`    // jobs in a second; 0 = all at once
	ProcessID string          `json:"processId,omitempty"`
	ElementID string          `json:"elementId,omitempty"`

	BusinessID string   `json:"businessId,omitempty"` // of the process instance
	Tags       []string `json:"tags,omitempty"`
}

// JobsAnswer tells of the jobs that were added. With a rate the request is answered at once, and the keys are not known
// yet.
type JobsAnswer struct {
	First int64   `json:"first"` // the number of the first
	Count int     `json:"count"`
	Keys  []int64 `json:"keys,omitempty"`
}

// Report tells what became of the jobs. Its numbers have all jobs; Jobs has those that the query selects:
//
//	GET /report              those that are of interest: open, incidents, given out or commanded more than once
//	GET /report?jobs=all     all
//	GET /report?jobs=none    none
//	GET /report?jobs=1,2,3   these keys
//	GET /report?type=T       counts and selects jobs of this type only
type Report struct {
	Totals     Totals               `json:"totals"`
	Calls      Calls                `json:"calls"`
	Partitions []Partition          `json:"partitions"`
	Faults     FaultsAnswer         `json:"faults"`
	Jobs       []embedded.JobReport `json:"jobs"`
}

// Totals counts jobs.
type Totals struct {
	Created   int `json:"created"`
	Completed int `json:"completed"`
	Thrown    int `json:"thrown"`
	Incidents int `json:"incidents"` // jobs that are one
	Open      int `json:"open"`      // jobs that have not ended and are no incident
	Waiting   int `json:"waiting"`   // … of these, nobody has
	Activated int `json:"activated"`
	Backoff   int `json:"backoff"`

	Activations int `json:"activations"` // of all jobs
	Failed      int `json:"failed"`      // fail commands taken
	Updates     int `json:"updates"`     // of time-outs
	Late        int `json:"late"`        // commands taken when the lease had run out
	Refused     int `json:"refused"`     // commands for jobs that had ended or were in no state for them
	Stale       int `json:"stale"`       // … of these, without a lease token, or with that of another activation
	GivenOften  int `json:"givenOften"`  // jobs given out more than once

	// ActivationsOf counts the jobs by how often they were given out.
	ActivationsOf map[int]int `json:"activationsOf"`
}

// Calls counts what happened since the process was started.
type Calls struct {
	Polls       int64 `json:"polls"`
	StreamsOpen int64 `json:"streamsOpen"`
	StreamsSeen int64 `json:"streamsSeen"`
	Streamed    int64 `json:"streamed"` // jobs, over restarts too
	Polled      int64 `json:"polled"`   // jobs, over restarts too
	Expired     int64 `json:"expired"`  // leases, over restarts too
	Refused     int64 `json:"refused"`  // commands, by faults too
}
