package cli

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

func TestAConnectionThatFailsAtAProxyNamesTheProxy(t *testing.T) {
	t.Parallel()
	const proxied = "connections there go through the proxy http://proxy:3128 (HTTPS_PROXY); "
	refused := job.Refusal("UNAVAILABLE", `connection error: desc = "transport: Error while dialing: dial tcp 10.0.0.9:3128: connect: connection refused"`)
	answered := job.Refusal("UNAVAILABLE", `connection error: desc = "transport: Error while dialing: failed to do connect handshake, response: HTTP/1.1 503"`)
	unknownName := job.Refusal("UNAVAILABLE", "name resolver error: produced zero addresses")
	untrusted := job.Refusal("UNAVAILABLE", "tls: failed to verify certificate: x509: certificate signed by unknown authority")
	token := job.Refusal("UNAVAILABLE", `POST https://idp.example.com/token for a token as client me: proxyconnect tcp: dial tcp: connection refused`)
	token.ForToken = true
	proxy, auth := "HTTPS_PROXY=http://user:hush@proxy:3128", []string{"--client-id=me", "--client-secret=s", "--token-url=https://idp.example.com/token"}
	tests := []struct {
		name    string
		err     *job.CommandError
		env     []string
		args    []string
		want    string
		without string
	}{
		{"the proxy is down", refused, []string{proxy}, nil, proxied + "look whether that proxy is up, or add zeebe.example.com to NO_PROXY to connect directly", "nothing listens there"},
		{"the proxy has no such name", unknownName, []string{proxy}, nil, proxied + "look whether that proxy is up", "for a slip"},
		{"the proxy lets nothing through", answered, []string{proxy}, nil, proxied + "that proxy does not let it through, or add zeebe.example.com to NO_PROXY", "is up"},
		{"a variable in small letters", refused, []string{"https_proxy=proxy:3128"}, nil, "through the proxy http://proxy:3128 (https_proxy)", ""},
		{"what the gateway itself refuses is not the proxy's", untrusted, []string{proxy}, nil, "give a PEM file", "proxy"},
		{"the gateway needs no proxy", refused, []string{proxy, "NO_PROXY=.example.com"}, nil, "nothing listens there", "proxy"},
		{"none is for plain http alone", refused, []string{"HTTP_PROXY=http://proxy:3128"}, nil, "nothing listens there", "proxy"},
		{"a token", token, []string{proxy}, auth, proxied + "look whether that proxy is up, or add idp.example.com to NO_PROXY", "network, proxy, name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _, err := config.Load(append(tt.args, "--grpc-address=https://zeebe.example.com:443"), tt.env, nil)
			require.NoError(t, err)
			got := advice(c, tt.err)
			assert.Contains(t, got, tt.want)
			assert.NotContains(t, got, "hush")
			if tt.without != "" {
				assert.NotContains(t, got, tt.without)
			}
		})
	}
}
