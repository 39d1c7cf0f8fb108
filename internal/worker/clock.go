package worker

import (
	"log/slog"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// brokerClock tells how long leases run on this process's monotonic clock. A job's deadline is by the broker's clock, which
// may be off by any amount: the offset is estimated from the least delayed of the recent jobs, since a job can come late
// but not early.
type brokerClock struct {
	lease time.Duration
	log   *slog.Logger
	start time.Time // of this process, with its monotonic reading

	mu       sync.Mutex
	known    bool
	current  time.Duration // greatest offset seen in this period, of the broker's wall clock over start + monotonic time
	previous time.Duration // and in the one before
	period   time.Time     // when this period began
	warned   bool
}

const (
	offsetPeriod = time.Minute
	// clockOff is from which offset on the operator is told that a clock is wrong.
	clockOff = 30 * time.Second
)

func newBrokerClock(lease time.Duration, log *slog.Logger) *brokerClock {
	return &brokerClock{lease: lease, log: log, start: time.Now()}
}

// leaseEnd returns when the lease of a job that arrived just now runs out. Asked is when the poll that brought it was sent,
// before which the lease cannot have begun; it is zero for a streamed job.
func (c *brokerClock) leaseEnd(j *job.Job, asked time.Time) time.Time {
	now := time.Now()
	// When the broker activated the job, by its clock, as time since our start.
	activated := j.Deadline.Add(-c.lease).Sub(c.start.Round(0))
	offset := c.observe(activated-now.Sub(c.start), now)
	began := c.start.Add(activated - offset)
	if began.After(now) {
		began = now
	}
	if began.Before(asked) {
		began = asked
	}
	return began.Add(c.lease)
}

// observe takes one sighting of the offset into account and returns the estimate.
func (c *brokerClock) observe(seen time.Duration, now time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case !c.known:
		c.known, c.current, c.previous, c.period = true, seen, seen, now
	case now.Sub(c.period) > 2*offsetPeriod:
		c.current, c.previous, c.period = seen, max(c.current, seen), now
	case now.Sub(c.period) > offsetPeriod:
		c.previous, c.current, c.period = c.current, seen, now
	default:
		c.current = max(c.current, seen)
	}
	offset := max(c.current, c.previous)
	if !c.warned && offset.Abs() > clockOff {
		c.warned = true
		c.log.Warn("this host's clock and the broker's differ; leases are measured by our own, but certificates and AWS signatures need the right time",
			"offset", offset.Round(time.Second).String())
	}
	return offset
}
