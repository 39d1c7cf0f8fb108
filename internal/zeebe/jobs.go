package zeebe

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// ownWaitLimit is how long a poll may take that leaves the wait to the gateway; its default is 10 s.
const ownWaitLimit = time.Minute

// Activate polls: it asks for jobs that wait, and calls yield with each as it arrives, before it returns. With an error
// there may have been jobs before it; they are the worker's like any. Cancelling ctx can lose jobs that the broker has
// activated already until their lease ends. The error is as of [Client.Complete].
func (c *Client) Activate(ctx context.Context, r job.PollRequest, yield func(*job.Job)) error {
	if err := c.checkPhysicalTenant(); err != nil {
		return err
	}
	request := &pb.ActivateJobsRequest{
		Type: r.Type, Worker: r.Worker, Timeout: milliseconds(r.Lease), MaxJobsToActivate: int32(min(r.MaxJobs, 1<<31-1)),
		FetchVariable: r.FetchVariables, RequestTimeout: waitMilliseconds(r.Wait), TenantIds: tenants(r.TakeRequest),
	}
	askNewer(request, r.TakeRequest, activateTenantFilter, activateWithLease)
	limited, cancel := context.WithTimeout(ctx, c.config.pollLimit(r.Wait))
	defer cancel()
	return known(commandError(ctx, nil, c.call(limited, func(ctx context.Context) error {
		return c.activate(ctx, request, yield)
	})))
}

// pollLimit is how long a poll may take. The gateway's answer to a wait in vain is worth more than a deadline of ours, which
// could cross a job.
func (c *Config) pollLimit(wait time.Duration) time.Duration {
	if wait == 0 {
		wait = ownWaitLimit
	}
	return c.RequestTimeout + max(wait, 0)
}

func (c *Client) activate(ctx context.Context, request *pb.ActivateJobsRequest, yield func(*job.Job)) error {
	answers, err := c.calls.client().ActivateJobs(ctx, request)
	if err != nil {
		return err
	}
	var foreign error
	for yielded := false; ; {
		answer, err := answers.Recv()
		if errors.Is(err, io.EOF) {
			return foreign
		}
		if err != nil && yielded {
			return commandError(ctx, nil, err) // not to be repeated: it asked for so many jobs once
		}
		if err != nil {
			return err
		}
		yielded = yielded || len(answer.GetJobs()) > 0
		for _, activated := range answer.GetJobs() {
			j, physicalTenant := newJob(activated)
			if err := c.tenant.check(physicalTenant); err != nil {
				foreign = err
				continue
			}
			yield(j)
		}
	}
}

// waitMilliseconds keeps what the sign of a wait says: any negative one means not at all.
func waitMilliseconds(d time.Duration) int64 {
	if d < 0 {
		return -1
	}
	return milliseconds(d)
}

// Stream opens a stream of jobs, which lives until ctx is done or the gateway ends it. A gateway that is reached but
// refuses tells so by the first Recv: kind Unsupported if it knows no streams (before Camunda 8.4). It delivers jobs
// as they come up; those that waited before are to be polled for.
func (c *Client) Stream(ctx context.Context, r job.TakeRequest) (job.Stream, error) {
	if err := c.checkPhysicalTenant(); err != nil {
		return nil, err
	}
	s := &stream{client: c, ctx: ctx, request: &pb.StreamActivatedJobsRequest{
		Type: r.Type, Worker: r.Worker, Timeout: milliseconds(r.Lease), FetchVariable: r.FetchVariables, TenantIds: tenants(r),
	}}
	askNewer(s.request, r, streamTenantFilter, streamWithLease)
	if err := s.open(); err != nil { //nolint:contextcheck // the stream holds ctx: it may have to open again
		return nil, commandError(ctx, nil, err)
	}
	return s, nil
}

// stream is an open [job.Stream].
type stream struct {
	client  *Client
	ctx     context.Context //nolint:containedctx // the stream's own life
	request *pb.StreamActivatedJobsRequest
	jobs    pb.Gateway_StreamActivatedJobsClient
	proof   *proof
	settled bool            // the gateway took our proof, or got its second one
	message pb.ActivatedJob // reused: a job keeps nothing of it but its strings
}

func (s *stream) open() error {
	ctx, proof, err := s.client.auth.authorize(s.ctx)
	if err != nil {
		return err
	}
	s.proof = proof
	s.jobs, err = s.client.streams.client().StreamActivatedJobs(ctx, s.request)
	return err
}

// Recv implements [job.Stream].
func (s *stream) Recv() (*job.Job, error) {
	for {
		err := s.jobs.RecvMsg(&s.message)
		if err == nil {
			s.settled = true
			j, physicalTenant := newJob(&s.message)
			if err := s.client.tenant.check(physicalTenant); err != nil {
				return nil, err
			}
			return j, nil
		}
		if errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		if s.ctx.Err() != nil {
			return nil, s.ctx.Err()
		}
		if s.settled || !unauthenticated(err) || !s.client.auth.refused(s.proof) {
			return nil, commandError(s.ctx, nil, err)
		}
		s.settled = true
		if err := s.open(); err != nil {
			return nil, commandError(s.ctx, nil, err)
		}
	}
}

// newJob returns a job, and the physical tenant that it says it is of.
func newJob(a *pb.ActivatedJob) (j *job.Job, physicalTenant string) {
	more := newer(a)
	return &job.Job{
		Key:                      a.GetKey(),
		Type:                     a.GetType(),
		ProcessInstanceKey:       a.GetProcessInstanceKey(),
		ProcessID:                a.GetBpmnProcessId(),
		ProcessDefinitionVersion: a.GetProcessDefinitionVersion(),
		ProcessDefinitionKey:     a.GetProcessDefinitionKey(),
		ElementID:                a.GetElementId(),
		ElementInstanceKey:       a.GetElementInstanceKey(),
		CustomHeaders:            a.GetCustomHeaders(),
		Worker:                   a.GetWorker(),
		Retries:                  a.GetRetries(),
		Deadline:                 time.UnixMilli(a.GetDeadline()),
		Variables:                a.GetVariables(),
		TenantID:                 a.GetTenantId(),
		BusinessID:               more.businessID,
		LeaseToken:               more.leaseToken,
	}, more.physicalTenant
}

// defaultTenant is the tenant of everything that has no other.
const defaultTenant = "<default>"

// tenants names the default tenant where none is named: a gateway adds it to a poll by itself, but the engine for tests
// gives a stream without tenants no job. A gateway without multi-tenancy knows this name, too. Where the jobs of all the caller's
// tenants are asked for none is named: a gateway with tenants that does not know that filter then refuses the request, and does
// not give the jobs of the default tenant alone.
func tenants(r job.TakeRequest) []string {
	switch {
	case r.AssignedTenants:
		return nil
	case len(r.TenantIDs) == 0:
		return []string{defaultTenant}
	}
	return r.TenantIDs
}
