package job

import "time"

// TakeRequest says which jobs a worker asks a gateway for, by poll or by stream.
type TakeRequest struct {
	Type           string
	Worker         string        // the worker's name as Operate and the broker's logs show it
	Lease          time.Duration // for how long the jobs are ours, above 0
	FetchVariables []string      // empty = all
	TenantIDs      []string      // empty = the default tenant
	// AssignedTenants asks for the jobs of all tenants that the caller may act for, in place of TenantIDs. Camunda 8.9 and later.
	AssignedTenants bool
	// WithLease asks for a lease token with each job: see [Ref]. Camunda 8.10 and later. An older broker gives none; a gateway
	// that refuses the request for it gives a [CommandError] with [FaultNoLease].
	WithLease bool
}

// PollRequest asks for jobs that wait now.
type PollRequest struct {
	TakeRequest
	MaxJobs int           // at most so many, above 0
	Wait    time.Duration // how long the gateway holds the request open while there is no job; below 0 = not at all, 0 = its own default
}

// Stream delivers jobs as they come up. It has one reader.
type Stream interface {
	// Recv blocks until the next job. Its error ends the stream: io.EOF when the gateway closed it in order, the
	// context's error when we did, else a *[CommandError]. The job has no lease yet.
	Recv() (*Job, error)
}
