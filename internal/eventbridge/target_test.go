package eventbridge

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// always is a fault that does not end.
func always(status int, body string) func(string, int) (int, string) {
	return func(string, int) (int, string) { return status, body }
}

// crowd sends the events of n jobs at once, each with this time, and returns how they ended.
func crowd(t *testing.T, s *Sender, n int, d time.Duration, change func(i int, r *Request)) []error {
	t.Helper()
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), d)
			defer cancel()
			r := requestOf("job-" + time.Duration(i).String())
			if change != nil {
				change(i, r)
			}
			_, errs[i] = s.Send(ctx, r)
		})
	}
	all.Wait()
	return errs
}

func TestALoneCallHasItsAttemptsAndNoMore(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status, attempts int
		body, code       string
		max              int
	}{
		"throttled":                    {400, 3, throttling, "ThrottlingException", 0},
		"500":                          {500, 3, internal, "InternalException", 0},
		"408 of a proxy":               {408, 3, "<html>", "HTTP_408", 0},
		"no answer":                    {0, 3, "", CodeConnection, 0},
		"one attempt asked for":        {400, 1, throttling, "ThrottlingException", 1},
		"seven attempts asked for":     {500, 7, internal, "InternalException", 7},
		"a quota of the account":       {400, 1, `{"__type":"LimitExceededException"}`, "LimitExceededException", 0},
		"what does not pass by itself": {400, 1, `{"__type":"ValidationException"}`, "ValidationException", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newFaultyBus(always(tt.status, tt.body))
				s := overBus(Options{MaxAttempts: tt.max}, b)
				defer s.Close()
				for range 8 { // one after the other: the earlier ones take none from the later
					before := b.requests
					_, err := s.Send(t.Context(), requestOf("job"))
					e := failure(t, err)
					assert.Equal(t, tt.code, e.Code)
					assert.Equal(t, tt.attempts, b.requests-before)
					assert.False(t, e.NotSent, "its attempts are used up")
				}
			})
		})
	}
}

func TestOneAttemptAskedForIsOneAttemptAmongManyToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newFaultyBus(always(400, throttling))
		s := overBus(Options{MaxAttempts: 1, MaxEntries: 1}, b)
		defer s.Close()
		for _, err := range crowd(t, s, 20, time.Minute, nil) {
			assert.Equal(t, "ThrottlingException", failure(t, err).Code)
		}
		assert.Equal(t, 20, b.requests)
	})
}

func TestAnAttemptThatDoesNotCountIsTriedAgainUnlessOneWasAskedFor(t *testing.T) {
	t.Parallel()
	slowed := apiError(400, nil, throttling)
	for limit, want := range map[int]bool{1: false, 2: true, 3: true} {
		policy := retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts = limit })
		c := &call{retries: retries{policy: policy}, free: true}
		for range 5 {
			assert.Equal(t, want, c.again(slowed), limit)
		}
	}
}

func TestACallWhoseTimeEndsWithoutAnAcceptedEventSaysSo(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status int
		body   string
		sure   int // calls whose event AWS surely did not take, at least
		least  int
	}{
		"throttled":      {400, throttling, 256, 256},
		"429":            {429, "", 256, 256},
		"503 of AWS":     {503, `{"__type":"ServiceUnavailable"}`, 256, 256},
		"503 of a proxy": {503, "<html>", 0, 0},
		"500":            {500, internal, 0, 0},
		"reset":          {0, "", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newFaultyBus(always(tt.status, tt.body))
				s := overBus(Options{MaxEntries: 1}, b)
				defer s.Close()
				assertNotSent(t, crowd(t, s, 256, 20*time.Second, nil), tt.sure)
				// The target is down: of those that come now only probes are sent at all.
				late := crowd(t, s, 100, 20*time.Second, func(_ int, r *Request) { r.Entries[0].Source = "late-" + r.Entries[0].Source })
				assertNotSent(t, late, max(tt.sure-156, 50))
			})
		})
	}
}

// assertNotSent wants at least n errors that say that nothing was accepted. None may say so where n is 0.
func assertNotSent(t *testing.T, errs []error, n int) {
	t.Helper()
	sure := 0
	for _, err := range errs {
		if e := failure(t, err); e.NotSent {
			sure++
			assert.False(t, e.AnswerLost)
			if !e.Sent {
				assert.Contains(t, e.Message, "the event was not sent: EventBridge at bus.test fails all recent requests")
				assert.Equal(t, CodeTimeout, e.Code)
			}
		}
	}
	assert.GreaterOrEqual(t, sure, n)
	if n == 0 {
		assert.Zero(t, sure, "AWS may have taken each of them")
	}
}

func TestAJobOnItsLastTryIsNoProbeWhereAnotherIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newFaultyBus(always(500, internal))
		s := overBus(Options{}, b)
		defer s.Close()
		crowd(t, s, 30, 5*time.Second, nil)
		require.True(t, s.Targets().Down())
		for _, to := range s.targets.byKey {
			to.next = time.Now().Add(time.Second) // the next probe, when all have come
		}
		clear(b.seen)
		errs := crowd(t, s, 30, 10*time.Second, func(i int, r *Request) { r.LastTry = i != 7; r.Entries[0].Source += "x" })
		assert.Len(t, b.seen, 1, "one job had another try, and it alone was sent")
		for i, err := range errs {
			assert.Equal(t, i != 7, failure(t, err).NotSent)
		}

		clear(b.seen)
		crowd(t, s, 3, 10*time.Second, func(_ int, r *Request) { r.LastTry = true })
		assert.NotEmpty(t, b.seen, "without another one it is a probe too")
	})
}

func TestProbesPauseLongerAndLonger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var times []time.Duration
		begin := time.Now()
		b := newFaultyBus(func(string, int) (int, string) {
			times = append(times, time.Since(begin).Round(time.Millisecond))
			return 500, internal
		})
		s := overBus(Options{MaxEntries: 1}, b)
		defer s.Close()
		crowd(t, s, 20, 30*time.Second, nil)
		probes := times[20:]
		require.Greater(t, len(probes), 5)
		assert.Equal(t, []time.Duration{220 * time.Millisecond, 640 * time.Millisecond, 1460 * time.Millisecond, 2280 * time.Millisecond}, probes[:4])
	})
}

func TestAProbeWithoutAnAnswerMakesRoomForAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		b := newFaultyBus(nil)
		b.fault = func(string, int) (int, string) {
			if time.Since(begin) < 15*time.Second {
				b.takes = time.Hour
			} else {
				b.takes = 20 * time.Millisecond
			}
			return 200, accepted
		}
		s := overBus(Options{MaxEntries: 1}, b)
		defer s.Close()
		go crowd(t, s, 20, 50*time.Second, nil)
		pass(11 * time.Second)
		got := crowd(t, s, 10, 50*time.Second, func(_ int, r *Request) { r.Entries[0].Source += "x" })
		for _, err := range got {
			require.NoError(t, err)
		}
		assert.Less(t, time.Since(begin), 18*time.Second, "not only when the silent probe's own time-out ends")
		pass(time.Minute)
	})
}

// TestCallsWhoseTurnComesTooLateDoNotDelayTheProbe: the jobs that have waited longest are asked to probe first, and may have
// too little left of their leases.
func TestCallsWhoseTurnComesTooLateDoNotDelayTheProbe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		after := func(d time.Duration) bool { return time.Since(begin) >= d }
		b := newFaultyBus(func(string, int) (int, string) {
			if after(20 * time.Second) {
				return 200, accepted
			}
			return 503, `{"__type":"ServiceUnavailable"}`
		})
		s := overBus(Options{}, b)
		defer s.Close()
		late := errors.New("too little is left of the lease")
		go crowd(t, s, 20, time.Minute, func(_ int, r *Request) {
			r.BeforeAttempt = func(context.Context) error {
				if after(20 * time.Second) {
					return late
				}
				return nil
			}
		})
		pass(19 * time.Second)
		require.True(t, s.Targets().Down())
		_, err := s.Send(t.Context(), requestOf("job"))
		require.NoError(t, err)
		assert.Less(t, time.Since(begin), 20*time.Second+2*maxPause)
		pass(time.Minute)
	})
}

func TestOneFailingTargetDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newFaultyBus(func(source string, _ int) (int, string) {
			if strings.HasPrefix(source, "sick") {
				return 500, internal
			}
			return 200, accepted
		})
		s := overBus(Options{MaxConns: 40}, b)
		defer s.Close()
		sick := func(_ int, r *Request) { r.Region, r.Entries[0].Source = "sick-1", "sick" }
		changed := s.Targets().Changed()
		assert.False(t, s.Targets().Down(), "nothing is known yet")
		crowd(t, s, 12, 5*time.Second, sick)
		assert.True(t, s.Targets().Down(), "the only target is down")
		assert.True(t, closed(changed))

		changed = s.Targets().Changed()
		for _, err := range crowd(t, s, 5, time.Second, nil) {
			require.NoError(t, err)
		}
		assert.False(t, s.Targets().Down(), "another one is not")
		assert.True(t, closed(changed))
		assert.Equal(t, map[string]int{"bus.test": 1}, s.Targets().DownByEndpoint())
		require.Len(t, s.Targets().States(), 2)

		// Of the calls that wait for the sick one no more than a quarter of the capacity waits for long.
		var quick int
		begin := time.Now()
		var all sync.WaitGroup
		var mu sync.Mutex
		for range 40 {
			all.Go(func() {
				r := requestOf("job")
				sick(0, r)
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				_, err := s.Send(ctx, r)
				if time.Since(begin) < 2*time.Second {
					assert.True(t, failure(t, err).NotSent)
					mu.Lock()
					quick++
					mu.Unlock()
				}
			})
		}
		pass(3 * time.Second)
		mu.Lock()
		assert.GreaterOrEqual(t, quick, 28)
		mu.Unlock()
		all.Wait()

		pass(2 * time.Minute)
		assert.False(t, s.Targets().Down(), "what nothing was sent to for a while tells nothing")
	})
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestTheLogHasALineForEachChange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		b := newFaultyBus(func(string, int) (int, string) {
			if time.Since(begin) < 20*time.Second {
				return 503, `{"__type":"ServiceUnavailable"}`
			}
			return 200, accepted
		})
		var log bytes.Buffer
		s := overBus(Options{Log: slog.New(slog.NewTextHandler(&log, nil))}, b)
		defer s.Close()
		for _, err := range crowd(t, s, 100, time.Minute, nil) {
			require.NoError(t, err)
		}
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		require.Len(t, lines, 2, log.String())
		assert.Contains(t, lines[0], `level=WARN msg="EventBridge fails all recent requests, sends wait and one at a time probes it" endpoint=bus.test region=eu-central-1 code=ServiceUnavailable`)
		assert.Contains(t, lines[1], `level=INFO msg="EventBridge answers again, sends go on" endpoint=bus.test region=eu-central-1 after=`)
		assert.False(t, s.Targets().Down())
	})
}

func TestBeforeAttemptIsAskedBeforeEachAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newFaultyBus(func(_ string, n int) (int, string) {
			if n < 3 {
				return 400, throttling
			}
			return 200, accepted
		})
		s := overBus(Options{backoff: atOnce}, b)
		defer s.Close()
		var asked []int
		r := requestOf("job")
		r.BeforeAttempt = func(context.Context) error {
			<-time.After(time.Minute) // longer than an attempt may take
			asked = append(asked, b.requests)
			return nil
		}
		_, err := s.Send(t.Context(), r)
		require.NoError(t, err)
		assert.Equal(t, []int{0, 1, 2}, asked)
	})
}

// TestACallThatMayNotBeMadeYetHoldsNoPlace has the target limit the attempts at once to two, and three callers that are asked to
// wait.
func TestACallThatMayNotBeMadeYetHoldsNoPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newFaultyBus(always(200, accepted))
		s := overBus(Options{}, b)
		defer s.Close()
		_, err := s.Send(t.Context(), requestOf("first"))
		require.NoError(t, err)
		for _, to := range s.targets.byKey {
			to.limit, to.calls = 2, 9
		}
		open := make(chan struct{})
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				r := requestOf("waits")
				r.BeforeAttempt = func(context.Context) error {
					<-open
					return nil
				}
				_, err := s.Send(t.Context(), r)
				assert.NoError(t, err)
			})
		}
		synctest.Wait()
		begin := time.Now()
		_, err = s.Send(t.Context(), requestOf("goes"))
		require.NoError(t, err)
		assert.Equal(t, b.takes, time.Since(begin))
		close(open)
		all.Wait()
		assert.Equal(t, 3, b.accepted["waits"])
	})
}

// TestBeforeAttemptIsAskedAgainAfterAWait has a call wait for its place until the answer to the question is another one.
func TestBeforeAttemptIsAskedAgainAfterAWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newFaultyBus(always(503, `{"__type":"ServiceUnavailable"}`))
		s := overBus(Options{}, b)
		defer s.Close()
		crowd(t, s, 20, 10*time.Second, nil)
		require.True(t, s.Targets().Down())
		for _, to := range s.targets.byKey {
			to.next = time.Now().Add(2 * time.Second) // the next probe
		}
		before, asked, begin := b.requests, 0, time.Now()
		no := errors.New("commands do not get through any more")
		r := requestOf("job")
		r.BeforeAttempt = func(context.Context) error {
			if asked++; asked == 2 {
				return no
			}
			return nil
		}
		_, err := s.Send(t.Context(), r)
		require.ErrorIs(t, err, no)
		assert.True(t, failure(t, err).NotSent)
		assert.Equal(t, before, b.requests, "nothing was sent")
		assert.Equal(t, 2*time.Second, time.Since(begin), "the second question came with the probe's turn")
	})
}

func TestBeforeAttemptEndsTheCall(t *testing.T) {
	t.Parallel()
	no := errors.New("commands do not get through")
	for name, tt := range map[string]struct {
		status      int
		body        string
		attempts    int // before it says no
		wantCode    string
		wantNotSent bool
	}{
		"at once":                      {200, accepted, 0, CodeCanceled, true},
		"after AWS refused the event":  {400, throttling, 2, "ThrottlingException", true},
		"after AWS may have taken it":  {500, internal, 1, "InternalException", false},
		"after the connection was cut": {0, "", 1, CodeConnection, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newFaultyBus(always(tt.status, tt.body))
				s := overBus(Options{}, b)
				defer s.Close()
				r := requestOf("job")
				r.BeforeAttempt = func(context.Context) error {
					if b.requests == tt.attempts {
						return no
					}
					return nil
				}
				_, err := s.Send(t.Context(), r)
				e := failure(t, err)
				assert.Equal(t, tt.attempts, b.requests)
				assert.Equal(t, tt.wantCode, e.Code)
				assert.Equal(t, tt.wantNotSent, e.NotSent)
				require.ErrorIs(t, err, no)
			})
		})
	}
}

// TestARefusalDoesNotTakeBackThatAnEarlierAttemptMayHaveBeenAccepted: the caller would send the event again, for nothing.
func TestARefusalDoesNotTakeBackThatAnEarlierAttemptMayHaveBeenAccepted(t *testing.T) {
	t.Parallel()
	no := errors.New("commands do not get through")
	for first, want := range map[int]bool{500: false, 0: false, 429: true} {
		synctest.Test(t, func(t *testing.T) {
			b := newFaultyBus(func(_ string, n int) (int, string) {
				if n == 1 {
					return first, internal
				}
				return 400, throttling
			})
			s := overBus(Options{}, b)
			defer s.Close()
			r := requestOf("job")
			r.BeforeAttempt = func(context.Context) error {
				if b.requests == 2 {
					return no
				}
				return nil
			}
			_, err := s.Send(t.Context(), r)
			require.ErrorIs(t, err, no)
			assert.Equal(t, "ThrottlingException", failure(t, err).Code)
			assert.Equal(t, want, failure(t, err).NotSent, "the first attempt ended with %d", first)
		})
	}
}

// TestCallsThatTheirCallersEndAreNoFailures of the target: they had attempts left.
func TestCallsThatTheirCallersEndAreNoFailures(t *testing.T) {
	t.Parallel()
	for _, ends := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			b := newFaultyBus(always(500, internal))
			s := overBus(Options{}, b)
			defer s.Close()
			for range maxFailedCalls {
				r, asked := requestOf("job"), 0
				r.BeforeAttempt = func(context.Context) error {
					if asked++; ends && asked == 2 {
						return errors.New("too little is left of the lease")
					}
					return nil
				}
				_, err := s.Send(t.Context(), r)
				require.Error(t, err)
			}
			assert.Equal(t, !ends, s.Targets().Down())
		})
	}
}

// TestAWrongServerIsNoOutage: it does not pass, and a job for it finds out at once.
func TestAWrongServerIsNoOutage(t *testing.T) {
	t.Parallel()
	for cause, down := range map[error]bool{
		&tls.CertificateVerificationError{Err: errors.New("unknown authority")}: false,
		errors.New("read: connection reset by peer"):                            true,
	} {
		synctest.Test(t, func(t *testing.T) {
			s := overBus(Options{}, nil)
			defer s.Close()
			s.shared.transport = roundTrip(func(*http.Request) (*http.Response, error) {
				<-time.After(20 * time.Millisecond)
				return nil, cause
			})
			for _, err := range crowd(t, s, 20, 5*time.Second, nil) {
				require.Equal(t, CodeConnection, failure(t, err).Code)
			}
			assert.Equal(t, down, s.Targets().Down(), "%v", cause)
		})
	}
}

func TestThrottlingLimitsTheAttemptsASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		// A bus that takes 100 requests a second.
		tokens, filled := 10.0, time.Now()
		throttledOnes := 0
		b := newFaultyBus(func(string, int) (int, string) {
			now := time.Now()
			tokens = min(10, tokens+100*now.Sub(filled).Seconds())
			filled = now
			if tokens < 1 {
				throttledOnes++
				return 400, throttling
			}
			tokens--
			return 200, accepted
		})
		s := overBus(Options{}, b)
		defer s.Close()
		got := work(t, s, 1500, true, requestOf)
		t.Logf("%d done in %v, %d requests throttled", got.done, got.took, throttledOnes)
		assert.Zero(t, got.failed)
		assert.Less(t, got.took, 25*time.Second, "15 s are the least")
		assert.Less(t, throttledOnes, 300)
	})
}

// TestATargetThatIsNotUsedIsDownForNobody is about a worker that sends to one target alone: no healthy one speaks for it.
func TestATargetThatIsNotUsedIsDownForNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newFaultyBus(always(500, internal))
		s := overBus(Options{}, b)
		defer s.Close()
		crowd(t, s, 12, 5*time.Second, nil)
		require.True(t, s.Targets().Down())
		pass(lately - time.Second)
		assert.True(t, s.Targets().Down())
		pass(2 * time.Second)
		assert.False(t, s.Targets().Down(), "what nothing was sent to for a minute tells nothing")
	})
}

func TestATargetThatMakesRoomIsNotCountedAsDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newFaultyBus(func(source string, _ int) (int, string) {
			if source == "sick" {
				return 500, internal
			}
			return 200, accepted
		})
		s := overBus(Options{MaxClients: 1}, b)
		defer s.Close()
		crowd(t, s, 12, 5*time.Second, func(_ int, r *Request) { r.Region, r.Entries[0].Source = "sick-1", "sick" })
		require.EqualValues(t, 1, s.targets.downs.Load())
		for _, err := range crowd(t, s, 1, time.Second, nil) {
			require.NoError(t, err)
		}
		assert.Zero(t, s.targets.downs.Load())
		assert.Equal(t, map[string]int{"bus.test": 0}, s.Targets().DownByEndpoint())
	})
}

// TestAnOldFailureDoesNotCountAfterAnAnswer: attempts that began during an outage and fail after it tell nothing of now.
func TestAnOldFailureDoesNotCountAfterAnAnswer(t *testing.T) {
	t.Parallel()
	for name, later := range map[string]bool{"AWS answered a later attempt": true, "AWS answered none": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newFaultyBus(func(_ string, n int) (int, string) {
					if n == 1 {
						return 500, internal
					}
					return 200, accepted
				})
				b.takes = 5 * time.Second
				var log bytes.Buffer
				s := overBus(Options{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}, b)
				defer s.Close()
				var all sync.WaitGroup
				all.Go(func() {
					for _, err := range crowd(t, s, 20, time.Minute, nil) {
						assert.NoError(t, err)
					}
				})
				pass(time.Second)
				if later {
					b.mu.Lock()
					b.takes, b.seen["quick"] = 20*time.Millisecond, 1
					b.mu.Unlock()
					_, err := s.Send(t.Context(), requestOf("quick"))
					require.NoError(t, err)
				}
				all.Wait()
				assert.Equal(t, !later, strings.Contains(log.String(), "fails all recent requests"), log.String())
			})
		})
	}
}
