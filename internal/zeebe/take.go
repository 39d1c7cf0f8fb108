package zeebe

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// gatewayWait is how long a gateway holds a poll open by its own default, or less.
const gatewayWait = 20 * time.Second

// Activate polls for jobs and calls yield with each as it arrives. The error is a *[job.CommandError]; jobs may have been
// yielded before it.
func (c *Client) Activate(ctx context.Context, r job.PollRequest, yield func(*job.Job)) error {
	wait, bound := r.Wait, r.Wait
	switch {
	case wait < 0:
		wait, bound = -time.Millisecond, 0
	case wait == 0:
		bound = gatewayWait
	case wait < time.Millisecond:
		wait = time.Millisecond
	}
	ctx, cancel := context.WithTimeout(ctx, bound+c.timeout) // a poll cut off may have activated jobs that nobody gets
	defer cancel()
	answers, err := c.api.ActivateJobs(ctx, &pb.ActivateJobsRequest{
		Type: r.Type, Worker: r.Worker, Timeout: r.Lease.Milliseconds(), MaxJobsToActivate: int32(r.MaxJobs), //nolint:gosec // a capacity is small
		FetchVariable: r.FetchVariables, RequestTimeout: wait.Milliseconds(), TenantIds: r.TenantIDs,
	})
	if err != nil {
		return commandError(err)
	}
	for {
		answer, err := answers.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return commandError(err)
		}
		for _, j := range answer.GetJobs() {
			yield(activated(j))
		}
	}
}

// Stream opens a stream of jobs; ctx ends it. The error is a *[job.CommandError].
func (c *Client) Stream(ctx context.Context, r job.TakeRequest) (job.Stream, error) {
	s, err := c.streamAPI.StreamActivatedJobs(ctx, &pb.StreamActivatedJobsRequest{
		Type: r.Type, Worker: r.Worker, Timeout: r.Lease.Milliseconds(), FetchVariable: r.FetchVariables, TenantIds: r.TenantIDs,
	})
	if err != nil {
		return nil, commandError(err)
	}
	return &stream{ctx, s}, nil
}

type stream struct {
	ctx   context.Context
	inner pb.Gateway_StreamActivatedJobsClient
}

// Recv implements [job.Stream].
func (s *stream) Recv() (*job.Job, error) {
	j, err := s.inner.Recv()
	switch {
	case err == nil:
		return activated(j), nil
	case errors.Is(err, io.EOF):
		return nil, io.EOF
	case s.ctx.Err() != nil:
		return nil, s.ctx.Err()
	}
	return nil, commandError(err)
}

func activated(j *pb.ActivatedJob) *job.Job {
	return &job.Job{
		Key: j.GetKey(), Type: j.GetType(), ProcessInstanceKey: j.GetProcessInstanceKey(), ProcessID: j.GetBpmnProcessId(),
		ProcessDefinitionVersion: j.GetProcessDefinitionVersion(), ProcessDefinitionKey: j.GetProcessDefinitionKey(),
		ElementID: j.GetElementId(), ElementInstanceKey: j.GetElementInstanceKey(), CustomHeaders: j.GetCustomHeaders(),
		Worker: j.GetWorker(), Retries: j.GetRetries(), Deadline: time.UnixMilli(j.GetDeadline()), Variables: j.GetVariables(), TenantID: j.GetTenantId(),
	}
}
