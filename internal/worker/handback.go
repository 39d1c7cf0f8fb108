package worker

import (
	"context"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

const (
	// surely is how much of a lease must be left for it to hold without doubt when a command reaches the broker.
	surely = time.Second
	// handBackTries is how often a busy broker is asked to take a job back.
	handBackTries = 8
	// handBackTimeout is the deadline that hands a job back: the broker gives it out again at its next check.
	handBackTimeout = time.Millisecond
)

// updateTimeout sends UpdateJobTimeout once.
func (w *run) updateTimeout(ctx context.Context, j *job.Job, d time.Duration) error {
	defer w.link.watch()()
	err := w.gateway.UpdateTimeout(ctx, j.Ref(), d)
	w.link.came(j, err)
	return err
}

// handBack gives a job back at once, if it is surely still ours: the command names a job, not its owner. It returns why
// not.
func (w *run) handBack(j *job.Job) job.AbandonReason {
	if w.noTimeout.known() {
		return job.AbandonNoHandBack
	}
	ctx, cancel := context.WithDeadline(w.settling, j.Lease.End().Add(-surely/2))
	defer cancel()
	pause := pace.Backoff{First: 20 * time.Millisecond, Last: 500 * time.Millisecond}
	for try := 1; ; try++ {
		if w.link.await(ctx, takesCommands) != nil || j.Lease.Left() < surely {
			return job.AbandonNoHandBack
		}
		err := w.updateTimeout(ctx, j, handBackTimeout)
		if err == nil {
			w.noTimeout.over()
			return ""
		}
		r := refusal(err)
		switch {
		case r == nil:
			return job.AbandonNoHandBack
		case r.Kind == job.Unsupported:
			w.noTimeout.found()
			return job.AbandonNoHandBack
		case r.Kind == job.Gone:
			return job.AbandonGone
		case !r.NotTaken || r.Kind != job.Transient || try == handBackTries:
			// It may have been taken: the job may be another worker's by now.
			return job.AbandonNoHandBack
		}
		w.observer.CommandRetried(r.Code)
		if !pause.Wait(ctx) {
			return job.AbandonNoHandBack
		}
	}
}

// handBackers is how many jobs are handed back at a time.
const handBackers = 16

// handBackAside hands back what arrived after the drain began, once no stream of ours could get it again.
func (w *run) handBackAside() {
	queue := make(chan *job.Job)
	var group sync.WaitGroup
	for range handBackers {
		group.Go(func() {
			for j := range queue {
				w.settle(j, nil, late(j), 0)
			}
		})
	}
	for _, j := range w.setAside.takeAll() {
		queue <- j
	}
	close(queue)
	group.Wait()
}
