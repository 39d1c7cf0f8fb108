// Command bench measures the worker against the floor below it, in one run and on this machine: a worker engine whose
// handler does nothing, and a bare loop of the AWS SDK's PutEvents. The gateway and the bus are the embedded ones, in this
// process; what is measured runs in processes of its own, so that only its processor time and memory count.
//
//	go run ./test/bench [-jobs 100000] [-max-jobs-active 256]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

// jobType is the type of the jobs that are measured.
const jobType = "io.camunda:aws-eventbridge:1"

func main() {
	if len(os.Args) > 1 && os.Args[1] == roleFlag {
		os.Exit(child(os.Args[2:]))
	}
	jobs := flag.Int("jobs", 100_000, "jobs of each load")
	capacity := flag.Int("max-jobs-active", 256, "the workers' capacity")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := bench(ctx, *jobs, *capacity)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// measured is what one kind of process needed.
type measured struct {
	perSecond float64
	cpu       time.Duration // for 1,000 jobs
	allocs    float64       // for one job
	memory    int64         // bytes in use at the end of the load
	rest      int64         // and when the process has come to rest after it
	first     time.Duration // from the start of the process to the first settled job
	p50, p99  time.Duration // from the creation of a job to its settling, at a rate far below saturation
}

func bench(ctx context.Context, jobs, capacity int) error {
	w, err := newWorld(ctx, capacity)
	if err != nil {
		return err
	}
	defer w.close()
	fmt.Printf("%d jobs of each kind, capacity %d, gateway and bus in a process beside the measured one\n\n", jobs, capacity)
	noop, err := w.worker(roleNoop, jobs)
	if err != nil {
		return err
	}
	connector, err := w.worker(roleWorker, jobs)
	if err != nil {
		return err
	}
	sdk, err := w.sdk(min(jobs, 30_000))
	if err != nil {
		return err
	}
	report(noop, connector, sdk)
	return nil
}

func mib(n int64) float64 { return float64(n) / (1 << 20) }

func report(noop, connector, sdk measured) {
	row := func(name string, m measured) {
		cells := [...]string{fmt.Sprintf("%.0f", m.perSecond), fmt.Sprintf("%.3f", m.cpu.Seconds()), fmt.Sprintf("%.0f", m.allocs), fmt.Sprintf("%.0f / %.0f", mib(m.memory), mib(m.rest)), "–", "–", "–"}
		if m.first > 0 {
			cells[4], cells[5], cells[6] = m.first.Round(time.Millisecond).String(), m.p50.Round(10*time.Microsecond).String(), m.p99.Round(10*time.Microsecond).String()
		}
		fmt.Printf("%-34s %8s %14s %10s %10s %12s %10s %10s\n", name, cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], cells[6])
	}
	fmt.Printf("%-34s %8s %14s %10s %10s %12s %10s %10s\n", "", "jobs/s", "CPU-s / 1,000", "allocs/job", "MiB / rest", "first job", "p50", "p99")
	row("the worker", connector)
	row("floor: engine, handler does nothing", noop)
	row("floor: bare SDK loop of PutEvents", sdk)
	floor := noop.cpu + sdk.cpu
	fmt.Printf("\nCPU per job: %.2f × (no-op job + bare PutEvents)    aim ≤ 1.5\n", float64(connector.cpu)/float64(floor))
	fmt.Printf("allocations per job: %.2f × (no-op job + bare PutEvents)\n", connector.allocs/(noop.allocs+sdk.allocs))
	fmt.Printf("jobs per second: %.2f × no-op engine, %.2f × bare SDK loop\n", connector.perSecond/noop.perSecond, connector.perSecond/sdk.perSecond)
	fmt.Printf("memory: %.1f MiB at the end of the load, %.1f MiB at rest after it    aim ≤ 40\n", mib(connector.memory), mib(connector.rest))
	fmt.Printf("start to the first settled job: %s                 aim ≤ 0.2 s\n", connector.first.Round(time.Millisecond))
}

// world is the gateway and the bus, and what happens to jobs.
type world struct {
	ctx      context.Context
	gateway  *embedded.Gateway
	bus      *embedded.Bus
	capacity int
	job      embedded.Job
	ended    atomic.Int64
	mu       sync.Mutex
	watch    map[int64]time.Time // creation of the jobs whose latency is measured
	took     []time.Duration
}

func newWorld(ctx context.Context, capacity int) (w *world, err error) {
	w = &world{ctx: ctx, capacity: capacity, watch: map[int64]time.Time{}}
	w.gateway, err = embedded.StartGateway(embedded.GatewayOptions{KeepCommands: -1, OnEnding: w.settled})
	if err != nil {
		return nil, err
	}
	if w.bus, err = embedded.StartBus(embedded.BusOptions{KeepEvents: -1}); err != nil {
		return nil, err
	}
	w.job = embedded.Job{
		Type: jobType,
		Variables: `{"authentication":{"type":"credentials","accessKey":"{{secrets.KEY}}","secretKey":"{{secrets.SECRET}}"},"configuration":{"region":"eu-central-1","endpoint":` +
			string(jsonvalue.AppendString(nil, w.bus.URL())) + `},"input":{"eventBusName":"orders","source":"com.example.orders","detailType":"OrderPlaced",` +
			`"detail":{"orderId":"A-1047","customer":"Grace Hopper","items":[{"sku":"compass","quantity":2,"price":19.5},{"sku":"sextant","quantity":1,"price":240}],"express":true}}}`,
		CustomHeaders: `{"resultExpression":"={eventId: response.entries[1].eventId, ok: response.failedEntryCount = 0}","errorExpression":"=if error.code = \"ThrottlingException\" then jobError(\"busy\", {}, job.retries - 1, @\"PT10S\") else null","retryBackoff":"PT10S","elementTemplateId":"bench"}`,
	}
	return w, nil
}

func (w *world) close() {
	w.bus.Close()
	w.gateway.Close()
}

func (w *world) settled(e embedded.Ending) {
	w.ended.Add(1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if at, ok := w.watch[e.Job.ProcessInstanceKey]; ok {
		w.took = append(w.took, time.Since(at))
	}
}

// until waits for so many settled jobs.
func (w *world) until(n int64) error {
	for w.ended.Load() < n {
		if err := pace.Sleep(w.ctx, time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// add adds jobs, never so many that the gateway's own memory matters.
func (w *world) add(n int) error {
	const most = 4000
	goal := w.ended.Load() + int64(n)
	for added := 0; added < n; {
		room := most - (added - (n - int(goal-w.ended.Load())))
		if room <= 0 {
			if err := pace.Sleep(w.ctx, time.Millisecond); err != nil {
				return err
			}
			continue
		}
		k := min(room, n-added)
		if _, err := w.gateway.AddJobs(slices.Repeat([]embedded.Job{w.job}, k)...); err != nil {
			return err
		}
		added += k
	}
	return w.until(goal)
}

// worker measures a worker process: start, warm-up, load, and latency at a low rate.
func (w *world) worker(role string, jobs int) (m measured, err error) {
	for w.gateway.Counts().StreamsOpen > 0 { // of the worker before, which was killed
		if err := pace.Sleep(w.ctx, time.Millisecond); err != nil {
			return m, err
		}
	}
	began := time.Now()
	start := w.ended.Load()
	if _, err := w.gateway.AddJobs(w.job); err != nil { // it waits for the worker
		return m, err
	}
	p, err := w.start(role)
	if err != nil {
		return m, err
	}
	defer p.kill()
	if err := w.until(start + 1); err != nil {
		return m, err
	}
	m.first = time.Since(began)
	if err := w.add(jobs / 10); err != nil { // warm-up
		return m, err
	}
	before, err := p.usage()
	if err != nil {
		return m, err
	}
	loadBegan := time.Now()
	if err := w.add(jobs); err != nil {
		return m, err
	}
	took := time.Since(loadBegan)
	after, err := p.usage()
	if err != nil {
		return m, err
	}
	m.perSecond = float64(jobs) / took.Seconds()
	m.cpu = (after.cpu - before.cpu) * 1000 / time.Duration(jobs)
	m.memory = after.memory
	m.allocs = float64(after.mallocs-before.mallocs) / float64(jobs)
	if m.p50, m.p99, err = w.latency(); err != nil {
		return m, err
	}
	if err := pace.Sleep(w.ctx, restAfter); err != nil {
		return m, err
	}
	after, err = p.usage()
	m.rest = after.memory
	return m, err
}

// restAfter is how long a process gets to come to rest.
const restAfter = 6 * time.Second

// latency creates jobs one by one, far below saturation, and returns how long they took until they were settled.
func (w *world) latency() (p50, p99 time.Duration, err error) {
	const jobs, every = 1000, 2 * time.Millisecond
	w.took = nil
	goal := w.ended.Load() + jobs
	for i := range int64(jobs) {
		j := w.job
		j.ProcessInstanceKey = 1_000_000_000 + i
		w.mu.Lock()
		w.watch[j.ProcessInstanceKey] = time.Now()
		w.mu.Unlock()
		if _, err := w.gateway.AddJobs(j); err != nil {
			return 0, 0, err
		}
		if err := pace.Sleep(w.ctx, every); err != nil {
			return 0, 0, err
		}
	}
	if err := w.until(goal); err != nil {
		return 0, 0, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.watch)
	slices.Sort(w.took)
	return w.took[len(w.took)/2], w.took[len(w.took)*99/100], nil
}

// sdk measures a bare loop of PutEvents, as many at a time as keeps the bus busy.
func (w *world) sdk(calls int) (m measured, err error) {
	p, err := w.start(roleSDK)
	if err != nil {
		return m, err
	}
	defer p.kill()
	if err := p.tell(fmt.Sprint("calls ", calls/10)); err != nil { // warm-up
		return m, err
	}
	before, err := p.usage()
	if err != nil {
		return m, err
	}
	began := time.Now()
	if err := p.tell(fmt.Sprint("calls ", calls)); err != nil {
		return m, err
	}
	took := time.Since(began)
	after, err := p.usage()
	if err != nil {
		return m, err
	}
	return measured{
		perSecond: float64(calls) / took.Seconds(), cpu: (after.cpu - before.cpu) * 1000 / time.Duration(calls),
		allocs: float64(after.mallocs-before.mallocs) / float64(calls), memory: after.memory, rest: after.memory,
	}, nil
}
