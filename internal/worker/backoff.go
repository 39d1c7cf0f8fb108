package worker

import (
	"context"
	"math/rand/v2"
	"time"
)

// backoff is the time between tries: it doubles from first to last, and each is jittered by half.
type backoff struct {
	first, last, next time.Duration
}

func (b *backoff) reset() { b.next = 0 }

// grow returns the time until the next try, without jitter.
func (b *backoff) grow() time.Duration {
	b.next = min(max(2*b.next, b.first), b.last)
	return b.next
}

// wait waits for the next try; false if the context ended before it.
func (b *backoff) wait(ctx context.Context) bool { return sleep(ctx, jitter(b.grow(), 0.5)) }

// jitter takes off at random at most the given share of a duration.
func jitter(d time.Duration, share float64) time.Duration {
	return d - time.Duration(rand.Float64()*share*float64(d)) //nolint:gosec // no secret depends on it
}

// sleep waits for d; false if the context ended before it.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
