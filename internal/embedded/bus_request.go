package embedded

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// maxBody is how many bytes of a request are read; more is refused whatever it says.
const maxBody = 16 << 20

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// ServeHTTP takes one request of AWS's JSON protocol 1.1.
func (b *Bus) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(body)
	body.Reset()
	if _, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
		b.refuse(w, AWSError(http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException", "the request is too large"))
		return
	}
	request := &BusRequest{Method: r.Method, Path: r.URL.Path, Header: r.Header, Body: body.Bytes()}
	refusal := request.read(b.options.MaxRequest)
	answer := b.answerTo(request)
	if !answer.wait(r.Context(), b.options.Latency) {
		return
	}
	scripted := answer.Status > 0 || answer.HangUp
	if scripted && answer.Accept {
		b.accept(request, uuid.NewString())
	}
	switch {
	case answer.HangUp:
		b.refused()
		hangUp(w)
	case scripted:
		if answer.Status != http.StatusOK {
			b.refused()
		}
		answer.write(w, uuid.NewString())
	case refusal != nil:
		b.refuse(w, *refusal)
	default:
		requestID := uuid.NewString()
		done := Answer{Status: http.StatusOK, Body: b.accept(request, requestID), Header: answer.Header}
		done.write(w, requestID)
	}
}

// wait waits as long as the answer asks for and the bus's own latency. It tells whether the caller is still there.
func (a *Answer) wait(ctx context.Context, latency time.Duration) bool {
	if pause(ctx, a.Latency+latency) != nil {
		return false
	}
	if a.Hold == nil {
		return true
	}
	select {
	case <-a.Hold:
		return true
	case <-ctx.Done():
		return false
	}
}

func (b *Bus) refused() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.counts.Refused++
}

func (b *Bus) refuse(w http.ResponseWriter, a Answer) {
	b.refused()
	a.write(w, uuid.NewString())
}

func hangUp(w http.ResponseWriter) {
	if connection, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = connection.Close()
	}
}

// accept records the entries that are none to be rejected, and returns the answer's body.
func (b *Bus) accept(r *BusRequest, requestID string) string {
	now := time.Now()
	body := append(make([]byte, 0, 64+80*len(r.Entries)), `{"Entries":[`...)
	rejected := 0
	for i := range r.Entries {
		e := &r.Entries[i]
		if i > 0 {
			body = append(body, ',')
		}
		if code, message := e.reject(); code != "" {
			rejected++
			body = append(append(body, `{"ErrorCode":`...), quote(code)...)
			body = append(append(body, `,"ErrorMessage":`...), quote(message)...)
			body = append(body, '}')
			continue
		}
		e.ID, e.At, e.RequestID = uuid.NewString(), now, requestID
		body = append(append(append(body, `{"EventId":"`...), e.ID...), `"}`...)
	}
	b.note(r.Entries, rejected)
	body = append(body, `],"FailedEntryCount":`...)
	return string(append(strconv.AppendInt(body, int64(rejected), 10), '}'))
}

func (b *Bus) note(entries []Event, rejected int) {
	b.mu.Lock()
	b.counts.Rejected += int64(rejected)
	b.counts.Accepted += int64(len(entries) - rejected)
	for i := range entries {
		if entries[i].ID != "" {
			b.events.add(entries[i])
		}
	}
	b.mu.Unlock()
	for i := range entries {
		if entries[i].ID != "" && b.options.OnEvent != nil {
			b.options.OnEvent(entries[i])
		}
	}
}

func quote(s string) []byte { return jsonvalue.AppendString(nil, s) }
