package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
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

// jobsRequest asks for jobs to be added.
type jobsRequest struct {
	Count  int    `json:"count"` // 0 = 1
	Type   string `json:"type"`
	Tenant string `json:"tenant"`
	// Variables and Headers are JSON objects. Within a text of the variables {{n}} stands for the number of the job: 1 for the
	// first that was ever added, and so on, over restarts of a gateway with its state on disk.
	Variables json.RawMessage `json:"variables"`
	Headers   json.RawMessage `json:"headers"`
	Retries   int32           `json:"retries"` // 0 = 3
	Rate      float64         `json:"rate"`    // jobs in a second; 0 = all at once
	ProcessID string          `json:"processId"`
	ElementID string          `json:"elementId"`

	BusinessID string   `json:"businessId"`
	Tags       []string `json:"tags"`
}

// jobsAnswer tells of the jobs that were added. With a rate the request is answered at once, and the keys are not known
// yet.
type jobsAnswer struct {
	First int64   `json:"first"` // the number of the first
	Count int     `json:"count"`
	Keys  []int64 `json:"keys,omitempty"`
}

// atOnce is how many jobs go to the gateway together.
const atOnce = 256

func (c *gatewayControl) addJobs(_ *http.Request, r jobsRequest) (any, error) {
	if r.Count == 0 {
		r.Count = 1
	}
	if r.Count < 0 || r.Rate < 0 {
		return nil, fmt.Errorf("count and rate: found %d and %v, expected no negative number", r.Count, r.Rate)
	}
	a := jobsAnswer{First: c.created.Add(int64(r.Count)) - int64(r.Count) + 1, Count: r.Count}
	if r.Rate == 0 {
		a.Keys = make([]int64, 0, r.Count)
		for at := 0; at < r.Count; at += atOnce {
			keys, err := c.gateway.AddJobs(r.jobs(a.First+int64(at), min(atOnce, r.Count-at))...)
			if err != nil {
				return nil, err
			}
			a.Keys = append(a.Keys, keys...)
		}
		return a, nil
	}
	// A faulty job is refused now, while there is somebody to tell.
	first, err := c.gateway.AddJobs(r.jobs(a.First, 1)...)
	if err != nil {
		return nil, err
	}
	a.Keys = first
	c.adding.Go(func() { c.addAtRate(&r, a.First) })
	return a, nil
}

// addAtRate adds all jobs but the first. It catches up with what a busy machine made it miss, and goes on while no
// partition has a leader.
func (c *gatewayControl) addAtRate(r *jobsRequest, first int64) {
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
			if _, err := c.gateway.AddJobs(r.jobs(first+int64(added), n)...); err != nil {
				break
			}
			added += n
		}
	}
}

func (r *jobsRequest) jobs(first int64, n int) []embedded.Job {
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

// clockRequest steps the clock of a partition, or of all.
type clockRequest struct {
	Partition int64 `json:"partition"` // 0 = all
	OffsetMs  int64 `json:"offsetMs"`  // ahead of the machine's clock; below 0 = behind
}

func (c *gatewayControl) setClock(_ *http.Request, r clockRequest) (any, error) {
	return c.eachPartition(r.Partition, func(id int64) { c.gateway.SetClock(id, time.Duration(r.OffsetMs)*time.Millisecond) })
}

// partitionRequest takes the leader of a partition away, or gives it one again.
type partitionRequest struct {
	Partition  int64 `json:"partition"` // 0 = all
	Leaderless bool  `json:"leaderless"`
}

func (c *gatewayControl) setPartition(_ *http.Request, r partitionRequest) (any, error) {
	return c.eachPartition(r.Partition, func(id int64) { c.gateway.SetLeaderless(id, r.Leaderless) })
}

// partitionAnswer tells how a partition is.
type partitionAnswer struct {
	ID         int64 `json:"id"`
	OffsetMs   int64 `json:"offsetMs"`
	Leaderless bool  `json:"leaderless"`
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

func (c *gatewayControl) partitions() []partitionAnswer {
	out := []partitionAnswer{}
	for _, p := range c.gateway.Partitions() {
		out = append(out, partitionAnswer{p.ID, p.Clock.Milliseconds(), p.Leaderless})
	}
	return out
}

// tenantsRequest says which tenants the caller may act for; null turns multi-tenancy off.
type tenantsRequest struct {
	Tenants []string `json:"tenants"`
}

func (c *gatewayControl) setTenants(_ *http.Request, r tenantsRequest) (any, error) {
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
