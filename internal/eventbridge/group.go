package eventbridge

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge/limit"
)

// firstRequests is how many requests of a group may be in flight before calls wait for others to share one with. With fewer, a
// bus that is not busy makes calls wait; with more, requests are smaller under load.
const firstRequests = 4

// companyWait is how long a call waits for others to share a request with. Only requests that take longer than others let it wait
// so long.
const companyWait = 250 * time.Millisecond

// askTime is how long a request waits for its calls to come back if all of them have to be asked again. Only requests whose rate is
// limited wait so.
const askTime = 10 * time.Millisecond

// freshFor is how long what a caller has said in BeforeAttempt holds for a call that waits to share a request.
const freshFor = 250 * time.Millisecond

// group is the calls of one target to one bus. While requests are in flight, their entries share the next one:
//
//   - The first few requests leave at once with whatever waits. A call that comes alone has a request of its own, without delay.
//   - Further requests leave when they are full: ten entries, or an eighth of the worker's capacity if that is less, or 1 MiB.
//   - There are never more in flight than it takes to carry the whole capacity in full requests.
//
// There is no state but the queue. A call does not wait for slow requests for long: then it has a request of its own, or leaves with
// those behind it as soon as the target has room. The target guards a group.
type group struct {
	bus      string
	calls    int // in hand
	inFlight int // requests
	waiting  int // entries of the calls that wait
	bytes    int // of these entries
}

// sharing is how calls share requests.
type sharing struct {
	entries  int // in one request at most
	full     int // entries that make a request leave although others are in flight
	inFlight int // requests of a group at once
}

func newSharing(capacity, entries int) sharing {
	full := min(entries, max(1, (capacity+7)/8))
	return sharing{entries: entries, full: full, inFlight: max(firstRequests, (capacity+full-1)/full)}
}

// may says whether a request of the group may leave with so many waiting entries and bytes.
func (s sharing) may(g *group, entries, bytes int) bool {
	return g.inFlight < firstRequests || g.inFlight < s.inFlight && (entries >= s.full || bytes >= limit.RequestSize)
}

// join puts a call into the group of its bus, unless its entries go to different buses or fill a request by themselves.
func (t *target) join(c *call) {
	if t.set.sharing.entries == 1 || t.set.carriers.over() {
		return
	}
	bus := c.request.Entries[0].EventBusName
	for i := range c.request.Entries {
		e := &c.request.Entries[i]
		if e.EventBusName != bus {
			return
		}
		c.bytes += e.Size()
	}
	if c.entries >= t.set.sharing.entries || c.bytes >= limit.RequestSize {
		return
	}
	g := t.groups[bus]
	if g == nil {
		g = &group{bus: bus}
		if t.groups == nil {
			t.groups = map[string]*group{}
		}
		t.groups[bus] = g
	}
	g.calls++
	c.group = g
}

// quit takes a call out of its group.
func (t *target) quit(c *call) {
	if g := c.group; g != nil {
		if g.calls--; g.calls == 0 {
			delete(t.groups, g.bus)
		}
	}
}

// gather takes the call at i out of the queue, and with it those behind it that share its request. It returns who leaves. A call
// that has waited for long is asked again whether it may be sent, and comes back. While the attempts a second are limited, nobody
// leaves if all have to be asked: they leave together when they are back.
func (t *target) gather(i int, now time.Time) []*waiter {
	first := t.queue[i]
	g := first.group
	if g == nil {
		t.remove(i)
		return []*waiter{first}
	}
	var leaving, stale []*waiter
	entries, bytes := 0, 0
	rest := t.queue[:i]
	for j, w := range t.queue[i:] {
		if w.group != g {
			rest = append(rest, w)
			continue
		}
		if entries+w.call.entries > t.set.sharing.entries || bytes+w.call.bytes > limit.RequestSize {
			rest = append(rest, t.queue[i+j:]...)
			break
		}
		g.waiting, g.bytes = g.waiting-w.call.entries, g.bytes-w.call.bytes
		if w.call.request.BeforeAttempt != nil && now.Sub(w.asked) > freshFor {
			stale = append(stale, w)
			continue
		}
		entries, bytes = entries+w.call.entries, bytes+w.call.bytes
		leaving = append(leaving, w)
	}
	clear(t.queue[len(rest):])
	t.queue = rest
	switch {
	case len(leaving) > 0:
	case len(stale) > 1 && t.rate.limit > 0:
		t.rate.next = now.Add(askTime)
	default: // one that leaves alone asks by itself
		leaving, stale = stale[:1], stale[1:]
	}
	for _, w := range stale {
		close(w.ready)
	}
	return leaving
}

// carry makes an attempt for several calls, in a goroutine of its own.
func (t *target) carry(ctx context.Context, a *attempt) {
	defer t.leave(a) //nolint:contextcheck // a shared attempt outlives each of its calls
	defer func() {
		if p := recover(); p != nil {
			a.panicked = carrierPanic{p, debug.Stack()}
		}
	}()
	// First, so that a call that ends while the credentials are fetched is not sent.
	if _, err := a.client.credentials.Retrieve(ctx); err != nil {
		a.err = err
		return
	}
	if t.shut(a) {
		a.make(ctx)
	}
}

// shut ends the time in which a call may leave a shared attempt and not be sent. It says whether there are calls left.
func (t *target) shut(a *attempt) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	a.shutAt = time.Now()
	return len(a.waiters) > 0
}

// abandon takes a call out of a shared attempt that it does not wait for any longer. It returns what the call takes for the
// attempt, nil if its entries will not be sent. The attempt ends when the last of its calls has gone.
func (t *target) abandon(w *waiter, err error) *attempt {
	a := w.attempt
	for i, o := range a.waiters {
		if o == w {
			a.waiters = append(a.waiters[:i:i], a.waiters[i+1:]...)
			if a.shutAt.IsZero() {
				a.calls = append(a.calls[:i:i], a.calls[i+1:]...)
			}
			break
		}
	}
	if len(a.waiters) == 0 {
		a.cancel()
	}
	if a.shutAt.IsZero() {
		return nil
	}
	e := leftError(t.endpoint, time.Since(a.shutAt), err)
	e.Sent, e.AnswerLost = true, true
	return &attempt{exchanges: 1, failed: e, cancel: a.cancel}
}

// carrierPanic is the panic of a goroutine that made an attempt for several calls.
type carrierPanic struct {
	value any
	stack []byte
}

// String is the panic with the stack of the goroutine.
func (p carrierPanic) String() string {
	return fmt.Sprintf("%v, in a shared request:\n%s", p.value, p.stack)
}

// carriers are the goroutines that make shared attempts.
type carriers struct {
	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
}

// start runs f in a goroutine. After close nobody waits for it but the calls that it serves.
func (c *carriers) start(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		go f()
		return
	}
	c.running.Go(f)
}

// over says whether close was called.
func (c *carriers) over() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// close waits for the goroutines.
func (c *carriers) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.running.Wait()
}
