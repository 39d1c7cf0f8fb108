package worker

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

const (
	// streamDryIdle and streamDryMost bound how long a stream is still read when it is to end: what is in transport has its
	// lease running, and would wait for the end of it.
	streamDryIdle = 60 * time.Millisecond
	streamDryMost = 200 * time.Millisecond
	// openAtDrain is how long a stream that is being opened when a drain begins may still take.
	openAtDrain = time.Second
	// streamLived is how long a stream must have lived for the next to be opened at once.
	streamLived = 30 * time.Second
	// agedIdle is how long an aged stream must have delivered nothing to be replaced, and agedMost how long it may be kept for
	// that.
	agedIdle = 200 * time.Millisecond
	agedMost = 30 * time.Second
)

// streamJobs keeps a stream open until the drain begins.
func (w *Worker) streamJobs() {
	failing := backoff{first: 100 * time.Millisecond, last: 10 * time.Second}
	var complaint complaint
	for w.draining.Err() == nil {
		began := time.Now()
		delivered, err := w.streamOnce()
		w.observer.StreamOpen(false)
		w.health.stream(false, err)
		w.poll.fire() // until the next stream is open only polls bring jobs
		if w.draining.Err() != nil {
			return
		}
		if r := refusal(err); r != nil && r.Kind == job.Unsupported {
			w.log.Info("the gateway knows no job streams, polling only")
			w.noStream.set()
			w.poll.fire()
			return
		}
		// While polls go wrong too, the poller tells why: it is the same gateway.
		if err != nil && w.health.polling() && complaint.due(err) {
			w.log.Warn("job stream ended, opening another", "error", err.Error())
		}
		if delivered || time.Since(began) > streamLived {
			failing.reset()
		}
		if !failing.wait(w.draining) {
			return
		}
	}
}

// streamOnce opens a stream and reads it until it breaks, has reached its age or the drain begins. A slot is held before a
// job is read: a full worker does not read.
func (w *Worker) streamOnce() (delivered bool, err error) {
	slot, err := w.slots.Take(w.draining)
	if err != nil {
		return false, nil
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.draining))
	defer cancel()
	// A gateway that never answers must not hold up the drain; one that is about to open the stream may.
	defer context.AfterFunc(w.draining, func() { time.AfterFunc(openAtDrain, cancel) })()
	s, err := w.gateway.Stream(ctx, w.request())
	if err != nil {
		slot.Release()
		return false, err
	}
	w.observer.StreamOpen(true)
	w.health.stream(true, nil)
	w.poll.fire() // what waited before the stream opened is not pushed

	r := &reading{began: time.Now()}
	defer w.endWhenAged(r, cancel)()
	defer r.endWhenDraining(w.draining, cancel)()
	for {
		r.waiting.Store(true)
		j, err := s.Recv()
		r.waiting.Store(false)
		if err != nil {
			if slot != nil {
				slot.Release()
			}
			if ctx.Err() != nil {
				err = nil // we ended it
			}
			return delivered, err
		}
		delivered = true
		r.last.Store(int64(time.Since(r.began)))
		w.take(j, slot, true, time.Time{})
		w.poll.soon()
		if slot, err = w.slots.Take(w.draining); err != nil {
			slot = nil // from here on jobs are put aside
		} else if w.slots.Full() {
			w.poll.wanted.Store(true)
		}
	}
}

// reading is the state of a stream that is being read.
type reading struct {
	began   time.Time
	last    atomic.Int64 // when the last job came, in nanoseconds after began
	waiting atomic.Bool  // whether the reader waits for a job
}

func (r *reading) idle() time.Duration { return time.Since(r.began) - time.Duration(r.last.Load()) }

// endWhenDraining ends the stream when it has been read dry after the drain began. The function that it returns undoes it.
func (r *reading) endWhenDraining(draining context.Context, cancel context.CancelFunc) func() {
	stop := context.AfterFunc(draining, func() {
		for most := time.Now().Add(streamDryMost); time.Now().Before(most); {
			time.Sleep(streamDryIdle / 4) //nolint:forbidigo // 200 ms at most, in a goroutine of its own
			if r.idle() > streamDryIdle && time.Since(most.Add(-streamDryMost)) > streamDryIdle {
				break
			}
		}
		cancel()
	})
	return func() { stop() }
}

// endWhenAged ends the stream when it has reached its age, preferably while nothing is in transport. The function that it
// returns undoes it.
func (w *Worker) endWhenAged(r *reading, cancel context.CancelFunc) func() {
	age := jitter(w.config.StreamMaxAge, 0.2)
	var check *time.Timer
	check = time.AfterFunc(age, func() {
		if r.waiting.Load() && r.idle() > agedIdle || time.Since(r.began) > age+agedMost {
			cancel()
			return
		}
		check.Reset(agedIdle / 2)
	})
	return func() { check.Stop() }
}
