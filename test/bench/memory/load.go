package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/prometheus/procfs"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
	"github.com/eventbridge-connector/eventbridge-connector/test/process"
)

// load is jobs for a worker, the aim of its memory at the end and the bounds of it at rest and at the peak, in bytes; 0 = none.
type load struct {
	name               string
	env                []string // of the worker
	latency            time.Duration
	small, large       int
	warmUp             int  // small jobs before it
	ready              bool // whether the worker is at work before the large jobs are there, so that they are streamed
	loaded, rest, peak int64
}

// loads returns what is measured.
func loads(o options) (all []load) {
	if o.jobs > 0 {
		all = append(all, load{
			name: fmt.Sprintf("%d small jobs, defaults", o.jobs), latency: o.latency, small: o.jobs, warmUp: o.jobs / 10,
			loaded: aimLoaded, rest: boundRest,
		})
	}
	if o.large > 0 {
		large := load{env: []string{chartLimit}, latency: 200 * time.Millisecond, peak: boundLarge, large: o.large}
		polled, streamed, mixed := large, large, large
		polled.name = fmt.Sprintf("%d jobs of %d bytes that wait for the worker", o.large, o.size)
		streamed.name, streamed.ready = fmt.Sprintf("%d jobs of %d bytes that come to a worker at rest", o.large, o.size), true
		mixed.name, mixed.small, mixed.ready = fmt.Sprintf("%d jobs of %d bytes among %d small ones", o.large, o.size, 20*o.large), 20*o.large, true
		all = append(all, polled, streamed, mixed)
	}
	return all
}

// measured is what a worker needed for a load.
type measured struct {
	perSecond    float64
	cpu          time.Duration // for 1,000 jobs
	loaded, rest process.Memory
}

// restAfter is how long a worker gets to come to rest.
const restAfter = 6 * time.Second

// patience is how long a load may take.
const patience = 5 * time.Minute

// measure runs a load on a worker of its own.
func measure(ctx context.Context, binary string, l load, o options) (m measured, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	gateway, err := embedded.StartGateway(embedded.GatewayOptions{KeepCommands: -1, RESTAddress: "127.0.0.1:0"})
	if err != nil {
		return m, err
	}
	defer gateway.Close()
	bus, err := embedded.StartBus(embedded.BusOptions{KeepEvents: -1, Latency: l.latency})
	if err != nil {
		return m, err
	}
	defer bus.Close()
	g := giver{gateway: gateway, small: jobOf(bus.URL(), 0), large: jobOf(bus.URL(), o.size)}
	if l.large > 0 && !l.ready {
		if _, err := gateway.AddJobs(repeat(g.large, l.large)...); err != nil {
			return m, err
		}
	}
	began := time.Now()
	p, log, err := start(ctx, binary, gateway, append(append([]string{}, l.env...), o.env...), o.rest)
	if err != nil {
		return m, err
	}
	defer p.Kill()
	defer func() { // a log without a failure tells nothing
		if err == nil {
			_ = os.Remove(log)
		}
	}()
	before := cpuOf(p.PID())
	if l.large == 0 || l.ready {
		if err := g.give(ctx, max(1, l.warmUp), 0); err != nil {
			return m, fmt.Errorf("%w: see %s", err, log)
		}
		before, began = cpuOf(p.PID()), time.Now()
		if err := g.give(ctx, l.small, l.large); err != nil {
			return m, fmt.Errorf("%w: see %s", err, log)
		}
	} else if err := gateway.WaitAll(ctx); err != nil {
		return m, fmt.Errorf("%w: see %s", err, log)
	}
	took, jobs := time.Since(began), l.small+l.large
	m.loaded = process.MemoryOf(p.PID())
	m.cpu, m.perSecond = (cpuOf(p.PID())-before)*1000/time.Duration(jobs), float64(jobs)/took.Seconds()
	if err := pace.Sleep(ctx, restAfter); err != nil {
		return m, err
	}
	m.rest = process.MemoryOf(p.PID())
	if c := gateway.Counts(); c.Open > 0 || c.Failed > 0 {
		return m, fmt.Errorf("found %d jobs open and %d failed, expected none: see %s", c.Open, c.Failed, log)
	}
	return m, nil
}

// giver gives jobs to a worker.
type giver struct {
	gateway      *embedded.Gateway
	small, large embedded.Job
}

// give adds jobs and waits for their end: the large ones at once, the small ones so that there are always thousands, but never so
// many that the gateway's own memory matters.
func (g *giver) give(ctx context.Context, small, large int) error {
	const most = 4000
	if _, err := g.gateway.AddJobs(repeat(g.large, large)...); err != nil {
		return err
	}
	for small > 0 {
		room := min(small, most-int(g.gateway.Counts().Open))
		if room <= 0 {
			if err := pace.Sleep(ctx, time.Millisecond); err != nil {
				return err
			}
			continue
		}
		if _, err := g.gateway.AddJobs(repeat(g.small, room)...); err != nil {
			return err
		}
		small -= room
	}
	return g.gateway.WaitAll(ctx)
}

func repeat(j embedded.Job, n int) []embedded.Job {
	all := make([]embedded.Job, n)
	for i := range all {
		all[i] = j
	}
	return all
}

// start starts a worker with the defaults of its settings on two processors, with a log in a file.
func start(ctx context.Context, binary string, gateway *embedded.Gateway, env []string, rest bool) (p *process.Process, path string, err error) {
	log, err := os.CreateTemp("", "eventbridge-connector-memory-*.log")
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = log.Close() }()
	address := []string{"CAMUNDA_CLIENT_GRPCADDRESS=http://" + gateway.Address()}
	if rest { // no model is deployed whose secrets could be looked up
		address = []string{"CAMUNDA_CLIENT_RESTADDRESS=" + gateway.RESTURL(), "CAMUNDA_CONNECTOR_SECRETRESOLVER_SECRETFILTER_MODE=DISABLED"}
	}
	c := process.Command{Binary: binary, Args: []string{"run"}, Stdout: log, Stderr: log, Env: append(append([]string{
		"PATH=" + os.Getenv("PATH"), "AWS_EC2_METADATA_DISABLED=true", "SERVER_PORT=0", "SERVER_ADDRESS=127.0.0.1", "GOMAXPROCS=2",
		"SECRET_KEY=AKIAMEMORY0000000000", "SECRET_SECRET=memory-secret",
	}, address...), env...)}
	p, err = process.Start(ctx, c)
	return p, log.Name(), err
}

// jobOf returns a job whose event has so many bytes more than it needs.
func jobOf(bus string, size int) embedded.Job {
	more := ""
	if size > 0 {
		more = `"filler":"` + strings.Repeat("x", size) + `",`
	}
	return embedded.Job{
		Type: "io.camunda:aws-eventbridge:1",
		Variables: fmt.Sprintf(`{"authentication":{"type":"credentials","accessKey":"{{secrets.KEY}}","secretKey":"{{secrets.SECRET}}"},"configuration":{"region":"eu-central-1","endpoint":%q},`+
			`"input":{"eventBusName":"orders","source":"com.example.orders","detailType":"OrderPlaced",`+
			`"detail":{%s"orderId":"A-1047","customer":"Grace Hopper","items":[{"sku":"compass","quantity":2,"price":19.5},{"sku":"sextant","quantity":1,"price":240}],"express":true}}}`, bus, more),
		CustomHeaders: `{"resultExpression":"={eventId: response.entries[1].eventId, ok: response.failedEntryCount = 0}","retryBackoff":"PT10S","elementTemplateId":"bench"}`,
	}
}

// cpuOf returns the processor time of a process.
func cpuOf(pid int) time.Duration {
	p, err := procfs.NewProc(pid)
	if err != nil {
		return 0
	}
	s, _ := p.Stat() // it may have ended
	return time.Duration(s.CPUTime() * float64(time.Second))
}
