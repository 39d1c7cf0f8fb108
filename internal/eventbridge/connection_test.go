package eventbridge

import (
	"io"
	"net/http"
	"net/http/httptrace"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// on is an exchange on a connection: it breaks after a while, with or without the beginning of an answer, or it answers.
func on(info httptrace.GotConnInfo, after time.Duration, reads, begins bool, cause error) http.RoundTripper {
	answer := roundTrip(func(r *http.Request) (*http.Response, error) {
		trace := httptrace.ContextClientTrace(r.Context())
		trace.GotConn(info)
		<-time.After(after)
		if begins {
			trace.GotFirstResponseByte()
		}
		return nil, cause
	})
	if !reads {
		return unread{answer}
	}
	return answer
}

func TestAConnectionThatAWSClosed(t *testing.T) {
	t.Parallel()
	idle := httptrace.GotConnInfo{Reused: true, WasIdle: true, IdleTime: 4 * time.Second}
	busy := httptrace.GotConnInfo{Reused: true, WasIdle: true, IdleTime: time.Millisecond}
	fresh := httptrace.GotConnInfo{}
	const soon = 80 * time.Millisecond
	tests := []struct {
		name      string
		first     http.RoundTripper
		wantStale bool
		wantLost  int
	}{
		{"an idle one, closed", on(idle, soon, true, false, io.EOF), true, 0},
		{"an idle one, reset", on(idle, soon, true, false, syscall.ECONNRESET), true, 0},
		{"an idle one, before all was written", on(idle, soon, false, false, syscall.EPIPE), true, 0},
		{"a busy one, cut in place of an answer", on(busy, soon, true, false, io.EOF), false, 1},
		{"a busy one, before all was written", on(busy, soon, false, false, syscall.EPIPE), false, 0},
		{"an idle one, within an answer", on(idle, soon, true, true, io.ErrUnexpectedEOF), false, 1},
		{"an idle one, after so long that AWS has the request", on(idle, 2*time.Second, true, false, io.EOF), false, 1},
		{"a new one", on(fresh, soon, true, false, io.EOF), false, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := &observed{}
				// One attempt is asked for: a connection that AWS closed costs none.
				s, n := over(t, Options{Observer: o, MaxAttempts: 1}, tt.first, after(time.Millisecond, 200, accepted))
				defer s.Close()
				begin := time.Now()
				_, err := s.Send(t.Context(), toNowhere)
				assert.Equal(t, tt.wantLost, o.lost)
				if !tt.wantStale {
					e := failure(t, err)
					assert.Equal(t, CodeConnection, e.Code)
					assert.Equal(t, tt.wantLost == 1, e.AnswerLost)
					return
				}
				require.NoError(t, err)
				assert.Equal(t, 2, n.requests)
				assert.Equal(t, soon+time.Millisecond, time.Since(begin), "at once")
			})
		})
	}
}

func TestConnectionsThatAWSClosesAgainAndAgainAreNoEndlessLoop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		idle := httptrace.GotConnInfo{Reused: true, WasIdle: true, IdleTime: 4 * time.Second}
		s, n := over(t, Options{}, on(idle, time.Millisecond, true, false, io.EOF))
		defer s.Close()
		_, err := s.Send(t.Context(), toNowhere)
		assert.Equal(t, CodeConnection, failure(t, err).Code)
		assert.Equal(t, maxStale+3, n.requests)
	})
}

func TestConnectionsAreClosedBeforeAWSDoes(t *testing.T) {
	t.Parallel()
	b := startBus(t)
	s := newSender(t, Options{})
	_, err := s.Send(t.Context(), b.request())
	require.NoError(t, err)
	transport, ok := s.shared.transport.(*http.Transport)
	require.True(t, ok)
	assert.Equal(t, 5*time.Second, transport.IdleConnTimeout)
}

// TestAStaleConnectionOfARealServer has a server that ends a connection when its second request comes, as one does that
// closes it in that moment. The connection counts as idle because the test lets it.
func TestAStaleConnectionOfARealServer(t *testing.T) {
	t.Parallel()
	b := startBus(t, answer{status: 200, body: accepted}, answer{does: hangUp}, answer{status: 200, body: accepted})
	o := &observed{}
	s := newSender(t, Options{Observer: o})
	_, err := s.Send(t.Context(), b.request())
	require.NoError(t, err)
	s.shared.transport = idleLonger{s.shared.transport}
	_, err = s.Send(t.Context(), b.request())
	require.NoError(t, err)
	assert.Equal(t, []string{"", CodeConnection, ""}, o.attempts)
	assert.Zero(t, o.lost)
	assert.Equal(t, 2, b.connections)
}

// idleLonger makes reused connections look as if they had been idle for some seconds.
type idleLonger struct{ http.RoundTripper }

func (i idleLonger) RoundTrip(r *http.Request) (*http.Response, error) {
	outer := httptrace.ContextClientTrace(r.Context())
	var got httptrace.GotConnInfo
	return i.RoundTripper.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) { got = info },
		WroteRequest: func(httptrace.WroteRequestInfo) { // the outer trace has been told of the connection by now
			if got.Reused {
				got.IdleTime = 4 * time.Second
				outer.GotConn(got)
			}
		},
	})))
}
