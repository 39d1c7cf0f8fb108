package zeebe

import (
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
	require.NotNil(t, c.version.Load(), "from the probe")
}
