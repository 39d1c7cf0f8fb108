package zeebe

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// configuration serves an OpenID configuration, and tokens beside it.
func configuration(t *testing.T, i *issuer, code int, body func(base string) string, start func(http.Handler) *httptest.Server) string {
	t.Helper()
	var server *httptest.Server
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body(server.URL))
	})
	mux.Handle("POST /token", i)
	server = start(mux)
	t.Cleanup(server.Close)
	return server.URL + "/.well-known/openid-configuration"
}

func TestTheTokenEndpointIsFoundByTheOpenIDConfiguration(t *testing.T) {
	t.Parallel()
	i, g := &issuer{}, &gateway{}
	where := configuration(t, i, http.StatusOK, func(base string) string { return `{"issuer":"x","token_endpoint":"` + base + `/token"}` }, httptest.NewServer)
	c := connect(t, g, Config{Auth: Auth{Method: AuthOIDC, ClientID: "me", ClientSecret: secret, DiscoveryURL: where}})
	require.NoError(t, c.Complete(t.Context(), job.Ref{Key: 1}, nil))
	assert.Equal(t, []string{"Bearer t1"}, g.header("authorization"))
	require.Len(t, i.asked(), 1)
	assert.Equal(t, secret, i.asked()[0].Get("client_secret"))
}

func TestAnOpenIDConfigurationThatIsNone(t *testing.T) {
	t.Parallel()
	text := func(s string) func(string) string { return func(string) string { return s } }
	for _, tt := range []struct {
		name  string
		code  int
		body  string
		start func(http.Handler) *httptest.Server
		want  job.CommandError
	}{
		{"not there", http.StatusNotFound, "no", httptest.NewServer, job.CommandError{Kind: job.Denied, Code: "UNAUTHENTICATED", Reason: "the answer was HTTP 404 without a token_endpoint"}},
		{"broken", http.StatusBadGateway, "", httptest.NewServer, job.CommandError{Kind: job.Transient, Code: "UNAVAILABLE", Reason: "the answer was HTTP 502 without a token_endpoint"}},
		{"a page", http.StatusOK, "<html>", httptest.NewServer, job.CommandError{Kind: job.Denied, Code: "UNAUTHENTICATED", Reason: "the answer was HTTP 200 without a token_endpoint"}},
		{"of something else", http.StatusOK, `{"token_endpoint":"file:///etc/passwd"}`, httptest.NewServer, job.CommandError{Kind: job.Denied, Code: "UNAUTHENTICATED", Reason: "the answer was HTTP 200 without a token_endpoint"}},
		{"from secured to not", http.StatusOK, `{"token_endpoint":"http://far/token"}`, httptest.NewTLSServer, job.CommandError{Kind: job.Denied, Code: "UNAUTHENTICATED", Reason: "it names http://far/token, which is not secured, for the token"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			where := configuration(t, &issuer{}, tt.code, text(tt.body), tt.start)
			auth := Auth{Method: AuthOIDC, ClientID: "me", ClientSecret: secret, DiscoveryURL: where}
			client := tokenClient(tlsConfig(nil, "", nil))
			client.Transport.(*http.Transport).TLSClientConfig.InsecureSkipVerify = true //nolint:gosec // the test's own server
			defer client.CloseIdleConnections()
			_, err := fetchToken(t.Context(), client, &auth, nil)
			tt.want.Reason = "ask " + where + " for a token as client me: " + tt.want.Reason
			assertRefused(t, err, tt.want)
		})
	}
}
