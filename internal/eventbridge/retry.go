package eventbridge

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// slowDown is the longest pause of a throttled call before it asks its target for another attempt.
const slowDown = 250 * time.Millisecond

// maxStale is how many connections that AWS had closed a call may meet without the loss of an attempt.
const maxStale = 3

// retries counts the attempts of one call. The SDK asks it, as the call's own retryer: no call's attempts depend on
// how other calls fare, as they would with the SDK's shared bucket of tokens.
type retries struct {
	policy  aws.Retryer // of the client: what is tried again, after which pause, how often
	counted int         // attempts that count
	staled  int         // attempts that met a connection that AWS had closed
}

// MaxAttempts implements [aws.Retryer]. IsErrorRetryable counts: not every attempt does.
func (*call) MaxAttempts() int { return 0 }

// IsErrorRetryable implements [aws.Retryer].
func (c *call) IsErrorRetryable(err error) bool {
	switch {
	case c.stopped != nil:
		return false
	case c.stale && c.staled < maxStale:
		c.staled++
		return true
	case !c.policy.IsErrorRetryable(err):
		return false
	case !c.free || c.policy.MaxAttempts() == 1: // a limit of one attempt asks for no other, whatever the reason
		c.counted++
	}
	return c.counted < c.policy.MaxAttempts()
}

// RetryDelay implements [aws.Retryer]. Where the target decides when the call goes on, there is next to no pause.
func (c *call) RetryDelay(attempt int, err error) (time.Duration, error) {
	switch {
	case c.stale, c.target.isDown():
		return 0, nil
	case c.free:
		return rand.N(slowDown), nil
	}
	return c.policy.RetryDelay(attempt-(c.attempts-c.counted), err)
}

// GetRetryToken implements [aws.Retryer]: there always is one.
func (*call) GetRetryToken(context.Context, error) (func(error) error, error) { return noToken, nil }

// GetInitialToken implements [aws.Retryer].
func (*call) GetInitialToken() func(error) error { return noToken }

// GetAttemptToken implements [aws.RetryerV2].
func (*call) GetAttemptToken(context.Context) (func(error) error, error) { return noToken, nil }

func noToken(error) error { return nil }

// judge says what the latest attempt tells about the target, with the error code of a failure.
func (c *call) judge() (outcome, string) {
	e := c.failed
	switch {
	case e == nil:
		return outcomeAlive, ""
	case c.stale, e.Kind == KindCanceled, wrongServer(e):
		return outcomeNone, e.Code
	case e.Throttled():
		return outcomeThrottled, e.Code
	case e.Kind == KindConnection, e.Kind == KindTimeout, e.Kind == KindAPI && e.StatusCode >= 500:
		return outcomeFailing, e.Code
	}
	return outcomeAlive, e.Code
}
