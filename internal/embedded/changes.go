package embedded

import (
	"fmt"
	"time"
)

// changeKind names what a change does to the broker's state.
type changeKind string

const (
	jobAdded       changeKind = "added"
	jobActivated   changeKind = "activated"
	givenBack      changeKind = "given-back" // a job that was activated and never sent
	expired        changeKind = "expired"    // the end of a lease or of a backoff
	commandTaken   changeKind = "command"
	commandRefused changeKind = "refused" // a command for a job of the ledger
	clockSet       changeKind = "clock"
)

// change is one step of the broker's state. The state is what its changes make of an empty broker: a log of them is
// enough to have it again. Key is a job's, or any of the partition whose clock is set.
type change struct {
	Kind     changeKind    `json:"kind"`
	Key      int64         `json:"key"`
	Job      *Job          `json:"job,omitempty"`      // of jobAdded, as it was asked for
	Due      time.Time     `json:"due,omitzero"`       // of jobActivated, by the partition's clock
	Streamed bool          `json:"streamed,omitempty"` // of jobActivated
	Token    string        `json:"token,omitempty"`    // of jobActivated with a lease
	Stale    bool          `json:"stale,omitempty"`    // of commandRefused for its lease token
	Command  *Command      `json:"command,omitempty"`  // of commandTaken
	Offset   time.Duration `json:"offset,omitempty"`   // of clockSet, in nanoseconds
}

// commit writes a change to the log, if there is one, and carries it out. Whoever tells a caller of it asks
// [broker.unable] first. E is the job's entry; a new one for jobAdded.
// Mu is held.
func (b *broker) commit(c *change, e *entry) {
	if b.log != nil {
		b.log.append(c)
	}
	b.evolve(c, e)
}

// evolve changes the state. It touches neither queues nor timers nor clients: a replay has none. Mu is held.
func (b *broker) evolve(c *change, e *entry) {
	switch c.Kind {
	case jobAdded:
		e.Job, e.key, e.dueIndex = *c.Job, c.Key, -1
		e.fill(c.Key)
		e.retries = e.Retries
		e.partition = b.partitionOf(c.Key)
		e.partition.lastKey = max(e.partition.lastKey, c.Key)
		b.jobs[c.Key] = e
		b.counts.Added++
		b.ledger.added(e)
	case jobActivated:
		e.state, e.due = activated, c.Due
		e.given++
		if c.Token != "" {
			e.token = c.Token
		}
		if c.Streamed {
			b.counts.Streamed++
		} else {
			b.counts.Polled++
		}
		b.ledger.of(e, func(r *JobReport) { r.State, r.Activations = activated.String(), e.given })
	case givenBack, expired:
		if c.Kind == expired && e.state == activated {
			b.counts.Expired++
		}
		e.state = waiting
		b.ledger.of(e, func(r *JobReport) { r.State = waiting.String() })
	case commandTaken:
		b.evolveCommand(c.Command, e)
	case commandRefused:
		b.ledger.refused(c)
	case clockSet:
		b.partitionOf(c.Key).offset = c.Offset
	}
}

func (b *broker) evolveCommand(c *Command, e *entry) {
	b.commands.add(*c)
	switch c.Kind {
	case Complete:
		b.counts.Completed++
		e.state = completed
		delete(b.jobs, e.key)
	case Throw:
		b.counts.Thrown++
		e.state = thrown
		delete(b.jobs, e.key)
	case Fail:
		b.counts.Failed++
		switch e.retries = max(c.Retries, 0); {
		case e.retries == 0:
			b.counts.Incidents++
			e.state = stuck
		case c.Backoff > 0:
			e.state, e.due = resting, c.At.Add(e.partition.offset+c.Backoff)
		default:
			e.state = waiting
		}
	case UpdateTimeout:
		b.counts.TimeoutsUpdated++
		e.due = c.At.Add(e.partition.offset + c.Timeout)
	}
	b.ledger.of(e, func(r *JobReport) { r.taken(c, e) })
}

// replay carries out a change that a log holds. Mu is held.
func (b *broker) replay(c *change) error {
	e := b.jobs[c.Key]
	switch c.Kind {
	case jobAdded:
		e = &entry{}
	case clockSet, commandRefused:
	default:
		if e == nil {
			return fmt.Errorf("it says %q of job %d, which is not there", c.Kind, c.Key)
		}
	}
	b.evolve(c, e)
	if c.Kind == commandTaken && e.ended() {
		b.endings.add(Ending{Job: e.Job, Command: *c.Command, Given: e.given})
	}
	return nil
}
