package worker

import (
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// brokerClock tells how long leases run on this process's monotonic clock. A job's deadline is given by the clock of the
// broker that leads its partition, and that clock may be wrong. The offset is estimated for each partition, from the times
// at which jobs arrive.
//
// By the broker's clock a lease began at deadline - lease. By our clock it began after the poll was asked or the stream was
// opened, and before the job arrived. A job that was long in transport looks like an offset, but is none. So only a job that
// was polled, or that came promptly, may lower the estimate.
type brokerClock struct {
	lease time.Duration
	log   *slog.Logger
	start time.Time // of this process, with its monotonic reading

	mu         sync.Mutex
	partitions map[int]*partitionClock
	warned     bool
}

// partitionClock is the estimate for one partition.
type partitionClock struct {
	offset time.Duration   // of the broker's wall clock over start + monotonic time
	above  []time.Duration // the last sightings in a row that ask for a raise
	prompt []time.Duration // the last sightings of jobs that were not in transport for long
	seen   int             // sightings that agreed with the estimate
}

const (
	// raiseAtOnce is how far one job alone may raise the estimate; more needs raiseAfter jobs in a row.
	raiseAtOnce = time.Second
	raiseAfter  = 5
	// Of the last promptKept prompt jobs promptAgree must agree within promptWithin to lower the estimate.
	promptKept   = 8
	promptAgree  = 3
	promptWithin = time.Second
	// clockOff is from which offset on the operator is told that a clock is wrong, once clockSure jobs agreed.
	clockOff  = 30 * time.Second
	clockSure = 3
)

// sighting is what the arrival of a job says about when its lease began.
type sighting struct {
	earliest time.Time // before which it cannot have begun: when the poll was sent, or the stream opened
	polled   bool      // whether earliest is the time of a poll, which bounds the offset from above as well
	prompt   bool      // whether the job came while somebody waited for it: it was hardly in transport
}

func newBrokerClock(lease time.Duration, log *slog.Logger) *brokerClock {
	return &brokerClock{lease: lease, log: log, start: time.Now(), partitions: map[int]*partitionClock{}}
}

// leaseEnd returns when the lease of a job that arrived just now runs out. It errs on the early side. A job without a deadline tells
// nothing of the broker's clock.
func (c *brokerClock) leaseEnd(j *job.Job, s sighting) time.Time {
	if j.Deadline.IsZero() {
		return s.earliest.Add(c.lease)
	}
	now := time.Now()
	// When the broker activated the job, by its clock, as time since our start.
	activated := j.Deadline.Add(-c.lease).Sub(c.start.Round(0))
	offset := c.observe(j.Partition(), activated, now, s)
	return c.end(activated, offset, now, s)
}

func (c *brokerClock) end(activated, offset time.Duration, arrived time.Time, s sighting) time.Time {
	began := c.start.Add(activated - offset)
	if began.After(arrived) {
		began = arrived
	}
	if began.Before(s.earliest) {
		began = s.earliest
	}
	return began.Add(c.lease)
}

// observe takes a job's arrival into account and returns the estimate for its partition.
func (c *brokerClock) observe(partition int, activated time.Duration, now time.Time, s sighting) time.Duration {
	least := activated - now.Sub(c.start) // the offset if the job was not in transport at all; it is not below this
	most := activated - s.earliest.Sub(c.start)
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.partitions[partition]
	if p == nil {
		p = &partitionClock{offset: least}
		c.partitions[partition] = p
	}
	p.raise(least)
	if s.polled && most < p.offset {
		p.lower(most)
	}
	if s.prompt {
		p.sawPrompt(least)
	}
	if (p.offset - least).Abs() < promptWithin {
		p.seen++
	}
	if !c.warned && p.seen >= clockSure && p.offset.Abs() > clockOff {
		c.warned = true
		c.log.Warn("this host's clock and the broker's differ; leases are measured by our own, but certificates and signatures need the right time",
			"offset", p.offset.Round(time.Second).String(), "partition", partition)
	}
	return p.offset
}

// raise takes into account that the offset is at least this. One deadline that is far ahead is no reason: until others agree
// the job's lease just counts from its arrival.
func (p *partitionClock) raise(least time.Duration) {
	switch {
	case least <= p.offset:
		p.above = p.above[:0]
	case least <= p.offset+raiseAtOnce:
		p.offset = least
		p.above = p.above[:0]
	default:
		p.above = append(p.above, least)
		if len(p.above) >= raiseAfter {
			p.offset = slices.Min(p.above)
			p.above = p.above[:0]
		}
	}
}

func (p *partitionClock) lower(to time.Duration) {
	p.offset, p.seen = to, 0
	p.above = p.above[:0]
}

// sawPrompt lowers the estimate if enough of the last prompt jobs agree on a lower one: the broker's clock was set back, or
// runs slow. Where they agree on two, as with deadlines that alternate, the lower one counts: the others' leases then count
// from their arrival.
func (p *partitionClock) sawPrompt(least time.Duration) {
	p.prompt = append(p.prompt, least)
	if len(p.prompt) > promptKept {
		p.prompt = p.prompt[1:]
	}
	sorted := slices.Sorted(slices.Values(p.prompt))
	for i := promptAgree - 1; i < len(sorted); i++ {
		if sorted[i]-sorted[i-promptAgree+1] > promptWithin {
			continue
		}
		for i+1 < len(sorted) && sorted[i+1]-sorted[i-promptAgree+1] <= promptWithin {
			i++ // the least delayed of those that agree
		}
		if sorted[i] < p.offset {
			p.lower(sorted[i])
		}
		return
	}
}
