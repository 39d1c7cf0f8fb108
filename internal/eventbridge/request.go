// Package eventbridge sends events with PutEvents on the AWS SDK for Go v2 and says what became of them: a [Response]
// in the exact form that the official connector gives to a process (contract 3.1), or an [Error] with one code from
// the table of contract 3.3.
//
// A [Sender] serves all jobs of a process. It keeps one SDK client per combination of credentials, region, endpoint
// and endpoint id, and one pool of connections below them all. The SDK does what it is good at (credentials,
// endpoints, signatures, retries); what a job needs byte by byte is read and written here, by middleware and an HTTP client
// that each call gives to the SDK. Once the SDK has made a request of a client, others repeat it (see [pattern]).
package eventbridge

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge/limit"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Credentials says as whom to send.
type Credentials struct {
	AccessKey    string
	SecretKey    string
	SessionToken string // empty = none

	// DefaultChain takes the credentials from where the SDK finds them (environment, shared files, web identity, pod
	// identity, container, instance); the three fields above are then not used.
	DefaultChain bool

	RoleARN         string // empty = no role; else assumed on top of the credentials above
	ExternalID      string // empty = none
	RoleSessionName string // empty = a name of ours
}

// String keeps the secrets out of whatever a Credentials value is printed into.
func (Credentials) String() string { return "credentials" }

// GoString is [Credentials.String] for the verb %#v.
func (c Credentials) GoString() string { return c.String() }

// MarshalJSON writes a constant, so that a log handler cannot write the secrets out.
func (c Credentials) MarshalJSON() ([]byte, error) { return json.Marshal(c.String()) }

// Entry is one event. Empty fields are left out of the request.
type Entry struct {
	Source       string
	DetailType   string
	EventBusName string
	Detail       string // JSON, sent byte for byte
	Resources    []string
	Time         time.Time // zero = AWS takes the time of the call
	TraceHeader  string
}

// Size returns the bytes of the entry as AWS counts them for its limit of a request, [MaxRequestSize].
func (e *Entry) Size() int {
	return limit.EntrySize(e.Source, e.DetailType, e.Detail, e.Resources, !e.Time.IsZero())
}

// Request is one call of PutEvents.
type Request struct {
	Credentials Credentials
	Region      string // any name: AWS adds regions
	Endpoint    string // a URL in place of the region's own; without a scheme it means https; empty = the region's own
	EndpointID  string // a global endpoint, signed with SigV4a; empty = none
	Entries     []Entry

	// LastTry says that the caller has no other try: where there is a choice, another request probes a failing endpoint.
	LastTry bool
	// BeforeAttempt is called before each attempt, the first included, and again if the attempt then had to wait for its
	// endpoint. If it returns an error, the attempt is not made and the call ends with an [Error] that wraps it. It may wait
	// as long as its context lasts: no time-out of an attempt runs meanwhile. Nil = none.
	BeforeAttempt func(ctx context.Context) error `json:"-"`
}

// appendBody writes the request with the entries of all calls as AWS's JSON protocol has it.
func appendBody(calls []*call) []byte {
	n := 0
	for _, c := range calls {
		n += c.request.size()
	}
	dst := append(make([]byte, 0, n), `{"Entries":[`...)
	first := true
	for _, c := range calls {
		for i := range c.request.Entries {
			if !first {
				dst = append(dst, ',')
			}
			first = false
			dst = c.request.Entries[i].append(dst)
		}
	}
	dst = append(dst, ']')
	if id := calls[0].request.EndpointID; id != "" {
		dst = append(dst, `,"EndpointId":`...)
		dst = jsonvalue.AppendString(dst, id)
	}
	return append(dst, '}')
}

func (e *Entry) append(dst []byte) []byte {
	start := len(dst)
	text := func(name, value string) {
		if value != "" {
			dst = append(append(dst, name...), ':')
			dst = append(jsonvalue.AppendString(dst, value), ',')
		}
	}
	dst = append(dst, '{')
	text(`"Source"`, e.Source)
	text(`"DetailType"`, e.DetailType)
	text(`"EventBusName"`, e.EventBusName)
	text(`"Detail"`, e.Detail)
	if len(e.Resources) > 0 {
		dst = append(dst, `"Resources":[`...)
		for i, r := range e.Resources {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = jsonvalue.AppendString(dst, r)
		}
		dst = append(dst, ']', ',')
	}
	if !e.Time.IsZero() {
		dst = append(dst, `"Time":`...)
		dst = append(appendEpoch(dst, e.Time), ',')
	}
	text(`"TraceHeader"`, e.TraceHeader)
	if len(dst) > start+1 {
		dst = dst[:len(dst)-1] // the comma behind the last field
	}
	return append(dst, '}')
}

// appendEpoch appends a time as AWS's JSON protocols write it: seconds since 1970, with milliseconds if there are any.
func appendEpoch(dst []byte, t time.Time) []byte {
	ms := t.UnixMilli()
	if ms < 0 {
		dst = append(dst, '-')
		ms = -ms
	}
	dst = strconv.AppendInt(dst, ms/1000, 10)
	if f := ms % 1000; f != 0 {
		dst = append(dst, '.', byte('0'+f/100))
		if f%100 != 0 {
			dst = append(dst, byte('0'+f/10%10))
		}
		if f%10 != 0 {
			dst = append(dst, byte('0'+f%10))
		}
	}
	return dst
}

// size estimates the length of the body, so that it is written without growing.
func (r *Request) size() int {
	n := 64 + len(r.EndpointID)
	for i := range r.Entries {
		e := &r.Entries[i]
		n += 160 + len(e.Source) + len(e.DetailType) + len(e.EventBusName) + len(e.TraceHeader) + len(e.Detail)*9/8
		for _, s := range e.Resources {
			n += len(s) + 4
		}
	}
	return n
}
