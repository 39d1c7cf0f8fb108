//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

// bus is the embedded bus with a count of every entry that it accepted. The name of the event bus in an entry says how it
// answers, see answer.
type bus struct {
	*embedded.Bus
	url string

	mu       sync.Mutex
	requests map[string][]request // by the bus name of the first entry
	accepted map[string][]string  // event ids by the entry's order id
	limit    int                  // so many entries are accepted before requests wait for more; 0 = no limit
	more     chan struct{}        // closed by goOn
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

// newBus starts a bus that lives as long as the run.
func newBus(latency time.Duration) *bus {
	b := &bus{more: make(chan struct{}), requests: make(map[string][]request), accepted: make(map[string][]string)}
	var err error
	if b.Bus, err = embedded.StartBus(embedded.BusOptions{Latency: latency, KeepEvents: -1, OnEvent: b.accept}); err != nil {
		panic(err) // no port to be had
	}
	b.url = b.URL()
	b.Respond(b.answer)
	return b
}

func (b *bus) accept(e embedded.Event) {
	var detail struct {
		OrderID string `json:"orderId"`
	}
	_ = json.Unmarshal([]byte(e.Detail), &detail) // the bus takes no other details than objects
	b.mu.Lock()
	defer b.mu.Unlock()
	b.accepted[detail.OrderID] = append(b.accepted[detail.OrderID], e.ID)
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

// waitForEvents waits until the bus has accepted n events.
func (b *bus) waitForEvents(t *testing.T, n int) {
	t.Helper()
	eventually(t, fmt.Sprintf("%d events", n), func() (bool, string) {
		return b.count() >= n, fmt.Sprintf("%d events", b.count())
	})
}

// answer notes a request and says how it is answered. Where the name of the bus begins with "denied" it is denied, always, or
// the first time if the name begins with "denied-once". The bus "throttled" is too busy, "rejecting" rejects every entry; all
// others answer as EventBridge does.
func (b *bus) answer(r *embedded.BusRequest) *embedded.Answer {
	if len(r.Entries) == 0 {
		return nil // it is refused
	}
	count := b.count()
	b.mu.Lock()
	defer b.mu.Unlock()
	name := strings.Clone(r.Entries[0].EventBusName)
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	credential, _, _ = strings.Cut(credential, "/aws4_request")
	noted := request{at: time.Now(), credential: credential}
	for _, e := range r.Entries {
		noted.entries = append(noted.entries, entry{Source: e.Source, DetailType: e.DetailType, Detail: e.Detail, EventBusName: e.EventBusName})
	}
	b.requests[name] = append(b.requests[name], noted)
	var hold chan struct{}
	if b.limit > 0 && count >= b.limit {
		hold = b.more
	}
	refuse := func(a embedded.Answer) *embedded.Answer {
		a.Hold = hold
		return &a
	}
	switch {
	case strings.HasPrefix(name, "denied") && (!strings.HasPrefix(name, "denied-once") || len(b.requests[name]) == 1):
		return refuse(embedded.AWSError(http.StatusBadRequest, "AccessDeniedException", "User is not authorized to perform: events:PutEvents on resource: "+name))
	case name == "throttled":
		return refuse(embedded.Throttled())
	case name == "rejecting":
		rejected := slices.Repeat([]string{`{"ErrorCode":"MalformedDetail","ErrorMessage":"Detail is malformed."}`}, len(r.Entries))
		return refuse(embedded.Answer{Status: http.StatusOK, Body: fmt.Sprintf(`{"FailedEntryCount":%d,"Entries":[%s]}`, len(rejected), strings.Join(rejected, ","))})
	case hold != nil:
		return &embedded.Answer{Hold: hold}
	}
	return nil
}

// seen returns the requests whose first entry went to the bus of this name.
func (b *bus) seen(name string) []request {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.requests[name])
}

// count returns how many entries were accepted.
func (b *bus) count() int { return int(b.Counts().Accepted) }

// events returns the ids of the accepted events by order.
func (b *bus) events() map[string][]string {
	b.mu.Lock()
	defer b.mu.Unlock()
	events := maps.Clone(b.accepted)
	for order, ids := range events {
		events[order] = slices.Clone(ids)
	}
	return events
}
