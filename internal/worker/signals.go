package worker

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// unsupported is what is known of a call that the gateway may not know. A proxy can answer in the gateway's place, and a
// cluster can be upgraded: the call is tried again after a while, which doubles.
type unsupported struct {
	mu    sync.Mutex
	until time.Time
	pause time.Duration
}

const (
	unsupportedFirst = 2 * time.Second
	unsupportedMost  = 5 * time.Minute
)

// found is told that the gateway does not know the call. It returns how long that is believed, and whether it is news.
func (u *unsupported) found() (pause time.Duration, news bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	news = u.pause == 0
	u.pause = min(max(2*u.pause, unsupportedFirst), unsupportedMost)
	u.until = time.Now().Add(u.pause)
	return u.pause, news
}

// over is told that the gateway knows the call.
func (u *unsupported) over() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.until, u.pause = time.Time{}, 0
}

// left returns for how long the call need not be tried; it is not above 0 if it may be tried now.
func (u *unsupported) left() time.Duration {
	u.mu.Lock()
	defer u.mu.Unlock()
	return time.Until(u.until)
}

// known says whether the call need not be tried now.
func (u *unsupported) known() bool { return u.left() > 0 }

// trigger asks the poller for another poll. Many at once are one.
type trigger struct {
	c      chan struct{} // room for one; the poller is its only reader
	wanted *atomic.Bool  // whether freed slots are a reason to poll
	armed  *atomic.Bool  // whether a poll is due soon
}

func newTrigger() trigger {
	return trigger{c: make(chan struct{}, 1), wanted: &atomic.Bool{}, armed: &atomic.Bool{}}
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
	if t.wanted.Load() {
		t.fire()
	}
}

// aside holds jobs that came without a slot: after the drain began, or while a stream was read dry.
type aside struct {
	mu   sync.Mutex
	jobs []*job.Job
}

func (a *aside) add(j *job.Job) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.jobs = append(a.jobs, j)
}

func (a *aside) takeAll() []*job.Job {
	a.mu.Lock()
	defer a.mu.Unlock()
	jobs := a.jobs
	a.jobs = nil
	return jobs
}

// health knows whether jobs can be taken.
type health struct {
	mu         sync.Mutex
	answered   bool // the gateway ever answered
	streamOpen bool
	pollFine   bool
	reason     string // of the last failure
}

func (h *health) polled(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pollFine = err == nil
	if err == nil {
		h.answered = true
	} else {
		h.reason = err.Error()
	}
}

func (h *health) stream(open bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.streamOpen = open
	if err != nil {
		h.reason = err.Error()
	}
}

func (h *health) streaming() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.streamOpen
}

// polling tells whether the last poll was answered.
func (h *health) polling() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.pollFine
}

func (h *health) ready() (bool, string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.pollFine, h.answered && h.streamOpen:
		return true, ""
	case h.reason != "":
		return false, h.reason
	}
	return false, "the gateway has not answered yet"
}

// complaint keeps a log readable while the same thing fails again and again: it is told when it is new, and once a minute.
type complaint struct {
	text string // without its digits, empty = nothing to complain of
	at   time.Time
}

// due tells whether the error is to be told. Errors that differ by a port or a time of day are the same.
func (c *complaint) due(err error) bool {
	text := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, err.Error())
	now := time.Now()
	if text == c.text && now.Sub(c.at) < time.Minute {
		return false
	}
	c.text, c.at = text, now
	return true
}

// over ends the complaint and tells whether there was one.
func (c *complaint) over() bool {
	complained := c.text != ""
	c.text = ""
	return complained
}
