package eventbridge

import (
	"net/http"
	"slices"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

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
