package eventbridge

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const accepted = `{"FailedEntryCount":0,"Entries":[{"EventId":"11710aed-b79e-4468-a20b-bb3c0c3b4860"}]}`

// answer is what the bus says to one request.
type answer struct {
	status int
	header map[string]string
	body   string
	does   http.HandlerFunc // instead of all that
}

func hangUp(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

// bus is a scripted EventBridge. The last answer is given again and again.
type bus struct {
	*httptest.Server
	mu          sync.Mutex
	answers     []answer
	requests    []*http.Request
	bodies      []string
	connections int
}

func startBus(tb testing.TB, answers ...answer) *bus {
	tb.Helper()
	b := &bus{answers: answers}
	b.Server = httptest.NewUnstartedServer(b)
	b.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			b.mu.Lock()
			b.connections++
			b.mu.Unlock()
		}
	}
	b.Start()
	tb.Cleanup(b.Close)
	return b
}

func (b *bus) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	b.mu.Lock()
	b.requests = append(b.requests, r)
	b.bodies = append(b.bodies, string(body))
	a := answer{status: 200, body: accepted}
	if len(b.answers) > 0 {
		a = b.answers[0]
		if len(b.answers) > 1 {
			b.answers = b.answers[1:]
		}
	}
	b.mu.Unlock()
	if a.does != nil {
		a.does(w, r)
		return
	}
	w.Header()["x-amzn-RequestId"] = []string{"req-1"}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	for k, v := range a.header {
		if v == "" {
			delete(w.Header(), k)
			continue
		}
		w.Header().Set(k, v)
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

func (b *bus) seen() (requests []*http.Request, bodies []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.requests, b.bodies
}

func (b *bus) request() *Request { return requestTo(b.URL) }

func requestTo(endpoint string) *Request {
	return &Request{
		Credentials: Credentials{AccessKey: "AKIDLITERAL", SecretKey: "literal-secret"},
		Region:      "eu-central-1", Endpoint: endpoint,
		Entries: []Entry{{Source: "com.acme.orders", DetailType: "OrderCreated", EventBusName: "orders", Detail: `{"orderId":"A-1"}`}},
	}
}

// observed counts what an observer is told.
type observed struct {
	mu       sync.Mutex
	attempts []string
	carried  []int // entries of each exchange
	sends    []string
	entries  int
	lost     int
	rejected []string
}

func (o *observed) Attempted(_ context.Context, _ time.Duration, entries int, code string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.carried = append(o.carried, entries)
	o.attempts = append(o.attempts, code)
}

func (o *observed) Sent(entries, _ int, code string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.entries += entries
	o.sends = append(o.sends, code)
}

func (o *observed) AnswerLost() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lost++
}

func (o *observed) EntryRejected(code string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.rejected = append(o.rejected, code)
}

// atOnce retries without waiting.
var atOnce = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })

func newSender(tb testing.TB, o Options) *Sender {
	tb.Helper()
	if o.backoff == nil {
		o.backoff = atOnce
	}
	s := New(o)
	tb.Cleanup(s.Close)
	return s
}

func entriesOf(t *testing.T, body string) []map[string]any {
	t.Helper()
	var got struct{ Entries []map[string]any }
	require.NoError(t, json.Unmarshal([]byte(body), &got))
	return got.Entries
}

func failure(t *testing.T, err error) *Error {
	t.Helper()
	e, ok := err.(*Error) //nolint:errorlint // the contract of Send: the error itself is an *Error
	require.True(t, ok, "got %T: %v", err, err)
	assert.Equal(t, e.Message, e.Error())
	return e
}

// gather answers nobody until n requests have arrived.
func gather(mu *sync.Mutex, arrived *int, n int, full chan struct{}) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		if *arrived++; *arrived == n {
			close(full)
		}
		mu.Unlock()
		<-full
		_, _ = io.WriteString(w, accepted)
	}
}
