package worker

import (
	"sync"
	"time"
)

// timer calls a function after a time, and again if it was reset. Unlike that of package time it can be used by its own
// function.
type timer struct {
	mu      sync.Mutex
	stopped bool
	timer   *time.Timer
}

func newTimer(d time.Duration, f func(*timer)) *timer {
	t := &timer{}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.timer = time.AfterFunc(d, func() {
		t.mu.Lock()
		stopped := t.stopped
		t.mu.Unlock()
		if !stopped {
			f(t)
		}
	})
	return t
}

func (t *timer) reset(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.stopped {
		t.timer.Reset(d)
	}
}

func (t *timer) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stopped = true
	t.timer.Stop()
}
