// Package worker is the engine that takes jobs from a Zeebe gateway, runs a handler on each and settles them with exactly
// one command. It knows neither what a job means nor gRPC.
//
// Capacity is a number of slots. A slot is taken before a job can arrive, travels with the job and is released once, after
// the job was settled; there is no other counter. A full worker therefore stops reading its stream, and the broker gives
// the jobs to others. See docs/worker.md.
package worker

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// Gateway is what the engine needs of a Zeebe gateway. Errors are *[job.CommandError] as far as the gateway, or the way to
// it, refused.
type Gateway interface {
	// Activate polls, and calls yield with each job as it arrives, before it returns.
	Activate(ctx context.Context, r job.PollRequest, yield func(*job.Job)) error
	// Stream opens a stream of jobs that ends with ctx.
	Stream(ctx context.Context, r job.TakeRequest) (job.Stream, error)
	Complete(ctx context.Context, key int64, variables []byte) error
	Fail(ctx context.Context, key int64, retries int32, backoff time.Duration, message string, variables []byte) error
	Throw(ctx context.Context, key int64, code, message string, variables []byte) error
	// UpdateTimeout sets a job's deadline to now + d. It names a job, not its owner.
	UpdateTimeout(ctx context.Context, key int64, d time.Duration) error
}

// Handler works on jobs. It is called from many goroutines.
type Handler interface {
	// Handle works on one job within its lease. When ctx is cancelled it ends soon, with [job.HandBack] if nothing was sent.
	Handle(ctx context.Context, j *job.Job) job.Outcome
	// Settled is called once the broker has taken a command for the job, or said that it is gone.
	Settled(j *job.Job)
}

// Observer is told what the engine does, for metrics. Its methods are called from many goroutines and must not block.
type Observer interface {
	Taken(j *job.Job, streamed bool)
	// Settled is called for a job whose command the broker took: how long the handler worked, and how long settling took.
	Settled(j *job.Job, o job.Outcome, worked, settling time.Duration)
	Abandoned(j *job.Job, reason job.AbandonReason)
	StreamOpen(open bool)
	// CommandRetried is called with the gRPC code of each command that is tried again.
	CommandRetried(code string)
}

// Config configures a [Worker]. Zero values stand for the defaults in brackets.
type Config struct {
	JobType        string
	Name           string        // as Operate and the broker's logs show it
	MaxJobsActive  int           // [256]
	Lease          time.Duration // how long an activated job is ours [60 s]
	PollInterval   time.Duration // between polls beside a stream [10 s]
	PollWait       time.Duration // how long a poll waits at the gateway where there is no stream [20 s]
	Stream         bool          // whether to take streamed jobs too
	StreamMaxAge   time.Duration // after which a stream is opened anew [10 min]
	GracePeriod    time.Duration // how long running jobs may take once a drain began [20 s]
	TenantIDs      []string      // empty = the default tenant
	FetchVariables []string      // empty = all
}

func (c Config) withDefaults() Config {
	set := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	if c.MaxJobsActive <= 0 {
		c.MaxJobsActive = 256
	}
	set(&c.Lease, time.Minute)
	set(&c.PollInterval, 10*time.Second)
	set(&c.PollWait, 20*time.Second)
	set(&c.StreamMaxAge, 10*time.Minute)
	set(&c.GracePeriod, 20*time.Second)
	return c
}

// Worker takes jobs and works on them until it is drained.
type Worker struct {
	config   Config
	gateway  Gateway
	handler  Handler
	observer Observer
	log      *slog.Logger

	slots   *Slots
	clock   *brokerClock
	running sync.WaitGroup // one for each job in work
	health  health
	poll    trigger

	draining  context.Context // ends when the drain begins
	work      context.Context // ends when the grace period is over
	settling  context.Context // ends when no command is worth waiting for any more
	setAside  aside           // jobs that came when the drain had begun
	noTimeout flag            // the gateway does not know UpdateJobTimeout
	noStream  flag            // the gateway does not know streams, or none are wanted
}

// New returns a worker. Observer and log may be nil.
func New(c Config, g Gateway, h Handler, o Observer, log *slog.Logger) *Worker {
	c = c.withDefaults()
	if o == nil {
		o = noObserver{}
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	w := &Worker{config: c, gateway: g, handler: h, observer: o, log: log, clock: newBrokerClock(c.Lease, log), poll: newTrigger()}
	w.slots = NewSlots(c.MaxJobsActive, w.poll.fireIfWanted)
	// One slot cannot be shared: an open stream would park on it for ever.
	if !c.Stream || c.MaxJobsActive == 1 {
		w.noStream.set()
	}
	return w
}

// settleGrace is how long commands are still tried after the grace period is over.
const settleGrace = 3 * time.Second

// Run takes and works on jobs until ctx is done, and then drains: nothing new is taken, running jobs finish within the grace
// period, and those that were activated but not started are handed back. It returns when all of that is done. A worker
// runs once.
func (w *Worker) Run(ctx context.Context) error {
	base := context.WithoutCancel(ctx)
	w.draining = ctx
	work, stopWork := context.WithCancel(base)
	defer stopWork()
	settling, stopSettling := context.WithCancel(base)
	defer stopSettling()
	w.work, w.settling = work, settling

	var takers sync.WaitGroup
	takers.Go(w.pollJobs)
	if !w.noStream.isSet() {
		takers.Go(w.streamJobs)
	}
	takers.Wait() // both end by themselves once the drain began

	grace := time.AfterFunc(w.config.GracePeriod, func() {
		w.log.Warn("grace period is over, leaving what is not finished", "jobs", w.slots.InUse())
		stopWork()
		time.AfterFunc(settleGrace, stopSettling)
	})
	defer grace.Stop()
	w.handBackAside() //nolint:contextcheck // ctx is over: these are the last commands
	w.running.Wait()
	return nil
}

// SlotsInUse returns how many jobs are in this process, and the slot on which an open stream waits.
func (w *Worker) SlotsInUse() int { return w.slots.InUse() }

// Ready says whether jobs can be taken: the gateway answered, and a stream is open or the last poll was answered. The reason
// says why not.
func (w *Worker) Ready() (ready bool, reason string) {
	if w.draining != nil && w.draining.Err() != nil {
		return false, "shutting down"
	}
	return w.health.ready()
}

// take starts work on a job that has arrived in a slot, or puts it aside during a drain.
func (w *Worker) take(j *job.Job, slot *Slot, streamed bool, asked time.Time) {
	end := w.clock.leaseEnd(j, asked)
	j.Lease = job.NewLease(end, func(ctx context.Context, d time.Duration) error {
		return w.gateway.UpdateTimeout(ctx, j.Key, d)
	})
	w.observer.Taken(j, streamed)
	if w.draining.Err() != nil {
		w.setAside.add(j)
		if slot != nil {
			slot.Release()
		}
		return
	}
	w.running.Go(func() {
		defer slot.Release()
		w.execute(j)
	})
}

func (w *Worker) request() job.TakeRequest {
	return job.TakeRequest{Type: w.config.JobType, Worker: w.config.Name, Lease: w.config.Lease, FetchVariables: w.config.FetchVariables, TenantIDs: w.config.TenantIDs}
}

// refusal returns the gateway's refusal in an error, nil if it is none.
func refusal(err error) *job.CommandError {
	e, _ := errors.AsType[*job.CommandError](err)
	return e
}

type noObserver struct{}

func (noObserver) Taken(*job.Job, bool)                                        {}
func (noObserver) Settled(*job.Job, job.Outcome, time.Duration, time.Duration) {}
func (noObserver) Abandoned(*job.Job, job.AbandonReason)                       {}
func (noObserver) StreamOpen(bool)                                             {}
func (noObserver) CommandRetried(string)                                       {}
