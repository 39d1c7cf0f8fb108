package zeebe

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// TestWhatAProxySaysIsTransient holds that an HTTP status from something between us and the gateway never ends a job, nor
// turns off a call for good.
func TestWhatAProxySaysIsTransient(t *testing.T) {
	t.Parallel()
	for _, code := range []int{301, 400, 401, 403, 404, 405, 408, 413, 418, 429, 500, 502, 503, 504} {
		t.Run(http.StatusText(code), func(t *testing.T) {
			t.Parallel()
			front := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body) // else it may answer before the request was written
				w.Header().Set("Content-Type", "text/html")
				w.WriteHeader(code)
				_, _ = io.WriteString(w, "<html>no</html>")
			}))
			front.Config.Protocols = &http.Protocols{}
			front.Config.Protocols.SetUnencryptedHTTP2(true)
			front.Start()
			t.Cleanup(front.Close)
			c := dialTo(t, front.Listener.Addr().String())
			for name, call := range map[string]func() error{
				"complete": func() error { return c.Complete(t.Context(), job.Ref{Key: 1}, nil) },
				"fail":     func() error { return c.Fail(t.Context(), job.Ref{Key: 1}, 2, 0, "m", nil) },
				"throw":    func() error { return c.Throw(t.Context(), job.Ref{Key: 1}, "c", "m", nil) },
				"update":   func() error { return c.UpdateTimeout(t.Context(), job.Ref{Key: 1}, time.Second) },
				"activate": func() error {
					return c.Activate(t.Context(), job.PollRequest{MaxJobs: 1, Wait: -1, TakeRequest: job.TakeRequest{Type: "t", Lease: time.Second}}, nil)
				},
				"probe": func() error { return c.Probe(t.Context()) },
				"stream": func() error {
					s, err := c.Stream(t.Context(), job.TakeRequest{Type: "t", Lease: time.Second})
					if err == nil {
						_, err = s.Recv()
					}
					return err
				},
			} {
				var got *job.CommandError
				require.ErrorAs(t, call(), &got, name)
				assert.Equal(t, job.Transient, got.Kind, "%s: %v", name, got)
				assert.False(t, got.NotTaken, "%s: nobody knows what is behind it: %v", name, got)
			}
		})
	}
}

// TestALargeCommandThatAProxyRefusesIsNotTriedForEver: the job is failed instead. A small one is not too large for any proxy.
func TestALargeCommandThatAProxyRefusesIsNotTriedForEver(t *testing.T) {
	t.Parallel()
	front := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	}))
	front.Config.Protocols = &http.Protocols{}
	front.Config.Protocols.SetUnencryptedHTTP2(true)
	front.Start()
	t.Cleanup(front.Close)
	c := dialTo(t, front.Listener.Addr().String())
	for size, want := range map[int]job.CommandErrorKind{10: job.Transient, leastTooLarge: job.Unacceptable} {
		var got *job.CommandError
		require.ErrorAs(t, c.Complete(t.Context(), job.Ref{Key: 1}, []byte(`{"a":"`+strings.Repeat("x", size)+`"}`)), &got)
		assert.Equal(t, want, got.Kind, got.Reason)
	}
}

// TestAProbeThatAProxyForbidsIsNoAnswer: only the gateway's own refusal to tell its topology is one.
func TestAProbeThatAProxyForbidsIsNoAnswer(t *testing.T) {
	t.Parallel()
	front := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	front.Config.Protocols = &http.Protocols{}
	front.Config.Protocols.SetUnencryptedHTTP2(true)
	front.Start()
	t.Cleanup(front.Close)
	require.Error(t, dialTo(t, front.Listener.Addr().String()).Probe(t.Context()))
	g := &gateway{answer: func(context.Context, any) error { return status.Error(codes.PermissionDenied, "no") }}
	require.NoError(t, connect(t, g, Config{}).Probe(t.Context()))
}

func TestWhatWasSurelyNotTaken(t *testing.T) {
	t.Parallel()
	for code, want := range map[codes.Code]bool{
		codes.ResourceExhausted: true, codes.PermissionDenied: true, codes.NotFound: true, codes.InvalidArgument: true,
		codes.Unavailable: false, codes.DeadlineExceeded: false, codes.Internal: false, codes.Unknown: false, codes.Canceled: false, codes.Aborted: false,
	} {
		g := &gateway{answer: func(context.Context, any) error { return status.Error(code, "no") }}
		var got *job.CommandError
		require.ErrorAs(t, connect(t, g, Config{}).Fail(t.Context(), job.Ref{Key: 1}, 2, 0, "m", nil), &got)
		assert.Equal(t, want, got.NotTaken, "%v", code)
	}
}

func TestACommandThatWasNeverWrittenWasNotTaken(t *testing.T) {
	t.Parallel()
	nobody, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := nobody.Addr().String()
	require.NoError(t, nobody.Close())
	var got *job.CommandError
	require.ErrorAs(t, dialTo(t, address).Fail(t.Context(), job.Ref{Key: 1}, 2, 0, "m", nil), &got)
	assert.Equal(t, job.Transient, got.Kind)
	assert.True(t, got.NotTaken, "no connection, no command: %v", got)
}

// TestAConnectionThatGivesNoAnswerIsReplaced: one that died without a reset is noticed by nobody else.
func TestAConnectionThatGivesNoAnswerIsReplaced(t *testing.T) {
	t.Parallel()
	c, front := connectMuted(t)
	require.Error(t, c.ProbeStream(briefly(t)))
	require.NoError(t, c.ProbeStream(t.Context()), "a new connection is made")
	assert.EqualValues(t, 3, front.accepted.Load(), "two connections, and one in place of that of streams")
}

// TestStreamsGetANewConnectionWithCommands says that they need not find on their own what the commands found.
func TestStreamsGetANewConnectionWithCommands(t *testing.T) {
	t.Parallel()
	c, front := connectMuted(t)
	require.Error(t, c.Probe(briefly(t)))
	require.NoError(t, c.Probe(t.Context()), "a new connection is made")
	require.NoError(t, c.ProbeStream(t.Context()), "and one for streams")
	require.NoError(t, c.Complete(t.Context(), job.Ref{Key: 1}, nil))
	assert.EqualValues(t, 4, front.accepted.Load(), "two connections, and one in place of each")
}

// connectMuted returns a client whose two connections have died without a reset.
func connectMuted(t *testing.T) (*Client, *mute) {
	t.Helper()
	front := newMute(t, serve(t, &gateway{}))
	c := dialTo(t, front.address)
	require.NoError(t, c.Probe(t.Context()))
	require.NoError(t, c.ProbeStream(t.Context()))
	front.mute.Store(true) // the connections that are there
	return c, front
}

// briefly returns a context for a call that gets no answer.
func briefly(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

// mute is a proxy that can stop passing on what goes over the connections that it has.
type mute struct {
	address  string
	accepted atomic.Int64
	mute     atomic.Bool
}

func newMute(t *testing.T, to string) *mute {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	m := &mute{address: l.Addr().String()}
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			m.accepted.Add(1)
			out, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", to)
			if err != nil {
				_ = in.Close()
				continue
			}
			mutable := !m.mute.Load()
			go m.pass(out, in, mutable)
			go m.pass(in, out, mutable)
		}
	}()
	return m
}

func (m *mute) pass(to, from net.Conn, mutable bool) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if mutable && m.mute.Load() {
			continue
		}
		if _, err = to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func dialTo(t *testing.T, address string) *Client {
	t.Helper()
	c, err := Dial(Config{Target: address}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// serve serves the gateway on a port of this host, and returns its address.
func serve(t *testing.T, g *gateway) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer()
	pb.RegisterGatewayServer(server, g)
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(l) }()
	t.Cleanup(func() {
		server.Stop()
		<-done
	})
	return l.Addr().String()
}

// tokenless is an authorizer whose tokens never come.
type tokenless struct{ fixedAuth }

func (tokenless) authorize(ctx context.Context) (context.Context, *proof, error) {
	<-ctx.Done()
	return nil, nil, errNoTokenInTime
}

// TestAProbeThatWasNeverSentReplacesNoConnection: the token did not come in time, which says nothing of the gateway.
func TestAProbeThatWasNeverSentReplacesNoConnection(t *testing.T) {
	t.Parallel()
	c := connect(t, &gateway{}, Config{})
	c.auth = tokenless{}
	calls, streams := c.calls.client(), c.streams.client()
	for _, probe := range []func(context.Context) error{c.Probe, c.ProbeStream} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		var got *job.CommandError
		require.ErrorAs(t, probe(ctx), &got)
		assert.Equal(t, "DEADLINE_EXCEEDED", got.Code)
	}
	assert.Same(t, calls, c.calls.client())
	assert.Same(t, streams, c.streams.client())
}

// TestACallThatFailedBeforeItWasWrittenWasNotTaken: one for which no token came, for example.
func TestACallThatFailedBeforeItWasWrittenWasNotTaken(t *testing.T) {
	t.Parallel()
	noToken := &job.CommandError{Kind: job.Transient, Code: "DEADLINE_EXCEEDED", Reason: "no token came in time", ForToken: true}
	call := &writing{Context: t.Context()}
	var got *job.CommandError
	require.ErrorAs(t, commandError(t.Context(), call, noToken), &got)
	assert.Equal(t, &job.CommandError{Kind: job.Transient, Code: "DEADLINE_EXCEEDED", Reason: "no token came in time", ForToken: true, NotTaken: true}, got)
	assert.False(t, noToken.NotTaken, "the error is shared by all calls that wait for the token")
	call.written.Store(true)
	require.ErrorAs(t, commandError(t.Context(), call, noToken), &got)
	assert.False(t, got.NotTaken, "a first call was written, and a second one lacked a token")
	require.ErrorAs(t, commandError(t.Context(), nil, noToken), &got)
	assert.False(t, got.NotTaken, "nothing is known of the call")
}

func TestTwoCallsThatMeetADeadConnectionReplaceItOnce(t *testing.T) {
	t.Parallel()
	c, err := newConnection("127.0.0.1:1", dialOptions(Config{}, nil))
	require.NoError(t, err)
	dead := c.client()
	require.NoError(t, c.replace(dead))
	second := c.client()
	assert.NotSame(t, dead, second)
	require.NoError(t, c.replace(dead), "the other call is late")
	assert.Same(t, second, c.client(), "the new connection may carry calls already")
	require.NoError(t, c.close())
}

// TestWhatAProxySaysIsNoAnswerOfTheBroker, whatever code is made of it: the command may have been taken all the same.
func TestWhatAProxySaysIsNoAnswerOfTheBroker(t *testing.T) {
	t.Parallel()
	written, unwritten := &writing{Context: t.Context()}, &writing{Context: t.Context()}
	written.written.Store(true)
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		for text, found := range map[string]int{
			"unexpected HTTP status code received from server: 404 (Not Found)": http.StatusNotFound, `transport: received unexpected content-type "text/html"`: 0,
		} {
			for _, call := range []*writing{nil, written, unwritten} {
				var got *job.CommandError
				require.ErrorAs(t, commandError(t.Context(), call, status.Error(code, text)), &got)
				assert.Equal(t, &job.CommandError{
					Kind: job.Transient, Code: codeName(code), Reason: text, Fault: job.FaultNoGRPC, HTTPStatus: found, NotTaken: call == unwritten,
				}, got)
			}
		}
		var got *job.CommandError
		require.ErrorAs(t, commandError(t.Context(), written, status.Error(code, "no")), &got)
		assert.Equal(t, job.Refusal(codeName(code), "no"), got, "the broker's own answer")
	}
}
