package secret

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// flights let callers that want the same thing at the same time share one call for it. The call outlives the caller that
// began it, since others wait for it too, and ends after its own time or with close.
type flights[K comparable, V any] struct {
	mu      sync.Mutex
	open    map[K]*flight[V]
	closed  bool
	running sync.WaitGroup
}

// flight is a call under way. Value and err may be read once done is closed.
type flight[V any] struct {
	done   chan struct{}
	cancel context.CancelFunc
	value  V
	err    error
}

// do returns what call returns for key, called at most once at a time and for at most limit. The error is call's, or that of
// ctx, or errTooLate: a caller waits no longer than until deadline (zero = as long as it takes).
func (f *flights[K, V]) do(ctx context.Context, deadline time.Time, key K, limit time.Duration, call func(context.Context) (V, error)) (V, error) {
	if !deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline)
		defer cancel()
	}
	one := f.join(ctx, key, limit, call)
	select {
	case <-one.done:
		return one.value, one.err
	case <-ctx.Done():
		select { // an answer that came at the same moment counts
		case <-one.done:
			return one.value, one.err
		default:
		}
		var none V
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return none, errTooLate
		}
		return none, ctx.Err()
	}
}

// errTooLate is what a caller gets whose deadline came before an answer.
var errTooLate = errors.New("the job's lease leaves no more time for it")

// join returns the flight for key, and begins one if there is none.
func (f *flights[K, V]) join(ctx context.Context, key K, limit time.Duration, call func(context.Context) (V, error)) *flight[V] {
	f.mu.Lock()
	defer f.mu.Unlock()
	if one := f.open[key]; one != nil {
		return one
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	one := &flight[V]{done: make(chan struct{}), cancel: cancel}
	if f.closed {
		cancel()
		one.err = context.Canceled
		close(one.done)
		return one
	}
	if f.open == nil {
		f.open = map[K]*flight[V]{}
	}
	f.open[key] = one
	f.running.Go(func() {
		defer cancel()
		one.value, one.err = guarded(ctx, call)
		f.mu.Lock()
		delete(f.open, key)
		f.mu.Unlock()
		close(one.done)
	})
	return one
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

// close ends the calls under way and waits for them.
func (f *flights[K, V]) close() {
	f.mu.Lock()
	f.closed = true
	for _, one := range f.open {
		one.cancel()
	}
	f.mu.Unlock()
	f.running.Wait()
}
