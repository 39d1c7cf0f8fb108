package cli

import (
	"net/url"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

func loadConfig(t *testing.T, args, env []string) *config.Config {
	t.Helper()
	c, _, err := config.Load(args, env, os.ReadFile)
	require.NoError(t, err)
	return c
}

func TestAllowedEndpointsComeFromTheSettingAndFromAWS(t *testing.T) { //nolint:paralleltest // it sets environment variables
	t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/none")
	t.Setenv("AWS_ENDPOINT_URL", "http://ambient.example:5000")
	policy, ambient, err := endpoints(t.Context(), loadConfig(t, nil, []string{"CONNECTOR_AWS_EVENTBRIDGE_ALLOWEDENDPOINTS=aws:5000,*.corp.example"}))
	require.NoError(t, err)
	require.NotNil(t, ambient.Events)
	require.NotNil(t, ambient.Tokens)
	for text, want := range map[string]bool{"http://aws:5000": true, "https://a.corp.example": true, "http://ambient.example:5000": true, "http://ambient.example": false, "http://stranger.example": false} {
		u, err := url.Parse(text)
		require.NoError(t, err)
		assert.Equal(t, want, policy.Allows(u), text)
	}

	_, _, err = endpoints(t.Context(), loadConfig(t, []string{"--allowed-endpoints", "a b"}, nil))
	require.Error(t, err)
	assert.Contains(t, err.Error(), "connector.aws-eventbridge.allowed-endpoints: found \"a b\" (flag --allowed-endpoints), expected hosts")
}

func TestSecretsManagerIsNotAskedOverPlainHTTP(t *testing.T) {
	t.Parallel()
	const enabled, endpoint = "CAMUNDA_CONNECTOR_SECRETPROVIDER_AWSSECRETSMANAGER_ENABLED=true", "CAMUNDA_CONNECTOR_SECRETPROVIDER_AWSSECRETSMANAGER_ENDPOINT="
	names := "CAMUNDA_CONNECTOR_SECRETPROVIDER_AWSSECRETSMANAGER_SECRETS=a"
	for _, tt := range []struct {
		name, want string
		env        []string
	}{
		{name: "AWS's own", env: []string{enabled, names}},
		{name: "this machine", env: []string{enabled, names, endpoint + "http://127.0.0.1:4566"}},
		{name: "https", env: []string{enabled, names, endpoint + "https://aws.example"}},
		{name: "plain", env: []string{enabled, names, endpoint + "http://aws.example"}, want: "aws-secrets-manager.endpoint: found \"http://aws.example\""},
		{name: "plain, of AWS's settings", env: []string{enabled, names, "AWS_ENDPOINT_URL=http://aws.example"}, want: "AWS_ENDPOINT_URL: found"},
		{name: "not asked at all", env: []string{"AWS_ENDPOINT_URL=http://aws.example"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := checkManager(loadConfig(t, nil, tt.env), (&session{env: tt.env}).lookup)
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
			assert.Contains(t, err.Error(), tt.want)
		})
	}
}
