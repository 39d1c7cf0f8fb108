package worker

import (
	"context"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

const (
	// streamDryIdle and streamDryMost bound how long a stream is still read when it is to end: what is in transport has its
	// lease running, and would wait for the end of it.
	streamDryIdle = 60 * time.Millisecond
	streamDryMost = 200 * time.Millisecond
	// agedIdle is how long an aged stream must have delivered nothing to be replaced, and agedMost how long it may be kept for
	// that.
	agedIdle = 200 * time.Millisecond
	agedMost = 30 * time.Second
	// promptWait is how long a reader must have waited for a job to be sure that it was not in transport meanwhile.
	promptWait = 50 * time.Millisecond
)

// reading is the state of a stream that is being read.
type reading struct {
	cancel context.CancelFunc // of the stream
	over   context.Context    //nolint:containedctx // ends when the stream is to be read dry
	end    context.CancelFunc // of over

	mu          sync.Mutex
	opened      time.Time
	proof       time.Time          // when a probe was sent that was answered while the reader waited
	last        time.Time          // when the last job came
	waitingOn   time.Time          // since when the reader waits for a job; zero = it does not
	behindOn    time.Time          // since when the reader has to wait for slots; zero = it has caught up
	waited      time.Duration      // how long it waited for jobs since then
	fullOn      time.Time          // since when it waits for the slot of the next job; zero = it does not
	transport   time.Duration      // how long the last job was in transport, as far as is known
	probe       context.CancelFunc // of the probe that is under way, if there is one
	noAnswer    bool
	reachedOnce bool
}

func newReading(cancel context.CancelFunc) *reading {
	over, end := context.WithCancel(context.Background()) //nolint:forbidigo // it ends with the stream, not with a caller
	now := time.Now()
	return &reading{cancel: cancel, over: over, end: end, opened: now, last: now}
}

// wait is called before the reader waits for a job.
func (r *reading) wait() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waitingOn, r.fullOn, r.reachedOnce = time.Now(), time.Time{}, true
}

// got is called when the reader got something. It says whether a job was prompt: the reader had waited for it, so that it
// was hardly in transport.
func (r *reading) got(isJob bool) (prompt bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	waited := now.Sub(r.waitingOn)
	r.waitingOn = time.Time{}
	if r.probe != nil {
		r.probe()
	}
	if isJob {
		r.last = now
	}
	r.waited += waited
	return waited >= promptWait
}

// full is told that the reader waits for a slot.
func (r *reading) full() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fullOn = time.Now()
	if r.behindOn.IsZero() {
		r.behindOn, r.waited = r.fullOn, 0
	}
}

// took is told how long a job was in transport.
func (r *reading) took(transport time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.transport = transport
}

// inTransport returns how long jobs are in transport now: the last one that was read, or the next one, if that waits for longer. There
// are none while the reader waits.
func (r *reading) inTransport() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case !r.waitingOn.IsZero() && time.Since(r.waitingOn) >= promptWait:
		return 0
	case r.fullOn.IsZero():
		return r.transport
	default:
		return max(r.transport, time.Since(r.fullOn))
	}
}

// caughtUp is the share of the time that a reader waits for jobs while it keeps up with what is pushed.
const caughtUp = 0.1

// behind returns for how long the reader has not kept up with what is pushed.
func (r *reading) behind() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.behindOn.IsZero() {
		return 0
	}
	behind, waited := time.Since(r.behindOn), r.waited
	if !r.waitingOn.IsZero() {
		waited += time.Since(r.waitingOn)
	}
	if waited > time.Duration(caughtUp*float64(behind)) {
		r.behindOn = time.Time{}
		return 0
	}
	return behind
}

// earliest returns before when no job that comes now can have been activated.
func (r *reading) earliest() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.proof.After(r.opened) {
		return r.proof
	}
	return r.opened
}

// whileWaiting returns a context for a probe that ends when a job comes; nil while the reader does not wait. Done says
// whether the reader waited all the time.
func (r *reading) whileWaiting(ctx context.Context) (asking context.Context, done func() bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	since := r.waitingOn
	if since.IsZero() || time.Since(since) < promptWait {
		return nil, nil
	}
	asking, cancel := context.WithTimeout(ctx, probeTimeout)
	r.probe = cancel
	return asking, func() bool {
		defer cancel()
		r.mu.Lock()
		defer r.mu.Unlock()
		r.probe = nil
		return r.waitingOn.Equal(since)
	}
}

func (r *reading) proved(asked time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.proof = asked
}

// giveUp ends the stream at once: its connection is dead.
func (r *reading) giveUp() {
	r.mu.Lock()
	r.noAnswer = true
	r.mu.Unlock()
	r.cancel()
}

// silent says whether the stream was given up.
func (r *reading) silent() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.noAnswer
}

// ending says whether the stream is being read dry.
func (r *reading) ending() bool { return r.over.Err() != nil }

func (r *reading) idle() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Since(r.last)
}

// cancelUnread cancels a stream that was not opened until now.
func (r *reading) cancelUnread() {
	r.mu.Lock()
	reached := r.reachedOnce
	r.mu.Unlock()
	if !reached {
		r.cancel()
	}
}

// endWhenOver ends the stream when it has been read dry after it is to end: when open ended, or [reading.end] was called. The
// function that it returns undoes it, and waits for its end.
func (r *reading) endWhenOver(open context.Context) func() {
	stop := context.AfterFunc(open, r.end)
	undo := background(context.WithoutCancel(open), func(ctx context.Context) {
		select {
		case <-r.over.Done():
			r.readDry(ctx)
		case <-ctx.Done():
		}
	})
	return func() {
		stop()
		undo()
		r.end()
	}
}

// readDry waits until nothing more comes, and cancels the stream.
func (r *reading) readDry(ctx context.Context) {
	for began := time.Now(); pace.Sleep(ctx, streamDryIdle/4) == nil; {
		dry := time.Since(began)
		if dry >= streamDryMost || dry > streamDryIdle && r.idle() > streamDryIdle {
			r.cancel()
			return
		}
	}
}

// endWhenAged ends the stream when it has reached its age, preferably while nothing is in transport. The function that it
// returns undoes it.
func (r *reading) endWhenAged(ctx context.Context, age time.Duration) func() {
	return background(ctx, func(ctx context.Context) {
		for wait := age; pace.Sleep(ctx, wait) == nil; wait = agedIdle / 2 {
			r.mu.Lock()
			waiting, old := !r.waitingOn.IsZero(), time.Since(r.opened) > age+agedMost
			r.mu.Unlock()
			if waiting && r.idle() > agedIdle || old {
				r.end()
				return
			}
		}
	})
}
