package eventbridge

import (
	"context"
	"errors"

	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

// call is one [Sender.Send]. It makes attempts until one succeeds or no other may follow. It belongs to the goroutine of
// its caller, but for what its target guards.
type call struct {
	request   *Request
	client    *client
	exchanger *exchanger
	entries   int // of the request
	bytes     int // of its entries, as AWS counts them

	attempts int
	response *Response // of the latest attempt, if it succeeded
	failed   *Error    // of the latest attempt, if it did not
	lost     bool      // some attempt ended without a readable answer after its whole request was written
	sent     bool      // some attempt wrote its whole request
	stale    bool      // the latest attempt met a connection that AWS had closed
	shared   bool      // the latest attempt carried entries of other calls too
	mixed    bool      // the answer to the latest attempt does not say what became of which entry
	carried  int       // how many entries it had
	alone    bool      // no further attempt may

	ambiguous bool  // some attempt may have been accepted
	stopped   error // what ended the call before its next attempt; nil = nothing

	retries // which of the attempts count

	// Of the target, which guards them but for the time of an attempt.
	target  *target
	group   *group   // of calls whose entries may share a request; nil = this call's may not
	place   uint64   // in the order of arrival; 0 = it has not waited yet
	overdue bool     // it has waited for others to share a request with, and does so no more
	last    outcome  // of the latest attempt
	latest  *attempt // nil = none
	free    bool     // the latest attempt does not count
}

// run makes the attempts of the call. The error is of the latest one, or what kept the call from another.
func (c *call) run(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		a, err := c.attempt(ctx)
		if err != nil {
			c.stopped = err
			return err
		}
		if err = c.take(a); err == nil {
			return nil
		}
		if !c.again(err) {
			return err
		}
		delay, delayErr := c.pause(err)
		if delayErr != nil {
			return errors.Join(err, delayErr)
		}
		if delay > 0 && pace.Sleep(ctx, delay) != nil {
			return err
		}
	}
}

// attempt makes one attempt when the call's target and its caller agree, or has its entries carried by an attempt that it shares
// with other calls. The error says why there is none.
func (c *call) attempt(ctx context.Context) (*attempt, error) {
	var a *attempt
	var waited bool
	for a == nil {
		err := c.mayAttempt(ctx) // first: who waits here holds no place of the target
		if err != nil {
			return nil, err
		}
		if a, waited, err = c.target.enter(ctx, c); err != nil {
			return nil, err
		}
	}
	if a.shared() {
		return a, nil
	}
	defer c.target.leave(a) //nolint:contextcheck // a shared attempt outlives each of its calls
	if waited {             // things may have changed meanwhile
		if err := c.mayAttempt(ctx); err != nil {
			return nil, err
		}
	}
	a.make(ctx)
	return a, nil
}

// mayAttempt asks the caller whether an attempt may be made. Its error ends the call.
func (c *call) mayAttempt(ctx context.Context) error {
	if c.request.BeforeAttempt == nil {
		return nil
	}
	return c.request.BeforeAttempt(ctx)
}

// take takes in what became of an attempt. A panic of a goroutine that made it for several calls goes on in each of theirs.
func (c *call) take(a *attempt) error {
	c.attempts += a.exchanges
	if a.exchanges > 0 {
		c.carried = a.entries()
	}
	c.response, c.failed, c.stale, c.shared, c.mixed, c.place = nil, nil, a.stale, a.several(), a.mixed, 0
	switch {
	case a.panicked != nil:
		panic(a.panicked)
	case a.response != nil:
		c.sent = true
		c.response = a.response
		if c.shared {
			c.response = a.response.part(a.before(c), c.entries)
		}
		return nil
	case a.failed == nil:
		return a.err
	}
	e := *a.failed
	if c.shared {
		e.withoutWords()
	}
	c.failed = &e
	if e.Sent {
		c.sent = true
		c.ambiguous = c.ambiguous || !e.refused()
	}
	if e.AnswerLost {
		c.lost = true
		c.exchanger.observer.AnswerLost()
	}
	if a.err != nil {
		return a.err // the SDK's own retryer looks at how it wraps the failure
	}
	return c.failed
}
