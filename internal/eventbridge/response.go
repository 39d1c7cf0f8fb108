package eventbridge

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Response is AWS's answer to an accepted request. It is safe for concurrent use.
type Response struct {
	status  int
	header  headers
	entries []entry
	known   bool // the body has entries
	count   jsonvalue.Value

	once  sync.Once
	value *jsonvalue.Object
}

// EntryResult is what became of one entry; an empty text stands for one that AWS did not give.
type EntryResult struct{ EventID, ErrorCode, ErrorMessage string }

// Rejected says whether AWS did not take the entry.
func (r EntryResult) Rejected() bool { return r.ErrorCode != "" }

// entry holds the fields of a result as values: a string or nil. A null entry is not present.
type entry struct {
	present                          bool
	eventID, errorCode, errorMessage jsonvalue.Value
}

// RejectionCode returns the code of a rejected entry as it may leave the process: without its namespace, HTTP_<status> for a
// text that is no code (contract 3.3).
func (r *Response) RejectionCode(e EntryResult) string {
	if code := cleanCode(e.ErrorCode); code != "" {
		return code
	}
	return httpCode + strconv.Itoa(r.status)
}

// RequestID returns AWS's id of the request; empty if the answer had none.
func (r *Response) RequestID() string { return r.header.requestID() }

// StatusCode returns the HTTP status of the answer, 200 to 299.
func (r *Response) StatusCode() int { return r.status }

// FailedEntryCount returns how many entries AWS rejected, and whether the answer said so.
func (r *Response) FailedEntryCount() (int, bool) {
	n, ok := r.count.(jsonvalue.Number)
	if !ok {
		return 0, false
	}
	i, err := strconv.Atoi(string(n))
	return i, err == nil
}

// Entries returns the results in the order of the request's entries; nil if the answer had none.
func (r *Response) Entries() []EntryResult {
	if !r.known {
		return nil
	}
	results := make([]EntryResult, len(r.entries))
	for i, e := range r.entries {
		results[i].EventID, _ = e.eventID.(string)
		results[i].ErrorCode, _ = e.errorCode.(string)
		results[i].ErrorMessage, _ = e.errorMessage.(string)
	}
	return results
}

// Value returns the response as a process sees it, in the form of contract 3.1. It is built once and must not be
// changed.
func (r *Response) Value() *jsonvalue.Object {
	r.once.Do(func() { r.value = r.build() })
	return r.value
}

func (r *Response) build() *jsonvalue.Object {
	var id jsonvalue.Value
	if s := r.header.rawRequestID(); s != "" {
		id = s
	}
	var entries jsonvalue.Value
	if r.known {
		list := make([]jsonvalue.Value, len(r.entries))
		for i := range r.entries {
			list[i] = r.entries[i].value()
		}
		entries = list
	}
	first, all := r.header.values()
	return jsonvalue.ObjectOf(
		jsonvalue.Member{Key: "sdkResponseMetadata", Value: jsonvalue.ObjectOf(jsonvalue.Member{Key: "requestId", Value: id})},
		jsonvalue.Member{Key: "sdkHttpMetadata", Value: jsonvalue.ObjectOf(
			jsonvalue.Member{Key: "httpHeaders", Value: first},
			jsonvalue.Member{Key: "httpStatusCode", Value: jsonvalue.Number(strconv.Itoa(r.status))},
			jsonvalue.Member{Key: "allHttpHeaders", Value: all},
		)},
		jsonvalue.Member{Key: "failedEntryCount", Value: r.count},
		jsonvalue.Member{Key: "entries", Value: entries},
	)
}

func (e *entry) value() jsonvalue.Value {
	if !e.present {
		return nil
	}
	return jsonvalue.ObjectOf(
		jsonvalue.Member{Key: "eventId", Value: e.eventID},
		jsonvalue.Member{Key: "errorCode", Value: e.errorCode},
		jsonvalue.Member{Key: "errorMessage", Value: e.errorMessage},
	)
}

// parseResponse reads the body of a successful answer to a request with so many entries. Fields that it does not know are
// ignored; an empty body has none. It reads no further than one entry more than were sent. The error says what cannot be
// read.
func parseResponse(status int, header headers, body string, sent int) (*Response, error) {
	r := &Response{status: status, header: header}
	if strings.TrimLeft(body, " \t\r\n") == "" {
		return r, nil
	}
	raw := []byte(body)
	if kind := jsonvalue.RawKind(raw); kind != jsonvalue.KindObject {
		_, err := parseObject(body)
		return nil, err
	}
	err := jsonvalue.Members(raw, func(name string, value []byte) error {
		switch name {
		case "FailedEntryCount":
			v, err := jsonvalue.Parse(value)
			if err == nil {
				r.count, err = count(v)
			}
			return err
		case "Entries":
			return r.readEntries(value, sent)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Response) readEntries(raw []byte, sent int) error {
	r.known, r.entries = false, nil
	switch kind := jsonvalue.RawKind(raw); kind {
	case jsonvalue.KindNull:
		return nil
	case jsonvalue.KindArray:
	default:
		return fmt.Errorf("Entries is a JSON %s, expected an array", kind)
	}
	r.known = true
	r.entries = make([]entry, 0, sent)
	return jsonvalue.Elements(raw, func(element []byte) error {
		i := len(r.entries)
		if i == sent {
			return fmt.Errorf("it has more entries than the %d that were sent", sent)
		}
		r.entries = append(r.entries, entry{})
		v, err := jsonvalue.Parse(element)
		if err != nil || v == nil {
			return err
		}
		return r.entries[i].read(i, v)
	})
}

// read takes in the result of the entry at i.
func (e *entry) read(i int, v jsonvalue.Value) error {
	o, ok := v.(*jsonvalue.Object)
	if !ok {
		return wrongKind(fmt.Sprintf("Entries[%d]", i), v, "an object")
	}
	e.present = true
	for name, v := range o.All() {
		var field *jsonvalue.Value
		switch name {
		case "EventId":
			field = &e.eventID
		case "ErrorCode":
			field = &e.errorCode
		case "ErrorMessage":
			field = &e.errorMessage
		default:
			continue
		}
		if *field, ok = text(v); !ok {
			return wrongKind(fmt.Sprintf("Entries[%d].%s", i, name), v, "a string")
		}
	}
	return nil
}

// text takes a string or null as it is and a number or boolean by its text.
func text(v jsonvalue.Value) (jsonvalue.Value, bool) {
	switch v := v.(type) {
	case nil, string:
		return v, true
	case jsonvalue.Number:
		return string(v), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return nil, false
}

// count takes a number as a whole one, or null.
func count(v jsonvalue.Value) (jsonvalue.Value, error) {
	n, ok := v.(jsonvalue.Number)
	if !ok {
		if v == nil {
			return nil, nil
		}
		return nil, wrongKind("FailedEntryCount", v, "a number")
	}
	if _, err := strconv.ParseInt(string(n), 10, 32); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil || f < -1<<31 || f >= 1<<31 {
		return nil, errors.New("FailedEntryCount is " + string(n) + ", expected a whole number of 32 bits")
	}
	return jsonvalue.Number(strconv.FormatInt(int64(f), 10)), nil
}

func wrongKind(field string, v jsonvalue.Value, expected string) error {
	return fmt.Errorf("%s is a JSON %s, expected %s", field, jsonvalue.KindOf(v), expected)
}

// headers are those of an answer, by Go's canonical names.
type headers map[string][]string

func (h headers) get(canonical string) string {
	if v := h[canonical]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// requestID returns the id that AWS gave the request; some proxies of AWS's use the second name. A text that is no id is
// left out of messages, logs and traces.
func (h headers) requestID() string {
	if id := h.rawRequestID(); len(id) <= 128 && isToken(id, "-_.=+/:") {
		return id
	}
	return ""
}

func (h headers) rawRequestID() string {
	if id := h.get("X-Amzn-Requestid"); id != "" {
		return id
	}
	return h.get("X-Amz-Request-Id")
}

// spelling lists the names that are spelt on the wire otherwise than Go's HTTP library gives them, or whose place is
// fixed, in the order of contract 3.1.
var spelling = [...]struct{ canonical, wire string }{
	{"X-Amzn-Requestid", "x-amzn-RequestId"},
	{"Content-Type", "Content-Type"},
	{"Content-Length", "Content-Length"},
	{"Date", "Date"},
}

// values returns the first value of each header, and all of them, each as an object in the order of contract 3.1.
func (h headers) values() (first, all *jsonvalue.Object) {
	n := 0
	for _, values := range h {
		n += len(values)
	}
	room := make([]jsonvalue.Value, 0, n) // for the lists of all headers
	first, all = jsonvalue.NewObject(len(h)), jsonvalue.NewObject(len(h))
	add := func(name string, values []string) {
		if len(values) == 0 {
			return
		}
		start := len(room)
		for _, v := range values {
			room = append(room, v)
		}
		first.Set(name, room[start])
		all.Set(name, room[start:len(room):len(room)])
	}
	known := 0
	for _, s := range spelling {
		if values, ok := h[s.canonical]; ok {
			add(s.wire, values)
			known++
		}
	}
	if known == len(h) {
		return first, all
	}
	names := make([]string, 0, len(h)-known)
	for name := range h {
		if !spelt(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		add(name, h[name])
	}
	return first, all
}

func spelt(name string) bool {
	for i := range spelling {
		if spelling[i].canonical == name {
			return true
		}
	}
	return false
}

var _ = http.Header(headers(nil)) // an answer's header is taken over without a copy
