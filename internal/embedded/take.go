package embedded

import (
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
}

// fill writes the job as its taker sees it.
func (d *delivery) fill(a *pb.ActivatedJob, worker string, f *fetch) {
	e := d.entry
	a.Key, a.Type, a.ProcessInstanceKey, a.BpmnProcessId = e.key, e.Type, e.ProcessInstanceKey, e.ProcessID
	a.ProcessDefinitionVersion, a.ProcessDefinitionKey = e.ProcessDefinitionVersion, e.ProcessDefinitionKey
	a.ElementId, a.ElementInstanceKey, a.CustomHeaders = e.ElementID, e.ElementInstanceKey, e.CustomHeaders
	a.Worker, a.Retries, a.Deadline, a.Variables, a.TenantId = worker, d.retries, d.deadline, f.filter(e.Variables), e.TenantID
}

// check refuses a request for jobs that a broker would refuse, and returns the tenants it is for.
func (g *Gateway) check(jobType string, lease int64, tenants []string) ([]string, error) {
	switch {
	case jobType == "":
		return nil, status.Error(codes.InvalidArgument, "the request has no job type")
	case lease < 1:
		return nil, status.Errorf(codes.InvalidArgument, "the request has a timeout of %d ms, above 0 is expected", lease)
	}
	return g.tenants(tenants)
}

func (g *Gateway) tenants(asked []string) ([]string, error) {
	if g.options.Tenants == nil {
		if len(asked) > 0 && !slices.Equal(asked, []string{DefaultTenant}) {
			return nil, status.Errorf(codes.InvalidArgument, "the request names the tenants %q, but multi-tenancy is disabled", asked)
		}
		return []string{DefaultTenant}, nil
	}
	if len(asked) == 0 {
		return nil, status.Error(codes.InvalidArgument, "the request names no tenant, but multi-tenancy is enabled")
	}
	for _, tenant := range asked {
		if !slices.Contains(g.options.Tenants, tenant) {
			return nil, status.Errorf(codes.PermissionDenied, "the caller may not act for tenant %q", tenant)
		}
	}
	return asked, nil
}

// Jobs are sent in portions below what a client takes in one message.
const (
	portionJobs  = 64
	portionBytes = 1 << 20
)

// ActivateJobs gives out jobs that wait, and waits for some if there are none.
func (s *service) ActivateJobs(r *pb.ActivateJobsRequest, answers pb.Gateway_ActivateJobsServer) error {
	g := s.gateway
	g.count(func(c *Counts) { c.Polls++ })
	fault := g.faults.next(Call{Method: "ActivateJobs"})
	if err := fault.before(answers.Context()); err != nil {
		return err
	}
	tenants, err := g.check(r.GetType(), r.GetTimeout(), r.GetTenantIds())
	if err != nil {
		return err
	}
	if r.GetMaxJobsToActivate() < 1 {
		return status.Errorf(codes.InvalidArgument, "the request is for %d jobs, at least 1 is expected", r.GetMaxJobsToActivate())
	}
	jobs := g.await(answers, r, tenants)
	if fault.LoseAnswer {
		return errAnswerLost
	}
	return sendJobs(answers, jobs, r)
}

// await takes jobs as soon as there are any, within the request's time.
func (g *Gateway) await(answers pb.Gateway_ActivateJobsServer, r *pb.ActivateJobsRequest, tenants []string) []delivery {
	take := func() []delivery {
		return g.broker.take(r.GetType(), tenants, int(r.GetMaxJobsToActivate()), r.GetWorker(), time.Duration(r.GetTimeout())*time.Millisecond, nil)
	}
	jobs := take()
	wait := time.Duration(r.GetRequestTimeout()) * time.Millisecond
	if len(jobs) > 0 || wait < 0 {
		return jobs
	}
	if wait == 0 {
		wait = g.options.PollWait
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	wake := make(chan struct{}, 1)
	defer g.broker.watch(r.GetType(), wake)()
	for {
		// First of all: some may have come before the watch began.
		if jobs = take(); len(jobs) > 0 {
			return jobs
		}
		select {
		case <-wake:
		case <-timer.C:
			return nil
		case <-answers.Context().Done():
			return nil
		}
	}
}

func sendJobs(answers pb.Gateway_ActivateJobsServer, jobs []delivery, r *pb.ActivateJobsRequest) error {
	fetched := newFetch(r.GetFetchVariable())
	var room [portionJobs]pb.ActivatedJob
	answer := &pb.ActivateJobsResponse{}
	size := 0
	for i := range jobs {
		a := &room[len(answer.Jobs)]
		jobs[i].fill(a, r.GetWorker(), &fetched)
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
