package zeebe

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVersionsAreCompared(t *testing.T) {
	t.Parallel()
	for version, older := range map[string]bool{
		"8.7.15": true, "8.5": true, "7.22.0": true, "8.7.0-alpha3": true, "v8.6.1": true,
		"8.8.0": false, "8.8.0-alpha5": false, "8.8-SNAPSHOT": false, "8.10.0": false, "9.0.0": false, "10.1.0": false,
		"": false, "development": false, "0.0.0": false, "8": false, "8.x": false,
	} {
		assert.Equal(t, older, OlderThan(version, 8, 8), version)
	}
}

func TestTheVersionThatAProbeWasToldIsKnown(t *testing.T) {
	t.Parallel()
	fake := &gateway{}
	c := connect(t, fake, Config{})
	require.NoError(t, c.Probe(t.Context()))
	version, err := c.GatewayVersion(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "8.6.0", version)
	require.NotNil(t, c.version.told.Load(), "from the probe")
}

func TestARequestThatFailsAtAProxySaysSo(t *testing.T) {
	t.Parallel()
	c := connect(t, &gateway{}, Config{RESTAddress: "http://rest.example.com"})
	transport, ok := c.rest.connections.use().client.Transport.(*http.Transport)
	require.True(t, ok)
	transport.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: "127.0.0.1:1"})
	_, err := c.ProcessXML(t.Context(), 1)
	require.ErrorContains(t, err, "look whether it is up, or add the host of camunda.client.rest-address to NO_PROXY")
}
