package eventbridge

import (
	"slices"
	"strconv"
	"sync"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Response is AWS's answer to an accepted request. It is safe for concurrent use. The zero value is of no use; [Given] makes one.
type Response struct {
	about   *metadata
	entries []entry
	known   bool // the body has entries
	sent    int  // entries of the request, also those of other calls
	count   jsonvalue.Value

	once  sync.Once
	value *jsonvalue.Object
}

// metadata is what an answer says of itself. The calls that share it have it together.
type metadata struct {
	status int
	header headers
	// values are sdkResponseMetadata and sdkHttpMetadata of contract 3.1. They must not be changed.
	values func() (response, http *jsonvalue.Object)
}

func newMetadata(status int, header headers) *metadata {
	m := &metadata{status: status, header: header}
	m.values = sync.OnceValues(m.build)
	return m
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
	return httpCode + strconv.Itoa(r.about.status)
}

// splits says whether the answer to a shared request tells its calls apart: it has a result for each entry, or for none.
func (r *Response) splits() bool { return !r.known || len(r.entries) == r.sent }

// part returns what the answer to a shared request says to one of its calls, whose n entries stand behind so many others. The
// answer splits. Its count of failed entries is split as well, if the entries account for it.
func (r *Response) part(before, n int) *Response {
	p := &Response{about: r.about, known: r.known, count: r.count, sent: r.sent}
	if r.known {
		p.entries = r.entries[before : before+n : before+n]
	}
	if total, ok := r.FailedEntryCount(); ok && total == rejectedOf(r.entries) {
		p.count = jsonvalue.Number(strconv.Itoa(rejectedOf(p.entries)))
	}
	return p
}

func rejectedOf(entries []entry) int {
	n := 0
	for i := range entries {
		if code, _ := entries[i].errorCode.(string); code != "" {
			n++
		}
	}
	return n
}

// throttled says whether AWS rejected an entry because of too many events. A nil response has no entries.
func (r *Response) throttled() bool {
	return r != nil && slices.ContainsFunc(r.entries, func(e entry) bool {
		code, _ := e.errorCode.(string)
		return code != "" && throttled(cleanCode(code), 0)
	})
}

// SentEntries returns how many entries the request had, those of other calls that shared it included.
func (r *Response) SentEntries() int { return r.sent }

// RequestID returns AWS's id of the request; empty if the answer had none.
func (r *Response) RequestID() string { return r.about.header.requestID() }

// StatusCode returns the HTTP status of the answer, 200 to 299.
func (r *Response) StatusCode() int { return r.about.status }

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
	var entries jsonvalue.Value
	if r.known {
		list := make([]jsonvalue.Value, len(r.entries))
		for i := range r.entries {
			list[i] = r.entries[i].value()
		}
		entries = list
	}
	response, http := r.about.values()
	return jsonvalue.ObjectOf(
		jsonvalue.Member{Key: "sdkResponseMetadata", Value: response},
		jsonvalue.Member{Key: "sdkHttpMetadata", Value: http},
		jsonvalue.Member{Key: "failedEntryCount", Value: r.count},
		jsonvalue.Member{Key: "entries", Value: entries},
	)
}

func (m *metadata) build() (response, http *jsonvalue.Object) {
	var id jsonvalue.Value
	if s := m.header.rawRequestID(); s != "" {
		id = s
	}
	first, all := m.header.values()
	return jsonvalue.ObjectOf(jsonvalue.Member{Key: "requestId", Value: id}), jsonvalue.ObjectOf(
		jsonvalue.Member{Key: "httpHeaders", Value: first},
		jsonvalue.Member{Key: "httpStatusCode", Value: jsonvalue.Number(strconv.Itoa(m.status))},
		jsonvalue.Member{Key: "allHttpHeaders", Value: all},
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
