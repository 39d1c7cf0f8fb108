// Package worker is the engine that takes jobs from a Zeebe gateway, runs a handler on each and settles them with exactly
// one command. It knows neither what a job means nor gRPC.
//
// Capacity is a number of slots. A slot is taken before a job can arrive, travels with the job and is released once, after
// the job was settled; there is no other counter. A full worker therefore stops reading its stream, and the broker gives
// the jobs to others. See docs/worker.md.
package worker

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// Gateway is what the engine needs of a Zeebe gateway. Every refused or failed call gives a *[job.CommandError]; a call that
// its caller cancelled gives an error that wraps [context.Canceled].
type Gateway interface {
	// Activate polls, and calls yield with each job as it arrives, before it returns.
	Activate(ctx context.Context, r job.PollRequest, yield func(*job.Job)) error
	// Stream opens a stream of jobs that ends with ctx.
	Stream(ctx context.Context, r job.TakeRequest) (job.Stream, error)
	Complete(ctx context.Context, r job.Ref, variables []byte) error
	Fail(ctx context.Context, r job.Ref, retries int32, backoff time.Duration, message string, variables []byte) error
	Throw(ctx context.Context, r job.Ref, code, message string, variables []byte) error
	// UpdateTimeout sets a job's deadline to now + d. Without a lease token it names a job, not its owner.
	UpdateTimeout(ctx context.Context, r job.Ref, d time.Duration) error
	// Probe asks for an answer on the way that polls and commands take. A connection that gives none until ctx's deadline is
	// replaced.
	Probe(ctx context.Context) error
	// ProbeStream does so on the way that streams take.
	ProbeStream(ctx context.Context) error
}

// Handler works on jobs. It is called from many goroutines.
type Handler interface {
	// Handle works on one job within its lease. When ctx is cancelled it ends soon, with [job.HandBack] if it had no effect.
	Handle(ctx context.Context, j *job.Job) job.Outcome
	// Settled is called once the broker has taken a command for the job, or said that it is gone; and before a command is
	// sent that lets the job be tried again, since the next try may begin before its answer is here.
	Settled(j *job.Job)
}

// Downstream is what the handler works with, which may be away for all jobs at once.
type Downstream interface {
	// Down says whether everything that was lately tried there fails. Jobs are then taken one at a time only.
	Down() bool
	// Changed returns a channel that is closed at the next change of Down.
	Changed() <-chan struct{}
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
	// Link is called when the way to the broker changes its state: down, flush, hold, up or suspect. See docs/worker.md.
	Link(state string)
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
	LeastLease     time.Duration // how much of a lease must be left for work on a job to begin [a quarter of it]
	Bytes          *Bytes        // the limit of the jobs' size, which workers may share; nil = none
	Downstream     Downstream    // nil = never down
	NotWorkedOn    string        // a sentence for the message of a job that fails before the handler gets it [It was not worked on.]
	Panicked       job.Fail      // how a job ends whose handler lets a panic through; its retries are the job's, less one

	AssignedTenants bool      // whether to take the jobs of all tenants that the gateway assigns to the worker, in place of TenantIDs
	Leases          LeaseMode // whether to ask for lease tokens [LeaseOff]
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
	set(&c.LeastLease, c.Lease/4)
	c.LeastLease = min(c.LeastLease, c.Lease/2)
	if c.NotWorkedOn == "" {
		c.NotWorkedOn = "It was not worked on."
	}
	if c.Panicked.Message == "" {
		c.Panicked.Message = "The worker failed for a reason of its own; its log says more."
	}
	if c.Bytes == nil {
		c.Bytes = NewBytes(0)
	}
	if c.Downstream == nil {
		c.Downstream = neverDown{}
	}
	return c
}

// Worker takes jobs and works on them until it is drained. Its fields do not change after [New]: what belongs to the time in
// which it works is a run.
type Worker struct {
	config   Config
	gateway  Gateway
	handler  Handler
	observer Observer
	log      *slog.Logger

	slots   *Slots
	poll    trigger
	link    *link
	health  *health
	tokens  *tokens
	atWork  *atomic.Int64 // jobs that are worked on or settled
	bytes   *atomic.Int64 // of the jobs in slots
	drained *atomic.Bool
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
	poll := newTrigger()
	return &Worker{
		config: c, gateway: g, handler: h, observer: o, log: log,
		slots: NewSlots(c.MaxJobsActive, poll.fireIfWanted), poll: poll,
		link:   newLink(g.Probe, log, func(s linkState) { o.Link(s.String()) }),
		health: &health{}, tokens: newTokens(c.Leases), atWork: &atomic.Int64{}, bytes: &atomic.Int64{}, drained: &atomic.Bool{},
	}
}

// streams says whether jobs are to be streamed. One slot cannot be shared: an open stream would hold it for ever.
func (w *Worker) streams() bool { return w.config.Stream && w.config.MaxJobsActive > 1 }

// SlotsInUse returns how many jobs are in this process, the slot on which an open stream waits, and those that a poll holds
// for what it may bring.
func (w *Worker) SlotsInUse() int { return w.slots.InUse() }

// JobsAtWork returns how many jobs are worked on or settled now.
func (w *Worker) JobsAtWork() int { return int(w.atWork.Load()) }

// BytesInUse returns the size of the jobs in this process that are this worker's.
func (w *Worker) BytesInUse() int64 { return w.bytes.Load() }

// Ready says whether jobs can be taken: commands get through to the gateway, a stream is open or the last poll was
// answered, and jobs come with lease tokens if those are required. The reason says why not. It may be called at any time.
func (w *Worker) Ready() (ready bool, reason string) {
	if w.drained.Load() {
		return false, "shutting down"
	}
	switch state, reason := w.link.health(); state {
	case linkDown:
		if reason == "" {
			reason = "the gateway has not answered yet"
		}
		return false, reason
	case linkFlush, linkHold:
		return false, "the gateway was away; the commands that waited go first"
	case linkUp, linkSuspect:
	}
	if ready, reason := w.tokens.ready(); !ready {
		return false, reason
	}
	return w.health.ready()
}

type noObserver struct{}

func (noObserver) Taken(*job.Job, bool)                                        {}
func (noObserver) Settled(*job.Job, job.Outcome, time.Duration, time.Duration) {}
func (noObserver) Abandoned(*job.Job, job.AbandonReason)                       {}
func (noObserver) StreamOpen(bool)                                             {}
func (noObserver) CommandRetried(string)                                       {}
func (noObserver) Link(string)                                                 {}

type neverDown struct{}

func (neverDown) Down() bool               { return false }
func (neverDown) Changed() <-chan struct{} { return nil }
