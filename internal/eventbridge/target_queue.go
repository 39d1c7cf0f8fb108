package eventbridge

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"
)

// errNoTime ends a call that has waited for its target until its time was up.
var errNoTime = errors.New("the time for the call ran out while it waited for its target")

// errCrowded ends a call whose target is down and has enough calls that wait, so that other targets keep their share.
var errCrowded = errors.New("too many calls wait for a target that is down")

// waiter is a call that waits for its next attempt.
type waiter struct {
	call    *call
	ready   chan struct{}
	granted bool
}

// enter waits until the call may make an attempt, and says whether it had to wait.
func (t *target) enter(ctx context.Context, c *call) (waited bool, err error) {
	crowded := t.set.crowded(t)
	t.mu.Lock()
	now := time.Now()
	t.used = now
	if !t.down && len(t.queue) == 0 && t.room() {
		t.start(c, now)
		t.mu.Unlock()
		return false, nil
	}
	w := &waiter{call: c, ready: make(chan struct{})}
	crowded = crowded && t.down && !c.ambiguous && len(t.queue) >= t.set.maxWaiting
	t.queue = append(t.queue, w)
	t.dispatch(now)
	t.mu.Unlock()

	enough := errNoTime
	var timeUp <-chan time.Time
	wait := time.Duration(math.MaxInt64)
	if deadline, ok := ctx.Deadline(); ok {
		wait = time.Until(deadline) - minAttempt
	}
	if crowded && crowdWait < wait {
		wait, enough = crowdWait, errCrowded
	}
	if wait < math.MaxInt64 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		timeUp = timer.C
	}
	select {
	case <-w.ready:
		return true, nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-timeUp:
		err = enough
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if w.granted { // at the same moment
		return true, nil
	}
	t.queue = slices.DeleteFunc(t.queue, func(o *waiter) bool { return o == w })
	return true, err
}

// leave ends what enter began, and decides whether it counts against the attempts of the call. attempted says whether a
// request was made.
func (t *target) leave(c *call, attempted bool, o outcome, code string) {
	t.mu.Lock()
	now := time.Now()
	t.used = now
	t.inFlight--
	probe := c.probing
	c.probing = false
	t.note(c, o)
	if c.host != "" {
		t.endpoint = c.host
	}
	var change *change
	switch o {
	case outcomeAlive:
		change = t.rise(c, now)
	case outcomeThrottled, outcomeFailing:
		change = t.sink(c, o, code, probe, now)
	case outcomeNone:
		if probe && !attempted { // it told nothing: the next call probes at once
			t.started--
			t.next = now
		}
	}
	c.free = t.free(o, probe)
	t.dispatch(now)
	t.mu.Unlock()
	t.set.tell(change)
}

func (t *target) room() bool { return t.limit == 0 || float64(t.inFlight) < math.Floor(t.limit) }

func (t *target) start(c *call, now time.Time) {
	t.inFlight++
	c.started = now
}

// dispatch lets waiting calls go on.
func (t *target) dispatch(now time.Time) {
	if !t.down {
		n := 0
		for ; n < len(t.queue) && t.room(); n++ {
			t.grant(t.queue[n], now)
		}
		t.queue = slices.Delete(t.queue, 0, n)
		return
	}
	if len(t.queue) == 0 {
		return
	}
	if wait := t.next.Sub(now); wait > 0 {
		t.wake(wait)
		return
	}
	i := t.pick()
	w := t.queue[i]
	t.queue = slices.Delete(t.queue, i, i+1)
	if t.prober == w.call {
		t.probes++
	} else {
		t.prober, t.probes = w.call, 1
	}
	w.call.probing = true
	t.started++
	t.next = now.Add(slowProbe)
	t.grant(w, now)
	if len(t.queue) > 0 {
		t.wake(slowProbe)
	}
}

// wake calls dispatch after a while.
func (t *target) wake(after time.Duration) {
	if t.timer != nil {
		t.timer.Stop()
	}
	t.timer = time.AfterFunc(after, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.dispatch(time.Now())
	})
}

func (t *target) grant(w *waiter, now time.Time) {
	t.start(w.call, now)
	w.granted = true
	close(w.ready)
}

// pick chooses the probe: not a job on its last retry where another is there, rather a call whose event AWS may have taken
// already than one that was never sent, and the same call for some probes in a row.
func (t *target) pick() int {
	rank := func(c *call) int {
		r := 0
		if c.request.LastTry {
			r += 4
		}
		switch {
		case c == t.prober && t.probes >= maxProbes:
			r += 2
		case c == t.prober:
			r--
		}
		if !c.ambiguous {
			r++
		}
		return r
	}
	best, least := 0, math.MaxInt
	for i, w := range t.queue {
		if r := rank(w.call); r < least {
			best, least = i, r
		}
	}
	return best
}
