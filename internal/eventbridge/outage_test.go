package eventbridge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// faultyBus is a transport without sockets that answers each request after a while, as fault says.
type faultyBus struct {
	fault func(source string, n int) (status int, body string) // n counts the requests of a job from 1
	takes time.Duration

	mu       sync.Mutex
	seen     map[string]int // requests by the source of their event
	accepted map[string]int // events by source
	requests int
	entries  int // of all requests
	now, top int // requests at once
	last     time.Time
}

func newFaultyBus(fault func(source string, n int) (int, string)) *faultyBus {
	return &faultyBus{fault: fault, takes: 20 * time.Millisecond, seen: map[string]int{}, accepted: map[string]int{}}
}

const (
	throttling = `{"__type":"ThrottlingException","message":"Rate exceeded"}`
	internal   = `{"__type":"InternalException","message":"boom"}`
)

func (b *faultyBus) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	sources := sourcesOf(string(body))
	b.mu.Lock()
	b.requests++
	for _, source := range sources {
		b.seen[source]++
	}
	b.now++
	b.top = max(b.top, b.now)
	b.entries += len(sources)
	status, answer := b.fault(sources[0], b.seen[sources[0]])
	if status == 200 && answer == accepted {
		answer = acceptedAll(len(sources))
	}
	takes := b.takes
	b.mu.Unlock()
	defer func() { b.mu.Lock(); b.now--; b.mu.Unlock() }()
	select {
	case <-time.After(takes):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	if status == 0 {
		return nil, errors.New("read: connection reset by peer")
	}
	if status == 200 {
		b.mu.Lock()
		for _, source := range sources {
			b.accepted[source]++
		}
		b.last = time.Now()
		b.mu.Unlock()
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answer)), ContentLength: int64(len(answer))}, nil
}

// sourcesOf returns the sources of the entries of a request.
func sourcesOf(body string) []string {
	var sources []string
	for {
		_, rest, found := strings.Cut(body, `"Source":"`)
		if !found {
			return sources
		}
		source, rest, _ := strings.Cut(rest, `"`)
		sources, body = append(sources, source), rest
	}
}

// acceptedAll is the answer to so many entries. Each has an id of its own.
func acceptedAll(n int) string {
	if n == 1 {
		return accepted
	}
	var b strings.Builder
	b.WriteString(`{"FailedEntryCount":0,"Entries":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"EventId":"event-%d"}`, i)
	}
	b.WriteString(`]}`)
	return b.String()
}

// tally is what became of a worker's jobs.
type tally struct {
	done, failed, incidents, handedBack int
	took                                time.Duration
	completed                           []time.Time
}

// silence is how long after a moment the first job was completed.
func (t *tally) silence(after time.Time) time.Duration {
	best := time.Hour
	for _, c := range t.completed {
		if d := c.Sub(after); d >= 0 && d < best {
			best = d
		}
	}
	return best
}

const slots = 256

// work sends the events of n jobs of three retries each as a worker does: 256 at a time, each within a lease of 60 s. While
// all targets are down it takes one job at a time. A job whose event was not sent comes again with its retries.
func work(t *testing.T, s *Sender, n int, follow bool, request func(source string) *Request) *tally {
	t.Helper()
	type task struct {
		source  string
		retries int
	}
	waiting := make([]task, 0, n)
	for i := range n {
		waiting = append(waiting, task{"job-" + string(rune('a'+i%26)) + "-" + time.Duration(i).String(), 3})
	}
	var mu sync.Mutex
	out := &tally{}
	left := n
	begin := time.Now()
	inHand := 0
	var all sync.WaitGroup
	for range slots {
		all.Go(func() {
			for {
				mu.Lock()
				if left == 0 {
					mu.Unlock()
					return
				}
				if len(waiting) == 0 || follow && inHand > 0 && s.Targets().Down() {
					mu.Unlock()
					<-time.After(100 * time.Millisecond)
					continue
				}
				j := waiting[0]
				waiting = waiting[1:]
				inHand++
				mu.Unlock()
				ctx, cancel := context.WithTimeout(t.Context(), 54*time.Second)
				r := request(j.source)
				r.LastTry = j.retries == 1
				_, err := s.Send(ctx, r)
				cancel()
				mu.Lock()
				inHand--
				e := &Error{}
				switch {
				case err == nil:
					out.done++
					out.completed = append(out.completed, time.Now())
					left--
				case errors.As(err, &e) && e.NotSent:
					out.handedBack++
					waiting = append(waiting, j)
				default:
					out.failed++
					if j.retries--; j.retries == 0 {
						out.incidents++
						left--
					} else {
						waiting = append(waiting, j)
					}
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	out.took = time.Since(begin)
	return out
}

func overBus(o Options, b *faultyBus) *Sender {
	if o.Observer == nil {
		o.Observer = noObserver{}
	}
	s := New(o)
	s.shared = &exchanger{transport: b, timeout: s.options.RequestTimeout, observer: o.Observer}
	return s
}

func requestOf(source string) *Request {
	r := requestTo("http://bus.test")
	r.Entries[0].Source = source
	return r
}

func TestOutages(t *testing.T) {
	for _, mode := range []string{"standard", "adaptive"} {
		for _, entries := range []int{1, 10} {
			t.Run(fmt.Sprintf("%s, %d entries in a request", mode, entries), func(t *testing.T) {
				t.Setenv("AWS_RETRY_MODE", mode)
				outages(t, mode, entries)
			})
		}
	}
}

func outages(t *testing.T, mode string, entries int) {
	t.Helper()
	// during is a fault for the first seconds.
	during := func(d time.Duration, status int, body string, share float64) func(begin time.Time) func(string, int) (int, string) {
		return func(begin time.Time) func(string, int) (int, string) {
			random := rand.New(rand.NewPCG(1, 2))
			return func(string, int) (int, string) {
				if time.Since(begin) < d && random.Float64() < share {
					return status, body
				}
				return 200, accepted
			}
		}
	}
	tests := []struct {
		name          string
		jobs          int
		lasts         time.Duration // of the fault; 0 = it has no time
		fault         func(begin time.Time) func(string, int) (int, string)
		wantFailed    int // at most
		wantIncidents int // at most
	}{
		{"every job meets two 500s", 1000, 0, func(time.Time) func(string, int) (int, string) {
			return func(_ string, n int) (int, string) {
				if n <= 2 {
					return 500, internal
				}
				return 200, accepted
			}
		}, 0, 0},
		{"throttled for 2 s", 300, 2 * time.Second, during(2*time.Second, 400, throttling, 1), 0, 0},
		{"throttled for 20 s", 3000, 20 * time.Second, during(20*time.Second, 400, throttling, 1), 0, 0},
		{"429 for 20 s", 600, 20 * time.Second, during(20*time.Second, 429, "slow down", 1), 0, 0},
		{"500 for 20 s", 2700, 20 * time.Second, during(20*time.Second, 500, internal, 1), 0, 0},
		{"503 of a proxy for 20 s", 600, 20 * time.Second, during(20*time.Second, 503, "<html>", 1), 0, 0},
		{"connections are reset for 20 s", 600, 20 * time.Second, during(20*time.Second, 0, "", 1), 0, 0},
		{"500 for 3 minutes", 600, 3 * time.Minute, during(3*time.Minute, 500, internal, 1), 300, 0},
		{"throttled for 3 minutes", 600, 3 * time.Minute, during(3*time.Minute, 400, throttling, 1), 0, 0},
		{"80 % throttled for 20 s", 3000, 20 * time.Second, during(20*time.Second, 400, throttling, .8), 0, 0},
		{"50 % throttled for 20 s", 3000, 20 * time.Second, during(20*time.Second, 400, throttling, .5), 0, 0},
		{"95 % throttled for 20 s", 600, 20 * time.Second, during(20*time.Second, 400, throttling, .95), 0, 0},
	}
	for i, tt := range tests {
		if mode == "adaptive" && i%3 != 0 {
			continue // it differs by how long throttling is remembered
		}
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				b := newFaultyBus(tt.fault(begin))
				s := overBus(Options{MaxEntries: entries}, b)
				defer s.Close()
				got := work(t, s, tt.jobs, true, requestOf)
				silence := got.silence(begin.Add(tt.lasts))
				t.Logf("done %d failed %d incidents %d handed back %d, %d requests in %v, at most %d at once, silence %v",
					got.done, got.failed, got.incidents, got.handedBack, b.requests, got.took.Round(time.Millisecond), b.top, silence.Round(time.Millisecond))
				assert.LessOrEqual(t, got.failed, tt.wantFailed)
				assert.LessOrEqual(t, got.incidents, tt.wantIncidents)
				assert.Equal(t, tt.jobs, got.done+got.incidents)
				if tt.lasts > 0 && tt.lasts <= longOutage {
					assert.LessOrEqual(t, silence, time.Second, "the first event after the fault")
				}
				for source, n := range b.accepted {
					require.Equal(t, 1, n, source)
				}
			})
		})
	}
}
