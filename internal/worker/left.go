package worker

import (
	"fmt"
	"sync"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// LeftError says what a worker left behind when it ended: jobs that the broker gives out again when their lease is over.
// The work on them may have taken effect.
type LeftError struct {
	Undelivered int    // jobs whose outcome no broker took
	Cut         int    // jobs whose work was about to take effect when the grace period ended
	Unfinished  int    // jobs that were still worked on
	LastRefusal string // the last answer to a command that failed; empty = none
}

func (e *LeftError) Error() string {
	text := fmt.Sprintf("jobs were left to their leases: %d whose outcome could not be delivered, %d that were cut off at the end of the grace period, %d that were still worked on",
		e.Undelivered, e.Cut, e.Unfinished)
	if e.LastRefusal != "" {
		text += "; the last refused command: " + e.LastRefusal
	}
	return text
}

// leavings collect what a drain leaves behind.
type leavings struct {
	mu       sync.Mutex
	draining bool
	left     LeftError
}

// begin is told that the drain begins: what was left before is no business of it.
func (l *leavings) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.draining = true
}

func (l *leavings) abandoned(reason job.AbandonReason) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.draining {
		return
	}
	switch reason {
	case job.AbandonUndelivered:
		l.left.Undelivered++
	case job.AbandonDrained:
		l.left.Cut++
	case job.AbandonLeaseOver, job.AbandonGone, job.AbandonSuperseded, job.AbandonUnconfirmed, job.AbandonNoHandBack: // no effect, or nothing is owed
	}
}

func (l *leavings) unfinished(n int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.left.Unfinished = int(n)
}

func (l *leavings) refused(reason string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.draining {
		l.left.LastRefusal = reason
	}
}

// err returns what was left; nil = nothing.
func (l *leavings) err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left.Undelivered+l.left.Cut+l.left.Unfinished == 0 {
		return nil
	}
	left := l.left
	return &left
}
