package embedded

import "time"

// Job is a job to add. Only Type must be given.
type Job struct {
	Type          string `json:"type,omitempty"`
	Variables     string `json:"variables,omitempty"`     // a JSON object; empty = {}
	CustomHeaders string `json:"customHeaders,omitempty"` // a JSON object of strings; empty = {}
	Retries       int32  `json:"retries,omitempty"`       // 0 = 3; below 0 = none
	TenantID      string `json:"tenantId,omitempty"`      // empty = DefaultTenant
	BusinessID    string `json:"businessId,omitempty"`    // of the process instance; empty = none. Told from Camunda 8.10 on.
	// Tags are the process instance's; told from Camunda 8.8 on.
	Tags []string `json:"tags,omitempty"`

	// Key is the job's key, which tells its partition (key >> 51); 0 = the next key of the partition whose turn it is.
	Key int64 `json:"key,omitempty"`

	ProcessID                string `json:"processId,omitempty"`                // empty = "process"
	ProcessInstanceKey       int64  `json:"processInstanceKey,omitempty"`       // 0 = one made up, for each job its own
	ProcessDefinitionVersion int32  `json:"processDefinitionVersion,omitempty"` // 0 = 1
	ProcessDefinitionKey     int64  `json:"processDefinitionKey,omitempty"`     // 0 = one made up, for all jobs the same
	ElementID                string `json:"elementId,omitempty"`                // empty = "task"
	ElementInstanceKey       int64  `json:"elementInstanceKey,omitempty"`       // 0 = one made up, for each job its own
}

func (j *Job) fill(key int64) {
	text := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	number := func(field *int64, value int64) {
		if *field == 0 {
			*field = value
		}
	}
	text(&j.Variables, "{}")
	text(&j.CustomHeaders, "{}")
	text(&j.TenantID, DefaultTenant)
	text(&j.ProcessID, "process")
	text(&j.ElementID, "task")
	number(&j.ProcessInstanceKey, key-2)
	number(&j.ElementInstanceKey, key-1)
	number(&j.ProcessDefinitionKey, firstKey)
	if j.ProcessDefinitionVersion == 0 {
		j.ProcessDefinitionVersion = 1
	}
	switch {
	case j.Retries == 0:
		j.Retries = 3
	case j.Retries < 0:
		j.Retries = 0
	}
}

// firstKey is the first key of a broker's first partition; a job takes three, as its process and element have theirs.
const (
	firstKey = 1<<51 + 1
	keyStep  = 3
)

// state is where a job stands.
type state uint8

const (
	waiting   state = iota // to be taken: pushed to a stream or polled for
	activated              // somebody's until due
	resting                // failed; to be taken again when due
	stuck                  // an incident
	completed
	thrown
)

func (s state) String() string {
	return [...]string{StateWaiting, StateActivated, StateBackoff, StateIncident, StateCompleted, StateThrown}[s]
}

// entry is a job as the broker keeps it. The broker's lock guards what changes.
type entry struct {
	Job
	key       int64
	partition *partition

	state    state
	retries  int32
	due      time.Time // when the lease, or the backoff, ends by the partition's clock
	dueIndex int       // in the partition's heap; below 0 = not in it
	given    int       // how often it was given out
	token    string    // of the last activation with a lease; empty = there was none
	idle     bool      // it waits for a poll, and counts as waiting
	queued   bool      // it is in its queue, though perhaps not idle any more
}

// leased tells whether the job is only for takers that ask for leases: it was once given to one.
func (e *entry) leased() bool { return e.token != "" }

// sizeFor returns how many bytes the job has for a taker that fetches some of its variables.
func (e *entry) sizeFor(f *fetch) int { return len(f.filter(e.Variables)) + len(e.CustomHeaders) }

// ended tells whether nothing more happens to the job by itself: it is done, or an incident.
func (e *entry) ended() bool { return e.state >= stuck }
