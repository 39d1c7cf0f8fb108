package worker

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/testkit"
)

// TestWithATokenAFailWhoseAnswerIsLostIsRepeated: the broker takes it once, so that the job is not released a second time, and one
// that never arrived costs no wait for the end of the lease.
func TestWithATokenAFailWhoseAnswerIsLostIsRepeated(t *testing.T) {
	t.Parallel()
	lost := &job.CommandError{Kind: job.Transient, Code: "UNAVAILABLE", Reason: "lost"}
	for _, replicas := range []int{1, 2} {
		synctest.Test(t, func(t *testing.T) {
			var there, back sync.Map // jobs whose first fail was lost on its way there, and back
			f := newFleet(t, replicas, Config{Stream: true, Leases: LeasePrefer}, &bus{took: 2 * time.Second}, func(i int, w *way, s *sender) {
				if i == 0 { // all ways lead to the same gateway, and the first worker is at work by now
					w.Latency = 0
				}
				lose := func(call string, key int64, first *sync.Map) error {
					if call != "Fail" {
						return nil
					}
					if _, again := first.LoadOrStore(key, true); again {
						return nil
					}
					return lost
				}
				w.before = func(call string, key int64) error {
					if key%3 == 1 {
						return lose(call, key, &there)
					}
					return nil
				}
				w.after = func(call string, key int64) error {
					if key%3 == 2 {
						return lose(call, key, &back)
					}
					return nil
				}
				s.outcome = func(j *job.Job) job.Outcome {
					if j.Retries == 3 {
						return job.Fail{Retries: j.Retries - 1, Message: "throttled"}
					}
					return job.Complete{Settling: job.Settling{EffectDone: true}}
				}
			})
			f.work(1, 200, 20*time.Millisecond)
			testkit.Advance(30 * time.Second) // well within the lease
			assert.Equal(t, 200, f.gateway.Count("Complete"))
			for key, n := range f.bus.times() {
				require.Equal(t, 2, n, "job %d: its first try and the second", key)
			}
			for _, o := range f.seen {
				assert.Empty(t, o.abandoned)
			}
			f.stop()
		})
	}
}

// TestWithATokenACommandIsWorthSendingLate: the gateway is away from before the job's end to after the end of its lease.
func TestWithATokenACommandIsWorthSendingLate(t *testing.T) {
	t.Parallel()
	for _, leased := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			mode := LeaseOff
			if leased {
				mode = LeasePrefer
			}
			f := newFleet(t, 1, Config{Stream: true, Leases: mode}, &bus{took: 2 * time.Second}, func(_ int, w *way, s *sender) {
				w.Latency = 0
				s.outcome = func(j *job.Job) job.Outcome { return job.Fail{Retries: j.Retries - 1, Backoff: time.Hour} }
			})
			f.gateway.Create(1)
			testkit.Advance(time.Second)
			f.ways[0].cut(true)
			testkit.Advance(90 * time.Second)
			f.ways[0].cut(false)
			testkit.Advance(10 * time.Second)
			if leased {
				assert.Equal(t, 1, f.gateway.Count("Fail"))
				assert.Equal(t, map[int64]int{1: 1}, f.bus.times())
				assert.Empty(t, f.seen[0].left())
			} else {
				assert.Equal(t, 1, f.seen[0].of(job.AbandonUndelivered)+f.seen[0].of(job.AbandonLeaseOver))
			}
			f.stop()
		})
	}
}

// TestAJobThatComesAgainIsSettledByItsOwnToken: a command is under way until after the end of the lease. The broker refuses it, as
// the same worker has the job again by then. That activation sends no second event.
func TestAJobThatComesAgainIsSettledByItsOwnToken(t *testing.T) {
	t.Parallel()
	effect := job.Settling{EffectDone: true}
	for _, outcome := range []job.Outcome{job.Complete{Settling: effect}, job.Throw{Settling: effect}, job.Fail{Settling: effect}} {
		synctest.Test(t, func(t *testing.T) {
			var slow atomic.Bool
			slow.Store(true)
			f := newFleet(t, 1, Config{Stream: true, Leases: LeasePrefer}, &bus{took: time.Second}, func(_ int, w *way, s *sender) {
				w.Latency = 0
				w.slow = func(_ context.Context, call string, key int64) error {
					if key != 0 && call != "UpdateTimeout" && slow.Swap(false) {
						testkit.Advance(70 * time.Second)
					}
					return nil
				}
				s.outcome = func(*job.Job) job.Outcome { return outcome }
			})
			f.gateway.Create(1)
			testkit.Advance(80 * time.Second)
			state, given := f.gateway.State(1)
			require.Equal(t, 2, given)
			assert.Contains(t, []string{"Complete", "Throw", "Fail"}, state, "by the command with the second token")
			assert.Equal(t, map[int64]int{1: 1}, f.bus.times())
			assert.Equal(t, map[job.AbandonReason]int{job.AbandonSuperseded: 1}, f.seen[0].left())
			f.stop()
		})
	}
}

// answers is a gateway that answers commands with one error after the other, the last for ever.
type answers struct {
	Gateway
	errs  []error
	calls int
}

func (g *answers) next() error {
	err := g.errs[min(g.calls, len(g.errs)-1)]
	g.calls++
	return err
}

func (g *answers) Complete(context.Context, job.Ref, []byte) error { return g.next() }

func (g *answers) Fail(context.Context, job.Ref, int32, time.Duration, string, []byte) error {
	return g.next()
}

func (g *answers) Throw(context.Context, job.Ref, string, string, []byte) error { return g.next() }

// TestWhatARefusedTokenMeans holds what becomes of a job, and of the memory of its effect.
func TestWhatARefusedTokenMeans(t *testing.T) {
	t.Parallel()
	stale := &job.CommandError{Kind: job.Gone, Code: "FAILED_PRECONDITION", Reason: "stale", NotTaken: true}
	none := &job.CommandError{Kind: job.Gone, Code: "NOT_FOUND", Reason: "no such job", NotTaken: true}
	lost := &job.CommandError{Kind: job.Transient, Code: "UNAVAILABLE", Reason: "lost"}
	effect := job.Settling{EffectDone: true}
	complete, again := job.Complete{Settling: effect}, job.Fail{Settling: effect, Retries: 2}
	tests := []struct {
		name    string
		token   string
		left    time.Duration // of the lease
		outcome job.Outcome
		errs    []error
		want    job.AbandonReason // empty = the command was taken
		forgot  int64             // how often the handler was told to forget the effect
		held    job.Outcome       // what the activation is taken to have effected; nil = nothing
	}{
		{name: "another activation holds the job", token: "t", left: time.Minute, outcome: complete, errs: []error{stale}, want: job.AbandonSuperseded},
		{name: "after the lease too", token: "t", left: -time.Minute, outcome: complete, errs: []error{stale}, want: job.AbandonSuperseded},
		{name: "a job that is gone is gone", token: "t", left: time.Minute, outcome: complete, errs: []error{none}, want: job.AbandonGone, forgot: 1, held: job.Fail{}},
		{name: "without a token nothing is known but that it is gone", left: time.Minute, outcome: complete, errs: []error{stale}, want: job.AbandonGone, forgot: 1, held: job.Fail{}},
		{name: "a fail whose answer was lost was taken, if the lease holds", token: "t", left: time.Minute, outcome: again, errs: []error{lost, stale}, forgot: 1, held: again},
		{name: "one that ends the job as well", token: "t", left: time.Minute, outcome: job.Fail{Settling: effect}, errs: []error{lost, stale}, forgot: 1, held: job.Fail{}},
		{name: "after the lease nobody knows, and the effect is remembered", token: "t", left: -time.Second, outcome: job.Throw{Settling: effect}, errs: []error{lost, stale}, want: job.AbandonSuperseded},
		{name: "a fail with retries left was forgotten before", token: "t", left: -time.Second, outcome: again, errs: []error{lost, stale}, want: job.AbandonSuperseded, forgot: 1, held: again},
		{name: "a complete whose answer was lost", token: "t", left: time.Minute, outcome: complete, errs: []error{lost, none}, forgot: 1, held: job.Fail{}},
		{name: "a complete whose answer was lost, and whose token was passed over: the job is there, and the effect is remembered", token: "t", left: time.Minute, outcome: complete, errs: []error{lost, stale}, want: job.AbandonSuperseded},
		{name: "until a newer gateway gets it", token: "t", left: time.Minute, outcome: complete, errs: []error{lost, stale, stale, nil}, forgot: 1, held: complete},
		{name: "without a token a fail is not repeated", left: time.Minute, outcome: again, errs: []error{lost, nil}, want: job.AbandonUnconfirmed, forgot: 1, held: again},
		{name: "with one it is", token: "t", left: time.Minute, outcome: again, errs: []error{lost, nil}, forgot: 1, held: again},
		{name: "also after the lease", token: "t", left: -time.Second, outcome: again, errs: []error{lost, nil}, forgot: 1, held: again},
		{name: "without a token it is not sent then", left: -time.Second, outcome: again, errs: []error{nil}, want: job.AbandonLeaseOver},
		{name: "nor is a complete without an effect", left: -time.Second, outcome: job.Complete{}, errs: []error{nil}, want: job.AbandonLeaseOver},
		{name: "with one both are", token: "t", left: -time.Second, outcome: job.Complete{}, errs: []error{nil}, forgot: 1, held: job.Complete{}},
		{name: "a job that was not worked on leaves what is remembered", token: "t", left: time.Minute, outcome: job.Fail{Settling: job.Settling{NotWorkedOn: true}, Retries: 3}, errs: []error{nil}, held: job.Fail{Settling: job.Settling{NotWorkedOn: true}, Retries: 3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h, end := &handler{}, &ending{}
				w := newRun(New(Config{}, &answers{errs: tt.errs}, h, end, nil), t.Context(), t.Context(), t.Context())
				w.link.enter(linkUp, time.Now())
				j, a := &job.Job{Key: 7, LeaseToken: tt.token, Lease: job.NewLease(time.Now().Add(tt.left), nil)}, &activation{}
				w.settle(j, a, tt.outcome, 0)
				assert.Equal(t, tt.want, end.abandoned)
				assert.Equal(t, tt.want == "", end.settled != nil)
				assert.Equal(t, tt.forgot, h.settled.Load())
				assert.Equal(t, tt.held, a.command)
			})
		})
	}
}

// TestAJobThatCameTooLateIsHandedBackWithItsToken, also when its lease does not surely hold.
func TestAJobThatCameTooLateIsHandedBackWithItsToken(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		token string
		left  time.Duration
		want  job.Outcome
	}{
		{"", 2 * surely, job.HandBack{}},
		{"", surely / 2, job.Abandon{Reason: job.AbandonLeaseOver}},
		{"", -time.Second, job.Abandon{Reason: job.AbandonLeaseOver}},
		{"t", surely / 2, job.HandBack{}},
		{"t", -time.Second, job.HandBack{}},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newRun(New(Config{}, &answers{}, &handler{}, nil, nil), t.Context(), t.Context(), t.Context())
			assert.Equal(t, tt.want, w.handle(&job.Job{LeaseToken: tt.token, Lease: job.NewLease(time.Now().Add(tt.left), nil)}))
		})
	}
}

// asking is a gateway that notes what it is asked for. An old one refuses to be asked for tokens.
type asking struct {
	*testkit.Gateway
	old    atomic.Bool
	inTurn bool // an old and a new one answer in turn when they are asked for tokens

	mu   sync.Mutex
	asks []job.TakeRequest
}

func (g *asking) ask(r job.TakeRequest) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asks = append(g.asks, r)
	if r.WithLease && g.inTurn {
		defer g.old.Store(!g.old.Load())
	}
	if r.WithLease && g.old.Load() {
		return &job.CommandError{Kind: job.Unacceptable, Code: "INVALID_ARGUMENT", Reason: "Request property [withLease] cannot be parsed", Fault: job.FaultNoLease, NotTaken: true}
	}
	return nil
}

func (g *asking) Activate(ctx context.Context, r job.PollRequest, yield func(*job.Job)) error {
	if err := g.ask(r.TakeRequest); err != nil {
		return err
	}
	return g.Gateway.Activate(ctx, r, yield)
}

func (g *asking) Stream(ctx context.Context, r job.TakeRequest) (job.Stream, error) {
	if err := g.ask(r); err != nil {
		return nil, err
	}
	return g.Gateway.Stream(ctx, r)
}

// take returns what was asked for, and forgets it.
func (g *asking) take() []job.TakeRequest {
	g.mu.Lock()
	defer g.mu.Unlock()
	asks := g.asks
	g.asks = nil
	return asks
}

// with says for which of the requests a token was asked.
func with(asks []job.TakeRequest) (out []bool) {
	for _, r := range asks {
		out = append(out, r.WithLease)
	}
	return out
}

// times says how often a token was asked for.
func times(asks []job.TakeRequest) (n int) {
	for _, asked := range with(asks) {
		if asked {
			n++
		}
	}
	return n
}

// TestTokensAreAskedForAsConfigured of a gateway that knows them, on polls and on streams.
func TestTokensAreAskedForAsConfigured(t *testing.T) {
	t.Parallel()
	for mode, want := range map[LeaseMode]bool{LeaseOff: false, LeasePrefer: true, LeaseRequire: true} {
		synctest.Test(t, func(t *testing.T) {
			g := &asking{Gateway: &testkit.Gateway{}}
			r := startOn(t, Config{Stream: true, Leases: mode, AssignedTenants: true}, g, g.Gateway, completing(0))
			testkit.Advance(30 * time.Second)
			asks := g.take()
			require.Greater(t, len(asks), 2)
			for _, a := range asks {
				assert.Equal(t, want, a.WithLease)
				assert.True(t, a.AssignedTenants)
			}
			r.stop()
		})
	}
}

// TestAGatewayThatGivesNoTokensIsAskedWithout at once, where they are only preferred; and again for them after a while.
func TestAGatewayThatGivesNoTokensIsAskedWithout(t *testing.T) {
	t.Parallel()
	for _, stream := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			g := &asking{Gateway: &testkit.Gateway{}}
			g.old.Store(true)
			g.Create(1)
			began := time.Now()
			r := startOn(t, Config{Stream: stream, Leases: LeasePrefer, PollWait: time.Second}, g, g.Gateway, completing(0))
			for g.Count("Complete") == 0 {
				testkit.Advance(time.Millisecond)
				require.Less(t, time.Since(began), 50*time.Millisecond, "no pause")
			}
			ready, reason := r.Ready()
			assert.True(t, ready, reason)
			testkit.Advance(time.Hour)
			assert.Less(t, times(g.take()), 30, "the pause between two refusals grows to minutes")
			assert.Equal(t, 1, strings.Count(r.log.String(), "gives no lease tokens"))
			g.old.Store(false)
			testkit.Advance(unsupportedMost + time.Minute)
			g.take()
			testkit.Advance(5 * time.Minute)
			assert.NotContains(t, with(g.take()), false, "the cluster was upgraded")
			g.old.Store(true)
			testkit.Advance(time.Minute)
			assert.Greater(t, times(g.take()), 2, "the pauses begin anew")
			assert.Equal(t, 2, strings.Count(r.log.String(), "gives no lease tokens"), "it is news again")
			r.stop()
		})
	}
}

// TestGatewaysOfTwoVersionsThatAnswerInTurnMakeALineAMinute: a cluster is upgraded.
func TestGatewaysOfTwoVersionsThatAnswerInTurnMakeALineAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &asking{Gateway: &testkit.Gateway{}, inTurn: true}
		r := startOn(t, Config{Leases: LeasePrefer, PollWait: time.Second}, g, g.Gateway, completing(0))
		testkit.Advance(5 * time.Minute)
		lines := strings.Count(r.log.String(), "gives no lease tokens")
		assert.LessOrEqual(t, lines, 6, "in 5 minutes")
		assert.GreaterOrEqual(t, lines, 2)
		r.stop()
	})
}

// TestAGatewayThatGivesNoRequiredTokensMakesTheWorkerUnready, with one line a minute. It is never asked without.
func TestAGatewayThatGivesNoRequiredTokensMakesTheWorkerUnready(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &asking{Gateway: &testkit.Gateway{}}
		g.old.Store(true)
		r := startOn(t, Config{Leases: LeaseRequire, PollWait: time.Second}, g, g.Gateway, completing(0))
		testkit.Advance(150 * time.Second)
		ready, reason := r.Ready()
		assert.False(t, ready)
		assert.Contains(t, reason, "withLease")
		assert.Equal(t, 3, strings.Count(r.log.String(), "cannot poll for jobs"), r.log.String())
		asks := with(g.take())
		assert.NotContains(t, asks, false)
		assert.Less(t, len(asks), 400)
		g.old.Store(false)
		testkit.Advance(5 * time.Second)
		ready, reason = r.Ready()
		assert.True(t, ready, reason)
		r.stop()
	})
}

// TestAJobWithoutARequiredTokenIsFailedAndKeepsItsRetries: it is not worked on, and what is remembered of it holds on.
func TestAJobWithoutARequiredTokenIsFailedAndKeepsItsRetries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var old atomic.Bool
		old.Store(true)
		h := completing(0)
		g := &testkit.Gateway{Options: embedded.GatewayOptions{Version: "8.10.0"}}
		way := &halfWay{g, &old}
		r := startOn(t, Config{Stream: true, Leases: LeaseRequire}, way, g, h)
		ready, reason := r.Ready()
		require.True(t, ready, reason)
		g.Create(keys(1, 20)...)
		testkit.Advance(100 * time.Second)
		ready, reason = r.Ready()
		assert.False(t, ready)
		assert.Contains(t, reason, "require")
		fails := g.Calls("Fail")
		assert.Len(t, fails, 4*20, "each 30 s")
		for _, c := range fails {
			assert.EqualValues(t, 3, c.Retries)
			assert.Equal(t, 30*time.Second, c.Backoff)
		}
		assert.Zero(t, h.peak.Load(), "nothing was worked on")
		assert.Zero(t, h.settled.Load(), "nothing was forgotten")
		assert.Equal(t, 2, strings.Count(r.log.String(), "come without a lease token"), r.log.String())
		old.Store(false)
		g.Break(testkit.Broken) // the broker was restarted
		testkit.Advance(40 * time.Second)
		assert.Equal(t, 20, g.Count("Complete"))
		testkit.Advance(time.Minute)
		ready, reason = r.Ready()
		assert.True(t, ready, reason)
		r.stop()
	})
}

// halfWay is a way to a cluster of which a part is old: it passes over the request for tokens.
type halfWay struct {
	*testkit.Gateway
	old *atomic.Bool
}

func (w *halfWay) Activate(ctx context.Context, r job.PollRequest, yield func(*job.Job)) error {
	r.WithLease = r.WithLease && !w.old.Load()
	return w.Gateway.Activate(ctx, r, yield)
}

func (w *halfWay) Stream(ctx context.Context, r job.TakeRequest) (job.Stream, error) {
	r.WithLease = r.WithLease && !w.old.Load()
	return w.Gateway.Stream(ctx, r)
}

// TestAPreferredTokenIsNoCondition: jobs with and without a token are worked on side by side.
func TestAPreferredTokenIsNoCondition(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var tokens []string
		var mu sync.Mutex
		h := &handler{do: func(_ context.Context, j *job.Job) job.Outcome {
			mu.Lock()
			defer mu.Unlock()
			tokens = append(tokens, j.LeaseToken)
			return job.Complete{}
		}}
		g := &testkit.Gateway{}
		r := startOn(t, Config{Stream: true, Leases: LeasePrefer}, &someTokens{g}, g, h)
		g.Create(1, 2, 3, 4)
		testkit.Advance(time.Second)
		assert.Equal(t, 4, g.Count("Complete"))
		slices.Sort(tokens)
		assert.Equal(t, []string{"", "", "t", "t"}, tokens)
		ready, reason := r.Ready()
		assert.True(t, ready, reason)
		r.stop()
	})
}

// someTokens gives a token with every second job.
type someTokens struct{ *testkit.Gateway }

func (g *someTokens) Stream(ctx context.Context, r job.TakeRequest) (job.Stream, error) {
	s, err := g.Gateway.Stream(ctx, r)
	return everySecond{s}, err
}

type everySecond struct{ job.Stream }

func (s everySecond) Recv() (*job.Job, error) {
	j, err := s.Stream.Recv()
	if err == nil && j.Key%2 == 0 {
		j.LeaseToken = "t"
	}
	return j, err
}

// TestAnOlderGatewayThatPassesOverATokenDoesNotEndAJob: while a cluster is upgraded a command may go by such a gateway. The broker
// then refuses it for want of its token, although no other activation has the job.
func TestAnOlderGatewayThatPassesOverATokenDoesNotEndAJob(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		refused int64 // so many commands of a job go by an older gateway
		want    map[job.AbandonReason]int
	}{
		{"the next try goes by a newer one", leastTries - 1, nil},
		{"all tries do", 100, map[job.AbandonReason]int{job.AbandonSuperseded: 1}},
	} {
		for _, outcome := range []job.Outcome{job.Complete{}, job.Throw{}, job.Fail{}, job.Fail{Retries: 2, Backoff: time.Hour}} {
			synctest.Test(t, func(t *testing.T) {
				var commands atomic.Int64
				f := newFleet(t, 1, Config{Stream: true, Leases: LeaseRequire}, &bus{}, func(_ int, w *way, s *sender) {
					w.Latency = 0
					w.old = func(string) bool { return commands.Add(1) <= tt.refused }
					s.outcome = func(*job.Job) job.Outcome { return outcome }
				})
				f.gateway.Create(1)
				testkit.Advance(10 * time.Second) // well within the lease
				assert.Equal(t, tt.want, f.seen[0].left(), "%s: %s", tt.name, outcome.Name())
				assert.EqualValues(t, leastTries, commands.Load())
				state, given := f.gateway.State(1)
				assert.Equal(t, 1, given)
				if tt.want == nil {
					assert.NotContains(t, []string{"waiting", "active"}, state)
				} else {
					assert.Equal(t, "active", state)
				}
				f.stop()
			})
		}
	}
}

// TestAJobThatCannotBeReadIsFailed, and not worked on.
func TestAJobThatCannotBeReadIsFailed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &testkit.Gateway{}
		h := completing(0)
		r := startOn(t, Config{Stream: true, NotWorkedOn: "No event was sent."}, unreadableJobs{g}, g, h)
		g.Create(1)
		testkit.Advance(time.Second)
		fails := g.Calls("Fail")
		require.Len(t, fails, 3)
		for i, c := range fails {
			assert.EqualValues(t, 2-i, c.Retries, "one try less")
		}
		assert.Equal(t, "The job cannot be read: deadline: found object, expected a whole number. No event was sent.", fails[0].Text)
		assert.Zero(t, h.peak.Load(), "nothing was worked on")
		r.stop()
	})
}

// unreadableJobs gives jobs of which something could not be read.
type unreadableJobs struct{ *testkit.Gateway }

func (g unreadableJobs) Activate(ctx context.Context, r job.PollRequest, yield func(*job.Job)) error {
	return g.Gateway.Activate(ctx, r, func(j *job.Job) { yield(halfRead(j)) })
}

func (g unreadableJobs) Stream(ctx context.Context, r job.TakeRequest) (job.Stream, error) {
	s, err := g.Gateway.Stream(ctx, r)
	return halfReadStream{s}, err
}

type halfReadStream struct{ job.Stream }

func (s halfReadStream) Recv() (*job.Job, error) {
	j, err := s.Stream.Recv()
	if err == nil {
		j = halfRead(j)
	}
	return j, err
}

func halfRead(j *job.Job) *job.Job {
	j.Unreadable = "deadline: found object, expected a whole number"
	return j
}
