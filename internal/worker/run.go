package worker

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

const (
	// settleGrace is how long commands are still tried after the grace period is over.
	settleGrace = 3 * time.Second
	// takersMost is how long the grace period waits for the end of streams and polls. They end sooner, but one of them may be
	// about to hand jobs back to a gateway that does not answer.
	takersMost = pollAtDrain + 2*streamDryMost
	// lastCall is how long what was told to end may take to do so.
	lastCall = time.Second
)

// run is a worker at work, from the start of [Worker.Run] to its end.
type run struct {
	*Worker

	draining context.Context // ends when the drain begins
	work     context.Context // ends when the grace period is over
	settling context.Context // ends when no command is worth waiting for any more

	clock       *brokerClock
	activations *activations
	running     sync.WaitGroup // one for each job in work
	setAside    aside          // jobs that came without a slot, to be handed back
	left        leavings       // what the drain leaves behind
	noTimeout   *unsupported   // whether the gateway knows UpdateJobTimeout
	noStream    *unsupported   // whether the gateway knows streams
	backlog     atomic.Bool    // whether jobs wait at the broker, so that streaming them would only make them old
	caughtUp    chan struct{}  // a poll has found the end of the backlog; room for one, the stream loop is its only reader
}

func newRun(w *Worker, draining, work, settling context.Context) *run {
	return &run{
		Worker: w, draining: draining, work: work, settling: settling,
		clock: newBrokerClock(w.config.Lease, w.log), activations: newActivations(), noTimeout: newUnsupported(), noStream: newUnsupported(), caughtUp: make(chan struct{}, 1),
	}
}

// Run takes and works on jobs until ctx is done, and then drains: nothing new is taken, running jobs finish within the grace
// period, and those that were activated but not started are handed back. It returns when all of that is done, or the grace
// period and the time for the last commands are over; the error is then a *[LeftError]. A worker runs once.
func (w *Worker) Run(ctx context.Context) error {
	base := context.WithoutCancel(ctx)
	work, stopWork := context.WithCancel(base)
	defer stopWork()
	settling, stopSettling := context.WithCancel(base)
	defer stopSettling()
	defer context.AfterFunc(ctx, func() { w.drained.Store(true) })()

	defer background(base, w.link.run)()

	r := newRun(w, ctx, work, settling)
	taken := r.takeJobs()
	<-ctx.Done()
	r.left.begin()
	return r.drain(taken, stopWork, stopSettling) //nolint:contextcheck // commands outlive the context that begins the drain
}

// takeJobs takes jobs until the drain begins. It returns a channel that is closed when nothing is taken any more.
func (w *run) takeJobs() (taken chan struct{}) {
	var takers sync.WaitGroup
	takers.Go(w.pollJobs)
	if w.streams() {
		takers.Go(w.streamJobs)
	}
	taken = make(chan struct{})
	go func() {
		defer close(taken)
		takers.Wait()
	}()
	return taken
}

// drain waits for the end of the jobs at work, and ends what takes longer than the grace period.
func (w *run) drain(taken <-chan struct{}, stopWork, stopSettling context.CancelFunc) error {
	most := time.NewTimer(takersMost)
	defer most.Stop()
	select {
	case <-taken:
	case <-most.C:
	}

	over := make(chan struct{}) // nothing is waited for any more
	grace := time.AfterFunc(w.config.GracePeriod, func() {
		if n := w.atWork.Load(); n > 0 {
			w.log.Warn("the grace period is over, ending what is not finished", "jobs", n)
		}
		stopWork()
		time.AfterFunc(settleGrace, func() {
			stopSettling()
			time.AfterFunc(lastCall, func() { close(over) })
		})
	})
	defer grace.Stop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		<-taken
		w.handBackAside()
		w.running.Wait()
	}()
	select {
	case <-done:
	case <-over:
		w.left.unfinished(w.atWork.Load())
	}
	return w.left.err()
}

// take starts work on a job that has arrived in a slot, or puts it aside where it has none or a drain began. It returns how long the
// job was in transport, as far as is known.
func (w *run) take(j *job.Job, slot *Slot, streamed bool, s sighting) (transport time.Duration) {
	end := w.clock.leaseEnd(j, s)
	transport = w.config.Lease - time.Until(end)
	j.Lease = job.NewLease(end, func(ctx context.Context, d time.Duration) error {
		return w.updateTimeout(ctx, j, d)
	})
	j.AwaitEffect = func(ctx context.Context) error { return w.awaitEffect(ctx, j) }
	w.link.tookJob(j)
	w.observer.Taken(j, streamed)
	if slot == nil || w.draining.Err() != nil {
		w.setAside.add(j)
		if slot != nil {
			slot.Release()
		}
		return transport
	}
	size := bytesOf(j)
	w.config.Bytes.arrived(size)
	w.bytes.Add(size)
	w.running.Go(func() {
		defer slot.Release()
		defer w.config.Bytes.ended(size)
		defer w.bytes.Add(-size)
		growStack(0)
		w.execute(j)
	})
	return transport
}

func (w *run) request() job.TakeRequest {
	return job.TakeRequest{
		Type: w.config.JobType, Worker: w.config.Name, Lease: w.config.Lease, FetchVariables: w.config.FetchVariables,
		TenantIDs: w.config.TenantIDs, AssignedTenants: w.config.AssignedTenants, WithLease: w.tokens.asked(),
	}
}

// refusal returns the gateway's refusal in an error, nil if it is none.
func refusal(err error) *job.CommandError {
	e, _ := errors.AsType[*job.CommandError](err)
	return e
}
