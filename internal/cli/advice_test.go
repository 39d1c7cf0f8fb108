package cli

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/worker"
	"github.com/eventbridge-connector/eventbridge-connector/internal/zeebe"
)

// issuer signs certificates; file is what trusts it.
type issuer struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	file string
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "root"}, NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(48 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	return &issuer{key, cert, file}
}

func (i *issuer) issue(t *testing.T, host string, until time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{host}, NotBefore: until.Add(-24 * time.Hour), NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, i.cert, &key.PublicKey, i.key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// port serves a gateway, by TLS if there is a certificate, and returns its port.
func port(t *testing.T, certificates ...tls.Certificate) string {
	t.Helper()
	o := embedded.GatewayOptions{}
	if len(certificates) > 0 {
		o.ServerOptions = append(o.ServerOptions, grpc.Creds(credentials.NewTLS(&tls.Config{Certificates: certificates, MinVersion: tls.VersionTLS12})))
	}
	g, err := embedded.StartGateway(o)
	require.NoError(t, err)
	t.Cleanup(g.Close)
	return g.Address()[strings.LastIndexByte(g.Address(), ':')+1:]
}

// closedPort is one at which nothing listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	_, free, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	return free
}

func TestAGatewayThatCannotBeUsedSaysWhichSettingToMend(t *testing.T) {
	t.Parallel()
	trusted, other := newIssuer(t), newIssuer(t)
	soon := time.Now().Add(time.Hour)
	plain, secured := port(t), port(t, trusted.issue(t, "localhost", soon))
	expired, misnamed := port(t, trusted.issue(t, "localhost", time.Now().Add(-time.Hour))), port(t, trusted.issue(t, "zeebe.example.com", soon))
	mutual, err := embedded.StartGateway(embedded.GatewayOptions{ServerOptions: []grpc.ServerOption{grpc.Creds(credentials.NewTLS(&tls.Config{
		Certificates: []tls.Certificate{trusted.issue(t, "localhost", soon)}, ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12,
		MaxVersion: tls.VersionTLS12, // with 1.3 the client may see the end of the connection before it sees why
	}))}})
	require.NoError(t, err)
	t.Cleanup(mutual.Close)
	mutualPort := mutual.Address()[strings.LastIndexByte(mutual.Address(), ':')+1:]
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/rotated" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":"unauthorized_client","error_description":"Invalid client"}`)
			return
		}
		_, _ = io.WriteString(w, "<html>log in</html>")
	}))
	t.Cleanup(web.Close)
	withoutHTTP2 := httptest.NewUnstartedServer(http.NotFoundHandler())
	withoutHTTP2.TLS = &tls.Config{Certificates: []tls.Certificate{trusted.issue(t, "localhost", soon)}, NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12}
	withoutHTTP2.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	withoutHTTP2.StartTLS()
	t.Cleanup(withoutHTTP2.Close)
	tlsPort := withoutHTTP2.URL[strings.LastIndexByte(withoutHTTP2.URL, ':')+1:]
	webPort := web.URL[strings.LastIndexByte(web.URL, ':')+1:]
	closed := closedPort(t)

	oauth := func(url string) []string {
		return []string{"--grpc-address=http://localhost:" + plain, "--client-id=me", "--client-secret=hush-hush", "--token-url=" + url}
	}
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"TLS to plaintext", []string{"--grpc-address=https://localhost:" + plain}, `camunda.client.grpc-address is "https://localhost:` + plain + `" (flag --grpc-address): TLS is asked for, but the gateway there speaks plaintext; write http://localhost:` + plain},
		{"plaintext to TLS", []string{"--grpc-address=http://localhost:" + secured}, `(flag --grpc-address): what answers there ends the connection at once; if it is TLS, write https://localhost:` + secured},
		{"an unknown authority", []string{"--grpc-address=https://localhost:" + secured}, `camunda.client.ca-certificate-path is not set, so the system's certificates are trusted`},
		{"another authority", []string{"--grpc-address=https://localhost:" + secured, "--ca-certificate-path=" + other.file}, `camunda.client.ca-certificate-path is "` + other.file + `" (flag --ca-certificate-path): it does not hold the authority`},
		{"an expired certificate", []string{"--grpc-address=https://localhost:" + expired, "--ca-certificate-path=" + trusted.file}, `renew the gateway's certificate, or set this host's clock right`},
		{"another host's certificate", []string{"--grpc-address=https://localhost:" + misnamed, "--ca-certificate-path=" + trusted.file}, `camunda.client.override-authority is not set: use the name in the gateway's certificate`},
		{"no client certificate", []string{"--grpc-address=https://localhost:" + mutualPort, "--ca-certificate-path=" + trusted.file}, `camunda.client.client-certificate-path is not set: what answers there ends the connection at once; does the gateway want a client certificate`},
		{"no HTTP/2", []string{"--grpc-address=https://localhost:" + tlsPort, "--ca-certificate-path=" + trusted.file}, `speaks TLS but no HTTP/2; an ingress must pass gRPC on`},
		{"an HTTP server", []string{"--grpc-address=http://localhost:" + webPort}, `an HTTP server answers there, not gRPC`},
		{"nothing", []string{"--grpc-address=http://localhost:" + closed}, `nothing listens there; is the gateway up, and this its gRPC port?`},
		{"a secret that is not taken", oauth(web.URL + "/rotated"), `camunda.client.auth.client-id is "me" (flag --client-id), camunda.client.auth.client-secret is "***" (flag --client-secret): the authorization server does not take them`},
		{"no token endpoint", oauth(web.URL + "/login"), `camunda.client.auth.token-url is "` + web.URL + `/login" (flag --token-url): what answers there is no token endpoint`},
		{"a token endpoint that is not there", oauth("http://localhost:" + closed), `(flag --token-url): look whether it can be reached from here`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _, err := config.Load(tt.args, nil, nil)
			require.NoError(t, err)
			client, err := zeebe.Dial(gatewayConfig(c), slog.New(slog.DiscardHandler))
			require.NoError(t, err)
			defer client.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			request := job.PollRequest{TakeRequest: job.TakeRequest{Type: "t", Worker: "w", Lease: time.Minute}, MaxJobs: 1, Wait: -1}
			err = advisedGateway{client, c}.Activate(ctx, request, func(*job.Job) {})
			require.Error(t, err)
			assert.Contains(t, err.Error(), tt.want)
			assert.NotContains(t, err.Error(), "\n")
			assert.NotContains(t, err.Error(), "hush-hush")
			var refused *job.CommandError
			require.ErrorAs(t, err, &refused, "what the engine acts on is still there")
		})
	}
}

func TestAdviceFitsWhatTheGatewayRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		args []string
		err  job.CommandError
		want string
	}{
		{"no credentials", nil, job.CommandError{Code: "UNAUTHENTICATED"}, `camunda.client.auth.method is "none" (follows from the credentials given): the gateway wants other credentials`},
		{"a token that is not taken", []string{"--client-id=i", "--client-secret=s", "--token-url=http://t/", "--audience=a"}, job.CommandError{Code: "UNAUTHENTICATED"}, `camunda.client.auth.audience is "a" (flag --audience)`},
		{"no token in time", []string{"--client-id=i", "--client-secret=s", "--token-url=http://t/"}, job.CommandError{Code: "DEADLINE_EXCEEDED", ForToken: true}, `camunda.client.auth.token-url is "http://t/" (flag --token-url): look whether it can be reached`},
		{"a broken authorization server", []string{"--client-id=i", "--client-secret=s", "--token-url=http://t/"}, job.CommandError{Code: "UNAVAILABLE", HTTPStatus: 503, ForToken: true}, `the authorization server is at fault`},
		{"an assertion that is not taken", []string{"--client-id=i", "--token-url=https://t/", "--assertion-keystore-path=/a", "--assertion-keystore-password=p"}, job.CommandError{Code: "UNAUTHENTICATED", HTTPStatus: 401, ForToken: true}, `camunda.client.auth.client-assertion.keystore-path is "/a" (flag --assertion-keystore-path): the authorization server does not take the client assertion`},
		{"an assertion by PEM files that is not taken", []string{"--client-id=i", "--token-url=https://t/", "--assertion-certificate-path=/c", "--assertion-key-path=/k"}, job.CommandError{Code: "UNAUTHENTICATED", HTTPStatus: 400, ForToken: true}, `camunda.client.auth.client-assertion.certificate-path is "/c"`},
		{"a client certificate that is not taken", []string{"--client-id=i", "--token-url=https://t/", "--auth-keystore-path=/a"}, job.CommandError{Code: "UNAUTHENTICATED", HTTPStatus: 401, ForToken: true}, `camunda.client.auth.keystore-path is "/a" (flag --auth-keystore-path): the authorization server does not take the client certificate`},
		{"an authorization server that wants a certificate", []string{"--client-id=i", "--client-secret=s", "--token-url=https://t/"}, job.CommandError{Code: "UNAVAILABLE", Fault: job.FaultClientCertificate, ForToken: true}, `camunda.client.auth.client-certificate-path is not set: the authorization server takes no other client certificate`},
		{"a gateway that wants a client certificate", []string{"--grpc-address=https://h:1"}, *job.Refusal("UNAVAILABLE", "connection error: remote error: tls: certificate required"), `camunda.client.client-certificate-path is not set: the gateway wants a client certificate`},
		{"a gateway that ends a secured connection", []string{"--grpc-address=https://h:1"}, *job.Refusal("UNAVAILABLE", "write tcp 127.0.0.1:1->127.0.0.1:2: write: broken pipe"), `camunda.client.client-certificate-path is not set: what answers there ends the connection at once; does the gateway want a client certificate`},
		{"no right", []string{"--client-id=i", "--tenant-ids=a,b", "--auth-method=none"}, job.CommandError{Code: "PERMISSION_DENIED"}, `assign it to the tenants; camunda.client.worker.defaults.tenant-ids is "a,b" (flag --tenant-ids)`},
		{"no right of a user", []string{"--username=u", "--password=p"}, job.CommandError{Code: "PERMISSION_DENIED"}, `camunda.client.auth.username is "u" (flag --username): grant it UPDATE_PROCESS_INSTANCE`},
		{"an unknown tenant", []string{"--tenant-ids=a"}, *job.Refusal("INVALID_ARGUMENT", "Expected to handle gRPC request ActivateJobs with tenant identifiers"), `name tenants that are there, or none`},
		{"another server", nil, job.CommandError{Code: "UNIMPLEMENTED", Reason: "unknown service"}, `is it the gateway's gRPC port (26500)`},
		{"no host of this name", nil, *job.Refusal("UNAVAILABLE", "name resolver error: produced zero addresses"), `there is no host of this name`},
		{"no answer", nil, *job.Refusal("DEADLINE_EXCEEDED", "context deadline exceeded while waiting for connections to become ready"), `nothing answers there; look at the network`},
		{"a busy broker", nil, job.CommandError{Code: "RESOURCE_EXHAUSTED"}, ``},
		{"an unknown physical tenant", []string{"--physical-tenant-id=blue"}, *job.Refusal("NOT_FOUND", "Unknown physical tenant: blue"), `camunda.client.physical-tenant-id is "blue" (flag --physical-tenant-id): the cluster has no physical tenant of this id`},
		{"jobs of another physical tenant", []string{"--physical-tenant-id=blue"}, job.CommandError{Kind: job.Unacceptable, Fault: job.FaultPhysicalTenant}, `a proxy must pass on the metadata Camunda-Physical-Tenant`},
		{"no credentials for a physical tenant", []string{"--physical-tenant-id=blue"}, job.CommandError{Code: "UNAUTHENTICATED"}, `also refuses a physical tenant that it does not have in this way; camunda.client.physical-tenant-id is "blue"`},
		{"no such path of a physical tenant", []string{"--physical-tenant-id=blue", "--rest-address=http://h"}, job.CommandError{Code: "UNKNOWN", Fault: job.FaultNoREST, HTTPStatus: 404}, `answers so if it has no physical tenant of this id, an older one always`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _, err := config.Load(tt.args, nil, nil)
			require.NoError(t, err)
			got := advice(c, &tt.err)
			assert.Contains(t, got, tt.want)
			assert.Equal(t, tt.want == "", got == "", got)
		})
	}
}

// TestAPollThatAProxyEndsSaysWhichSettingIsToBeShorter, over gRPC as over REST.
func TestAPollThatAProxyEndsSaysWhichSettingIsToBeShorter(t *testing.T) {
	t.Parallel()
	const want = `UNAVAILABLE: no; camunda.client.worker.defaults.request-timeout is "PT20S" (default): the poll was ended after 15s, before the gateway had to answer: the gateway stopped, or a proxy`
	timeout := job.CommandError{Code: "UNAVAILABLE", Reason: "no", HTTPStatus: 504}
	ended := job.CommandError{Code: "UNAVAILABLE", Reason: "no", Fault: job.FaultConnectionEnded}
	for _, tt := range []struct {
		name       string
		err        job.CommandError
		wait, took time.Duration
		told       bool
	}{
		{"504", timeout, 20 * time.Second, 15 * time.Second, true},
		{"the connection ends", ended, 20 * time.Second, 15 * time.Second, true},
		{"the gateway's own wait", ended, 0, 15 * time.Second, true},
		{"the connection ends at once", ended, 20 * time.Second, 0, false},
		{"the gateway had its time", timeout, 20 * time.Second, 20 * time.Second, false},
		{"the poll does not wait", timeout, -1, 15 * time.Second, false},
		{"the gateway is away", job.CommandError{Code: "UNAVAILABLE", Reason: "no", HTTPStatus: 503}, 20 * time.Second, 15 * time.Second, false},
	} {
		for _, args := range [][]string{nil, {"--rest-address=http://h"}} {
			synctest.Test(t, func(t *testing.T) {
				c, _, err := config.Load(args, nil, nil)
				require.NoError(t, err)
				err = advisedGateway{slowRefusal{err: &tt.err, took: tt.took}, c}.Activate(t.Context(), job.PollRequest{Wait: tt.wait}, nil)
				if tt.told {
					require.ErrorContains(t, err, want, tt.name)
				} else {
					assert.NotContains(t, err.Error(), "worker.defaults.request-timeout", tt.name)
				}
			})
		}
	}
}

// slowRefusal is a gateway that refuses a poll after a while.
type slowRefusal struct {
	worker.Gateway
	err  error
	took time.Duration
}

func (g slowRefusal) Activate(context.Context, job.PollRequest, func(*job.Job)) error {
	time.Sleep(g.took) //nolint:forbidigo // in a bubble, where it takes no time
	return g.err
}

func TestAFileThatCannotBeReadIsNamedByItsSetting(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty.pem")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	for _, tt := range []struct{ flag, value, want string }{
		{"--ca-certificate-path", "/no/such.pem", `camunda.client.ca-certificate-path: found "/no/such.pem" (flag --ca-certificate-path), expected a PEM file with certificates: no such file or directory`},
		{"--ca-certificate-path", "/", `: found "/" (flag --ca-certificate-path), expected a PEM file with certificates: is a directory`},
		{"--ca-certificate-path", empty, `expected a PEM file with certificates: found no certificate in ` + empty + `, expected PEM`},
		{"--secrets-directory", "/no/such", `camunda.connector.secretprovider.files.directory: found "/no/such" (flag --secrets-directory), expected a directory that can be read: no such file or directory`},
		{"--secrets-directory", empty, `expected a directory that can be read: open the directory of secrets: ` + empty + ` is not a directory`},
	} {
		var stderr strings.Builder
		code := Run(t.Context(), []string{"run", "--port=0", "--grpc-address=https://localhost:1", tt.flag + "=" + tt.value}, nil, strings.NewReader(""), io.Discard, &stderr)
		assert.Equal(t, ExitUsage, code)
		assert.Contains(t, stderr.String(), tt.want)
		assert.Equal(t, 2, strings.Count(stderr.String(), "\n"), "one line, and where help is")
	}
}

// endedStream is a stream that ends with an error.
type endedStream struct{ err error }

func (s endedStream) Recv() (*job.Job, error) { return nil, s.err }

type streamingGateway struct {
	worker.Gateway
	stream job.Stream
}

func (g streamingGateway) Stream(context.Context, job.TakeRequest) (job.Stream, error) {
	return g.stream, nil
}

func TestTheEndOfAStreamSaysWhatToDo(t *testing.T) {
	t.Parallel()
	c, _, err := config.Load(nil, []string{"CAMUNDA_CLIENT_MAX_MESSAGE_SIZE=500KB"}, nil)
	require.NoError(t, err)
	end := func(err error) error {
		s, opened := advisedGateway{streamingGateway{stream: endedStream{err}}, c}.Stream(t.Context(), job.TakeRequest{})
		require.NoError(t, opened)
		_, err = s.Recv()
		return err
	}
	refusal := &job.CommandError{Kind: job.Unacceptable, Code: "RESOURCE_EXHAUSTED", Reason: "grpc: received message larger than max"}
	err = end(refusal)
	require.ErrorContains(t, err, "camunda.client.max-message-size")
	require.ErrorIs(t, err, refusal, "what the worker acts on stays")
	require.Equal(t, io.EOF, end(io.EOF)) //nolint:testifylint // the error itself
}
