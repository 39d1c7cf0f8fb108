package eventbridge

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// maxStale is how many connections that AWS had closed a call may meet without the loss of an attempt.
const maxStale = 3

// retries counts the attempts of one call. No call's attempts depend on how other calls fare, as they would with the SDK's
// shared bucket of tokens.
type retries struct {
	policy  aws.Retryer // of the client: what is tried again, after which pause, how often
	counted int         // attempts that count
	staled  int         // attempts that met a connection that AWS had closed
}

// again decides after an error of the latest attempt whether there is another one. Not every attempt counts.
func (c *call) again(err error) bool {
	switch {
	case c.stale && c.staled < maxStale:
		c.staled++
		return true
	case c.goesAlone():
		c.alone = true
		return true
	case !c.policy.IsErrorRetryable(err):
		return false
	case !c.free || c.policy.MaxAttempts() == 1: // a limit of one attempt asks for no other, whatever the reason
		c.counted++
	}
	// Whatever failed a request, but for throttling, may be the fault of one of its entries.
	c.alone = c.alone || c.failed == nil || !c.failed.Throttled()
	return c.counted < c.policy.MaxAttempts()
}

// goesAlone says whether the call has an attempt of its own next, and this one does not count: what came of it is due to the other
// calls that shared it. Either AWS surely took no entry of the request, and the reason may be another call's entry. Or its answer does
// not tell the calls apart.
func (c *call) goesAlone() bool {
	return c.mixed || c.shared && c.failed != nil && c.failed.refused() && !c.failed.Throttled() && c.failed.StatusCode < 500
}

// pause returns how long the call waits before its next attempt. Where the target decides when the call goes on, there is
// no pause.
func (c *call) pause(err error) (time.Duration, error) {
	switch {
	case c.stale, c.free, c.target.isDown(), c.goesAlone():
		return 0, nil
	}
	return c.policy.RetryDelay(c.counted, err)
}
