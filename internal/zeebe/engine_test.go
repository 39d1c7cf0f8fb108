package zeebe

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/worker"
)

// The engine_*_test.go files run the worker engine with the real clients against the embedded gateway, over gRPC and over REST, in
// time that is not real.

// engineWay is one way in which a worker may be set up: how it speaks to the gateway, and whether it asks for lease tokens.
type engineWay struct {
	overREST bool
	leases   worker.LeaseMode
}

func (w engineWay) leased() bool { return w.leases != worker.LeaseOff }

// inEachWay runs a test in a bubble for each transport with each mode of leases.
func inEachWay(t *testing.T, test func(t *testing.T, way engineWay)) {
	t.Helper()
	t.Parallel()
	for _, transport := range [...]struct {
		name     string
		overREST bool
	}{{"gRPC", false}, {"REST", true}} {
		for name, mode := range map[string]worker.LeaseMode{"off": worker.LeaseOff, "prefer": worker.LeasePrefer, "require": worker.LeaseRequire} {
			t.Run(transport.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { test(t, engineWay{transport.overREST, mode}) })
			})
		}
	}
}

// pipeListener is a listener in memory. Its connections keep deadlines as those of a network do.
type pipeListener struct {
	connections chan net.Conn
	closed      chan struct{}
	once        sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{connections: make(chan net.Conn), closed: make(chan struct{})}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.connections:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (*pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080} }

func (l *pipeListener) dial(ctx context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case l.connections <- theirs:
		return ours, nil
	case <-l.closed:
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// site is an embedded gateway that can die and come back, and what stands before its REST API.
type site struct {
	t       *testing.T
	options embedded.GatewayOptions
	*embedded.Gateway
	engines []*engine // that work on it

	mu     sync.Mutex
	ways   [2]*pipeListener // over gRPC, over REST
	front  func(w http.ResponseWriter, r *http.Request) bool
	behind *http.Server // serves REST with what stands before it; nil = the gateway does
}

// newSite starts a gateway of Camunda 8.10, unless the options say otherwise. A front answers a request over REST and returns true,
// or lets it pass to the gateway.
func newSite(t *testing.T, o embedded.GatewayOptions, front func(w http.ResponseWriter, r *http.Request) bool) *site {
	t.Helper()
	if o.Version == "" {
		o.Version = "8.10.0"
	}
	o.KeepJobs = true
	s := &site{t: t, options: o, front: front}
	s.start()
	t.Cleanup(s.close)
	return s
}

// start starts the gateway, with the state that an earlier one left on disk.
func (s *site) start() {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ways = [2]*pipeListener{newPipeListener(), newPipeListener()}
	o := s.options
	o.Listener = s.ways[0]
	if s.front == nil {
		o.RESTListener = s.ways[1]
	}
	var err error
	s.Gateway, err = embedded.StartGateway(o)
	require.NoError(s.t, err)
	if s.front == nil {
		return
	}
	gateway := s.REST()
	s.behind = &http.Server{ReadHeaderTimeout: time.Hour, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.front(w, r) {
			gateway.ServeHTTP(w, r)
		}
	})}
	go func(l *pipeListener) { _ = s.behind.Serve(l) }(s.ways[1])
}

// kill ends the gateway without a word to anybody.
func (s *site) kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, way := range s.ways {
		_ = way.Close()
	}
	if s.behind != nil {
		_ = s.behind.Close()
	}
	s.Close()
}

func (s *site) dial(ctx context.Context, way int) (net.Conn, error) {
	s.mu.Lock()
	l := s.ways[way]
	s.mu.Unlock()
	return l.dial(ctx)
}

// add adds jobs that say what is to become of them, and returns their keys.
func (s *site) add(n int, what string) []int64 {
	s.t.Helper()
	jobs := make([]embedded.Job, n)
	for i := range jobs {
		jobs[i] = embedded.Job{Type: "t", Variables: `{"do":"` + what + `"}`}
	}
	keys, err := s.AddJobs(jobs...)
	require.NoError(s.t, err)
	return keys
}

// inState returns how many jobs are in a state.
func (s *site) inState(state string) (n int) {
	for _, r := range s.Report() {
		if r.State == state {
			n++
		}
	}
	return n
}

// engineClient is a client of either transport.
type engineClient interface {
	worker.Gateway
	Close() error
}

// client returns a client of the gateway. Auth may be nil.
func (s *site) client(way engineWay, auth authorizer) engineClient {
	s.t.Helper()
	if auth == nil {
		auth = fixedAuth{}
	}
	if way.overREST {
		c, err := DialREST(Config{RESTAddress: "http://gateway"}, silent)
		require.NoError(s.t, err)
		c.rest.auth = auth
		c.rest.connections = newRESTConnections(func() *http.Transport {
			t := newTransport(c.rest.config, nil)
			t.Proxy = nil
			t.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) { return s.dial(ctx, 1) }
			return t
		})
		return c
	}
	c, err := dial(Config{Target: "127.0.0.1:26500"}, silent, grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return s.dial(ctx, 0) }))
	require.NoError(s.t, err)
	c.auth = auth
	return c
}

// engine is a worker at work on a site.
type engine struct {
	*worker.Worker
	client engineClient
	stop   context.CancelFunc // begins the drain
	ended  chan struct{}
	left   error // what Run returned

	handle func(ctx context.Context, j *job.Job) job.Outcome

	mu        sync.Mutex
	log       bytes.Buffer
	handled   map[int64]int // how often
	settled   map[string]int
	abandoned map[job.AbandonReason]int
	retried   map[string]int
}

// work starts a worker. A nil handle completes each job at once.
func (s *site) work(way engineWay, c worker.Config, auth authorizer, handle func(ctx context.Context, j *job.Job) job.Outcome) *engine {
	s.t.Helper()
	e := &engine{
		client: s.client(way, auth), ended: make(chan struct{}), handle: handle,
		handled: map[int64]int{}, settled: map[string]int{}, abandoned: map[job.AbandonReason]int{}, retried: map[string]int{},
	}
	c.JobType, c.Name, c.Leases, c.Stream = "t", "w", way.leases, true
	e.Worker = worker.New(c, e.client, e, engineObserver{e}, slog.New(slog.NewTextHandler(e, nil)))
	ctx, stop := context.WithCancel(s.t.Context())
	e.stop = stop
	s.engines = append(s.engines, e)
	go func() {
		defer close(e.ended)
		e.left = e.Run(ctx)
	}()
	pass(time.Second)
	ready, why := e.Ready()
	require.True(s.t, ready, why)
	return e
}

// drain drains the worker and waits for its end.
func (e *engine) drain() error {
	e.stop()
	<-e.ended
	return e.left
}

// close ends all that is left of a bubble.
func (s *site) close() {
	for _, e := range s.engines {
		_ = e.drain()
		_ = e.client.Close()
	}
	s.kill()
	pass(time.Minute)
}

func (e *engine) Handle(ctx context.Context, j *job.Job) job.Outcome {
	e.mu.Lock()
	e.handled[j.Key]++
	e.mu.Unlock()
	if e.handle == nil {
		return job.Complete{}
	}
	return e.handle(ctx, j)
}

func (e *engine) note(what func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	what()
}

func (e *engine) Write(p []byte) (n int, err error) {
	e.note(func() { n, err = e.log.Write(p) })
	return n, err
}

// lines returns how many lines of the log contain a text.
func (e *engine) lines(text string) (n int) {
	e.note(func() { n = strings.Count(e.log.String(), text) })
	return n
}

func (*engine) Settled(*job.Job) {}

// engineObserver counts what an engine tells.
type engineObserver struct{ *engine }

func (engineObserver) Taken(*job.Job, bool)      {}
func (engineObserver) StreamOpen(bool)           {}
func (engineObserver) Link(string)               {}
func (o engineObserver) CommandRetried(c string) { o.note(func() { o.retried[c]++ }) }

func (o engineObserver) Abandoned(_ *job.Job, r job.AbandonReason) {
	o.note(func() { o.abandoned[r]++ })
}

func (o engineObserver) Settled(_ *job.Job, outcome job.Outcome, _, _ time.Duration) {
	o.note(func() { o.settled[outcome.Name()]++ })
}
