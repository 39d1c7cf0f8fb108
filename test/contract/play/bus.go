package play

import (
	"bytes"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

// request is a request that a bus saw.
type request struct {
	header  http.Header
	body    []byte
	entries []embedded.Event
}

// bus is the event bus of one case.
type bus struct {
	*embedded.Bus
	c        *Case
	mu       sync.Mutex
	answers  []Answer
	requests []request
}

func startBus(c *Case) (*bus, error) {
	inner, err := embedded.StartBus(embedded.BusOptions{KeepEvents: -1})
	if err != nil {
		return nil, err
	}
	b := &bus{Bus: inner, c: c}
	for _, a := range c.Answers {
		for range max(1, a.Times) {
			b.answers = append(b.answers, a)
		}
	}
	inner.Respond(b.answer)
	return b, nil
}

func (b *bus) address() string { return strings.TrimPrefix(b.URL(), "http://") }

func (b *bus) answer(r *embedded.BusRequest) *embedded.Answer {
	b.mu.Lock()
	defer b.mu.Unlock()
	seen := request{header: r.Header.Clone(), body: bytes.Clone(r.Body), entries: append([]embedded.Event(nil), r.Entries...)}
	b.requests = append(b.requests, seen)
	if len(b.answers) == 0 {
		return nil
	}
	a := b.answers[0]
	b.answers = b.answers[1:]
	switch {
	case a.Usual:
		return &embedded.Answer{Header: a.Headers}
	case a.Stall:
		return &embedded.Answer{Latency: time.Hour} // ends as the worker hangs up
	case a.HangUp:
		return &embedded.Answer{HangUp: true}
	}
	status := a.Status
	out := embedded.Answer{Body: b.c.expand(a.Body, b.address())}
	if a.Error != "" {
		if status == 0 {
			status = http.StatusBadRequest
		}
		code, message, _ := strings.Cut(a.Error, ": ")
		out = embedded.AWSError(status, strings.TrimSuffix(code, ":"), message)
	}
	if out.Status = status; status == 0 {
		out.Status = http.StatusOK
	}
	out.Header = a.Headers
	return &out
}

func (b *bus) seen() []request {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]request(nil), b.requests...)
}
