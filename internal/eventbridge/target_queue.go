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
	group   *group // nil = its entries share no request
	ctx     context.Context
	asked   time.Time     // when the caller last agreed to an attempt
	attempt *attempt      // that it left the queue for; nil = it is in the queue, or has to ask its caller again
	ready   chan struct{} // closed when it may make the attempt, when the attempt was made for it, or when it has to ask again
}

// enter waits until the call may make an attempt, and says whether it had to wait. If the attempt is shared, it was made. Without
// an attempt and an error, so much time has passed that the caller has to be asked again.
func (t *target) enter(ctx context.Context, c *call) (a *attempt, waited bool, err error) {
	crowded := t.set.crowded(t)
	g := c.group
	if c.alone {
		g = nil
	}
	t.mu.Lock()
	now := time.Now()
	t.used = now
	if !t.down && len(t.queue) == 0 && t.room(now) && (g == nil || t.set.sharing.may(g, c.entries, c.bytes)) {
		a = t.start(c, g, now)
		t.mu.Unlock()
		return a, false, nil
	}
	w := &waiter{call: c, group: g, ctx: ctx, asked: now, ready: make(chan struct{})}
	crowded = crowded && t.down && !c.ambiguous && len(t.queue) >= t.set.maxWaiting
	t.line(w)
	t.dispatch(now) //nolint:contextcheck // a shared attempt outlives each of its calls
	t.mu.Unlock()

	enough, alone := errNoTime, false
	wait := time.Duration(math.MaxInt64)
	if deadline, ok := ctx.Deadline(); ok {
		wait = time.Until(deadline) - minAttempt
	}
	if crowded && crowdWait < wait {
		wait, enough = crowdWait, errCrowded
	}
	first := wait
	if g != nil {
		first, alone = min(wait, companyWait), true
	}
	timer := time.NewTimer(first)
	defer timer.Stop()
	for {
		ended := false
		select {
		case <-w.ready:
			return w.attempt, true, nil
		case <-ctx.Done():
			err, ended = ctx.Err(), true
		case <-timer.C:
			if err = enough; alone {
				alone, err = false, nil
				timer.Reset(wait - first)
			}
		}
		if a, over := t.giveUp(w, err, ended); over {
			if a != nil {
				err = nil
			}
			return a, true, err
		}
	}
}

// giveUp ends the wait of a call, and says whether it did. Without a reason the call leaves alone, or goes on waiting for room.
// A call whose entries are on their way goes on waiting unless its context has ended. The attempt is the one that the call left the
// queue for; nil = none.
func (t *target) giveUp(w *waiter, why error, ended bool) (a *attempt, over bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	select {
	case <-w.ready: // at the same moment
		return w.attempt, w.attempt != nil || ended
	default:
	}
	switch {
	case w.attempt != nil && !ended:
		return nil, false
	case w.attempt != nil:
		return t.abandon(w, why), true
	case why != nil:
		t.remove(slices.Index(t.queue, w))
		return nil, true
	case t.down, !t.room(now):
		w.call.overdue = true
		return nil, false
	}
	t.remove(slices.Index(t.queue, w))
	return t.start(w.call, w.group, now), true
}

// leave ends what enter began, and decides whether the attempt counts against those of its calls.
func (t *target) leave(a *attempt) {
	o, code := a.judge()
	t.mu.Lock()
	now := time.Now()
	t.used = now
	t.inFlight--
	if a.group != nil {
		a.group.inFlight--
	}
	calls := a.calls
	if a.shared() {
		calls = nil
		for _, w := range a.waiters {
			calls = append(calls, w.call)
		}
	}
	for _, c := range calls {
		t.note(c, o)
	}
	if a.host != "" {
		t.endpoint = a.host
	}
	var change *change
	switch o {
	case outcomeAlive:
		change = t.rise(a, now)
	case outcomeThrottled, outcomeFailing:
		change = t.sink(a, o, code, now)
	case outcomeNone:
		if a.exchanges == 0 { // it told nothing: the next call goes at once
			t.rate.undo(a.began)
			if a.probe {
				t.started--
				t.next = now
			}
		}
	}
	for _, c := range calls {
		c.free = t.free(o, a.probe)
	}
	for _, w := range a.waiters {
		close(w.ready)
	}
	if a.shared() {
		a.cancel()
	}
	t.dispatch(now)
	t.mu.Unlock()
	t.set.tell(change)
}

// room says whether another attempt may start.
func (t *target) room(now time.Time) bool {
	return (t.limit == 0 || t.inFlight < t.limit) && t.rate.wait(now) == 0
}

// start begins an attempt for calls of a group. The group is nil if they share no request.
func (t *target) start(c *call, g *group, now time.Time) *attempt {
	t.inFlight++
	if g != nil {
		g.inFlight++
	}
	t.rate.start(now)
	a := &attempt{exchanger: c.exchanger, client: c.client, group: g, calls: []*call{c}, began: now}
	c.latest = a
	return a
}

// line puts a waiter into the queue, one that was in it before at its old place.
func (t *target) line(w *waiter) {
	i := len(t.queue)
	if w.call.place == 0 {
		t.places++
		w.call.place = t.places
	} else {
		for i = 0; i < len(t.queue) && t.queue[i].call.place < w.call.place; i++ {
		}
	}
	t.queue = slices.Insert(t.queue, i, w)
	if w.group != nil {
		w.group.waiting, w.group.bytes = w.group.waiting+w.call.entries, w.group.bytes+w.call.bytes
	}
}

// remove takes a waiter out of the queue.
func (t *target) remove(i int) {
	w := t.queue[i]
	t.queue = slices.Delete(t.queue, i, i+1)
	if w.group != nil {
		w.group.waiting, w.group.bytes = w.group.waiting-w.call.entries, w.group.bytes-w.call.bytes
	}
}

// dispatch lets waiting calls go on.
func (t *target) dispatch(now time.Time) {
	if !t.down {
		for i := 0; i < len(t.queue) && t.room(now); {
			w := t.queue[i]
			if g := w.group; g != nil && !w.call.overdue && !t.set.sharing.may(g, g.waiting, g.bytes) {
				i++
				continue
			}
			if leaving := t.gather(i, now); len(leaving) > 0 {
				t.grant(leaving, now)
			}
		}
		if wait := t.rate.wait(now); wait > 0 && len(t.queue) > 0 {
			t.wake(wait)
		}
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
	t.remove(i)
	if t.prober == w.call {
		t.probes++
	} else {
		t.prober, t.probes = w.call, 1
	}
	t.started++
	t.next = now.Add(slowProbe)
	t.grant([]*waiter{w}, now)
	w.attempt.probe = true
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

// grant lets waiters go that have left the queue. One makes its attempt itself, several share one.
func (t *target) grant(leaving []*waiter, now time.Time) {
	first := leaving[0]
	a := t.start(first.call, first.group, now)
	if len(leaving) == 1 {
		first.attempt = a
		close(first.ready)
		return
	}
	a.waiters = leaving
	a.calls = make([]*call, len(leaving))
	for i, w := range leaving {
		w.attempt, w.call.latest, a.calls[i] = a, a, w.call
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(first.ctx))
	a.cancel = cancel
	t.set.carriers.start(func() { t.carry(ctx, a) })
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
