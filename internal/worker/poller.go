package worker

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

const (
	// pollCooldown keeps triggers, or slots, that come one by one from making a poll each.
	pollCooldown = 5 * time.Millisecond
	// pollGather takes its place beside a stream while polls find jobs and there are many slots: so long after a slot was freed the
	// next poll is made, or when as many were freed as jobs may share a request: these end together. It is made for all that are free
	// then. With few slots, one that waits is too large a part of them.
	pollGather = time.Millisecond
	manyFreed  = 10
	manySlots  = 64
	// pollAtDrain is how long a poll in flight may go on when a drain begins: one that is cut off can lose jobs that were
	// already activated.
	pollAtDrain = time.Second
	// pollAlone is the time between polls while a stream is to be opened anew.
	pollAlone = time.Second
	// pollUnheld is the least time from one poll that is to wait at the gateway to the next, if the first brings nothing: a
	// gateway can be told to let no poll wait.
	pollUnheld = 100 * time.Millisecond
	// wholeAnswer is how many bytes of jobs an answer has that was surely not cut short. A broker cuts it where the next job would
	// exceed its limit, which is 4 MiB by default.
	wholeAnswer = 1 << 20
	// pollSize is how many jobs a poll asks for at most, for each pollTime that a poll takes. That is far more than a process can work
	// on: the jobs of a larger answer would only wait in it and take memory, and all of them are lost with an answer that is lost.
	pollSize = 64
	pollTime = 4 * time.Millisecond
	// pollFailing is the longest pause between polls that fail.
	pollFailing = time.Second
)

// pollJobs polls until the drain begins, while the intake is open. Beside a stream it asks without waiting, at its start, on
// a tick, when a stream was opened and when slots are freed while jobs may wait at the broker: those that were there before a
// stream opened, or that the broker set aside while this worker was full, can only be got by a poll. Without a stream it
// waits at the gateway.
func (w *run) pollJobs() {
	failing := pace.Backoff{First: 100 * time.Millisecond, Last: pollFailing}
	var complaint complaint
	ctx, cut := context.WithCancel(context.WithoutCancel(w.draining))
	defer cut()
	defer context.AfterFunc(w.draining, func() { time.AfterFunc(pollAtDrain, cut) })()
	most := w.config.MaxJobsActive // how many jobs fit into an answer, as far as is known
	var tooMuch time.Time          // when an answer was too large
	var times pollTimes
	probe := func(n int) {
		if _, err := w.pollOnce(ctx, n, -1); err != nil {
			w.polled(ctx, &complaint, err)
		}
	}
	for w.awaitPollable(probe) {
		began := time.Now()
		answer, err := w.pollOnce(ctx, min(most, times.size()), w.pollWait())
		if w.draining.Err() != nil {
			return
		}
		if answer.asked == 0 {
			continue // no poll was made, which tells nothing of the gateway
		}
		w.polled(ctx, &complaint, err)
		if answer.got > answer.asked {
			w.handBackAside()
		}
		if tooLarge(err) && answer.asked > 1 {
			most, tooMuch = answer.asked/2, time.Now() // the jobs of this answer are lost until their lease is over, the next poll's are not
			continue
		}
		if err != nil {
			if !failing.Wait(w.draining) {
				return
			}
			continue
		}
		failing.Reset()
		if answer.got > 0 {
			times.add(answer.took)
		}
		full := answer.got == answer.asked
		if full && answer.asked == most && most < w.config.MaxJobsActive && time.Since(tooMuch) > w.config.Lease {
			most++ // the jobs may be smaller now
		}
		if !full && answer.bytes < wholeAnswer && w.backlog.Swap(false) {
			select {
			case w.caughtUp <- struct{}{}:
			default:
			}
		}
		if w.pollsAlone() {
			if answer.got == 0 && pace.Sleep(w.draining, pollUnheld-time.Since(began)) != nil {
				return
			}
			continue // the gateway made us wait, as a rule
		}
		w.poll.wanted.Store(full || w.slots.Full() || w.config.Bytes.full())
		if answer.got > 0 && !w.slots.Full() { // else the next slot that is freed is the reason for a poll
			w.poll.fire() // there may be more, also if there were slots for them: a broker limits the bytes of an answer
		}
		if !w.awaitPoll(answer.got > 0) {
			return
		}
	}
}

// awaitPollable waits until a poll may be made; false when the drain began. While the downstream is down, one
// job at a time is polled for.
func (w *run) awaitPollable(probe func(most int)) bool {
	for {
		if !w.awaitDownstream(probe) || w.link.await(w.draining, takesJobs) != nil {
			return false
		}
		if w.intakeOpen() {
			return true
		}
	}
}

// pollsAlone says whether only polls bring jobs, so that they wait at the gateway.
func (w *run) pollsAlone() bool { return !w.streams() || w.noStream.known() }

// pollWait returns how long a poll is to wait at the gateway. The first one, and the first after one that failed, does not: only an
// answer makes the worker ready.
func (w *run) pollWait() time.Duration {
	if w.pollsAlone() && w.health.polling() {
		return w.config.PollWait
	}
	return -1
}

// polled takes what became of a poll into account.
func (w *run) polled(ctx context.Context, complaint *complaint, err error) {
	w.health.polled(err)
	if err == nil {
		w.link.polled()
		if complaint.over() {
			w.log.Info("polls for jobs are answered again")
		}
		return
	}
	r := refusal(err)
	if r != nil && r.Kind == job.Transient && !r.NotTaken {
		w.link.suspect(err.Error())
	}
	if complaint.due(withoutDigits(err)) {
		level := slog.LevelError
		if r != nil && r.Kind == job.Transient {
			level = slog.LevelWarn // it is tried again
		}
		w.log.Log(ctx, level, "cannot poll for jobs", "error", err.Error())
	}
}

// tooLarge says whether the jobs that a poll asked for did not fit into one message.
func tooLarge(err error) bool {
	r := refusal(err)
	return r != nil && r.Kind == job.Unacceptable && r.Code == "RESOURCE_EXHAUSTED"
}

// awaitPoll waits for a reason to poll beside a stream, after a poll that found jobs or none; false when the drain began.
func (w *run) awaitPoll(found bool) bool {
	gather := found && w.config.MaxJobsActive >= manySlots
	if !gather && pace.Sleep(w.draining, pollCooldown) != nil {
		return false
	}
	interval := w.config.PollInterval
	if !w.health.streaming() {
		interval = min(interval, pollAlone) // nothing is pushed
	}
	tick := time.NewTimer(pace.Jitter(interval, 0.3))
	defer tick.Stop()
	select {
	case <-w.poll.c:
	case <-tick.C:
	case <-w.draining.Done():
		return false
	}
	return !gather || w.gather()
}

// gather waits until a poll is worth its cost; false when the drain began.
func (w *run) gather() bool {
	most := time.NewTimer(pollGather)
	defer most.Stop()
	for w.poll.freed.Load() < manyFreed {
		select {
		case <-w.poll.c: // a slot was freed
		case <-most.C:
			return true
		case <-w.draining.Done():
			return false
		}
	}
	return true
}

// answer is what a poll brought.
type answer struct {
	asked, got int   // jobs
	bytes      int64 // of those that came
	took       time.Duration
}

// pollTimes are how long the latest polls took that brought jobs.
type pollTimes struct {
	latest [8]time.Duration
	n      int // of all
}

func (p *pollTimes) add(took time.Duration) {
	p.latest[p.n%len(p.latest)] = took
	p.n++
}

// size returns how many jobs the next poll asks for at most. The fastest of the latest polls tells how long the way to the broker and
// back takes: others waited for jobs, or for a processor.
func (p *pollTimes) size() int {
	if p.n == 0 {
		return pollSize
	}
	fastest := slices.Min(p.latest[:min(p.n, len(p.latest))])
	return int(max(pollSize, pollSize*fastest/pollTime))
}

// pollOnce asks for as many jobs as there are free slots and room for their bytes, at most so many. It holds the slots meanwhile,
// and gives back those without a job. It asks for none if the drain began, or the link went down, before it had them.
func (w *run) pollOnce(ctx context.Context, most int, wait time.Duration) (a answer, err error) {
	share := wait >= 0 && most > 1 && w.slots.Full() // else each slot that is freed makes a poll
	first, err := w.slots.Take(w.draining)           //nolint:contextcheck // a slot is waited for until the drain, a poll goes on a little
	if err != nil {
		return answer{}, nil
	}
	slots := []*Slot{first}
	defer func() {
		for _, s := range slots {
			s.Release()
		}
	}()
	if share && pace.Sleep(w.draining, pollCooldown) != nil { //nolint:contextcheck // as above
		return answer{}, nil
	}
	room, err := w.config.Bytes.await(w.draining) //nolint:contextcheck // as above
	if err != nil {
		return answer{}, nil
	}
	slots = append(slots, w.slots.TakeFree(min(most, room)-1)...)
	if !takesJobs(w.link.current()) { // it changed while we waited for a slot
		return answer{}, nil
	}
	a.asked = len(slots)
	sent := time.Now()
	w.poll.freed.Store(0)
	err = w.activate(ctx, job.PollRequest{TakeRequest: w.request(), MaxJobs: a.asked, Wait: wait}, func(j *job.Job) { //nolint:contextcheck // a job outlives the poll that brought it
		a.got++
		a.bytes += bytesOf(j)
		var slot *Slot // none if the gateway gives more than it was asked for: the job is then handed back
		if len(slots) > 0 {
			slot, slots = slots[0], slots[1:]
		}
		w.take(j, slot, false, sighting{earliest: sent, polled: true})
	})
	a.took = time.Since(sent)
	return a, err
}
