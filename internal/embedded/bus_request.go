package embedded

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge/limit"
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
		b.accept(request, newID())
	}
	switch {
	case answer.HangUp:
		b.refused()
		hangUp(w)
	case scripted:
		if answer.Status != http.StatusOK {
			b.refused()
		}
		answer.write(w, newID())
	case refusal != nil:
		b.refuse(w, *refusal)
	default:
		requestID := newID()
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
	a.write(w, newID())
}

func hangUp(w http.ResponseWriter) {
	if connection, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = connection.Close()
	}
}

// read finds the entries in the request. It returns how EventBridge would refuse it as a whole, if it would.
func (r *BusRequest) read(limit int) *Answer {
	refuse := func(code, message string) *Answer {
		a := AWSError(http.StatusBadRequest, code, message)
		return &a
	}
	if r.Method != http.MethodPost || r.Header.Get("X-Amz-Target") != "AWSEvents.PutEvents" {
		return refuse("UnknownOperationException", "")
	}
	signature := r.Header.Get("Authorization")
	if signature == "" {
		return refuse("MissingAuthenticationTokenException", "Missing Authentication Token")
	}
	if err := r.readEntries(signature); err != nil {
		return refuse("SerializationException", err.Error())
	}
	if n := len(r.Entries); n < 1 || n > maxEntries {
		return refuse("ValidationException", fmt.Sprintf("entries: found %d, expected 1 to %d", n, maxEntries))
	}
	size := 0
	for i := range r.Entries {
		size += r.Entries[i].size()
	}
	if size > limit {
		return refuse("ValidationException", fmt.Sprintf("the entries have %d bytes, at most %d are allowed", size, limit))
	}
	return nil
}

// maxEntries is how many entries PutEvents takes at most.
const maxEntries = 10

func (r *BusRequest) readEntries(signature string) error {
	accessKey, region := credentialOf(signature)
	return jsonvalue.Members(r.Body, func(key string, raw []byte) error {
		if key != "Entries" || jsonvalue.RawKind(raw) == jsonvalue.KindNull {
			return nil
		}
		return jsonvalue.Elements(raw, func(raw []byte) error {
			r.Entries = append(r.Entries, Event{AccessKey: accessKey, Region: region})
			return r.Entries[len(r.Entries)-1].read(raw)
		})
	})
}

func (e *Event) read(entry []byte) error {
	return jsonvalue.Members(entry, func(key string, raw []byte) (err error) {
		if jsonvalue.RawKind(raw) == jsonvalue.KindNull {
			return nil
		}
		switch key {
		case "Source":
			e.Source, err = jsonvalue.Unquote(raw)
		case "DetailType":
			e.DetailType, err = jsonvalue.Unquote(raw)
		case "Detail":
			e.Detail, err = jsonvalue.Unquote(raw)
		case "EventBusName":
			e.EventBusName, err = jsonvalue.Unquote(raw)
		case "TraceHeader":
			e.TraceHeader, err = jsonvalue.Unquote(raw)
		case "Time":
			e.Time = string(raw)
		case "Resources":
			err = jsonvalue.Elements(raw, func(raw []byte) error {
				resource, err := jsonvalue.Unquote(raw)
				e.Resources = append(e.Resources, resource)
				return err
			})
		}
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		return nil
	})
}

// size counts an entry as EventBridge does.
func (e *Event) size() int {
	return limit.EntrySize(e.Source, e.DetailType, e.Detail, e.Resources, e.Time != "")
}

// credentialOf reads the access key and the region from a signature's credential scope.
func credentialOf(signature string) (accessKey, region string) {
	_, scope, _ := strings.Cut(signature, "Credential=")
	scope, _, _ = strings.Cut(scope, ",")
	parts := strings.Split(scope, "/")
	if len(parts) > 2 {
		region = parts[2]
	}
	return parts[0], region
}

// reject tells with what code and message EventBridge rejects the entry; empty = it does not.
func (e *Event) reject() (code, message string) {
	missing := func(name string) (string, string) { return "InvalidArgument", "the entry has no " + name }
	switch {
	case e.Source == "":
		return missing("Source")
	case e.DetailType == "":
		return missing("DetailType")
	case e.Detail == "":
		return missing("Detail")
	case len(e.DetailType) > 128:
		return "InvalidArgument", "DetailType has more than 128 characters"
	case e.Source == "aws" || strings.HasPrefix(strings.ToLower(e.Source), "aws."):
		return "NotAuthorizedForSourceException", "Not authorized for the source."
	case jsonvalue.RawKind([]byte(e.Detail)) != jsonvalue.KindObject || jsonvalue.Valid([]byte(e.Detail)) != nil:
		return "MalformedDetail", "Detail is malformed."
	default:
		return "", ""
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
		e.ID, e.At, e.RequestID = newID(), now, requestID
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

// newID returns a random UUID, version 4. It need not be unpredictable.
func newID() string {
	const digits = "0123456789abcdef"
	high, low := rand.Uint64(), rand.Uint64()
	high = high&^0xf000 | 0x4000
	low = low&^(3<<62) | 2<<62
	var id [36]byte
	at := 0
	for i := range 32 {
		if i == 8 || i == 12 || i == 16 || i == 20 {
			id[at] = '-'
			at++
		}
		word := high
		if i > 15 {
			word = low
		}
		id[at] = digits[word>>(60-4*(i%16))&15]
		at++
	}
	return string(id[:])
}
