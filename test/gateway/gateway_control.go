package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/test/gateway/control"
)

// gatewayControl is the control of the gateway.
type gatewayControl struct {
	ctx     context.Context // ends with the process
	end     context.CancelFunc
	gateway *embedded.Gateway
	faults  *faultSet
	created atomic.Int64 // jobs that were asked for here, to number them
	adding  sync.WaitGroup
}

func newGatewayControl(ctx context.Context, g *embedded.Gateway) *gatewayControl {
	c := &gatewayControl{gateway: g, faults: newFaultSet()}
	c.ctx, c.end = context.WithCancel(ctx)
	c.created.Store(g.Counts().Added)
	g.SetFault(c.faults.next)
	return c
}

// stop ends jobs being added.
func (c *gatewayControl) stop() {
	c.end()
	c.adding.Wait()
	c.faults.clear()
}

// register puts the control of a physical tenant's gateway where it is to be found.
func (c *gatewayControl) register(all *http.ServeMux, physicalTenant string) {
	mux := all
	if physicalTenant != embedded.DefaultPhysicalTenant {
		mux = http.NewServeMux()
		prefix := "/physical-tenants/" + physicalTenant
		all.Handle(prefix+"/", http.StripPrefix(prefix, mux))
	}
	mux.HandleFunc("POST /jobs", take(c.addJobs))
	mux.HandleFunc("GET /report", c.report)
	mux.HandleFunc("POST /clock", take(c.setClock))
	mux.HandleFunc("POST /partitions", take(c.setPartition))
	mux.HandleFunc("POST /tenants", take(c.setTenants))
	mux.HandleFunc("POST /streams", take(c.breakStreams))
	mux.HandleFunc("POST /faults", take(c.setFaults))
	mux.HandleFunc("POST /models", take(c.deploy))
}

// atOnce is how many jobs go to the gateway together.
const atOnce = 256

func (c *gatewayControl) addJobs(_ *http.Request, r control.JobsRequest) (any, error) {
	if r.Count == 0 {
		r.Count = 1
	}
	if r.Count < 0 || r.Rate < 0 {
		return nil, fmt.Errorf("count and rate: found %d and %v, expected no negative number", r.Count, r.Rate)
	}
	a := control.JobsAnswer{First: c.created.Add(int64(r.Count)) - int64(r.Count) + 1, Count: r.Count}
	if r.Rate == 0 {
		a.Keys = make([]int64, 0, r.Count)
		for at := 0; at < r.Count; at += atOnce {
			keys, err := c.gateway.AddJobs(jobs(&r, a.First+int64(at), min(atOnce, r.Count-at))...)
			if err != nil {
				return nil, err
			}
			a.Keys = append(a.Keys, keys...)
		}
		return a, nil
	}
	// A faulty job is refused now, while there is somebody to tell.
	first, err := c.gateway.AddJobs(jobs(&r, a.First, 1)...)
	if err != nil {
		return nil, err
	}
	a.Keys = first
	c.adding.Go(func() { c.addAtRate(&r, a.First) })
	return a, nil
}

// addAtRate adds all jobs but the first. It catches up with what a busy machine made it miss, and goes on while no
// partition has a leader.
func (c *gatewayControl) addAtRate(r *control.JobsRequest, first int64) {
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	began := time.Now()
	for added := 1; added < r.Count; {
		select {
		case <-ticker.C:
		case <-c.ctx.Done():
			return
		}
		due := min(1+int(time.Since(began).Seconds()*r.Rate), r.Count)
		for added < due {
			n := min(atOnce, due-added)
			if _, err := c.gateway.AddJobs(jobs(r, first+int64(added), n)...); err != nil {
				break
			}
			added += n
		}
	}
}

func jobs(r *control.JobsRequest, first int64, n int) []embedded.Job {
	jobs := make([]embedded.Job, n)
	for i := range jobs {
		jobs[i] = embedded.Job{
			Type: r.Type, TenantID: r.Tenant, Retries: r.Retries, CustomHeaders: string(r.Headers), ProcessID: r.ProcessID, ElementID: r.ElementID,
			BusinessID: r.BusinessID, Tags: r.Tags,
			Variables: strings.ReplaceAll(string(r.Variables), "{{n}}", strconv.FormatInt(first+int64(i), 10)),
		}
	}
	return jobs
}

func (c *gatewayControl) setClock(_ *http.Request, r control.ClockRequest) (any, error) {
	return c.eachPartition(r.Partition, func(id int64) { c.gateway.SetClock(id, time.Duration(r.OffsetMs)*time.Millisecond) })
}

func (c *gatewayControl) setPartition(_ *http.Request, r control.PartitionRequest) (any, error) {
	return c.eachPartition(r.Partition, func(id int64) { c.gateway.SetLeaderless(id, r.Leaderless) })
}

func (c *gatewayControl) eachPartition(id int64, do func(id int64)) (any, error) {
	found := false
	for _, p := range c.gateway.Partitions() {
		if id == 0 || id == p.ID {
			do(p.ID)
			found = true
		}
	}
	if !found {
		return nil, fmt.Errorf("partition: found %d, expected 0 for all or the id of one", id)
	}
	return c.partitions(), nil
}

func (c *gatewayControl) partitions() []control.Partition {
	out := []control.Partition{}
	for _, p := range c.gateway.Partitions() {
		out = append(out, control.Partition{ID: p.ID, OffsetMs: p.Clock.Milliseconds(), Leaderless: p.Leaderless})
	}
	return out
}

func (c *gatewayControl) setTenants(_ *http.Request, r control.TenantsRequest) (any, error) {
	c.gateway.SetTenants(r.Tenants)
	return r, nil
}

// streamsRequest breaks all streams with a code; empty or OK ends them in order.
type streamsRequest struct {
	Code    codes.Code `json:"code"`
	Message string     `json:"message"`
}

func (c *gatewayControl) breakStreams(_ *http.Request, r streamsRequest) (any, error) {
	return map[string]int{"broken": c.gateway.BreakStreams(r.Code, r.Message)}, nil
}
