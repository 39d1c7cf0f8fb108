package eventbridge

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTransientErrorsAreRetried(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]answer{
		"500":     {status: 500, body: `{"__type":"InternalException","message":"boom"}`},
		"502":     {status: 502, body: "bad gateway"},
		"hang-up": {does: hangUp},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := startBus(t, first, answer{status: 200, body: accepted})
			o := &observed{}
			s := newSender(t, Options{Observer: o})
			r, err := s.Send(t.Context(), b.request())
			require.NoError(t, err)
			assert.Equal(t, "11710aed-b79e-4468-a20b-bb3c0c3b4860", r.Entries()[0].EventID)
			_, bodies := b.seen()
			require.Len(t, bodies, 2)
			assert.Equal(t, bodies[0], bodies[1], "the whole body is sent again")
			assert.Len(t, o.attempts, 2)
			assert.Equal(t, []string{""}, o.sends)
			assert.Equal(t, name == "hang-up", o.lost == 1, "a hang-up after the whole request is a lost answer")
		})
	}
}

func TestHangUpIsAConnectionErrorWithALostAnswer(t *testing.T) {
	t.Parallel()
	b := startBus(t, answer{does: hangUp})
	o := &observed{}
	s := newSender(t, Options{Observer: o})
	_, err := s.Send(t.Context(), b.request())
	e := failure(t, err)
	assert.Equal(t, CodeConnection, e.Code)
	assert.Equal(t, KindConnection, e.Kind)
	assert.True(t, e.AnswerLost)
	assert.Contains(t, e.Message, "EventBridge cannot be reached at 127.0.0.1:")
	assert.Equal(t, 3, o.lost)
}

func TestAnAnswerLostInAnEarlierAttemptIsNotForgotten(t *testing.T) {
	t.Parallel()
	b := startBus(t, answer{does: hangUp}, answer{status: 400, body: `{"__type":"AccessDeniedException"}`})
	_, err := newSender(t, Options{}).Send(t.Context(), b.request())
	e := failure(t, err)
	assert.Equal(t, "AccessDeniedException", e.Code)
	assert.True(t, e.AnswerLost)
}

func TestABrokenBodyIsALostAnswer(t *testing.T) {
	t.Parallel()
	b := startBus(t, answer{does: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"Entries":`)
		hangUp(w, r)
	}})
	_, err := newSender(t, Options{}).Send(t.Context(), b.request())
	e := failure(t, err)
	assert.Equal(t, CodeConnection, e.Code)
	assert.True(t, e.AnswerLost)
}

func TestNoConnection(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // the port is closed again at once
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())

	b := startBus(t)
	secure := httptest.NewUnstartedServer(b)
	secure.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	for name, tt := range map[string]struct {
		endpoint string
		want     string
		attempts int
	}{
		"refused":                       {"http://" + address, "connection refused", 3},
		"a certificate of nobody":       {secure.URL, "certificate", 1},
		"TLS to a server without":       {"https://" + strings.TrimPrefix(b.URL, "http://"), "it speaks http, but the endpoint says https", 1},
		"a name that the DNS lacks":     {"http://host.invalid", "host.invalid", 1},
		"without a scheme it means TLS": {strings.TrimPrefix(b.URL, "http://"), "it speaks http, but the endpoint says https", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &observed{}
			s := newSender(t, Options{Observer: o})
			r := b.request()
			r.Endpoint = tt.endpoint
			_, err := s.Send(t.Context(), r)
			e := failure(t, err)
			assert.Equal(t, CodeConnection, e.Code)
			assert.Contains(t, e.Message, tt.want)
			assert.False(t, e.AnswerLost, "nothing was sent")
			assert.False(t, e.Sent)
			if name != "a name that the DNS lacks" { // without a network the resolver's own failure is retried
				assert.Len(t, o.attempts, tt.attempts)
			}
		})
	}
}

// TestWhichAnswersSayThatNothingWasAccepted: after the others another attempt may be a second event.
func TestWhichAnswersSayThatNothingWasAccepted(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]bool{301: true, 400: true, 403: true, 404: true, 413: true, 429: true, 408: false, 500: false, 502: false, 504: false} {
		assert.Equal(t, want, apiError(status, nil, `{"__type":"X"}`).refused(), "%d", status)
	}
	assert.True(t, apiError(503, nil, `{"__type":"ServiceUnavailable"}`).refused(), "AWS's own")
	assert.False(t, apiError(503, nil, "<html>").refused(), "a proxy's")
	assert.False(t, timeoutError("bus.test", 0, nil).refused())
}
