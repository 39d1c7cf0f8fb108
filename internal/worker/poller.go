package worker

import (
	"context"
	"log/slog"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

const (
	// pollCooldown keeps triggers that come one by one from making a poll each.
	pollCooldown = 5 * time.Millisecond
	// pollAtDrain is how long a poll in flight may go on when a drain begins: one that is cut off can lose jobs that were
	// already activated.
	pollAtDrain = time.Second
	// pollAlone is the time between polls while a stream is to be opened anew.
	pollAlone = time.Second
)

// pollJobs polls until the drain begins. Beside a stream it asks without waiting, at its start, on a tick, when a stream
// was opened and when slots are freed while jobs may wait at the broker: those that were there before a stream opened, or
// that the broker set aside while this worker was full, can only be got by a poll. Without a stream it waits at the
// gateway.
func (w *Worker) pollJobs() {
	failing := backoff{first: 100 * time.Millisecond, last: 10 * time.Second}
	var complaint complaint
	ctx, cut := context.WithCancel(context.WithoutCancel(w.draining))
	defer cut()
	defer context.AfterFunc(w.draining, func() { time.AfterFunc(pollAtDrain, cut) })()
	for w.draining.Err() == nil {
		asked, got, err := w.pollOnce(ctx)
		if w.draining.Err() != nil {
			return
		}
		w.health.polled(err)
		if err != nil {
			if complaint.due(err) {
				level := slog.LevelError
				if r := refusal(err); r != nil && r.Code == busy {
					level = slog.LevelWarn // it asks for patience, which it gets
				}
				w.log.Log(ctx, level, "cannot poll for jobs", "error", err.Error())
			}
			if !failing.wait(w.draining) {
				return
			}
			continue
		}
		if complaint.over() {
			w.log.Info("the gateway answers again")
		}
		failing.reset()
		if w.noStream.isSet() {
			continue // the gateway made us wait
		}
		full := asked > 0 && got == asked
		w.poll.wanted.Store(full || w.slots.Full())
		if full {
			w.poll.fire() // there may be more: again, as soon as there is a slot
		}
		if !w.awaitPoll() {
			return
		}
	}
}

// awaitPoll waits for a reason to poll; false when the drain began.
func (w *Worker) awaitPoll() bool {
	if !sleep(w.draining, pollCooldown) {
		return false
	}
	interval := w.config.PollInterval
	if !w.health.streaming() {
		interval = min(interval, pollAlone) // nothing is pushed
	}
	tick := time.NewTimer(jitter(interval, 0.3))
	defer tick.Stop()
	select {
	case <-w.poll.c:
	case <-tick.C:
	case <-w.draining.Done():
		return false
	}
	return true
}

// pollOnce asks for as many jobs as there are free slots, which it holds meanwhile, and gives back those without a job.
func (w *Worker) pollOnce(ctx context.Context) (asked, got int, err error) {
	first, err := w.slots.Take(w.draining) //nolint:contextcheck // a slot is waited for until the drain, a poll goes on a little
	if err != nil {
		return 0, 0, nil
	}
	slots := append([]*Slot{first}, w.slots.TakeFree(w.config.MaxJobsActive)...)
	asked = len(slots)
	request := job.PollRequest{TakeRequest: w.request(), MaxJobs: asked, Wait: -1}
	if w.noStream.isSet() {
		request.Wait = w.config.PollWait
	}
	sent := time.Now()
	err = w.gateway.Activate(ctx, request, func(j *job.Job) {
		got++
		var slot *Slot
		if len(slots) > 0 { // a gateway that gives more than it was asked for: the job still has to be worked on
			slot, slots = slots[0], slots[1:]
		} else if slot, err = w.slots.Take(context.WithoutCancel(ctx)); err != nil {
			return
		}
		w.take(j, slot, false, sent) //nolint:contextcheck // a job outlives the poll that brought it
	})
	for _, s := range slots {
		s.Release()
	}
	return asked, got, err
}
