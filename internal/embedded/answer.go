package embedded

import (
	"net/http"
	"strconv"
	"time"
)

// BusRequest is a request to the bus, as an answer is decided on. It must not be kept.
type BusRequest struct {
	Number  int64 // 1 for the bus's first
	Method  string
	Path    string
	Header  http.Header
	Body    []byte
	Entries []Event // of PutEvents, as far as they could be read; without ids
}

// Answer is what the bus does with a request. The zero value is what EventBridge would do.
type Answer struct {
	Latency time.Duration   // before anything else
	Hold    <-chan struct{} // not nil: after Latency, until it is closed or the caller goes away
	// Status above 0 answers with it, Header and Body as they are. No event is accepted unless Accept says so.
	Status int
	Header map[string]string // beside, or in place of, the usual ones; an empty value takes a usual one away
	Body   string
	HangUp bool // closes the connection without an answer. No event is accepted unless Accept says so.
	Accept bool // with Status or HangUp: the entries are events nevertheless
}

// AWSError returns the answer with which AWS refuses a request: the status, and a code with a message.
func AWSError(status int, code, message string) Answer {
	body := append([]byte(`{"__type":`), quote(code)...)
	if message != "" {
		body = append(append(body, `,"message":`...), quote(message)...)
	}
	return Answer{Status: status, Body: string(append(body, '}'))}
}

// Throttled returns the answer of EventBridge to more requests than an account may send.
func Throttled() Answer {
	return AWSError(http.StatusBadRequest, "ThrottlingException", "Rate exceeded")
}

// Script has the next requests be answered so, one each; after them the bus answers as before.
func (b *Bus) Script(answers ...Answer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.script = append(b.script, answers...)
}

// Respond has f decide on the answer to every further request that no script is left for; its nil, and a nil f, mean as
// EventBridge would. F may be called by many requests at once.
func (b *Bus) Respond(f func(*BusRequest) *Answer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.respond = f
}

// answerTo takes the next answer of the script, or asks for one.
func (b *Bus) answerTo(r *BusRequest) Answer {
	b.mu.Lock()
	b.counts.Requests++
	r.Number = b.counts.Requests
	if len(b.script) > 0 {
		a := b.script[0]
		b.script = b.script[1:]
		b.mu.Unlock()
		return a
	}
	respond := b.respond
	b.mu.Unlock()
	if respond != nil {
		if a := respond(r); a != nil {
			return *a
		}
	}
	return Answer{}
}

// write sends the answer with the headers of AWS, spelt as AWS spells them and not as Go would.
func (a *Answer) write(w http.ResponseWriter, requestID string) {
	h := w.Header()
	h["x-amzn-RequestId"] = []string{requestID}
	h["Content-Type"] = []string{"application/x-amz-json-1.1"}
	h["Content-Length"] = []string{strconv.Itoa(len(a.Body))}
	for name, value := range a.Header {
		spelt := name
		for usual := range h {
			if http.CanonicalHeaderKey(usual) == http.CanonicalHeaderKey(name) {
				spelt = usual
			}
		}
		if value == "" {
			delete(h, spelt)
		} else {
			h[spelt] = []string{value}
		}
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write([]byte(a.Body)) // a client that is gone misses it
}
