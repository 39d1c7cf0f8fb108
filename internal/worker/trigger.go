package worker

import (
	"sync/atomic"
	"time"
)

// trigger asks the poller for another poll. Many at once are one.
type trigger struct {
	c      chan struct{} // room for one; the poller is its only reader
	wanted *atomic.Bool  // whether freed slots are a reason to poll
	armed  *atomic.Bool  // whether a poll is due soon
	freed  *atomic.Int64 // slots since the last poll was sent
}

func newTrigger() trigger {
	return trigger{c: make(chan struct{}, 1), wanted: &atomic.Bool{}, armed: &atomic.Bool{}, freed: &atomic.Int64{}}
}

// afterBurst is how long after a streamed job a poll looks whether the broker has set others aside: it does when more come
// at once than fit into the transport, also while this worker is far from full.
const afterBurst = 250 * time.Millisecond

// soon asks for a poll a little later, once for all that happens until then.
func (t trigger) soon() {
	if t.armed.Swap(true) {
		return
	}
	time.AfterFunc(afterBurst, func() {
		t.armed.Store(false)
		t.fire()
	})
}

func (t trigger) fire() {
	select {
	case t.c <- struct{}{}:
	default:
	}
}

// fireIfWanted is called when a slot was freed. While jobs may wait at the broker, a poll can get them.
func (t trigger) fireIfWanted() {
	t.freed.Add(1)
	if t.wanted.Load() {
		t.fire()
	}
}
