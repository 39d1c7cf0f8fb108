package zeebe

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/test/bufconn"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/worker"
)

// restBroker is a cluster's REST API in a bubble: a poll waits for the next job, as it was asked to.
type restBroker struct {
	jobs   chan string // without room: a job waits for a poll
	unheld bool        // polls are answered at once
	late   string      // given to a poll that waits when the worker's drain has begun; empty = none
	end    chan struct{}

	mu    sync.Mutex
	calls []restCall
}

func (b *restBroker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	b.mu.Lock()
	b.calls = append(b.calls, restCall{method: r.Method, path: r.URL.Path, body: string(body)})
	b.mu.Unlock()
	switch r.URL.Path {
	case "/v2/topology":
		fmt.Fprint(w, `{"brokers":[{}],"gatewayVersion":"8.10.0"}`)
	case "/v2/jobs/activation":
		var asked struct{ RequestTimeout int64 }
		_ = json.Unmarshal(body, &asked)
		fmt.Fprintf(w, `{"jobs":[%s]}`, b.next(time.Duration(asked.RequestTimeout)*time.Millisecond))
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// next waits for a job. It does not look at the request's context: the listener of these tests may end that too early, since a
// deadline of its connections can take effect after it was lifted.
func (b *restBroker) next(wait time.Duration) string {
	if b.unheld {
		wait = 0
	}
	over := time.NewTimer(wait)
	defer over.Stop()
	select {
	case j := <-b.jobs:
		return j
	case <-over.C:
	case <-b.end:
		return b.late
	}
	return ""
}

func (b *restBroker) count(path string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, c := range b.calls {
		if strings.HasPrefix(c.path, path) {
			n++
		}
	}
	return n
}

func (b *restBroker) last() restCall {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls[len(b.calls)-1]
}

// handled completes each job and tells when it came.
type handled struct {
	mu   sync.Mutex
	keys []int64
	at   []time.Time
}

func (h *handled) Handle(_ context.Context, j *job.Job) job.Outcome {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.keys, h.at = append(h.keys, j.Key), append(h.at, time.Now())
	return job.Complete{}
}

func (*handled) Settled(*job.Job) {}

// serveInBubble serves a REST API and returns a client of it. Both end with the function that is returned.
func serveInBubble(t *testing.T, b http.Handler) (*RESTClient, func()) {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	server := &http.Server{Handler: b, ReadHeaderTimeout: time.Hour}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) })
	c, err := DialREST(Config{RESTAddress: "http://broker"}, silent)
	require.NoError(t, err)
	transportOf(t, c).DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) { return listener.DialContext(ctx) }
	return c, func() {
		_ = c.Close()
		_ = server.Close()
		serving.Wait()
		pass(time.Minute) // the last polls end
	}
}

func activatedNow(key int64) string {
	return fmt.Sprintf(`{"jobKey":"%d","retries":3,"deadline":%d,"variables":{},"customHeaders":{}}`, key, time.Now().Add(time.Minute).UnixMilli())
}

func TestAWorkerOverRESTWaitsAtTheGateway(t *testing.T) {
	t.Parallel()
	for _, streams := range []bool{true, false} { // the worker may be told to stream, and learns that it cannot
		synctest.Test(t, func(t *testing.T) {
			b, h := &restBroker{jobs: make(chan string), end: make(chan struct{})}, &handled{}
			c, end := serveInBubble(t, b)
			defer end()
			w := worker.New(worker.Config{JobType: "t", Name: "w", Stream: streams, MaxJobsActive: 8}, c, h, nil, silent)
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- w.Run(ctx) }()

			const quiet = 10 * time.Minute
			pass(quiet)
			ready, why := w.Ready()
			assert.True(t, ready, why)
			polls := b.count("/v2/jobs/activation")
			assert.LessOrEqual(t, polls, int(quiet/(20*time.Second))+15, "polls wait")
			assert.GreaterOrEqual(t, polls, int(quiet/(20*time.Second)))
			assert.LessOrEqual(t, b.count("/v2/topology"), int(quiet/(5*time.Second))+5)

			for key := range int64(20) {
				sent := time.Now()
				b.jobs <- activatedNow(key + 1)
				pass(0)
				h.mu.Lock()
				assert.Len(t, h.keys, int(key)+1)
				assert.Equal(t, sent, h.at[key], "a poll was waiting for it: no time passed in the bubble")
				h.mu.Unlock()
				pass(700 * time.Millisecond)
			}
			stop()
			require.NoError(t, <-ended)
			assert.Equal(t, 20, b.count("/v2/jobs/")-b.count("/v2/jobs/activation"), "each job has one command")
		})
	}
}

func TestAGatewayThatHoldsNoPollsIsNotAskedWithoutAPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &restBroker{jobs: make(chan string), end: make(chan struct{}), unheld: true}
		c, end := serveInBubble(t, b)
		defer end()
		w := worker.New(worker.Config{JobType: "t", Name: "w"}, c, &handled{}, nil, silent)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- w.Run(ctx) }()
		pass(time.Minute)
		stop()
		require.NoError(t, <-ended)
		assert.LessOrEqual(t, b.count("/v2/jobs/activation"), 601)
		assert.GreaterOrEqual(t, b.count("/v2/jobs/activation"), 100, "a job does not wait for long")
	})
}

func TestAJobThatComesWithTheDrainIsHandedBackOverREST(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, h := &restBroker{jobs: make(chan string), end: make(chan struct{})}, &handled{}
		c, end := serveInBubble(t, b)
		defer end()
		w := worker.New(worker.Config{JobType: "t", Name: "w"}, c, h, nil, silent)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- w.Run(ctx) }()
		pass(30 * time.Second)
		stop()
		pass(500 * time.Millisecond)
		b.late = activatedNow(7)
		close(b.end)
		require.NoError(t, <-ended)
		assert.Empty(t, h.keys)
		assert.Equal(t, restCall{method: "PATCH", path: "/v2/jobs/7", body: `{"changeset":{"timeout":1}}`}, b.last())
	})
}

func TestAPollThatBringsNothingEndsSoonWithTheDrain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &restBroker{jobs: make(chan string), end: make(chan struct{})}
		c, end := serveInBubble(t, b)
		defer end()
		w := worker.New(worker.Config{JobType: "t", Name: "w"}, c, &handled{}, nil, silent)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- w.Run(ctx) }()
		pass(30 * time.Second)
		stop()
		began := time.Now()
		require.NoError(t, <-ended)
		assert.LessOrEqual(t, time.Since(began), 2*time.Second)
		assert.False(t, slices.ContainsFunc(b.calls, func(c restCall) bool { return c.method == http.MethodPatch }))
	})
}
