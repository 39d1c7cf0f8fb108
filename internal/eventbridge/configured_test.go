package eventbridge

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConfiguredEndpoints(t *testing.T) { //nolint:paralleltest // it sets environment variables
	file := filepath.Join(t.TempDir(), "config")
	require.NoError(t, os.WriteFile(file, []byte("[default]\nendpoint_url = http://file:1\n"), 0o600))
	for _, tt := range []struct {
		name           string
		env            map[string]string
		events, tokens string
	}{
		{"none", nil, "", ""},
		{"of all services", map[string]string{"AWS_ENDPOINT_URL": "http://all:1"}, "http://all:1", "http://all:1"},
		{"of one service", map[string]string{"AWS_ENDPOINT_URL": "http://all:1", "AWS_ENDPOINT_URL_EVENTBRIDGE": "http://one:1"}, "http://one:1", "http://all:1"},
		{"not wanted", map[string]string{"AWS_ENDPOINT_URL": "http://all:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, "", ""},
		{"of a shared file", map[string]string{"AWS_CONFIG_FILE": file}, "http://file:1", "http://file:1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_EVENTBRIDGE", "AWS_ENDPOINT_URL_STS", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_PROFILE"} {
				t.Setenv(name, tt.env[name])
			}
			none := filepath.Join(t.TempDir(), "none")
			t.Setenv("AWS_CONFIG_FILE", none)
			t.Setenv("AWS_SHARED_CREDENTIALS_FILE", none)
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			events, tokens, err := ConfiguredEndpoints(t.Context())
			require.NoError(t, err)
			assert.Equal(t, tt.events, events)
			assert.Equal(t, tt.tokens, tokens)
		})
	}
}
