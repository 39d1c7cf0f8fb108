package zeebe

import (
	"context"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// restCall is a request as a server got it.
type restCall struct{ method, path, body, authorization string }

// restGatewayServer answers by its function and keeps what came.
type restGatewayServer struct {
	answer func(w http.ResponseWriter, c restCall) // nil = commands are taken

	mu    sync.Mutex
	calls []restCall
}

func (s *restGatewayServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	c := restCall{r.Method, r.URL.EscapedPath(), string(body), r.Header.Get("Authorization")}
	s.mu.Lock()
	s.calls = append(s.calls, c)
	s.mu.Unlock()
	if s.answer == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	s.answer(w, c)
}

func (s *restGatewayServer) seen() []restCall {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]restCall(nil), s.calls...)
}

// tells answers all requests so.
func tells(status int, contentType, body string) func(http.ResponseWriter, restCall) {
	return func(w http.ResponseWriter, _ restCall) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// dialTest returns a client of a server in this process.
func dialTest(t *testing.T, h http.Handler, c Config) *RESTClient {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	c.RESTAddress = server.URL + c.RESTAddress
	return dialREST(t, c)
}

func dialREST(t *testing.T, c Config) *RESTClient {
	t.Helper()
	client, err := DialREST(c, silent)
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func TestTheBaseOfTheRESTAPI(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ address, tenant, want string }{
		{"", "", ""},
		{"", "t1", ""},
		{"http://h:8080", "", "http://h:8080/v2"},
		{"http://h:8080/", "", "http://h:8080/v2"},
		{"http://h:8080/v2", "", "http://h:8080/v2"},
		{"http://h:8080/v2/", "", "http://h:8080/v2"},
		{"https://h/cluster-id", "", "https://h/cluster-id/v2"},
		{"https://h/orchestration/v2/", "", "https://h/orchestration/v2"},
		{"http://h", "t1", "http://h/physical-tenants/t1/v2"},
		{"http://h/orchestration/v2", "t1", "http://h/orchestration/physical-tenants/t1/v2"},
		{"http://h/physical-tenants/t1/v2", "", "http://h/physical-tenants/t1/v2"},
		{"http://h/physical-tenants/t1/v2", "t1", "http://h/physical-tenants/t1/v2"},
		{"http://h", "a/b", "http://h/physical-tenants/a%2Fb/v2"},
	} {
		assert.Equal(t, tt.want, restBase(tt.address, tt.tenant), tt)
	}
	assert.Equal(t, "http://h/v2", dialREST(t, Config{RESTAddress: "http://h", PhysicalTenant: "default"}).Address(), "every cluster has it")
}

func TestAnAddressThatIsNoneIsAnErrorAtTheStart(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "h:8080", "ftp://h", "http://u:hush@"} {
		_, err := DialREST(Config{RESTAddress: address}, silent)
		require.ErrorContains(t, err, "expected an http or https URL", address)
		assert.NotContains(t, err.Error(), "hush")
	}
	_, err := DialREST(Config{RESTAddress: "http://h", Auth: Auth{Method: AuthBasic}}, silent)
	require.ErrorContains(t, err, "a username and a password are expected")
	_, err = DialREST(Config{RESTAddress: "https://h", CAFile: "/no/such"}, silent)
	var ca *CAError
	require.ErrorAs(t, err, &ca)
}

func TestCommandsOverREST(t *testing.T) {
	t.Parallel()
	const key = int64(2251799813685249)
	withToken := job.Ref{Key: key, LeaseToken: "tok\"en"}
	for _, tt := range []struct {
		name string
		do   func(ctx context.Context, c *RESTClient) error
		want restCall
	}{
		{"complete", func(ctx context.Context, c *RESTClient) error {
			return c.Complete(ctx, job.Ref{Key: key}, []byte(` {"z": 1.10, "a" : 12345678901234567890, "half": "\ud800" } `))
		}, restCall{method: "POST", path: "/v2/jobs/2251799813685249/completion", body: `{"variables":{"z":1.10,"a":12345678901234567890,"half":"\ud800"}}`}},
		{"complete without variables", func(ctx context.Context, c *RESTClient) error {
			return c.Complete(ctx, withToken, nil)
		}, restCall{method: "POST", path: "/v2/jobs/2251799813685249/completion", body: `{"jobLeaseToken":"tok\"en"}`}},
		{"fail", func(ctx context.Context, c *RESTClient) error {
			return c.Fail(ctx, withToken, 2, 1500*time.Microsecond, "no \xff\n", []byte(`{"error":{}}`))
		}, restCall{method: "POST", path: "/v2/jobs/2251799813685249/failure", body: `{"retries":2,"errorMessage":"no ` + "\uFFFD" + `\n","retryBackOff":2,"variables":{"error":{}},"jobLeaseToken":"tok\"en"}`}},
		{"throw", func(ctx context.Context, c *RESTClient) error {
			return c.Throw(ctx, job.Ref{Key: key}, "E1", "m", []byte(`{}`))
		}, restCall{method: "POST", path: "/v2/jobs/2251799813685249/error", body: `{"errorCode":"E1","errorMessage":"m","variables":{}}`}},
		{"update the timeout", func(ctx context.Context, c *RESTClient) error {
			return c.UpdateTimeout(ctx, withToken, time.Microsecond)
		}, restCall{method: "PATCH", path: "/v2/jobs/2251799813685249", body: `{"changeset":{"timeout":1},"jobLeaseToken":"tok\"en"}`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &restGatewayServer{}
			require.NoError(t, tt.do(t.Context(), dialTest(t, s, Config{RESTAddress: "/v2"})))
			assert.Equal(t, []restCall{tt.want}, s.seen())
		})
	}
}

func TestVariablesThatAreNoJSONAreNotSent(t *testing.T) {
	t.Parallel()
	s := &restGatewayServer{}
	err := dialTest(t, s, Config{}).Complete(t.Context(), job.Ref{Key: 1}, []byte(`{"a":1},"jobLeaseToken":"x"`))
	var refused *job.CommandError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, job.Unacceptable, refused.Kind)
	assert.True(t, refused.NotTaken)
	assert.Empty(t, s.seen())
}

func TestTheTopologyOverREST(t *testing.T) {
	t.Parallel()
	s := &restGatewayServer{answer: tells(200, "application/json", `{"brokers":[{"nodeId":0},{"nodeId":1}],"clusterSize":3,"partitionsCount":2,"replicationFactor":1,"gatewayVersion":"8.10.0","clusterId":"new"}`)}
	c := dialTest(t, s, Config{})
	topology, err := c.Topology(t.Context())
	require.NoError(t, err)
	assert.Equal(t, Topology{GatewayVersion: "8.10.0", ClusterSize: 3, PartitionsCount: 2, ReplicationFactor: 1, BrokersSeen: 2}, topology)
	version, err := c.GatewayVersion(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "8.10.0", version)
	assert.Equal(t, []restCall{{method: "GET", path: "/v2/topology"}}, s.seen(), "the version was told already")
	require.NoError(t, c.Probe(t.Context()))
	assert.Len(t, s.seen(), 2)
}

func TestAProbeNeedsAnAnswerOfTheGateway(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		answer func(http.ResponseWriter, restCall)
		fault  string // empty = it is one
	}{
		{"a gateway that tells nothing to this identity", tells(403, "application/problem+json", `{"title":"FORBIDDEN","detail":"no"}`), ""},
		{"a gateway that does not know who asks", tells(401, "application/problem+json", `{"title":"UNAUTHORIZED"}`), "UNAUTHENTICATED: UNAUTHORIZED (HTTP 401)"},
		{"a page to log in", tells(200, "text/html", `<html>`), `the answer was HTTP 200 with the content type "text/html", which is not an answer of Camunda's REST API`},
		{"another API", tells(200, "application/json", `{"status":"UP"}`), "the property \"brokers\" is missing"},
		{"a firewall", tells(403, "text/html", `<html>`), `HTTP 403 with the content type "text/html"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := dialTest(t, &restGatewayServer{answer: tt.answer}, Config{}).Probe(t.Context())
			if tt.fault == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.fault)
		})
	}
}

func TestThereAreNoStreamsOverREST(t *testing.T) {
	t.Parallel()
	c := dialTest(t, &restGatewayServer{}, Config{})
	_, err := c.Stream(t.Context(), job.TakeRequest{})
	var refused *job.CommandError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, job.Unsupported, refused.Kind)
	require.NoError(t, c.ProbeStream(t.Context()))
}

func TestATokenThatIsRefusedIsReplacedForACommand(t *testing.T) {
	t.Parallel()
	i := &issuer{}
	s := &restGatewayServer{answer: func(w http.ResponseWriter, c restCall) {
		if c.authorization != "Bearer t2" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}}
	c := dialTest(t, s, oidc(t, i))
	require.NoError(t, c.Complete(t.Context(), job.Ref{Key: 1}, nil))
	require.NoError(t, c.Complete(t.Context(), job.Ref{Key: 2}, nil))
	assert.Len(t, s.seen(), 3)
	assert.Len(t, i.asked(), 2)

	s.answer = tells(401, "application/problem+json", `{"title":"UNAUTHORIZED","detail":"Expected to handle request, but the tenant 'a' is not authorized"}`)
	err := c.Complete(t.Context(), job.Ref{Key: 3}, nil)
	var refused *job.CommandError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "PERMISSION_DENIED", refused.Code, "it is the tenant that is refused")
	assert.Equal(t, job.FaultTenant, refused.Fault)
	assert.Len(t, s.seen(), 4)
	assert.Len(t, i.asked(), 2, "the token is not at fault")
}

func TestNoTokenIsNoCommand(t *testing.T) {
	t.Parallel()
	s := &restGatewayServer{}
	c := dialTest(t, s, oidc(t, &issuer{answer: func(int) (int, string) { return http.StatusBadGateway, "" }}))
	err := c.Complete(t.Context(), job.Ref{Key: 1}, nil)
	var refused *job.CommandError
	require.ErrorAs(t, err, &refused)
	assert.True(t, refused.ForToken)
	assert.True(t, refused.NotTaken)
	assert.Equal(t, job.Transient, refused.Kind)
	assert.Empty(t, s.seen())
	require.Error(t, c.Authorize(t.Context()))
}

func TestTheAuthorityIsSentToTheRESTAPI(t *testing.T) {
	t.Parallel()
	leaf, ca := authority(t)
	var host string
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host = r.Host + " " + r.Proto
		w.WriteHeader(http.StatusNoContent)
	}))
	server.EnableHTTP2 = true
	server.TLS = serverTLS(leaf)
	server.StartTLS()
	t.Cleanup(server.Close)
	c := dialREST(t, Config{RESTAddress: server.URL, CAFile: ca, Authority: "zeebe.example.com"})
	require.NoError(t, c.Complete(t.Context(), job.Ref{Key: 1}, nil))
	assert.Equal(t, "zeebe.example.com HTTP/2.0", host)

	alone, beside, err := readCA(ca)
	require.NoError(t, err)
	assert.True(t, trusted(t, c.rest).Equal(alone), "what jobs come and go by trusts the file's certificates alone, as over gRPC")
	overGRPC, err := Dial(Config{Target: "h:1", RESTAddress: server.URL, CAFile: ca}, silent)
	require.NoError(t, err)
	t.Cleanup(func() { _ = overGRPC.Close() })
	assert.True(t, trusted(t, overGRPC.rest).Equal(beside))
}

// trusted returns the certificates that requests of a REST API trust.
func trusted(t *testing.T, a *restAPI) *x509.CertPool {
	t.Helper()
	transport, ok := a.connections.use().client.Transport.(*http.Transport)
	require.True(t, ok)
	return transport.TLSClientConfig.RootCAs
}

func TestSecretsAreInNoErrorOfREST(t *testing.T) {
	t.Parallel()
	c := dialTest(t, &restGatewayServer{answer: tells(500, "text/html", "")}, Config{Auth: Auth{Method: AuthBasic, Username: "u", Password: secret}})
	c.rest.base = strings.Replace(c.rest.base, "http://", "http://u:"+url.QueryEscape(secret)+"@", 1)
	err := c.Complete(t.Context(), job.Ref{Key: 1}, nil)
	require.ErrorContains(t, err, "HTTP 500")
	for _, text := range []string{err.Error(), c.Address()} {
		assert.NotContains(t, text, secret)
		assert.NotContains(t, text, url.QueryEscape(secret))
	}
}
