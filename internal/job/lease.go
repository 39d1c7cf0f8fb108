package job

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Extender asks the broker to set a job's deadline to now + d. Its error is nil or, as far as the broker answered, a
// *[CommandError].
type Extender func(ctx context.Context, d time.Duration) error

// Lease is the time for which the broker gives a job to nobody else, on this process's monotonic clock. It is safe
// for concurrent use.
//
// A context's deadline cannot grow, a lease can: whoever needs a context bounded by the lease derives it at the start
// of its own step, after the lease was extended.
type Lease struct {
	extend Extender

	mu      sync.Mutex
	end     time.Time
	granted time.Duration
}

// NewLease returns a lease that runs until end. Extend may be nil: then the lease cannot be extended.
func NewLease(end time.Time, extend Extender) *Lease {
	return &Lease{end: end, extend: extend}
}

// End returns when the lease runs out.
func (l *Lease) End() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.end
}

// Left returns how long the lease still runs; negative once it ran out.
func (l *Lease) Left() time.Duration { return time.Until(l.End()) }

// ErrLeaseOver is returned by [Lease.Extend] when the lease does not surely hold any more: the command names a job,
// not its owner, and could shorten what another worker holds.
var ErrLeaseOver = errors.New("the lease has run out")

// Extend sets the end of the lease to d from now, there and here. When it fails the lease ends at the earlier of its
// old and its asked-for end, since nobody knows which of them the broker took. The error is [ErrLeaseOver], or what
// the [Extender] returned: a *[CommandError] of kind [Gone] tells that the job is no longer ours.
func (l *Lease) Extend(ctx context.Context, d time.Duration) error {
	asked := time.Now().Add(d) // before the call: the broker counts from when it gets the command
	old := l.End()
	if !time.Now().Before(old) {
		return ErrLeaseOver
	}
	if l.extend == nil {
		l.set(earlier(old, asked))
		return &CommandError{Kind: Unsupported, Reason: "this lease cannot be extended"}
	}
	ctx, cancel := context.WithDeadline(ctx, old)
	defer cancel()
	if err := l.extend(ctx, d); err != nil {
		l.set(earlier(old, asked))
		return err
	}
	l.set(asked)
	l.mu.Lock()
	l.granted = d
	l.mu.Unlock()
	return nil
}

// Granted returns the time for which the lease was last extended; 0 if it never was.
func (l *Lease) Granted() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.granted
}

func (l *Lease) set(end time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end = end
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
