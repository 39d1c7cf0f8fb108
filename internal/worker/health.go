package worker

import (
	"sync"
)

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
