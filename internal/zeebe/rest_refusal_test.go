package zeebe

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// refused returns the refusal in an error.
func refused(t *testing.T, err error) *job.CommandError {
	t.Helper()
	var e *job.CommandError
	require.ErrorAs(t, err, &e)
	return e
}

func TestAnAnswerOfRESTIsSorted(t *testing.T) {
	t.Parallel()
	const problemJSON, html = "application/problem+json", "text/html"
	weather := func(status int) job.CommandError {
		return job.CommandError{Code: codeUnknown, Fault: job.FaultNoREST, HTTPStatus: status}
	}
	for _, tt := range []struct {
		name        string
		status      int
		contentType string
		body        string
		want        job.CommandError
		reason      string
	}{
		{
			"the job is gone", 404, problemJSON, `{"type":"about:blank","title":"NOT_FOUND","status":404,"detail":"Command 'COMPLETE' rejected with code 'NOT_FOUND': no such job","instance":"/v2/jobs/1/completion"}`,
			job.CommandError{Kind: job.Gone, Code: "NOT_FOUND", HTTPStatus: 404, NotTaken: true},
			"Command 'COMPLETE' rejected with code 'NOT_FOUND': no such job (HTTP 404)",
		},
		{
			"another has it", 409, problemJSON, `{"title":"INVALID_STATE","status":409,"detail":"stale lease"}`,
			job.CommandError{Kind: job.Gone, Code: "FAILED_PRECONDITION", HTTPStatus: 409, NotTaken: true},
			"stale lease (HTTP 409)",
		},
		{
			"it cannot be taken", 400, problemJSON, `{"title":"INVALID_ARGUMENT","status":400,"detail":"no errorCode provided"}`,
			job.CommandError{Kind: job.Unacceptable, Code: "INVALID_ARGUMENT", HTTPStatus: 400, NotTaken: true},
			"no errorCode provided (HTTP 400)",
		},
		{
			"the record is too large", 500, problemJSON, `{"title":"INTERNAL","status":500,"detail":"Command 'COMPLETE' rejected with code 'EXCEEDED_BATCH_RECORD_SIZE': too large"}`,
			job.CommandError{Kind: job.Unacceptable, Code: codeUnknown, Fault: job.FaultRecordTooLarge, HTTPStatus: 500, NotTaken: true},
			"too large (HTTP 500)",
		},
		{
			"who asks is not known", 401, problemJSON, `{"title":"UNAUTHORIZED","status":401}`,
			job.CommandError{Kind: job.Denied, Code: "UNAUTHENTICATED", HTTPStatus: 401, NotTaken: true},
			"UNAUTHORIZED (HTTP 401)",
		},
		{"the same, without a word", 401, "", "", job.CommandError{Kind: job.Denied, Code: "UNAUTHENTICATED", HTTPStatus: 401, NotTaken: true}, "/v2/jobs/1/completion: the answer was HTTP 401"},
		{
			"it is not allowed", 403, problemJSON, `{"title":"FORBIDDEN","status":403,"detail":"no permission"}`,
			job.CommandError{Kind: job.Denied, Code: "PERMISSION_DENIED", HTTPStatus: 403, NotTaken: true},
			"no permission (HTTP 403)",
		},
		{"the same, without a word", 403, "", "", job.CommandError{Kind: job.Denied, Code: "PERMISSION_DENIED", HTTPStatus: 403, NotTaken: true}, "the answer was HTTP 403"},
		{
			"the broker has too much to do", 503, problemJSON, `{"title":"RESOURCE_EXHAUSTED","status":503,"detail":"back-pressure"}`,
			job.CommandError{Code: codeExhausted, HTTPStatus: 503, NotTaken: true},
			"back-pressure (HTTP 503)",
		},
		{"an ingress limits the rate", 429, html, `<html>`, job.CommandError{Code: codeExhausted, HTTPStatus: 429, NotTaken: true}, "the answer was HTTP 429"},
		{
			"a partition has no leader", 503, problemJSON, `{"title":"UNAVAILABLE","status":503,"detail":"no leader"}`,
			job.CommandError{Code: codeUnavailable, HTTPStatus: 503},
			"no leader (HTTP 503)",
		},
		{"an ingress without a gateway", 503, html, `<html>`, job.CommandError{Code: codeUnavailable, HTTPStatus: 503}, "the answer was HTTP 503"},
		{"a bad gateway", 502, html, ``, job.CommandError{Code: codeUnavailable, HTTPStatus: 502}, "the answer was HTTP 502"},
		{
			"no answer of the broker", 504, problemJSON, `{"title":"DEADLINE_EXCEEDED","status":504,"detail":"timed out"}`,
			job.CommandError{Code: codeDeadline, HTTPStatus: 504},
			"timed out (HTTP 504)",
		},
		{
			"the gateway is at fault", 500, problemJSON, `{"title":"INTERNAL","status":500,"detail":"oops"}`,
			job.CommandError{Code: codeInternal, HTTPStatus: 500},
			"oops (HTTP 500)",
		},

		{"a page in place of the answer", 200, html, `<html>log in</html>`, weather(200), `the answer was HTTP 200 with the content type "text/html", which is not an answer of Camunda's REST API`},
		{"an answer where there is none", 200, "application/json", `{}`, weather(200), "the answer was HTTP 200, which is not an answer"},
		{"a path that is not there", 404, html, `<html>`, weather(404), `HTTP 404 with the content type "text/html"`},
		{
			"a path that another Spring server does not know", 404, problemJSON, `{"type":"about:blank","title":"Not Found","status":404,"detail":"No static resource v2/jobs/1/completion.","instance":"/v2/jobs/1/completion"}`,
			weather(404), "HTTP 404 (No static resource v2/jobs/1/completion.), which is not an answer",
		},
		{"a path that an API gateway does not know", 404, "application/json", `{"message":"no Route matched with those values"}`, weather(404), "HTTP 404, which is not an answer"},
		{"half a problem", 404, problemJSON, `{"title":"NOT_FOUND","sta`, weather(404), "HTTP 404, which is not an answer"},
		{"a conflict of something else", 409, html, `<html>`, weather(409), "HTTP 409"},
		{"a request that a server does not understand", 400, "text/plain", `Client sent an HTTP request to an HTTPS server.`, weather(400), "HTTP 400"},
		{"a firewall", 403, html, `<html>`, weather(403), "HTTP 403"},
		{"a broken server", 500, html, `<html>`, weather(500), "HTTP 500"},
		{"elsewhere", 302, "", ``, weather(302), "HTTP 302 to https://login.example.com/auth; redirects are not followed, which is not an answer"},
		{"too large for a proxy, although it is small", 413, html, ``, weather(413), "HTTP 413"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &restGatewayServer{answer: func(w http.ResponseWriter, c restCall) {
				w.Header().Set("Location", "https://login.example.com/auth?state=hush")
				tells(tt.status, tt.contentType, tt.body)(w, c)
			}}
			got := *refused(t, dialTest(t, s, Config{}).Complete(t.Context(), job.Ref{Key: 1}, []byte(`{"a":1}`)))
			assert.Contains(t, got.Reason, tt.reason)
			assert.NotContains(t, got.Reason, "hush")
			got.Reason = ""
			assert.Equal(t, tt.want, got)
			assert.Len(t, s.seen(), 1)
		})
	}
}

func TestAnAnswerThatNeverEndsIsCutOff(t *testing.T) {
	t.Parallel()
	s := &restGatewayServer{answer: tells(404, "application/problem+json", `{"title":"NOT_FOUND","detail":"`+strings.Repeat("x", maxShortAnswer)+`"}`)}
	e := refused(t, dialTest(t, s, Config{}).Complete(t.Context(), job.Ref{Key: 1}, nil))
	assert.Equal(t, job.Transient, e.Kind)
	assert.Contains(t, e.Reason, "cut off: the answer is too long: above 1048576 bytes")
}

func TestALargeCommandThatAProxyRefusesIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	s := &restGatewayServer{answer: tells(413, "text/html", "")}
	e := refused(t, dialTest(t, s, Config{}).Complete(t.Context(), job.Ref{Key: 1}, []byte(`{"a":"`+strings.Repeat("x", leastTooLarge)+`"}`)))
	assert.Equal(t, job.Unacceptable, e.Kind)
	assert.Equal(t, job.FaultMessageTooLarge, e.Fault)
	assert.Contains(t, e.Reason, "raise its limit")
}

func TestAGatewayWithoutThePatchOfJobsCannotHandBack(t *testing.T) {
	t.Parallel()
	c := dialTest(t, &restGatewayServer{answer: tells(405, "text/html", "")}, Config{})
	assert.Equal(t, job.Unsupported, refused(t, c.UpdateTimeout(t.Context(), job.Ref{Key: 1}, time.Second)).Kind)
	assert.Equal(t, job.Transient, refused(t, c.Complete(t.Context(), job.Ref{Key: 1}, nil)).Kind, "all gateways know this one")
}

// rawServer is a server that does with each connection what its function says, and returns its address.
func rawServer(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serve(conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}

func TestWhatBecameOfACommandThatGotNoAnswer(t *testing.T) {
	t.Parallel()
	nobody := rawServer(t, func(net.Conn) {})
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closed := l.Addr().String()
	require.NoError(t, l.Close())
	secured := httptest.NewUnstartedServer(http.NotFoundHandler())
	secured.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	secured.StartTLS()
	t.Cleanup(secured.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	read := func(conn net.Conn) {
		if request, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			_, _ = io.Copy(io.Discard, request.Body)
		}
	}
	for _, tt := range []struct {
		name, address string
		fault         job.Fault
		notTaken      bool
		reason        string // empty = it depends on what the kernel is faster with, as does whether the command was written
	}{
		{"nothing listens", "http://" + closed, job.FaultConnectionRefused, true, "connection refused"},
		{"TLS without its authority", secured.URL, job.FaultUnknownAuthority, true, "certificate"},
		{"TLS is asked for where there is none", "https://" + plain.Listener.Addr().String(), job.FaultPlaintext, true, "HTTP response to HTTPS client"},
		{"the connection ends at once", "http://" + nobody, job.FaultConnectionEnded, false, ""},
		{"the connection ends after the command", "http://" + rawServer(t, func(c net.Conn) { read(c) }), job.FaultConnectionEnded, false, "EOF"},
		{"gRPC", "http://" + rawServer(t, func(c net.Conn) {
			read(c)
			_, _ = c.Write([]byte("\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x05\x00\x00\x40\x00"))
		}), job.FaultNoREST, false, "malformed HTTP response"},
		{"gRPC that speaks first", "http://" + rawServer(t, func(c net.Conn) {
			_, _ = c.Write([]byte("\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x05\x00\x00\x40\x00"))
			read(c)
		}), job.FaultNoREST, false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := dialREST(t, Config{RESTAddress: tt.address})
			e := refused(t, c.Fail(t.Context(), job.Ref{Key: 1}, 2, 0, "", nil))
			assert.Equal(t, job.Transient, e.Kind)
			assert.Equal(t, tt.fault, e.Fault, e.Reason)
			assert.Equal(t, codeUnavailable, e.Code)
			if tt.reason != "" {
				assert.Equal(t, tt.notTaken, e.NotTaken, e.Reason)
				assert.Contains(t, e.Reason, tt.reason)
			}
			assert.Contains(t, e.Reason, "POST "+tt.address+"/v2/jobs/1/failure: ")
		})
	}
}

func TestACommandThatGetsNoAnswerInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		c, end := serveInBubble(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
		defer end()
		defer close(release)
		began := time.Now()
		e := refused(t, c.Complete(t.Context(), job.Ref{Key: 1}, nil))
		assert.Equal(t, defaultTimeout, time.Since(began))
		assert.Equal(t, codeDeadline, e.Code)
		assert.False(t, e.NotTaken, "it was written")
		assert.Contains(t, e.Reason, "no answer in time")

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, c.Complete(ctx, job.Ref{Key: 1}, nil), context.Canceled)
		began = time.Now()
		_, err := pollREST(t, c, nil)
		assert.Equal(t, codeDeadline, refused(t, err).Code)
		assert.Equal(t, defaultTimeout, time.Since(began), "a poll that does not wait has the time of a command")
	})
}

func TestACommandThatGetsNoConnectionInTime(t *testing.T) {
	t.Parallel()
	c := dialREST(t, Config{RESTAddress: "http://127.0.0.1:1", RequestTimeout: 20 * time.Millisecond})
	transport, ok := c.rest.connections.use().client.Transport.(*http.Transport)
	require.True(t, ok)
	transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	e := refused(t, c.Fail(t.Context(), job.Ref{Key: 1}, 1, 0, "", nil))
	assert.Equal(t, codeDeadline, e.Code)
	assert.Equal(t, job.FaultNoAnswer, e.Fault)
	assert.True(t, e.NotTaken)
	assert.Contains(t, e.Reason, "no connection in time")
}

func TestAProxyThatRefusesIsNamed(t *testing.T) {
	t.Parallel()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	t.Cleanup(proxy.Close)
	for _, tt := range []struct {
		proxy string
		fault job.Fault
		want  string
	}{
		{"http://u:hush@" + proxy.Listener.Addr().String(), job.FaultProxy, "the proxy does not let the connection through: http://u:xxxxx@" + proxy.Listener.Addr().String() + " answered HTTP 403"},
		{"http://127.0.0.1:1", job.FaultConnectionRefused, "proxyconnect"},
	} {
		c := dialREST(t, Config{RESTAddress: "https://rest.example.com"})
		throughProxy(t, c, tt.proxy)
		e := refused(t, c.Complete(t.Context(), job.Ref{Key: 1}, nil))
		assert.Equal(t, tt.fault, e.Fault, e.Reason)
		assert.Contains(t, e.Reason, tt.want)
		assert.True(t, e.NotTaken)
		assert.NotContains(t, e.Reason, "hush")
	}
}

func serverTLS(leaf tls.Certificate) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{leaf}, MinVersion: tls.VersionTLS12}
}
