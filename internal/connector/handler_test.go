package connector

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

func TestAnAcceptedEventIsNotSentAgainUntilItsJobIsSettled(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	j := r.job(`{"resultExpression":"={id: entries[1].eventId}"}`, with(""))
	first := completed(t, r.Handle(t.Context(), j))
	assert.Equal(t, first, completed(t, r.Handle(t.Context(), j)), "settled from memory, with the same response")
	assert.EqualValues(t, 1, r.bus.Counts().Requests)

	other := *j
	other.Retries = 2
	completed(t, r.Handle(t.Context(), &other))
	assert.EqualValues(t, 2, r.bus.Counts().Requests, "another try of the job is another event")

	r.Settled(j)
	completed(t, r.Handle(t.Context(), j))
	assert.EqualValues(t, 3, r.bus.Counts().Requests, "the broker had taken a command: whatever comes is asked for")
}

func remembers(m *memory, k sentKey) bool {
	_, ok := m.Get(k)
	return ok
}

func TestTheMemoryOfAcceptedEventsIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		waiting := sentKey{1, 3}
		m.Add(waiting, &sent{})
		for i := range int64(3 * maxSent) {
			k := sentKey{i + 2, 3}
			m.Add(k, &sent{})
			m.Remove(k)
		}
		assert.True(t, remembers(m, waiting), "settled jobs take no room")
		assert.Equal(t, 1, m.Len())
		for i := range int64(maxSent) {
			m.Add(sentKey{-i - 1, 3}, &sent{})
		}
		assert.False(t, remembers(m, waiting), "beyond the bound the oldest goes")
		assert.LessOrEqual(t, m.Len(), maxSent)
		last := sentKey{-1, 3}
		require.True(t, remembers(m, last))
		<-time.After(sentFor + time.Second)
		assert.False(t, remembers(m, last), "and after an hour all")
		m.Add(last, &sent{})
		assert.Equal(t, 1, m.Len(), "what is over takes no room")
	})
}

// blocked is a sender that waits for the end of its context, as one whose answer does not come.
type blocked struct{ sent bool }

func (b blocked) Send(ctx context.Context, _ *eventbridge.Request) (*eventbridge.Response, error) {
	<-ctx.Done()
	if ctx.Err() == context.DeadlineExceeded {
		return nil, &eventbridge.Error{Kind: eventbridge.KindTimeout, Code: eventbridge.CodeTimeout, Message: "no answer"}
	}
	return nil, &eventbridge.Error{Kind: eventbridge.KindCanceled, Code: eventbridge.CodeCanceled, Sent: b.sent}
}

func stub(s Sender) *Handler {
	return New(Options{Sender: s, Secrets: secret.NewResolver(nil, secret.CredentialsOnly{}), Expressions: expression.NewCache(0)})
}

func leased(d time.Duration, extend job.Extender, headers string) *job.Job {
	return &job.Job{Key: 1, Retries: 3, CustomHeaders: headers, Variables: strings.Replace(with(""), `,"endpoint":"BUS"`, "", 1), Lease: job.NewLease(time.Now().Add(d), extend)}
}

// TestTime holds the rules of contract 2 for leases.
func TestTime(t *testing.T) {
	t.Parallel()
	gone := &job.CommandError{Kind: job.Gone, Code: "NOT_FOUND", Reason: "no such job"}
	taken := &job.CommandError{Kind: job.Gone, Code: "FAILED_PRECONDITION", Reason: "another activation holds it"}
	away := &job.CommandError{Kind: job.Transient, Code: "UNAVAILABLE", Reason: "away"}
	for _, tt := range []struct {
		name    string
		token   string
		lease   time.Duration
		headers string
		extend  error
		cancel  time.Duration // of the worker's context, 0 = never
		sent    bool
		want    job.Outcome
		took    time.Duration
	}{
		{name: "the send ends at the lease's end less a tenth", lease: time.Minute, want: job.Fail{}, took: 54 * time.Second},
		{name: "or less two seconds", lease: 10 * time.Second, want: job.Fail{}, took: 8 * time.Second},
		{name: "an event is not sent on a lease that has run out", lease: -time.Second, want: job.Abandon{Reason: job.AbandonLeaseOver}},
		{name: "nor when no time would be left to settle", lease: 2 * time.Second, want: job.Abandon{Reason: job.AbandonLeaseOver}},
		{name: "a job timeout lengthens the lease", lease: time.Minute, headers: `{"jobTimeout":"PT10M"}`, want: job.Fail{}, took: 9 * time.Minute},
		{name: "a job that is gone gets neither event nor command", lease: time.Minute, headers: `{"jobTimeout":"PT10M"}`, extend: gone, want: job.Abandon{Reason: job.AbandonGone}},
		{name: "nor does one that is another activation's", lease: time.Minute, headers: `{"jobTimeout":"PT10M"}`, extend: taken, want: job.Abandon{Reason: job.AbandonGone}},
		{name: "which a lease token tells from one that is gone", token: "t", lease: time.Minute, headers: `{"jobTimeout":"PT10M"}`, extend: taken, want: job.Abandon{Reason: job.AbandonSuperseded}},
		{name: "with a lease token the send ends no later", token: "t", lease: time.Minute, want: job.Fail{}, took: 54 * time.Second},
		{name: "and a job whose lease is over is handed back", token: "t", lease: -time.Second, want: job.HandBack{}},
		{name: "also when it is to be lengthened", token: "t", lease: -time.Second, headers: `{"jobTimeout":"PT10M"}`, want: job.HandBack{}},
		{name: "a broker that is away leaves the earlier deadline", lease: time.Minute, headers: `{"jobTimeout":"PT10M"}`, extend: away, want: job.Fail{}, took: 54 * time.Second},
		{name: "which may be the asked-for one", lease: time.Minute, headers: `{"jobTimeout":"PT20S"}`, extend: away, want: job.Fail{}, took: 18 * time.Second},
		{name: "at the end of a drain what was not sent is handed back", lease: time.Minute, cancel: 5 * time.Second, want: job.HandBack{}, took: 5 * time.Second},
		{name: "and what was is left to its lease", lease: time.Minute, cancel: 5 * time.Second, sent: true, want: job.Abandon{Reason: job.AbandonDrained}, took: 5 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tt.cancel > 0 {
					time.AfterFunc(tt.cancel, cancel)
				}
				began := time.Now()
				j := leased(tt.lease, func(context.Context, time.Duration) error { return tt.extend }, tt.headers)
				j.LeaseToken = tt.token
				got := stub(blocked{tt.sent}).Handle(ctx, j)
				assert.Equal(t, tt.took, time.Since(began))
				if _, ok := tt.want.(job.Fail); ok {
					f, e := failed(t, got)
					assert.Equal(t, "TIMEOUT", e["code"])
					assert.EqualValues(t, 2, f.Retries)
					return
				}
				assert.Equal(t, tt.want, got)
			})
		})
	}
}

type cancelling struct{ cancel context.CancelFunc }

func (c cancelling) Secret(ctx context.Context, _ secret.Context, _ string) (string, bool, error) {
	c.cancel()
	return "", false, ctx.Err()
}

func TestADrainWhileSecretsAreAskedForCostsNoRetry(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	h := New(Options{Sender: blocked{}, Secrets: secret.NewResolver([]secret.Provider{cancelling{cancel}}, secret.AllowAll{}), Expressions: expression.NewCache(0)})
	j := leased(time.Minute, nil, "{}")
	j.Variables = strings.Replace(j.Variables, "AKIDLITERAL", "{{secrets.A}}", 1)
	assert.Equal(t, job.HandBack{}, h.Handle(ctx, j))
}

// undefined are definitions that nobody can tell.
type undefined struct{ before func() }

func (u undefined) InputMappings(context.Context, int64) (map[string][]secret.Mapping, error) {
	u.before()
	return nil, errors.New("HTTP 403")
}

func TestAModelThatCannotBeReadCostsARetryAndADrainNone(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	before := func() {}
	filter := secret.NewModelFilter(secret.ModelOptions{Definitions: undefined{func() { before() }}})
	t.Cleanup(filter.Close)
	h := New(Options{Sender: blocked{}, Secrets: secret.NewResolver([]secret.Provider{provider(known)}, filter), Expressions: expression.NewCache(0)})
	j := leased(time.Minute, nil, "{}")
	j.Variables = strings.Replace(j.Variables, "AKIDLITERAL", "{{secrets.KEY}}", 1)
	f, e := failed(t, h.Handle(ctx, j))
	assert.Equal(t, "SECRET_FILTER_ERROR", e["code"])
	assert.Equal(t, 10*time.Second, f.Backoff, "else the retries would be used up at once")
	assert.Equal(t, "eventbridge.SECRET_FILTER_ERROR", e["type"])
	assert.Contains(t, e["message"], "HTTP 403")
	assert.EqualValues(t, 2, f.Retries)

	before = cancel
	assert.Equal(t, job.HandBack{}, h.Handle(ctx, j))
}

// TestABackoffOfTheTaskIsItsOwn also where the model cannot be read.
func TestABackoffOfTheTaskIsItsOwn(t *testing.T) {
	t.Parallel()
	filter := secret.NewModelFilter(secret.ModelOptions{Definitions: undefined{func() {}}})
	t.Cleanup(filter.Close)
	h := New(Options{Sender: blocked{}, Secrets: secret.NewResolver([]secret.Provider{provider(known)}, filter), Expressions: expression.NewCache(0)})
	for header, want := range map[string]time.Duration{`{"retryBackoff":"PT7S"}`: 7 * time.Second, `{"retryBackoff":"PT0S"}`: 0, `{}`: filterBackoff} {
		j := leased(time.Minute, nil, header)
		j.Variables = strings.Replace(j.Variables, "AKIDLITERAL", "{{secrets.KEY}}", 1)
		f, e := failed(t, h.Handle(t.Context(), j))
		assert.Equal(t, "SECRET_FILTER_ERROR", e["code"])
		assert.Equal(t, want, f.Backoff, header)
	}
}

// TestADrainWhileTheLeaseIsExtendedCostsNoRetry whatever would have been wrong with the job.
func TestADrainWhileTheLeaseIsExtendedCostsNoRetry(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	j := leased(time.Minute, func(context.Context, time.Duration) error {
		cancel()
		return ctx.Err()
	}, `{"jobTimeout":"PT10M"}`)
	j.Variables = `{}`
	assert.Equal(t, job.HandBack{}, stub(blocked{}).Handle(ctx, j))
}

// TestTheSenderIsToldOfALastTry: where there is a choice, another job's event probes a failing endpoint.
func TestTheSenderIsToldOfALastTry(t *testing.T) {
	t.Parallel()
	for retries, want := range map[int32]bool{0: true, 1: true, 2: false, 3: false} {
		var told *eventbridge.Request
		r := newRig(t, func(o *Options) {
			o.Sender = answering(func(r *eventbridge.Request) (*eventbridge.Response, error) {
				told = r
				return nil, &eventbridge.Error{Kind: eventbridge.KindTimeout, Code: eventbridge.CodeTimeout}
			})
		})
		j := r.job("{}", with(""))
		j.Retries = retries
		failed(t, r.Handle(t.Context(), j))
		assert.Equal(t, want, told.LastTry, "%d retries", retries)
	}
}

type panicking struct{}

func (panicking) Send(context.Context, *eventbridge.Request) (*eventbridge.Response, error) {
	panic("the value is AKIDLITERAL")
}

func TestAPanicEndsInAFailedJob(t *testing.T) {
	t.Parallel()
	f, e := failed(t, stub(panicking{}).Handle(t.Context(), leased(time.Minute, nil, "{}")))
	assert.Equal(t, "INTERNAL_ERROR", e["code"])
	assert.Equal(t, "eventbridge.INTERNAL_ERROR", e["type"])
	assert.EqualValues(t, 2, f.Retries)
	assert.NotContains(t, f.Message, "AKIDLITERAL")
}

func TestOneLineAtWarnForEachFailure(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.bus.Script(embedded.AWSError(400, "AccessDeniedException", "no"))
	r.Handle(t.Context(), r.job("{}", with("")))
	assert.Equal(t, 1, strings.Count(r.log.String(), `"level":"WARN"`), r.log.String())
	assert.Contains(t, r.log.String(), `"job_key":1`)
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"PT5S": 5 * time.Second, "pt5s": 5 * time.Second, "PT0.25S": 250 * time.Millisecond, "P1DT2H": 26 * time.Hour, "-PT1M": -time.Minute,
		"PT-1H30M": -30 * time.Minute, "+PT1S": time.Second, "PT1M0.5S": 60500 * time.Millisecond, "P2D": 48 * time.Hour, "PT-0.5S": -500 * time.Millisecond,
	} {
		got, err := parseDuration(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "10s", "P1Y", "P1M", "PT", "P", "P1DT", "PT1", "5", " PT5S", "PT5S ", "P1W", "PT99999999999999999999S", "PT9999999999H"} {
		_, err := parseDuration(text)
		assert.Error(t, err, text)
	}
}
