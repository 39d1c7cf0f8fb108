package eventbridge

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// quota is a bucket of tokens, one for each request that AWS accepts.
type quota struct {
	perSecond           float64 // a tenth of it at once, one at least
	tokens              float64
	filled              time.Time
	accepted, throttled int
}

func (q *quota) fault(string, int) (status int, body string) {
	now := time.Now()
	if q.filled.IsZero() {
		q.tokens = q.perSecond
	}
	q.tokens = min(max(1, q.perSecond/10), q.tokens+q.perSecond*now.Sub(q.filled).Seconds())
	q.filled = now
	if q.tokens < 1 {
		q.throttled++
		return 400, throttling
	}
	q.tokens--
	q.accepted++
	return 200, accepted
}

// limited returns a sender whose only target may make one attempt in so long, and none before.
func limited(t *testing.T, o Options, b *faultyBus, interval time.Duration) (*Sender, *target) {
	t.Helper()
	s := overBus(o, b)
	_, err := s.Send(t.Context(), requestOf("first"))
	require.NoError(t, err)
	for _, to := range s.targets.byKey {
		now := time.Now()
		to.rate = rate{limit: 1 / interval.Seconds(), peak: 1000, low: 1 / interval.Seconds(), lowered: now, next: now.Add(interval)}
		return s, to
	}
	return nil, nil
}

// TestThrottledCallsThatAreAskedAgainFillTheirRequests has turns that are so rare that all callers have to be asked again at each.
func TestThrottledCallsThatAreAskedAgainFillTheirRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &quota{perSecond: 2}
		s := overBus(Options{}, newFaultyBus(q.fault))
		defer s.Close()
		got := work(t, s, 300, true, func(source string) *Request {
			r := requestOf(source)
			r.BeforeAttempt = func(ctx context.Context) error { return ctx.Err() }
			return r
		})
		t.Logf("%d done in %v, %d requests accepted, %d throttled, %d handed back", got.done, got.took, q.accepted, q.throttled, got.handedBack)
		assert.LessOrEqual(t, q.accepted, 33, "30 are full")
		assert.Zero(t, got.failed+got.handedBack)
	})
}

// TestATurnThatIsNotTakenIsNotLost has 50 callers that refuse when it is their turn, and one behind them that does not.
func TestATurnThatIsNotTakenIsNotLost(t *testing.T) {
	t.Parallel()
	for _, entries := range []int{1, 10} {
		t.Run(strconv.Itoa(entries), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, _ := limited(t, Options{MaxEntries: entries}, newFaultyBus(always(200, accepted)), time.Second)
				defer s.Close()
				late := errors.New("too little is left of the lease")
				begin := time.Now()
				var all sync.WaitGroup
				all.Go(func() {
					for _, err := range crowd(t, s, 50, time.Minute, func(_ int, r *Request) {
						r.BeforeAttempt = func(context.Context) error {
							if time.Since(begin) > 0 {
								return late
							}
							return nil
						}
					}) {
						assert.ErrorIs(t, err, late)
						assert.True(t, failure(t, err).NotSent)
					}
				})
				synctest.Wait()
				_, err := s.Send(t.Context(), requestOf("job"))
				require.NoError(t, err)
				assert.Less(t, time.Since(begin), 1500*time.Millisecond)
				all.Wait()
			})
		})
	}
}

// TestACallThatHasWaitedForCompanyLeavesAtItsTurn: four slow requests are in flight. There is no turn when a fifth call has waited for
// company for long enough, but soon after.
func TestACallThatHasWaitedForCompanyLeavesAtItsTurn(t *testing.T) {
	t.Parallel()
	for name, asks := range map[string]bool{"asked once": false, "asked again": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newFaultyBus(always(200, accepted))
				s, to := limited(t, Options{}, b, time.Second)
				defer s.Close()
				to.rate.limit = 0
				b.mu.Lock()
				b.takes = 9 * time.Second
				b.mu.Unlock()
				go crowd(t, s, 4, time.Minute, nil)
				synctest.Wait()
				b.mu.Lock()
				require.Equal(t, 4, b.now)
				b.takes = 20 * time.Millisecond
				b.mu.Unlock()
				to.mu.Lock()
				to.rate.limit, to.rate.next = 1, time.Now().Add(time.Second)
				to.mu.Unlock()
				begin := time.Now()
				for _, err := range crowd(t, s, 2, time.Minute, func(i int, r *Request) {
					r.Entries[0].Source = fmt.Sprint("late-", i)
					if asks {
						r.BeforeAttempt = func(ctx context.Context) error { return ctx.Err() }
					}
				}) {
					require.NoError(t, err)
				}
				assert.Less(t, time.Since(begin), 1100*time.Millisecond, "both share the first turn")
				pass(10 * time.Second)
			})
		})
	}
}

// TestFewAttemptsAreEnoughAmongManyThrottledCalls: what AWS throttles is all of them, also while one at a time is sent.
func TestFewAttemptsAreEnoughAmongManyThrottledCalls(t *testing.T) {
	t.Parallel()
	for _, perSecond := range []float64{3, 10, 30} {
		t.Run(fmt.Sprint(perSecond), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				q := &quota{perSecond: perSecond}
				s := overBus(Options{MaxEntries: 1, MaxAttempts: 2}, newFaultyBus(q.fault))
				defer s.Close()
				begin := time.Now()
				var over sync.WaitGroup
				for i := range 20 {
					over.Go(func() {
						for k := 0; time.Since(begin) < 30*time.Second; k++ {
							ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
							_, err := s.Send(ctx, requestOf(fmt.Sprint(i, "-", k)))
							cancel()
							if time.Since(begin) < 30*time.Second { // then there are fewer and fewer
								assert.NoError(t, err)
							}
						}
					})
				}
				over.Wait()
				assert.Greater(t, q.throttled, 30)
			})
		})
	}
}

// TestACallWhoseTurnDoesNotComeInTimeSaysWhy, and in time for its caller.
func TestACallWhoseTurnDoesNotComeInTimeSaysWhy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, to := limited(t, Options{}, newFaultyBus(always(200, accepted)), time.Minute)
		defer s.Close()
		to.code = "ThrottlingException"
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := s.Send(ctx, requestOf("job"))
		e := failure(t, err)
		require.ErrorIs(t, err, errNoTime)
		assert.True(t, e.NotSent)
		assert.Equal(t, 10*time.Second-minAttempt, time.Since(begin))
		assert.Equal(t, "the event was not sent: its turn did not come in time, because EventBridge at bus.test failed recent requests (ThrottlingException)", e.Message)
	})
}

// TestThrottledEntriesLimitTheAttemptsToo: AWS may accept a request and throttle its entries. Their jobs see that, the target is
// not down, and those that follow are slower.
func TestThrottledEntriesLimitTheAttemptsToo(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{"ThrottlingException": true, "com.amazonaws#ThrottlingException": true, "InternalFailure": false} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newFaultyBus(always(200, `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"`+code+`","ErrorMessage":"slow down"}]}`))
				s := overBus(Options{MaxEntries: 1}, b)
				defer s.Close()
				begin := time.Now()
				for range 2 {
					for _, err := range crowd(t, s, 20, time.Minute, nil) {
						require.NoError(t, err)
					}
				}
				assert.False(t, s.Targets().Down())
				// Each attempt of the second crowd waits for 200 ms, give or take 200 ms by chance.
				assert.Equal(t, want, time.Since(begin) > time.Second, time.Since(begin))
			})
		})
	}
}
