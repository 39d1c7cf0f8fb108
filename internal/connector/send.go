package connector

import (
	"context"
	"errors"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// minMargin is the least time that is kept for settling a job after its send. A lease token makes it no shorter: once the lease is
// over another activation may send the event too, whoever's command is taken then.
const minMargin = 2 * time.Second

// LeastLease returns how much of a job's lease must be left for work on it to begin: one try to send its event, with the given
// time, and the margin behind it; at most half of the lease.
func LeastLease(lease, requestTimeout time.Duration) time.Duration {
	return min(lease/2, requestTimeout+max(lease/10, minMargin))
}

// timeLeft returns how long the job may be worked on: what its lease leaves, less a margin for the command behind it.
func (a attempt) timeLeft() time.Duration {
	left := a.job.Lease.Left()
	return left - max(left/10, minMargin)
}

// send sends the event, within the lease less a margin for the command behind it, and remembers that AWS accepted it.
func (a attempt) send(ctx context.Context, in *Input, mask *secret.Mask) (*sent, error) {
	if ctx.Err() != nil {
		return nil, &endedError{job.HandBack{}}
	}
	bound := a.timeLeft()
	if bound <= 0 {
		return nil, &endedError{a.leaseOver()}
	}
	bounded, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	request := in.Request
	request.BeforeAttempt, request.LastTry = a.job.AwaitEffect, a.job.Retries <= 1
	response, err := a.sender.Send(bounded, &request)
	if err != nil {
		return nil, notAccepted(ctx, err)
	}
	s := &sent{response: response, failOnRejected: in.FailOnRejectedEntry, mask: mask}
	a.memory.Add(sentKey{a.job.Key, a.job.Retries}, s)
	return s, nil
}

// notAccepted is the error of a send. A job is handed back while AWS cannot have accepted its event, which spends no retry.
// Once the event may have arrived, a job that a drain interrupts is left to its lease.
func notAccepted(ctx context.Context, err error) error {
	e, ok := errors.AsType[*eventbridge.Error](err)
	canceled := ok && e.Kind == eventbridge.KindCanceled && ctx.Err() != nil
	switch {
	case ok && e.NotSent, canceled && !e.Sent:
		return &endedError{job.HandBack{}}
	case canceled:
		return &endedError{job.Abandon{Reason: job.AbandonDrained}}
	}
	return sendError(err)
}
