package worker

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// flag is set once and stays set.
type flag struct{ v atomic.Bool }

func (f *flag) set() { f.v.Store(true) }

func (f *flag) isSet() bool { return f.v.Load() }

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

// aside holds jobs that arrived after the drain began.
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
