package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	rpc "google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// Local is the gateway without a network: calls of functions in place of calls over gRPC, with the same effects, faults
// and refusals. A refusal is a *[job.CommandError]; a call whose caller cancelled it returns an error that wraps
// [context.Canceled]. It is safe for concurrent use.
type Local struct {
	gateway *Gateway
	room    int
}

// Local returns the gateway's face in memory. StreamRoom is how many jobs a stream holds that its client has not read,
// as the window of HTTP/2 does; they stay activated when the stream ends. 0 = 64.
func (g *Gateway) Local(streamRoom int) *Local {
	if streamRoom <= 0 {
		streamRoom = 64
	}
	return &Local{g, streamRoom}
}

// Probe asks whether the gateway answers, as a topology request does.
func (l *Local) Probe(ctx context.Context) error { return localError(ctx, l.gateway.probe(ctx)) }

// Activate polls, and calls yield with each job.
func (l *Local) Activate(ctx context.Context, r job.PollRequest, yield func(*job.Job)) error {
	p := poll{taker: takerOf(&r.TakeRequest), limit: r.MaxJobs, wait: r.Wait, fetch: newFetch(r.FetchVariables)}
	jobs, err := l.gateway.poll(ctx, &p)
	if err != nil {
		return localError(ctx, err)
	}
	for i := range jobs {
		yield(jobs[i].job(l.gateway.options.release, r.Worker, &p.fetch))
	}
	return nil
}

func takerOf(r *job.TakeRequest) taker {
	return taker{jobType: r.Type, tenants: r.TenantIDs, assigned: r.AssignedTenants, lease: r.Lease, withLease: r.WithLease}
}

// Complete ends a job with variables.
func (l *Local) Complete(ctx context.Context, r job.Ref, variables []byte) error {
	return l.command(ctx, "CompleteJob", &Command{Kind: Complete, JobKey: r.Key, LeaseToken: r.LeaseToken, Variables: string(variables)})
}

// Fail takes a job's retries down, or makes it an incident.
func (l *Local) Fail(ctx context.Context, r job.Ref, retries int32, backoff time.Duration, message string, variables []byte) error {
	return l.command(ctx, "FailJob", &Command{Kind: Fail, JobKey: r.Key, LeaseToken: r.LeaseToken, Retries: retries, Backoff: backoff, Message: message, Variables: string(variables)})
}

// Throw ends a job by a BPMN error, which is taken to be caught.
func (l *Local) Throw(ctx context.Context, r job.Ref, code, message string, variables []byte) error {
	return l.command(ctx, "ThrowError", &Command{Kind: Throw, JobKey: r.Key, LeaseToken: r.LeaseToken, Code: code, Message: message, Variables: string(variables)})
}

// UpdateTimeout moves the end of a job's lease to now + d, whoever holds it.
func (l *Local) UpdateTimeout(ctx context.Context, r job.Ref, d time.Duration) error {
	return l.command(ctx, "UpdateJobTimeout", &Command{Kind: UpdateTimeout, JobKey: r.Key, LeaseToken: r.LeaseToken, Timeout: d})
}

func (l *Local) command(ctx context.Context, method string, c *Command) error {
	return localError(ctx, l.gateway.command(ctx, method, c))
}

// Stream opens a stream of jobs that ends with ctx.
func (l *Local) Stream(ctx context.Context, r job.TakeRequest) (job.Stream, error) {
	g := l.gateway
	p, err := g.accept(ctx, takerOf(&r), l.room)
	if err != nil {
		return nil, localError(ctx, err)
	}
	s := &localStream{push: p, known: g.options.release, worker: r.Worker, fetch: newFetch(r.FetchVariables)}
	s.ctx, p.cut = context.WithCancelCause(ctx)
	g.broker.open(p)
	// What was pushed is in transport, and stays the client's until its leases end.
	context.AfterFunc(s.ctx, func() { g.broker.remove(p) }) //nolint:contextcheck // it is derived from the caller's
	return s, nil
}

type localStream struct {
	ctx    context.Context
	push   *push
	known  release
	worker string
	fetch  fetch
}

// Recv implements [job.Stream]. What has arrived can be read when the stream has ended.
func (s *localStream) Recv() (*job.Job, error) {
	select {
	case d := <-s.push.jobs:
		return d.job(s.known, s.worker, &s.fetch), nil
	default:
	}
	select {
	case d := <-s.push.jobs:
		return d.job(s.known, s.worker, &s.fetch), nil
	case <-s.ctx.Done():
		return nil, s.end()
	}
}

func (s *localStream) end() error {
	cause := context.Cause(s.ctx)
	end, broken := errors.AsType[*streamEnd](cause)
	switch {
	case errors.Is(cause, context.Canceled):
		return fmt.Errorf("read the stream: %w", cause)
	case broken && end.code == codes.OK:
		return io.EOF
	case broken:
		return refusal(cause)
	default:
		return cause
	}
}

// job returns the job as its taker sees it.
func (d *delivery) job(known release, worker string, f *fetch) *job.Job {
	e := d.entry
	j := &job.Job{
		Key: e.key, Type: e.Type, ProcessInstanceKey: e.ProcessInstanceKey, ProcessID: e.ProcessID,
		ProcessDefinitionVersion: e.ProcessDefinitionVersion, ProcessDefinitionKey: e.ProcessDefinitionKey,
		ElementID: e.ElementID, ElementInstanceKey: e.ElementInstanceKey, CustomHeaders: e.CustomHeaders,
		Worker: worker, Retries: d.retries, Deadline: time.UnixMilli(d.deadline), Variables: f.filter(e.Variables), TenantID: e.TenantID, LeaseToken: d.token,
	}
	if known.knowsLeases() {
		j.BusinessID = e.BusinessID
	}
	return j
}

// localError is what a client makes of a call's end.
func localError(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.Canceled):
		return fmt.Errorf("call the gateway: %w", ctx.Err())
	default:
		return refusal(err)
	}
}

// refusal sorts an error by its code (contract 3.6).
func refusal(err error) *job.CommandError {
	s := status.Convert(err)
	return job.Refusal(rpc.Code(s.Code()).String(), s.Message()) //nolint:gosec // a code of gRPC
}
