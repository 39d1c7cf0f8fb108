package eventbridge

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// network is a transport without sockets, so that a test's clock can be a bubble's. Each request is given to the next
// function, the last of them again and again.
type network struct {
	answers  []http.RoundTripper
	requests int
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	n.requests++
	a := n.answers[0]
	if _, unread := a.(unread); !unread {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	if len(n.answers) > 1 {
		n.answers = n.answers[1:]
	}
	return a.RoundTrip(r)
}

// unread is an exchange that ends before the request was written.
type unread struct{ http.RoundTripper }

// silence never answers.
var silence = roundTrip(func(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
})

// after answers late.
func after(d time.Duration, status int, body string) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		select {
		case <-time.After(d):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1}, nil
	})
}

// torn answers with the beginning of a body and no more.
var torn = roundTrip(func(r *http.Request) (*http.Response, error) {
	body := io.MultiReader(strings.NewReader(`{"Entries":`), reader(func([]byte) (int, error) {
		<-r.Context().Done()
		return 0, r.Context().Err()
	}))
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(body), ContentLength: -1}, nil
})

type reader func([]byte) (int, error)

func (f reader) Read(b []byte) (int, error) { return f(b) }

// over returns a sender on a network.
func over(t *testing.T, o Options, answers ...http.RoundTripper) (*Sender, *network) {
	t.Helper()
	n := &network{answers: answers}
	if o.Observer == nil {
		o.Observer = noObserver{}
	}
	s := New(o)
	s.shared = &exchanger{transport: n, timeout: s.options.RequestTimeout, observer: o.Observer}
	return s, n
}

var toNowhere = requestTo("http://bus.test")

func TestTime(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		options      Options
		deadline     time.Duration // of the call; 0 = none
		answers      []http.RoundTripper
		wantCode     string // empty = a response
		wantMessage  string
		wantLost     bool
		wantRequests int
		wantTook     time.Duration
	}{
		{
			name:    "each attempt has its own timeout, 10 s by default",
			options: Options{backoff: atOnce}, answers: []http.RoundTripper{silence},
			wantCode: CodeTimeout, wantMessage: "no answer from EventBridge at bus.test within 10s", wantLost: true, wantRequests: 3, wantTook: 30 * time.Second,
		},
		{
			name:    "an attempt that took too long is followed by one that does not",
			options: Options{RequestTimeout: 2 * time.Second, backoff: atOnce}, answers: []http.RoundTripper{silence, after(time.Second, 200, accepted)},
			wantRequests: 2, wantTook: 3 * time.Second,
		},
		{
			name:    "a slow answer within the timeout is an answer",
			options: Options{}, answers: []http.RoundTripper{after(9*time.Second, 200, accepted)}, wantRequests: 1, wantTook: 9 * time.Second,
		},
		{
			name:    "the timeout holds for the body, too",
			options: Options{MaxAttempts: 1}, answers: []http.RoundTripper{torn},
			wantCode: CodeTimeout, wantLost: true, wantRequests: 1, wantTook: 10 * time.Second,
		},
		{
			name:    "the end of the call's time ends the attempt and the retries",
			options: Options{backoff: atOnce}, deadline: 15 * time.Second, answers: []http.RoundTripper{silence},
			wantCode: CodeTimeout, wantMessage: "within 5s", wantLost: true, wantRequests: 2, wantTook: 15 * time.Second,
		},
		{
			name:    "when time runs out between attempts the latest answer is the error",
			options: Options{backoff: backoffOf(time.Hour)}, deadline: 15 * time.Second,
			answers:  []http.RoundTripper{after(time.Second, 503, `{"__type":"ServiceUnavailable"}`)},
			wantCode: "ServiceUnavailable", wantRequests: 1, wantTook: 15 * time.Second,
		},
		{
			name:    "no time left",
			options: Options{}, deadline: -time.Second, answers: []http.RoundTripper{silence}, wantCode: CodeTimeout, wantMessage: "ran out before",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, n := over(t, tt.options, tt.answers...)
				defer s.Close()
				ctx := t.Context()
				if tt.deadline != 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.deadline)
					defer cancel()
				}
				start := time.Now()
				_, err := s.Send(ctx, toNowhere)
				assert.Equal(t, tt.wantTook, time.Since(start))
				assert.Equal(t, tt.wantRequests, n.requests)
				if tt.wantCode == "" {
					require.NoError(t, err)
					return
				}
				e := failure(t, err)
				assert.Equal(t, tt.wantCode, e.Code)
				assert.Contains(t, e.Message, tt.wantMessage)
				assert.Equal(t, tt.wantLost, e.AnswerLost)
				assert.Equal(t, tt.wantRequests > 0, e.Sent)
			})
		})
	}
}

type backoffOf time.Duration

func (d backoffOf) BackoffDelay(int, error) (time.Duration, error) { return time.Duration(d), nil }

func TestCancelled(t *testing.T) {
	t.Parallel()
	for _, before := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s, n := over(t, Options{}, silence)
			defer s.Close()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if before {
				cancel()
			} else {
				time.AfterFunc(time.Second, cancel)
			}
			_, err := s.Send(ctx, toNowhere)
			e := failure(t, err)
			assert.Equal(t, KindCanceled, e.Kind)
			assert.Equal(t, !before, e.Sent, "the caller can tell whether it may hand the job back")
			assert.Equal(t, !before, e.AnswerLost)
			require.ErrorIs(t, err, context.Canceled)
			assert.LessOrEqual(t, n.requests, 1, "a cancelled call is not tried again")
		})
	}
}

func TestARequestThatWasNeverCompleteIsNotALostAnswer(t *testing.T) {
	t.Parallel()
	s, _ := over(t, Options{backoff: atOnce})
	t.Cleanup(s.Close)
	s.shared.transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		_, _ = r.Body.Read(make([]byte, 10))
		return nil, errors.New("broken pipe")
	})
	_, err := s.Send(t.Context(), toNowhere)
	e := failure(t, err)
	assert.Equal(t, CodeConnection, e.Code)
	assert.False(t, e.AnswerLost, "AWS cannot have accepted half a request")
	assert.False(t, e.Sent)
}

func TestAnAnswerWithoutEndIsNotReadToItsEnd(t *testing.T) {
	t.Parallel()
	s, _ := over(t, Options{}, roundTrip(func(*http.Request) (*http.Response, error) {
		endless := reader(func(b []byte) (int, error) { return len(b), nil })
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(endless), ContentLength: -1}, nil
	}))
	t.Cleanup(s.Close)
	_, err := s.Send(t.Context(), toNowhere)
	assert.Equal(t, CodeResponse, failure(t, err).Code)
	assert.ErrorContains(t, err, "longer than 1 MiB")
}
