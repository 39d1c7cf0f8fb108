package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/eventbridge-connector/eventbridge-connector/internal/actuator"
	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

// loadOpen is how many jobs of a load run wait or are in work at a time: enough that the worker is never idle.
const loadOpen = 4000

// demoLoad runs jobs as fast as the worker takes them and shows how fast that was.
func demoLoad(ctx context.Context, s *session, jobs int, overREST bool) (err error) {
	seen := &loadSeen{Metrics: demoMetrics()}
	st, err := newStage(ctx, -1, overREST, seen)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	j, err := st.job(ctx, "A-1000", 3)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "%d jobs: the real worker against a gateway and a bus in this same process, over loopback.\n", jobs)
	bar := newProgress(s, jobs, "jobs")
	cpuBefore, began := processCPU(), time.Now()
	for added := 0; added < jobs; {
		n := min(jobs-added, max(0, loadOpen-(added-int(seen.ended.Load()))))
		if n == 0 {
			if err := pace.Sleep(ctx, time.Millisecond); err != nil {
				return err
			}
		} else if _, err := st.gateway.AddJobs(slices.Repeat([]embedded.Job{j}, n)...); err != nil {
			return err
		}
		added += n
		_ = bar.Set64(seen.ended.Load())
	}
	for int(seen.ended.Load()) < jobs {
		if err := pace.Sleep(ctx, 5*time.Millisecond); err != nil {
			return err
		}
		_ = bar.Set64(seen.ended.Load())
	}
	took := time.Since(began)
	cpu := processCPU() - cpuBefore
	_ = bar.Finish()
	return seen.report(s.stdout, st, jobs, took, cpu)
}

// loadSeen collects what a load run shows.
type loadSeen struct {
	*actuator.Metrics
	ended     atomic.Int64
	unlike    atomic.Int64 // jobs that did not complete
	twice     atomic.Int64 // jobs that were given out more than once
	mu        sync.Mutex
	latencies []time.Duration // from taking a job to its command being taken
}

// Ended implements what newStage looks for.
func (l *loadSeen) Ended(e embedded.Ending) {
	if e.Command.Kind != embedded.Complete {
		l.unlike.Add(1)
	}
	if e.Given > 1 {
		l.twice.Add(1)
	}
	l.ended.Add(1)
}

// Settled implements worker.Observer.
func (l *loadSeen) Settled(_ *job.Job, _ job.Outcome, worked, settling time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.latencies = append(l.latencies, worked+settling)
}

func (l *loadSeen) report(w io.Writer, st *stage, jobs int, took, cpu time.Duration) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	slices.Sort(l.latencies)
	percentile := func(p float64) string {
		if len(l.latencies) == 0 {
			return "–"
		}
		return l.latencies[min(len(l.latencies)-1, int(p*float64(len(l.latencies))))].Round(10 * time.Microsecond).String()
	}
	events := st.bus.Counts().Accepted
	t := plainTable()
	t.AppendRows([]table.Row{
		{"jobs", fmt.Sprintf("%d completed, %d otherwise, %d given out more than once", int64(jobs)-l.unlike.Load(), l.unlike.Load(), l.twice.Load())},
		{"events", fmt.Sprintf("%d accepted by the bus", events)},
		{"time", fmt.Sprintf("%s, %.0f jobs/s", took.Round(time.Millisecond), float64(jobs)/took.Seconds())},
		{"latency", fmt.Sprintf("p50 %s, p95 %s, p99 %s, most %s (from taking a job to its settled command)", percentile(0.50), percentile(0.95), percentile(0.99), percentile(1))},
	})
	if cpu > 0 {
		t.AppendRow(table.Row{"CPU", fmt.Sprintf("%.2f s for 1,000 jobs, gateway and bus included (%d cores)", cpu.Seconds()*1000/float64(jobs), runtime.NumCPU())})
	}
	if peak := peakMemory(); peak > 0 {
		t.AppendRow(table.Row{"memory", fmt.Sprintf("%d MiB at the most, gateway and bus included", peak>>20)})
	}
	if _, err := fmt.Fprintln(w, t.Render()); err != nil {
		return err
	}
	if l.unlike.Load() > 0 || events != int64(jobs) {
		return fmt.Errorf("%d jobs made %d events", jobs, events)
	}
	return nil
}
