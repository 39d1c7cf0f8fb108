package embedded

import (
	"context"
	"slices"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// delivery is a job given out, with what may have changed by the time it is sent.
type delivery struct {
	entry    *entry
	retries  int32
	deadline int64 // in milliseconds since 1970
	given    int
	token    string // of the activation; empty = it is without a lease token
}

// fill writes the job as its taker sees it.
func (d *delivery) fill(a *pb.ActivatedJob, o *GatewayOptions, worker string, f *fetch) {
	e := d.entry
	a.Key, a.Type, a.ProcessInstanceKey, a.BpmnProcessId = e.key, e.Type, e.ProcessInstanceKey, e.ProcessID
	a.ProcessDefinitionVersion, a.ProcessDefinitionKey = e.ProcessDefinitionVersion, e.ProcessDefinitionKey
	a.ElementId, a.ElementInstanceKey, a.CustomHeaders = e.ElementID, e.ElementInstanceKey, e.CustomHeaders
	a.Worker, a.Retries, a.Deadline, a.Variables, a.TenantId = worker, d.retries, d.deadline, f.filter(e.Variables), e.TenantID
	d.setNewer(a, o)
}

// taker is what a poll and a stream have in common.
type taker struct {
	jobType   string
	tenants   []string
	assigned  bool // the jobs of all tenants that the caller may act for, in place of tenants
	lease     time.Duration
	withLease bool // each job with a lease token
}

// check refuses a request for jobs that a broker would refuse, and has the request say which tenants it is for. What the
// gateway's version does not know it passes over.
func (g *Gateway) check(t *taker) (err error) {
	switch {
	case t.jobType == "":
		return status.Error(codes.InvalidArgument, "the request has no job type")
	case t.lease < time.Millisecond:
		return status.Errorf(codes.InvalidArgument, "the request has a timeout of %d ms, above 0 is expected", t.lease.Milliseconds())
	}
	known := g.options.release
	t.withLease = t.withLease && known.knowsLeases()
	if t.assigned && known.knowsAssignedTenants() {
		t.tenants = g.assignedTenants()
		return nil
	}
	t.tenants, err = g.tenants(t.tenants)
	return err
}

// assignedTenants returns all tenants that the caller may act for.
func (g *Gateway) assignedTenants() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.options.Tenants == nil {
		return []string{DefaultTenant}
	}
	return g.options.Tenants
}

func (g *Gateway) tenants(asked []string) ([]string, error) {
	g.mu.Lock()
	allowed := g.options.Tenants
	g.mu.Unlock()
	if allowed == nil {
		if len(asked) > 0 && !slices.Equal(asked, []string{DefaultTenant}) {
			return nil, status.Errorf(codes.InvalidArgument, "the request names the tenants %q, but multi-tenancy is disabled", asked)
		}
		return []string{DefaultTenant}, nil
	}
	if len(asked) == 0 {
		return nil, status.Error(codes.InvalidArgument, "the request names no tenant, but multi-tenancy is enabled")
	}
	for _, tenant := range asked {
		if !slices.Contains(allowed, tenant) {
			return nil, status.Errorf(codes.PermissionDenied, "the caller may not act for tenant %q", tenant)
		}
	}
	return asked, nil
}

// SetTenants says anew which tenants the caller may act for, as [GatewayOptions.Tenants] does. Streams that are open stay
// so.
func (g *Gateway) SetTenants(tenants []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.options.Tenants = tenants
}

// Jobs are sent in portions below what a client takes in one message.
const (
	portionJobs  = 64
	portionBytes = 1 << 20
)

// poll is a request for jobs that wait, as each face of the gateway makes it.
type poll struct {
	taker
	limit int
	wait  time.Duration // for a job; below 0 = not at all, 0 = as long as the gateway likes
	fetch fetch
	// overREST says that the answer is no message of gRPC, and no limit of one applies.
	overREST bool
}

// poll gives out jobs that wait, and waits for some if there are none. A caller that goes away while they are under way
// has lost them: they are activated, and come again when their leases end.
func (g *Gateway) poll(ctx context.Context, p *poll) ([]delivery, error) {
	g.count(func(c *Counts) { c.Polls++ })
	fault := g.faults.next(Call{Method: "ActivateJobs"})
	if err := fault.before(ctx); err != nil {
		return nil, err
	}
	if err := g.check(&p.taker); err != nil {
		return nil, err
	}
	if p.limit < 1 {
		return nil, status.Errorf(codes.InvalidArgument, "the request is for %d jobs, at least 1 is expected", p.limit)
	}
	jobs, err := g.await(ctx, p)
	if err != nil {
		return nil, err
	}
	if len(jobs) > 0 {
		if err := pause(ctx, g.options.PollTransit); err != nil {
			return nil, err
		}
	}
	if err := fault.after(ctx); err != nil {
		return nil, err
	}
	if p.overREST {
		return jobs, nil
	}
	return jobs, g.fits(jobs, &p.fetch)
}

// await takes jobs as soon as there are any, within the request's time.
func (g *Gateway) await(ctx context.Context, p *poll) ([]delivery, error) {
	jobs, err := g.broker.take(&p.taker, p.limit, &p.fetch)
	if err != nil || len(jobs) > 0 || p.wait < 0 {
		return jobs, err
	}
	wait := p.wait
	if wait == 0 {
		wait = g.options.PollWait
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	wake := make(chan struct{}, 1)
	defer g.broker.watch(p.jobType, wake)()
	for {
		// First of all: some may have come before the watch began.
		if jobs, err = g.broker.take(&p.taker, p.limit, &p.fetch); err != nil || len(jobs) > 0 {
			return jobs, err
		}
		select {
		case <-wake:
		case <-timer.C:
			return nil, nil
		case <-ctx.Done():
			return nil, status.FromContextError(ctx.Err()).Err()
		}
	}
}

// fits refuses jobs of one partition that are together above what one answer may have. They stay activated, as at a
// real broker whose answer the client cannot take.
func (g *Gateway) fits(jobs []delivery, f *fetch) error {
	limit := g.options.AnswerLimit
	if limit <= 0 {
		return nil
	}
	sizes := map[int64]int{}
	for i := range jobs {
		e := jobs[i].entry
		sizes[e.partition.id] += e.sizeFor(f)
		if size := sizes[e.partition.id]; size > limit {
			return status.Errorf(codes.ResourceExhausted, "grpc: received message larger than max (%d vs. %d)", size, limit)
		}
	}
	return nil
}

// ActivateJobs gives out jobs that wait, and waits for some if there are none.
func (s *service) ActivateJobs(r *pb.ActivateJobsRequest, answers pb.Gateway_ActivateJobsServer) error {
	g, err := s.enter(answers.Context())
	if err != nil {
		return err
	}
	jobs, err := g.poll(answers.Context(), &poll{
		taker: taker{
			jobType: r.GetType(), tenants: r.GetTenantIds(), lease: time.Duration(r.GetTimeout()) * time.Millisecond,
			assigned: newerNumber(r, pollTenantFilter) == filterAssigned, withLease: newerNumber(r, pollWithLease) != 0,
		},
		limit: int(r.GetMaxJobsToActivate()), fetch: newFetch(r.GetFetchVariable()),
		wait: time.Duration(r.GetRequestTimeout()) * time.Millisecond,
	})
	if err != nil {
		return err
	}
	return g.sendJobs(answers, jobs, r)
}

func (g *Gateway) sendJobs(answers pb.Gateway_ActivateJobsServer, jobs []delivery, r *pb.ActivateJobsRequest) error {
	fetched := newFetch(r.GetFetchVariable())
	var room [portionJobs]pb.ActivatedJob
	answer := &pb.ActivateJobsResponse{}
	size := 0
	for i := range jobs {
		a := &room[len(answer.Jobs)]
		jobs[i].fill(a, &g.options, r.GetWorker(), &fetched)
		answer.Jobs = append(answer.Jobs, a)
		size += len(a.Variables) + len(a.CustomHeaders)
		if len(answer.Jobs) == portionJobs || size >= portionBytes || i == len(jobs)-1 {
			if err := answers.Send(answer); err != nil {
				return err
			}
			answer.Jobs, size = answer.Jobs[:0], 0
		}
	}
	return nil
}
