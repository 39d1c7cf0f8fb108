package zeebe

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// restServer answers all calls by its function, with a definition if it has none, and keeps what came.
type restServer struct {
	answer func(w http.ResponseWriter, r *http.Request)

	mu       sync.Mutex
	requests []*http.Request
}

func (s *restServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests = append(s.requests, r)
	s.mu.Unlock()
	if s.answer != nil {
		s.answer(w, r)
		return
	}
	_, _ = io.WriteString(w, "<definitions/>")
}

func (s *restServer) authorizations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, r := range s.requests {
		all = append(all, r.Header.Get("Authorization"))
	}
	return all
}

func overREST(t *testing.T, s *restServer, c Config) *Client {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c.RESTAddress = server.URL + c.RESTAddress
	return connect(t, &gateway{}, c)
}

func TestProcessXMLIsAskedForByItsKey(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"", "/", "/cluster-id", "/cluster-id/"} {
		s := &restServer{}
		text, err := overREST(t, s, Config{RESTAddress: prefix, UserAgent: "eventbridge-connector/1.2.3"}).ProcessXML(t.Context(), 2251799813685249)
		require.NoError(t, err)
		assert.Equal(t, "<definitions/>", string(text))
		require.Len(t, s.requests, 1)
		assert.Equal(t, strings.TrimRight(prefix, "/")+"/v2/process-definitions/2251799813685249/xml", s.requests[0].URL.Path)
		assert.Equal(t, http.MethodGet, s.requests[0].Method)
		assert.Equal(t, "eventbridge-connector/1.2.3", s.requests[0].UserAgent())
		assert.Equal(t, []string{""}, s.authorizations())
	}
}

func TestRESTHasTheAuthenticationOfTheGateway(t *testing.T) {
	t.Parallel()
	basic := &restServer{}
	_, err := overREST(t, basic, Config{Auth: Auth{Method: AuthBasic, Username: "Aladdin", Password: "open sesame"}}).ProcessXML(t.Context(), 1)
	require.NoError(t, err)
	assert.Equal(t, []string{"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}, basic.authorizations())

	i, s := &issuer{}, &restServer{}
	c := overREST(t, s, oidc(t, i))
	require.NoError(t, c.Complete(t.Context(), job.Ref{Key: 1}, nil))
	_, err = c.ProcessXML(t.Context(), 1)
	require.NoError(t, err)
	assert.Equal(t, []string{"Bearer t1"}, s.authorizations())
	assert.Len(t, i.asked(), 1, "gRPC and REST share the token")
}

func TestTokenThatRESTRefusesIsReplacedOnceForBoth(t *testing.T) {
	t.Parallel()
	i := &issuer{}
	s := &restServer{answer: func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer t1" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	config := oidc(t, i)
	config.RESTAddress = server.URL
	g := &gateway{answer: func(ctx context.Context, _ any) error {
		if md, _ := metadata.FromIncomingContext(ctx); md.Get("authorization")[0] != "Bearer t2" {
			return status.Error(codes.Unauthenticated, "revoked")
		}
		return nil
	}}
	c := connect(t, g, config)
	_, err := c.ProcessXML(t.Context(), 1)
	require.NoError(t, err)
	assert.Equal(t, []string{"Bearer t1", "Bearer t2"}, s.authorizations())
	require.NoError(t, c.Complete(t.Context(), job.Ref{Key: 1}, nil))
	assert.Len(t, i.asked(), 2, "the gateway gets the new token at once")

	s.answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }
	ageToken(c, -time.Hour)
	_, err = c.ProcessXML(t.Context(), 1)
	require.ErrorContains(t, err, "look at camunda.client.auth")
	assert.Len(t, s.authorizations(), 3)
	assert.Len(t, i.asked(), 2, "a token that was fetched just now in place of a refused one is not replaced")
	ageToken(c, 2*time.Second)
	_, err = c.ProcessXML(t.Context(), 1)
	require.ErrorContains(t, err, "look at camunda.client.auth")
	assert.Len(t, s.authorizations(), 5, "a second refusal is the answer")
	assert.Len(t, i.asked(), 3)
	for range 5 {
		ageToken(c, time.Hour)
		_, err = c.ProcessXML(t.Context(), 1)
		require.ErrorContains(t, err, "look at camunda.client.auth")
	}
	assert.Len(t, s.authorizations(), 10)
	assert.Len(t, i.asked(), 3, "who takes no token has none fetched with every call")
}

func TestWhatRESTAnswersInsteadIsToldWithWhatToLookAt(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		answer    func(w http.ResponseWriter, r *http.Request)
		want      []string
		transient bool
	}{
		{"not there yet, or not at all", answer(404, `{"title":"NOT_FOUND","status":404,"detail":"no such definition"}`), []string{"HTTP 404 (no such definition)", "secondary storage", "camunda.client.rest-address"}, true},
		{"not allowed", answer(403, `{"title":"FORBIDDEN"}`), []string{"HTTP 403 (FORBIDDEN)", "READ_PROCESS_DEFINITION"}, false},
		{"not known who", answer(401, ``), []string{"HTTP 401", "camunda.client.auth"}, false},
		{"elsewhere", answer(302, ``), []string{"HTTP 302", "redirects are not followed"}, false},
		{"without XML", answer(204, ``), []string{"HTTP 204", "has no XML"}, false},
		{"busy", answer(429, `x`), []string{"HTTP 429"}, true},
		{"broken", answer(503, `<html>down</html>`), []string{"HTTP 503"}, true},
		{"wordy", answer(500, `{"detail":"`+strings.Repeat("ü", 400)+`"}`), []string{"HTTP 500 (" + strings.Repeat("ü", 150) + "…)"}, true},
		{"too much", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, maxDefinition+1)) }, []string{"longer than 4194304 bytes"}, false},
		{"cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "<de")
		}, []string{"unexpected EOF"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &restServer{answer: tt.answer}
			_, err := overREST(t, s, Config{Auth: Auth{Method: AuthBasic, Username: "u", Password: secret}}).ProcessXML(t.Context(), 1)
			var e *RESTError
			require.ErrorAs(t, err, &e)
			for _, want := range tt.want {
				require.ErrorContains(t, e, want)
			}
			assert.ErrorContains(t, e, "/v2/process-definitions/1/xml")
			assert.Equal(t, tt.transient, e.Temporary())
			assert.NotContains(t, err.Error(), secret)
			assert.Len(t, s.authorizations(), 1)
		})
	}
}

func answer(status int, body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestRESTThatDoesNotAnswerEndsInTime(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	s := &restServer{answer: func(http.ResponseWriter, *http.Request) { <-release }}
	c := overREST(t, s, Config{RequestTimeout: 50 * time.Millisecond})
	t.Cleanup(func() { close(release) })
	_, err := c.ProcessXML(t.Context(), 1)
	var e *RESTError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "no answer in time", e.Reason)
	assert.True(t, e.Transient)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.ProcessXML(ctx, 1)
	require.ErrorIs(t, err, context.Canceled)

	c = connect(t, &gateway{}, Config{RESTAddress: "http://u:hush@127.0.0.1:1"})
	_, err = c.ProcessXML(t.Context(), 1)
	require.ErrorAs(t, err, &e)
	assert.True(t, e.Transient, "refused")
	assert.NotContains(t, err.Error(), "hush")
	_, err = connect(t, &gateway{}, Config{RESTAddress: "http://u:hush:hush/"}).ProcessXML(t.Context(), 1)
	require.ErrorContains(t, err, "is no URL")
	assert.NotContains(t, err.Error(), "hush")

	_, err = connect(t, &gateway{}, Config{}).ProcessXML(t.Context(), 1)
	require.ErrorContains(t, err, "there is no REST address")
}

func TestTokenThatCannotBeHadIsTheRESTCallsFault(t *testing.T) {
	t.Parallel()
	for code, transient := range map[int]bool{http.StatusUnauthorized: false, http.StatusBadGateway: true} {
		s := &restServer{}
		config := oidc(t, &issuer{answer: func(int) (int, string) { return code, `{"error":"invalid_client"}` }})
		_, err := overREST(t, s, config).ProcessXML(t.Context(), 1)
		var e *RESTError
		require.ErrorAs(t, err, &e)
		assert.Equal(t, transient, e.Transient)
		require.ErrorContains(t, e, fmt.Sprintf("HTTP %d: invalid_client", code))
		assert.Empty(t, s.authorizations())
	}
}

func TestRESTIsCheckedAgainstTheConfiguredAuthority(t *testing.T) {
	t.Parallel()
	leaf, ca := authority(t)
	_, otherCA := authority(t)
	server := httptest.NewUnstartedServer(&restServer{})
	server.TLS = &tls.Config{Certificates: []tls.Certificate{leaf}, MinVersion: tls.VersionTLS12}
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	t.Cleanup(server.Close)
	for _, tt := range []struct {
		name string
		c    Config
		want string // of the refusal; empty = accepted
	}{
		{"its CA and its name", Config{CAFile: ca, Authority: "zeebe.example.com"}, ""},
		{"another CA", Config{CAFile: otherCA, Authority: "zeebe.example.com"}, "certificate"},
		{"the system's CAs", Config{Authority: "zeebe.example.com"}, "certificate"},
		{"another name", Config{CAFile: ca}, "certificate"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.c.RESTAddress = server.URL
			_, err := connect(t, &gateway{}, tt.c).ProcessXML(t.Context(), 1)
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			var e *RESTError
			require.ErrorAs(t, err, &e)
			require.ErrorContains(t, e, tt.want)
			assert.False(t, e.Transient, "it does not pass")
		})
	}
}
