package zeebe

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/worker"
)

// oneToken has a token that the gateway takes until it is revoked, and then one that it takes for good.
type oneToken struct {
	mu      sync.Mutex
	revoked bool
	renewed int
}

func (o *oneToken) authorize(ctx context.Context) (context.Context, *proof, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p := newProof("Bearer", "token")
	return p.attach(ctx), p, nil
}

func (o *oneToken) refused(*proof) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.revoked, o.renewed = false, o.renewed+1
	return true
}

func (*oneToken) close() {}

// fault refuses all calls while the token is revoked.
func (o *oneToken) fault(embedded.Call) embedded.Fault {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.revoked {
		return embedded.Fault{Code: codes.Unauthenticated, Message: "the token is not known"}
	}
	return embedded.Fault{}
}

func (o *oneToken) revoke() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.revoked = true
}

func TestEngineRenewsARefusedToken(t *testing.T) {
	inEachWay(t, func(t *testing.T, way engineWay) {
		s := newSite(t, embedded.GatewayOptions{}, nil)
		token := &oneToken{}
		s.SetFault(token.fault)
		e := s.work(way, worker.Config{MaxJobsActive: 32}, token, busy(time.Second))
		for range 30 {
			s.add(4, "complete")
			token.revoke()
			pass(500 * time.Millisecond)
		}
		pass(10 * time.Second)
		allOnce(t, s, 120)
		assert.GreaterOrEqual(t, token.renewed, 20, "calls were refused")
		assert.Empty(t, e.retried, "a command that is refused for its token goes again with the next at once")
		assert.Empty(t, e.abandoned)
	})
}

// allOnce checks that so many jobs were all given out once, and completed once.
func allOnce(t *testing.T, s *site, n int) {
	t.Helper()
	reports := s.Report()
	assert.Len(t, reports, n)
	for _, r := range reports {
		require.Equal(t, embedded.StateCompleted, r.State)
		require.Equal(t, []int{1, 1, 0}, []int{r.Activations, r.Completes, r.Refused}, "activations, completes, refused")
	}
}

func TestEngineUnderBackPressure(t *testing.T) {
	inEachWay(t, func(t *testing.T, way engineWay) {
		s := newSite(t, embedded.GatewayOptions{Partitions: 2}, nil)
		e := s.work(way, worker.Config{MaxJobsActive: 8}, nil, nil)
		var calls int
		s.SetFault(func(embedded.Call) embedded.Fault { // called by one call at a time
			if calls++; calls%3 == 0 {
				return embedded.Fault{}
			}
			return embedded.Fault{Code: codes.ResourceExhausted, Message: "the broker is busy"}
		})
		for range 20 {
			s.add(5, "complete")
			pass(time.Second)
		}
		s.SetFault(nil)
		pass(time.Minute)
		allOnce(t, s, 100)
		assert.Positive(t, e.retried[codeExhausted])
		assert.Len(t, e.retried, 1, "it is told by its own name")
		assert.Empty(t, e.abandoned)
	})
}

// TestEngineBeforeAGatewayThatComesBackWithItsState kills the gateway with jobs at work, some of which have ended by then as far as
// their handlers know.
func TestEngineBeforeAGatewayThatComesBackWithItsState(t *testing.T) {
	for _, away := range [...]time.Duration{0, 10 * time.Second, 50 * time.Second} {
		t.Run(away.String(), func(t *testing.T) {
			inEachWay(t, func(t *testing.T, way engineWay) {
				s := newSite(t, embedded.GatewayOptions{StateDir: t.TempDir(), Partitions: 2}, nil)
				e := s.work(way, worker.Config{MaxJobsActive: 16}, nil, busy(2*time.Second))
				s.add(40, "complete")
				pass(3 * time.Second) // the second sixteen are at work
				s.kill()
				pass(away)
				s.start()
				ready, _ := e.Ready()
				assert.Equal(t, away == 0, ready)
				s.add(10, "come after")
				pass(2 * time.Minute)
				ready, why := e.Ready()
				assert.True(t, ready, why)
				assert.Empty(t, e.abandoned)
				if way.overREST {
					allOnce(t, s, 50)
					return
				}
				for _, r := range s.Report() { // jobs were pushed to the stream that broke, and nobody read them
					assert.Equal(t, []any{embedded.StateCompleted, 1, 0}, []any{r.State, r.Completes, r.Refused})
					assert.Equal(t, 1, e.handled[r.Key], "no job is worked on twice")
				}
			})
		})
	}
}

// TestEngineIsReadySoonAfterTheGatewayIsBack has no jobs: a poll that waits would be answered twenty seconds later.
func TestEngineIsReadySoonAfterTheGatewayIsBack(t *testing.T) {
	inEachWay(t, func(t *testing.T, way engineWay) {
		for _, slots := range [...]int{1, 8} {
			s := newSite(t, embedded.GatewayOptions{StateDir: t.TempDir()}, nil)
			e := s.work(way, worker.Config{MaxJobsActive: slots}, nil, nil)
			s.kill()
			pass(10 * time.Second)
			s.start()
			pass(6 * time.Second) // it holds back for two of them, for others
			ready, why := e.Ready()
			assert.True(t, ready, why)
		}
	})
}

// stranger is what stands before the REST API and answers in its place while it is there.
type stranger struct {
	mu     sync.Mutex
	answer http.HandlerFunc // nil = it lets all requests pass
	met    int
}

func (s *stranger) set(answer http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *stranger) front(w http.ResponseWriter, r *http.Request) bool {
	s.mu.Lock()
	answer := s.answer
	if answer != nil {
		s.met++
	}
	s.mu.Unlock()
	if answer == nil {
		return false
	}
	_, _ = io.Copy(io.Discard, r.Body)
	answer(w, r)
	return true
}

// page returns a handler that answers with a status and a body.
func page(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// TestEngineBehindWhatIsNoGateway has something else answer under /v2 for a while. The worker says so in one line, holds the commands
// of jobs that it works on, and goes on when the gateway is back.
func TestEngineBehindWhatIsNoGateway(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		answer http.HandlerFunc
		reason string // why the worker is not ready
	}{
		{"html", page(http.StatusOK, "text/html", "<html>Sign in</html>"), `HTTP 200 with the content type "text/html"`},
		{"html 404", page(http.StatusNotFound, "text/html", "<h1>404</h1>"), `HTTP 404 with the content type "text/html"`},
		{"404 of another server's JSON", page(http.StatusNotFound, "application/json", `{"timestamp":1,"status":404,"error":"Not Found","path":"/v2"}`), "HTTP 404"},
		{"html 403", page(http.StatusForbidden, "text/html", "<h1>no</h1>"), `HTTP 403 with the content type "text/html"`},
		{"html 502", page(http.StatusBadGateway, "text/html", "<h1>502</h1>"), "HTTP 502"},
		{"html 503", page(http.StatusServiceUnavailable, "text/html", "<h1>503</h1>"), "HTTP 503"},
		{"half a JSON", page(http.StatusOK, "application/json", `{"brokers":[],"jobs":[{"jobKey":"1`), "HTTP 200"},
		{"another JSON", page(http.StatusOK, "application/json", `{"status":"UP"}`), "HTTP 200"},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://login.example.com/?token=geheim", http.StatusFound)
		}, "HTTP 302 to https://login.example.com/; redirects are not followed"},
		{"broken off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"jobs":[`)
		}, "cut off"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var other stranger
				way := engineWay{overREST: true, leases: worker.LeasePrefer}
				s := newSite(t, embedded.GatewayOptions{}, other.front)
				e := s.work(way, worker.Config{MaxJobsActive: 8}, nil, busy(2*time.Second))
				s.add(6, "complete")
				pass(time.Second)
				other.set(tt.answer)
				pass(20 * time.Second) // the jobs end while it answers
				ready, why := e.Ready()
				assert.False(t, ready)
				assert.Contains(t, why, tt.reason)
				assert.NotContains(t, why, "geheim")
				assert.LessOrEqual(t, e.lines("level=WARN")+e.lines("level=ERROR"), 3, e.log.String())
				assert.Less(t, other.met, 400, "it is not asked all the time")
				assert.Positive(t, other.met)
				other.set(nil)
				s.add(6, "complete")
				pass(40 * time.Second)
				ready, why = e.Ready()
				assert.True(t, ready, why)
				allOnce(t, s, 12)
				assert.Empty(t, e.abandoned)
			})
		})
	}
}

// TestEngineGetsWhatIsWholeInAnAnswer cuts an answer to a poll off. The jobs that are whole in it are worked on, the others come again
// when their leases are over; none is done twice.
func TestEngineGetsWhatIsWholeInAnAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const jobs, lease = 10, 30 * time.Second
		var s *site
		cuts := 0
		s = newSite(t, embedded.GatewayOptions{}, func(w http.ResponseWriter, r *http.Request) bool {
			if cuts > 0 || !strings.HasSuffix(r.URL.Path, "/jobs/activation") {
				return false
			}
			answer := httptest.NewRecorder()
			s.REST().ServeHTTP(answer, r)
			body := answer.Body.Bytes()
			w.Header().Set("Content-Type", "application/json")
			if bytes.Contains(body, []byte("jobKey")) {
				cuts++
				w.Header().Set("Content-Length", strconv.Itoa(len(body)))
				body = body[:len(body)/2]
			}
			_, _ = w.Write(body)
			return true
		})
		way := engineWay{overREST: true, leases: worker.LeasePrefer}
		e := s.work(way, worker.Config{MaxJobsActive: 64, Lease: lease, PollWait: time.Second}, nil, nil)
		s.add(jobs, "complete")
		pass(5 * time.Second)
		require.Equal(t, 1, cuts)
		whole := s.inState(embedded.StateCompleted)
		assert.Greater(t, whole, 2, "those that were whole")
		assert.Less(t, whole, jobs)
		pass(lease)
		again := 0
		for _, r := range s.Report() {
			require.Equal(t, []any{embedded.StateCompleted, 1}, []any{r.State, r.Completes})
			again += r.Activations - 1
		}
		assert.Equal(t, jobs-whole, again)
		assert.Equal(t, map[string]int{"complete": jobs}, e.settled)
		for _, times := range e.handled {
			assert.Equal(t, 1, times)
		}
		assert.Equal(t, map[job.AbandonReason]int{}, e.abandoned)
	})
}
