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
	// handBackLate is how long a job with a lease token is tried to be handed back at the least, also when its lease is over by our
	// clock: it may hold by the broker's.
	handBackLate = 5 * time.Second
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

// handBack gives a job back at once, and returns why not. Without a lease token the command names a job, not its owner: it is sent
// only while the lease surely holds, and not repeated if it may have been taken. With a token the broker refuses it once the job
// is another activation's.
func (w *run) handBack(j *job.Job) job.AbandonReason {
	if w.noTimeout.known() {
		return job.AbandonNoHandBack
	}
	token := j.LeaseToken != ""
	until := j.Lease.End().Add(-surely / 2)
	if token {
		until = time.Now().Add(max(j.Lease.Left(), handBackLate))
	}
	ctx, cancel := context.WithDeadline(w.settling, until)
	defer cancel()
	pause := pace.Backoff{First: 20 * time.Millisecond, Last: 500 * time.Millisecond}
	maybe := false // an earlier one of these commands may have been taken
	for try := 1; ; try++ {
		if w.link.await(ctx, takesCommands) != nil || !token && j.Lease.Left() < surely {
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
		case r.Kind == job.Gone && maybe:
			return "" // the earlier one was taken, its answer lost
		case r.Kind == job.Gone:
			return j.Ref().Lost(r)
		case !r.NotTaken && !token, r.Kind != job.Transient, try == handBackTries:
			// Without a token: it may have been taken, and the job may be another worker's by now.
			return job.AbandonNoHandBack
		}
		maybe = maybe || !r.NotTaken
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
