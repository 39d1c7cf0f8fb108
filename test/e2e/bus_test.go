//go:build e2e

package e2e

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// bus is an event bus that counts: it speaks PutEvents over HTTP and remembers every entry that it accepted.
// The name of the event bus in an entry says how it answers, see answer.
type bus struct {
	url     string
	server  *httptest.Server
	latency time.Duration

	mu       sync.Mutex
	requests map[string][]request // by the bus name of the first entry
	accepted map[string][]string  // event ids by the entry's order id
	total    int
	limit    int           // so many entries are accepted before requests wait for more; 0 = no limit
	more     chan struct{} // closed by goOn
}

// request is one call of PutEvents.
type request struct {
	at         time.Time
	credential string // access key, date, region and service of the signature
	entries    []entry
}

type entry struct {
	Source       string
	DetailType   string
	Detail       string
	EventBusName string
}

func newBus(latency time.Duration) *bus {
	b := &bus{latency: latency, more: make(chan struct{}), requests: make(map[string][]request), accepted: make(map[string][]string)}
	b.server = httptest.NewServer(b)
	b.url = b.server.URL
	return b
}

// ServeHTTP answers PutEvents. The connection waits for the latency first, as a round trip would.
func (b *bus) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body struct{ Entries []entry }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || len(body.Entries) == 0 || r.Header.Get("X-Amz-Target") != "AWSEvents.PutEvents" {
		http.Error(w, fmt.Sprintf("not PutEvents: %v", err), http.StatusBadRequest)
		return
	}
	select {
	case <-time.After(b.latency):
	case <-r.Context().Done(): // the caller went away before the bus accepted
		return
	}
	if b.full() {
		select {
		case <-b.more:
		case <-r.Context().Done():
			return
		}
	}
	status, answer := b.answer(r, body.Entries)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("x-amzn-RequestId", rand.Text())
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

// stopAt has requests wait once n entries were accepted, until goOn: this is the middle of a run. A caller that gives up while
// it waits has had nothing accepted.
func (b *bus) stopAt(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit = n
}

// goOn has every request answered from now on. It is called once.
func (b *bus) goOn() { close(b.more) }

func (b *bus) full() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.limit > 0 && b.total >= b.limit
}

// waitForEvents waits until the bus has accepted n events.
func (b *bus) waitForEvents(t *testing.T, n int) {
	t.Helper()
	eventually(t, fmt.Sprintf("%d events", n), func() (bool, string) {
		return b.count() >= n, fmt.Sprintf("%d events", b.count())
	})
}

// answer accepts the entries but those whose detail is no object, unless the name of the bus begins with "denied": then the
// request is denied, always, or the first time if it begins with "denied-once". The bus "throttled" is too busy, "rejecting"
// rejects every entry.
func (b *bus) answer(r *http.Request, entries []entry) (int, any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	name := entries[0].EventBusName
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	credential, _, _ = strings.Cut(credential, "/aws4_request")
	b.requests[name] = append(b.requests[name], request{at: time.Now(), credential: credential, entries: entries})
	if strings.HasPrefix(name, "denied") && (!strings.HasPrefix(name, "denied-once") || len(b.requests[name]) == 1) {
		return http.StatusBadRequest, map[string]string{
			"__type":  "AccessDeniedException",
			"message": "User is not authorized to perform: events:PutEvents on resource: " + name,
		}
	}
	if name == "throttled" {
		return http.StatusBadRequest, map[string]string{"__type": "ThrottlingException", "message": "Rate exceeded"}
	}
	type result struct {
		EventID      string `json:"EventId,omitempty"`
		ErrorCode    string `json:",omitempty"`
		ErrorMessage string `json:",omitempty"`
	}
	results := make([]result, len(entries))
	rejected := 0
	for i, e := range entries {
		var detail struct {
			OrderID string `json:"orderId"`
		}
		if err := json.Unmarshal([]byte(e.Detail), &detail); err != nil || name == "rejecting" {
			results[i] = result{ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed."}
			rejected++
			continue
		}
		results[i].EventID = rand.Text()
		b.accepted[detail.OrderID] = append(b.accepted[detail.OrderID], results[i].EventID)
		b.total++
	}
	return http.StatusOK, map[string]any{"FailedEntryCount": rejected, "Entries": results}
}

// seen returns the requests whose first entry went to the bus of this name.
func (b *bus) seen(name string) []request {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]request(nil), b.requests[name]...)
}

// count returns how many entries were accepted.
func (b *bus) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.total
}

// events returns the ids of the accepted events by order.
func (b *bus) events() map[string][]string {
	b.mu.Lock()
	defer b.mu.Unlock()
	events := make(map[string][]string, len(b.accepted))
	for order, ids := range b.accepted {
		events[order] = append([]string(nil), ids...)
	}
	return events
}
