package cli

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// startRESTGateway starts a gateway with a job whose input is wrong, and returns the job's key.
func startRESTGateway(t *testing.T) (*embedded.Gateway, int64) {
	t.Helper()
	g, err := embedded.StartGateway(embedded.GatewayOptions{Version: "8.10.0", RESTAddress: "127.0.0.1:0"})
	require.NoError(t, err)
	t.Cleanup(g.Close)
	keys, err := g.AddJobs(embedded.Job{Type: "io.camunda:aws-eventbridge:1", Variables: `{"input":{}}`})
	require.NoError(t, err)
	return g, keys[0]
}

func TestAWorkerTakesAndEndsAJobOverREST(t *testing.T) {
	t.Parallel()
	g, key := startRESTGateway(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var stderr strings.Builder
	ended := make(chan int, 1)
	go func() {
		ended <- Run(ctx, []string{"run", "--port=0", "--poll-timeout=PT0.2S", "--rest-address=" + g.RESTURL() + "/v2"}, nil, strings.NewReader(""), io.Discard, &stderr)
	}()
	ending, err := g.Wait(ctx, key)
	require.NoError(t, err)
	stop()
	assert.Equal(t, ExitOK, <-ended)
	assert.Equal(t, embedded.Fail, ending.Command.Kind)
	assert.Zero(t, ending.Command.Retries)
	assert.Contains(t, ending.Command.Message, "Found constraints violated while validating input:")
	assert.Zero(t, g.Counts().StreamsSeen)
	assert.Contains(t, stderr.String(), " transport=REST gateway="+g.RESTURL()+"/v2 gateway_tls=false ")
	assert.NotContains(t, stderr.String(), "stream")
}

func TestCheckAsksTheGatewayOverREST(t *testing.T) {
	t.Parallel()
	g, _ := startRESTGateway(t)
	check := func(env ...string) string {
		var stdout strings.Builder
		Run(t.Context(), []string{"check"}, append(env, "CAMUNDA_CONNECTOR_SECRETRESOLVER_SECRETFILTER_MODE=DISABLED", "AWS_EC2_METADATA_DISABLED=true"), strings.NewReader(""), &stdout, io.Discard)
		return stdout.String()
	}
	text := check("CAMUNDA_CLIENT_RESTADDRESS=" + g.RESTURL())
	assert.Contains(t, text, g.RESTURL()+" (REST), Camunda 8.10.0, brokers: 1 of 1, partitions: 1")
	assert.Contains(t, text, "✓ identity")
	assert.Contains(t, text, "jobs of the default tenant can be asked for")
	counts := g.Counts()
	assert.Equal(t, []int64{1, 0}, []int64{counts.Waiting, counts.Polled}, "it takes no job")
	assert.Positive(t, counts.Polls)

	text = check("CAMUNDA_CLIENT_RESTADDRESS=http://localhost:" + closedPort(t))
	assert.Contains(t, text, "✗ reached")
	assert.Contains(t, text, "nothing listens there; is the gateway up, and this the port of its REST API (8080)?")
}

func TestAGatewayThatCannotBeUsedOverRESTSaysWhichSettingToMend(t *testing.T) {
	t.Parallel()
	trusted := newIssuer(t)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/login"):
			http.Redirect(w, r, "https://login.example.com/?state=hush-hush", http.StatusFound)
		case strings.HasPrefix(r.URL.Path, "/page"):
			_, _ = io.WriteString(w, "<html>log in</html>")
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(web.Close)
	secured := httptest.NewUnstartedServer(http.NotFoundHandler())
	secured.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	secured.StartTLS()
	t.Cleanup(secured.Close)
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"a page to log in", []string{"--rest-address=" + web.URL + "/page"}, `camunda.client.rest-address is "` + web.URL + `/page" (flag --rest-address): what answers there is not the Orchestration Cluster REST API`},
		{"elsewhere", []string{"--rest-address=" + web.URL + "/login"}, "HTTP 302 to https://login.example.com/; redirects are not followed"},
		{"a path that is not there", []string{"--rest-address=" + web.URL}, "HTTP 404"},
		{"gRPC", []string{"--rest-address=http://localhost:" + port(t)}, "is it the port of the REST API (8080), not that of gRPC?"},
		{"TLS in place of plaintext", []string{"--rest-address=" + strings.Replace(secured.URL, "https:", "http:", 1)}, "if what answers there is TLS, write https://"},
		{"plaintext in place of TLS", []string{"--rest-address=" + strings.Replace(web.URL, "http:", "https:", 1)}, "TLS is asked for, but the server there speaks plaintext; write http://"},
		{"an unknown authority", []string{"--rest-address=" + secured.URL}, "camunda.client.ca-certificate-path is not set: give a PEM file with the authority that signed the server's certificate"},
		{"another authority", []string{"--rest-address=" + secured.URL, "--ca-certificate-path=" + trusted.file}, "give a PEM file with the authority"},
		{"nothing", []string{"--rest-address=http://localhost:" + closedPort(t)}, "nothing listens there; is the gateway up"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _, err := config.Load(tt.args, nil, nil)
			require.NoError(t, err)
			require.True(t, c.Gateway.OverREST)
			gateway, err := dialGateway(c, slog.New(slog.DiscardHandler))
			require.NoError(t, err)
			defer gateway.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			err = advisedGateway{gateway, c}.Activate(ctx, job.PollRequest{TakeRequest: job.TakeRequest{Type: "t", Worker: "w", Lease: time.Minute}, MaxJobs: 1, Wait: -1}, func(*job.Job) {})
			require.ErrorContains(t, err, tt.want)
			assert.NotContains(t, err.Error(), "\n")
			assert.NotContains(t, err.Error(), "hush-hush")
		})
	}
}

func TestAdviceFitsWhatTheRESTAPIRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		args []string
		err  job.CommandError
		want string
	}{
		{"no credentials", nil, job.CommandError{Code: "UNAUTHENTICATED"}, "the gateway wants other credentials"},
		{"an unknown tenant", []string{"--tenant-ids=a"}, job.CommandError{Code: "INVALID_ARGUMENT", Fault: job.FaultTenant}, "name tenants that are there, or none"},
		{"jobs that do not fit", nil, job.CommandError{Kind: job.Unacceptable, Code: "RESOURCE_EXHAUSTED"}, "camunda.client.max-message-size"},
		{"a proxy with a limit", nil, job.CommandError{Code: "UNKNOWN", Fault: job.FaultNoREST, HTTPStatus: 413}, "raise its limit"},
		{"a server that wants a certificate", nil, job.CommandError{Code: "UNAVAILABLE", Fault: job.FaultClientCertificate}, "camunda.client.rest-client-certificate-path is not set"},
		{"an expired certificate", nil, job.CommandError{Code: "UNAVAILABLE", Fault: job.FaultCertificateTime}, "renew the server's certificate"},
		{"another host's certificate", nil, job.CommandError{Code: "UNAVAILABLE", Fault: job.FaultCertificateName}, "camunda.client.override-authority is not set"},
		{"no host of this name", nil, job.CommandError{Code: "UNAVAILABLE", Fault: job.FaultNoHost}, "there is no host of this name"},
		{"a connection that ends", nil, job.CommandError{Code: "UNAVAILABLE", Fault: job.FaultConnectionEnded}, "write https://"},
		{"a secured connection that ends", []string{"--rest-address=https://far"}, job.CommandError{Code: "UNAVAILABLE", Fault: job.FaultConnectionEnded}, "does the server want a client certificate"},
		{"no answer", nil, job.CommandError{Code: "DEADLINE_EXCEEDED", Fault: job.FaultNoAnswer}, "nothing answers there"},
		{"an ingress without a gateway", nil, job.CommandError{Code: "UNAVAILABLE", HTTPStatus: 503}, ""},
		{"a busy broker", nil, job.CommandError{Code: "RESOURCE_EXHAUSTED"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _, err := config.Load(append([]string{"--rest-address=http://far:8080"}, tt.args...), nil, nil)
			require.NoError(t, err)
			got := advice(c, &tt.err)
			assert.Contains(t, got, tt.want)
			assert.Equal(t, tt.want == "", got == "", got)
			assert.NotContains(t, got, "grpc-address")
		})
	}
	c, _, err := config.Load([]string{"--rest-address=http://far:8080"}, []string{"HTTP_PROXY=http://proxy:3128"}, nil)
	require.NoError(t, err)
	assert.Contains(t, advice(c, &job.CommandError{Code: "UNAVAILABLE", Fault: job.FaultProxy}), "go through the proxy http://proxy:3128 (HTTP_PROXY); that proxy does not let it through, or add far to NO_PROXY")
}
