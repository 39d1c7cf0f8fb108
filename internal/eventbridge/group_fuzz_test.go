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

// randomBus answers at random, and keeps what it did with each entry.
type randomBus struct {
	t      *testing.T
	mu     sync.Mutex
	random *rand.Rand
	quota  *quota // nil = it throttles at random

	requests int
	shared   int
	accepted map[string]int
	unsure   map[string]int // answers that leave open whether the entry was accepted
}

func (b *randomBus) RoundTrip(r *http.Request) (*http.Response, error) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	sources := sourcesOf(string(text))
	b.mu.Lock()
	b.requests++
	if len(sources) > 1 {
		b.shared++
	}
	assert.LessOrEqual(b.t, len(sources), 10)
	assert.Zero(b.t, strings.Count(string(text), `"EventBusName":"bus-0"`)%len(sources), "all entries go to one bus")
	takes, dice := time.Duration(b.random.IntN(300))*time.Millisecond, b.random.IntN(100)
	if b.random.IntN(50) == 0 {
		takes = time.Minute // longer than an attempt may take
	}
	throttles := dice >= 70 && dice < 85
	if b.quota != nil {
		status, _ := b.quota.fault("", 0)
		throttles = status == 400
		if dice < 85 {
			dice = 0
		}
	}
	refused := strings.Contains(strings.Join(sources, " "), "bad")
	accept := !refused && !throttles && (dice < 70 || dice >= 97)
	b.mu.Unlock()
	note := func(unsure bool) {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, s := range sources {
			if accept {
				b.accepted[s]++
			}
			if unsure {
				b.unsure[s]++
			}
		}
	}
	answer := func(status int, body string) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}, nil
	}
	select {
	case <-time.After(takes):
	case <-r.Context().Done():
		note(true)
		return nil, r.Context().Err()
	}
	switch {
	case refused:
		return answer(400, `{"__type":"ValidationException"}`)
	case throttles:
		return answer(400, throttling)
	case dice < 70:
		note(false)
		return answer(200, echo(sources))
	case dice < 88:
		note(true)
		return answer(500, internal)
	case dice < 97:
		return answer(400, `{"__type":"AccessDeniedException"}`)
	}
	note(true)
	return nil, errors.New("read: connection reset by peer")
}

// TestAnyCourseOfEventsSendsEachEntryOnce or certainly not, but for answers that were lost.
func TestAnyCourseOfEventsSendsEachEntryOnce(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		course(t, seed)
	}
}

func FuzzGroup(f *testing.F) {
	for seed := range uint64(10) {
		f.Add(seed)
	}
	f.Fuzz(course)
}

// course has jobs come and go at random.
func course(t *testing.T, seed uint64) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(seed, 1))
		b := &randomBus{t: t, random: rand.New(rand.NewPCG(seed, 2)), accepted: map[string]int{}, unsure: map[string]int{}}
		s := New(Options{MaxConns: 16 << random.IntN(5), MaxEntries: 1 + random.IntN(10), MaxAttempts: 1 + random.IntN(3)})
		s.shared = &exchanger{transport: b, timeout: s.options.RequestTimeout, observer: noObserver{}}
		if random.IntN(2) == 0 {
			b.quota = &quota{perSecond: 2 + 100*random.Float64()}
		}
		var all sync.WaitGroup
		var never []string
		for i := range 100 + random.IntN(100) {
			<-time.After(time.Duration(random.ExpFloat64() * float64(3*time.Millisecond)))
			name := fmt.Sprintf("%d-", i)
			if random.IntN(30) == 0 {
				name = "bad-" + name
			}
			r := requestOf(name + "0")
			r.Entries[0].EventBusName = fmt.Sprint("bus-", min(random.IntN(4), 1))
			for k := range max(0, random.IntN(8)-4) {
				e := r.Entries[0]
				e.Source = fmt.Sprint(name, k+1)
				r.Entries = append(r.Entries, e)
			}
			if came := time.Now(); random.IntN(2) == 0 {
				refuses := random.IntN(4) == 0
				r.BeforeAttempt = func(ctx context.Context) error {
					if refuses && time.Since(came) > 500*time.Millisecond {
						return errors.New("too little is left of the lease")
					}
					return ctx.Err()
				}
			}
			limit, give := time.Duration(1+random.IntN(20))*time.Second, random.IntN(6) == 0
			after := time.Duration(random.IntN(500)) * time.Millisecond
			all.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				if give {
					time.AfterFunc(after, cancel)
				}
				begin := time.Now()
				response, err := s.Send(ctx, r)
				assert.LessOrEqual(t, time.Since(begin), limit)
				b.mu.Lock()
				defer b.mu.Unlock()
				for k, e := range r.Entries {
					accepted, unsure := b.accepted[e.Source], b.unsure[e.Source]
					assert.LessOrEqual(t, accepted, 1+unsure, "%s: sent again although nothing was lost", e.Source)
					if err == nil {
						assert.GreaterOrEqual(t, accepted, 1, e.Source)
						if assert.Len(t, response.Entries(), len(r.Entries)) {
							assert.Equal(t, "id-"+e.Source, response.Entries()[k].EventID)
						}
						continue
					}
					if failure(t, err).NotSent {
						never = append(never, e.Source)
					}
				}
			})
		}
		all.Wait()
		s.Close()
		for _, target := range s.targets.byKey {
			assert.Zero(t, target.calls+target.inFlight+len(target.queue)+len(target.groups)+target.troubled+target.slowed)
		}
		pass(2 * time.Minute) // what was taken to be lost may have come
		for source, n := range b.accepted {
			require.LessOrEqual(t, n, 1+b.unsure[source], source)
		}
		for _, source := range never {
			require.Zero(t, b.accepted[source], "%s: its call said that it was not sent", source)
		}
	})
}
