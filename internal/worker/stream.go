package worker

import (
	"context"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

const (
	// openAtEnd is how long a stream that is being opened when it is to end may still take.
	openAtEnd = time.Second
	// streamLived is how long a stream must have lived for the next to be opened at once.
	streamLived = 30 * time.Second
	// reopenMost is the longest pause between two streams. All that a worker tries again it tries at least once a second.
	reopenMost = time.Second
	// backlogShare is the part of a lease after which a stream whose reader never catches up is ended, if its jobs are in transport
	// for half of that part.
	backlogShare = 6
)

// streamJobs keeps a stream open until the drain begins, while the intake is open and no backlog is polled for.
func (w *run) streamJobs() {
	failing := pace.Backoff{First: 100 * time.Millisecond, Last: reopenMost}
	var complaint complaint
	for w.awaitStream() {
		began := time.Now()
		delivered, err := w.streamOnce()
		w.observer.StreamOpen(false)
		w.health.stream(false, err)
		w.poll.fire() // until the next stream is open only polls bring jobs
		if w.draining.Err() != nil {
			return
		}
		w.proveStreamConnection()
		w.handBackAside()
		if err == nil {
			failing.Reset()
			continue // we ended it
		}
		if r := refusal(err); r != nil && r.Kind == job.Unsupported {
			if pause, news := w.noStream.found(); news {
				w.log.Info("the gateway knows no job streams, polling only; it is asked again later", "after", pause.String())
			}
			continue
		}
		w.link.suspect(err.Error())
		// While polls go wrong too, the poller tells why: it is the same gateway.
		if w.health.polling() && complaint.due(withoutDigits(err)) {
			w.log.Warn("job stream ended, opening another", "error", err.Error())
		}
		if delivered || time.Since(began) > streamLived {
			failing.Reset()
		}
		if !failing.Wait(w.draining) {
			return
		}
	}
}

// awaitStream waits until a stream is to be opened; false when the drain began.
func (w *run) awaitStream() bool {
	for {
		if w.awaitIntake(w.draining) != nil {
			return false
		}
		wait := w.noStream.left()
		if wait <= 0 && !w.backlog.Load() {
			return true
		}
		if wait <= 0 {
			wait = pollAlone
		}
		timer := time.NewTimer(wait)
		select {
		case <-w.caughtUp:
		case <-timer.C:
		case <-w.draining.Done():
		}
		timer.Stop()
	}
}

// streamOnce opens a stream and reads it until it breaks or is to end: it has reached its age, the intake closes, jobs wait
// too long in it, or the drain begins. It is then read dry first. A slot is held before a job is read: a full worker does
// not read.
func (w *run) streamOnce() (delivered bool, err error) {
	open, closed := w.whileOpen(w.draining)
	defer closed()
	slot, err := w.slotWithBytes(open, nil)
	if err != nil {
		return false, nil
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.draining))
	defer cancel()
	// A gateway that never answers must not hold up the end; one that is about to open the stream may.
	r := newReading(cancel)
	undo := context.AfterFunc(open, func() { time.AfterFunc(openAtEnd, r.cancelUnread) })
	defer undo()
	s, err := w.gateway.Stream(ctx, w.request())
	if err != nil {
		slot.Release()
		if ctx.Err() != nil {
			err = nil
		}
		return false, err
	}
	w.observer.StreamOpen(true)
	w.health.stream(true, nil)
	w.poll.fire() // what waited before the stream opened is not pushed

	defer r.endWhenOver(open)()
	defer r.endWhenAged(ctx, pace.Jitter(w.config.StreamMaxAge, 0.2))()
	defer w.keepProving(ctx, r)()
	defer w.endWhenBacklogged(ctx, r)()
	for {
		r.wait()
		j, err := s.Recv()
		prompt := r.got(err == nil)
		if err != nil {
			if slot != nil {
				slot.Release()
			}
			switch {
			case r.silent():
				err = errStreamSilent
			case ctx.Err() != nil:
				err = nil // we ended it
			}
			return delivered, err
		}
		if !delivered {
			delivered = true
			w.noStream.over()
		}
		r.took(w.take(j, slot, true, sighting{earliest: r.earliest(), prompt: prompt}))
		w.poll.soon()
		slot = w.nextSlot(open, r)
	}
}

// nextSlot waits for the slot of the next job, and for room for its bytes. It is nil once the stream is to end: what is still read
// is put aside.
func (w *run) nextSlot(open context.Context, r *reading) *Slot {
	if r.ending() {
		return nil
	}
	var slot *Slot
	if free := w.slots.TakeFree(1); len(free) == 1 {
		slot = free[0]
	}
	full := w.config.Bytes.full()
	if full || w.slots.Full() {
		w.poll.wanted.Store(true) // the broker sets aside what it cannot push
	}
	if slot != nil && !full {
		return slot
	}
	r.full()
	ctx, cancel := context.WithCancel(open)
	defer cancel()
	defer context.AfterFunc(r.over, cancel)() //nolint:contextcheck // over is the stream's, open is the intake's
	slot, err := w.slotWithBytes(ctx, slot)
	if err != nil {
		return nil
	}
	return slot
}

// slotWithBytes waits for a slot, unless one is given, and for room for the bytes of a job.
func (w *run) slotWithBytes(ctx context.Context, slot *Slot) (*Slot, error) {
	if slot == nil {
		var err error
		if slot, err = w.slots.Take(ctx); err != nil {
			return nil, err
		}
	}
	if _, err := w.config.Bytes.await(ctx); err != nil {
		slot.Release()
		return nil, err
	}
	return slot, nil
}
