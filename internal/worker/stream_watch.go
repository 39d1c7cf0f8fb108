package worker

import (
	"context"
	"errors"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

// streamProof is how long the connection of streams may take to answer after the link was lost.
const streamProof = time.Second

// proveStreamConnection probes the connection of streams when the link is down, so that it is replaced if it died with that
// of the commands. No stream is open then, and nothing in transport.
func (w *run) proveStreamConnection() {
	if w.link.current() != linkDown {
		return
	}
	ctx, cancel := context.WithTimeout(w.draining, streamProof)
	defer cancel()
	if err := w.gateway.ProbeStream(ctx); err != nil {
		w.log.Debug("the connection of job streams gives no answer", "error", err.Error())
	}
}

// errStreamSilent is the end of a stream whose connection gives no answers.
var errStreamSilent = errors.New("the connection of the job stream gives no answers")

// endWhenBacklogged ends the stream when its reader has not caught up for a share of the lease, and its jobs grow old in transport.
// Jobs are then polled for, each when there is a slot for it, until there are no more. A worker that is full but fast keeps its
// stream: the end of one loses jobs that the gateway sends at that moment, until their leases are over. The function that is
// returned undoes it.
func (w *run) endWhenBacklogged(ctx context.Context, r *reading) func() {
	return background(ctx, func(ctx context.Context) {
		most := w.config.Lease / backlogShare
		for left := most; left > 0; {
			if pace.Sleep(ctx, left) != nil {
				return
			}
			if left = most - r.behind(); left <= 0 && r.inTransport() < most/2 {
				left = most / 4
			}
		}
		w.log.Debug("more jobs come than there are slots for: polling for them one by one")
		w.backlog.Store(true)
		r.end()
	})
}

// keepProving probes the connection of the stream while its reader waits. A connection that gives no answer is dead. A job that
// arrives after an answer left the broker after the question was asked, which bounds its time in transport. The function that
// is returned ends the probing and waits for its end.
func (w *run) keepProving(ctx context.Context, r *reading) func() {
	return background(ctx, func(ctx context.Context) {
		for pace.Sleep(ctx, w.link.proofAge()) == nil {
			asking, done := r.whileWaiting(ctx)
			if asking == nil {
				continue // jobs come: that is proof enough
			}
			asked := time.Now()
			err := w.gateway.ProbeStream(asking)
			timedOut := errors.Is(asking.Err(), context.DeadlineExceeded)
			if waited := done(); err == nil && waited {
				r.proved(asked)
			} else if waited && timedOut {
				r.giveUp()
				return
			}
		}
	})
}
