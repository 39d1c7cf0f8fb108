package pace

import (
	"context"
	"math/rand/v2"
	"time"
)

// Backoff is the time between tries: First, twice that, and so on up to Last. It belongs to one goroutine.
type Backoff struct {
	First, Last time.Duration

	next time.Duration
}

// Next returns the time until the next try, without jitter.
func (b *Backoff) Next() time.Duration {
	b.next = min(max(2*b.next, b.First), b.Last)
	return b.next
}

// Begun says whether [Backoff.Next] was called since the last [Backoff.Reset].
func (b *Backoff) Begun() bool { return b.next > 0 }

// Reset begins anew, after a try that succeeded.
func (b *Backoff) Reset() { b.next = 0 }

// Wait waits for the next try, less half of that time at the most by chance; false if the context ended before it.
func (b *Backoff) Wait(ctx context.Context) bool { return Sleep(ctx, Jitter(b.Next(), 0.5)) == nil }

// Jitter takes off at random at most the given share of a duration.
func Jitter(d time.Duration, share float64) time.Duration {
	return d - time.Duration(rand.Float64()*share*float64(d)) //nolint:gosec // no secret depends on it
}

// Sleep waits for d. The error is that of the context, if it ended before.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
