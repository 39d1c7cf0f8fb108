package zeebe

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

// secretsOf asks a REST API for secrets, by a client over gRPC and by one over REST alone.
func secretsOf(t *testing.T, handler http.Handler, c Config, names ...string) (values, refused map[string]string, err error) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	c.RESTAddress = server.URL
	values, refused, err = connect(t, &gateway{}, c).ResolveSecrets(t.Context(), names)
	alone, dialed := DialREST(c, nil)
	require.NoError(t, dialed)
	defer func() { require.NoError(t, alone.Close()) }()
	sameValues, sameRefused, sameErr := alone.ResolveSecrets(t.Context(), names)
	assert.Equal(t, values, sameValues)
	assert.Equal(t, refused, sameRefused)
	assert.Equal(t, err, sameErr)
	return values, refused, err
}

func TestTheClusterResolvesItsSecrets(t *testing.T) {
	t.Parallel()
	g, err := embedded.NewGateway(embedded.GatewayOptions{
		Version: "8.10.0", Secrets: map[string]string{"KEY": "v", "db-password": ""},
		Logins: []embedded.Login{{Username: "worker", Password: "p", Reveal: true}, {Username: "stranger", Password: "p"}},
	})
	require.NoError(t, err)
	t.Cleanup(g.Close)
	as := func(user string) Config {
		return Config{Auth: Auth{Method: AuthBasic, Username: user, Password: "p"}}
	}
	values, refused, err := secretsOf(t, g.REST(), as("worker"), "KEY", "db-password", "NONE", "a.b")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"KEY": "v", "db-password": ""}, values)
	assert.Equal(t, map[string]string{"NONE": "NOT_FOUND", "a.b": "INVALID_REFERENCE"}, refused)

	values, refused, err = secretsOf(t, g.REST(), as("stranger"), "KEY")
	require.NoError(t, err)
	assert.Empty(t, values)
	assert.Equal(t, map[string]string{"KEY": "ACCESS_DENIED"}, refused)
}

func TestSecretsOfAPhysicalTenantAreAskedForAtItsPath(t *testing.T) {
	t.Parallel()
	s := &restServer{answer: func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		assert.JSONEq(t, `{"references":["camunda.secrets.KEY"]}`, string(body))
		_, _ = io.WriteString(w, `{"resolved":[{"reference":"camunda.secrets.KEY","value":"v"}],"errors":[]}`)
	}}
	values, _, err := secretsOf(t, s, Config{PhysicalTenant: "tenant2"}, "KEY")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"KEY": "v"}, values)
	assert.Equal(t, "POST /physical-tenants/tenant2/v2/secrets/resolve", s.requests[0].Method+" "+s.requests[0].URL.Path)
}

func TestAnAnswerThatTellsOfNoSecret(t *testing.T) {
	t.Parallel()
	old, err := embedded.NewGateway(embedded.GatewayOptions{Version: "8.9.0"})
	require.NoError(t, err)
	t.Cleanup(old.Close)
	answer := func(status int, body string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
	}
	for _, tt := range []struct {
		name             string
		server           http.Handler
		missing, passing bool
		want             string
	}{
		{"an older gateway", old.REST(), true, false, "Camunda 8.10 on"},
		{"a refusal of all", answer(403, `{"title":"FORBIDDEN","status":403}`), false, false, "permission REVEAL on the resource SECRET"},
		{"no such user", answer(401, `{"title":"Unauthorized","status":401}`), false, false, "camunda.client.auth"},
		{"too much to do", answer(503, `{"title":"RESOURCE_EXHAUSTED","status":503,"detail":"the store is slow with hush"}`), false, true, "HTTP 503 (RESOURCE_EXHAUSTED)"},
		{"a refusal without a title", answer(400, `{"status":400,"detail":"hush is none"}`), false, false, "HTTP 400"},
		{"a proxy without a way to the gateway", answer(404, `<html>hush</html>`), false, true, "look whether a proxy answers"},
		{"an older gateway behind a proxy", answer(404, `{"title":"Not Found","status":404}`), true, false, "Camunda 8.10 on"},
		{"another server", answer(200, `<html>`), false, true, "does not tell of secrets"},
		{"half an answer", answer(200, `{"resolved":[{"reference":"camunda.secrets.KEY","value":"hush`), false, true, "does not tell of secrets"},
		{"no secrets in it", answer(200, `{"jobs":[]}`), false, false, "does not tell of secrets"},
		{"a redirect", answer(302, ""), false, false, "redirects are not followed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			values, refused, err := secretsOf(t, tt.server, Config{RequestTimeout: time.Minute}, "KEY")
			var fault *RESTError
			require.ErrorAs(t, err, &fault)
			assert.Empty(t, values)
			assert.Empty(t, refused)
			assert.Equal(t, tt.missing, fault.Missing())
			assert.Equal(t, tt.passing, fault.Temporary())
			require.ErrorContains(t, err, "/v2/secrets/resolve: ")
			require.ErrorContains(t, err, tt.want)
			assert.NotContains(t, err.Error(), "hush")
		})
	}
	_, _, err = connect(t, &gateway{}, Config{}).ResolveSecrets(t.Context(), []string{"KEY"})
	assert.ErrorContains(t, err, "there is no REST address")
}
