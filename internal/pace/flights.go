package pace

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// Flights let callers that want the same thing at the same time share one call for it. The call outlives the caller that
// began it, since others wait for it too, and ends after its own time or with [Flights.Close]. The zero value is ready. Flights
// are safe for concurrent use.
type Flights[V any] struct {
	group singleflight.Group

	mu      sync.Mutex
	end     context.CancelFunc // ends all calls under way
	ended   context.Context    //nolint:containedctx // of end; nil = no call was made yet
	closed  bool
	running sync.WaitGroup
}

// Do returns what call returns for key, called at most once at a time and for at most limit. The error is call's, or that of
// ctx, or ErrTooLate if the deadline of ctx came before an answer.
func (f *Flights[V]) Do(ctx context.Context, key string, limit time.Duration, call func(context.Context) (V, error)) (V, error) {
	coming := f.Join(ctx, key, limit, call)
	select {
	case answer := <-coming:
		return answer.Val.(V), answer.Err //nolint:forcetypeassert // it is what the function in Join returns
	case <-ctx.Done():
		select { // an answer that came at the same moment counts
		case answer := <-coming:
			return answer.Val.(V), answer.Err //nolint:forcetypeassert // as above
		default:
		}
		var none V
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return none, ErrTooLate
		}
		return none, ctx.Err()
	}
}

// ErrTooLate is what a caller gets whose deadline came before an answer.
var ErrTooLate = errors.New("no answer came in time")

// Join joins the call for key, and begins one if there is none. The channel has room for the answer, which need not be read.
func (f *Flights[V]) Join(ctx context.Context, key string, limit time.Duration, call func(context.Context) (V, error)) <-chan singleflight.Result {
	return f.group.DoChan(key, func() (any, error) {
		ctx, done, open := f.begin(ctx, limit)
		if !open {
			var none V
			return none, context.Canceled
		}
		defer done()
		return guarded(ctx, call)
	})
}

// begin returns the context of a call, and what ends it; false = the Flights are closed.
func (f *Flights[V]) begin(ctx context.Context, limit time.Duration) (bounded context.Context, done func(), open bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, nil, false
	}
	if f.ended == nil {
		f.ended, f.end = context.WithCancel(context.WithoutCancel(ctx))
	}
	f.running.Add(1)
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	stop := context.AfterFunc(f.ended, cancel)
	return bounded, func() {
		stop()
		cancel()
		f.running.Done()
	}, true
}

// guarded makes an error of a panic: nobody else's goroutine shall end the process. Its text could hold a secret.
func guarded[V any](ctx context.Context, call func(context.Context) (V, error)) (value V, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic (%T)", p)
		}
	}()
	return call(ctx)
}

// Close ends the calls under way and waits for them.
func (f *Flights[V]) Close() {
	f.mu.Lock()
	f.closed = true
	if f.end != nil {
		f.end()
	}
	f.mu.Unlock()
	f.running.Wait()
}
