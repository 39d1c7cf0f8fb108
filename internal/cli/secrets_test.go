package cli

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

func TestSecretsAreLookedForInTheEnvironmentThenInFilesThenInAWS(t *testing.T) {
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_REGION": "",
	} {
		t.Setenv(name, value)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"SecretString":"{\"A\":\"aws\",\"B\":\"aws\",\"C\":\"aws\"}"}`)
	}))
	defer server.Close()
	folder := t.TempDir()
	for _, name := range []string{"A", "B"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte("file"), 0o600))
	}
	s := &session{env: []string{"SECRET_A=environment"}}
	args := []string{"--secrets-directory=" + folder, "--secrets-aws", "--secrets-aws-secrets=team", "--secrets-aws-endpoint=" + server.URL}
	log := slog.New(slog.DiscardHandler)

	c, _, err := config.Load(args, nil, nil)
	require.NoError(t, err)
	_, err = newSecretProviders(t.Context(), s.lookup, c, log)
	require.EqualError(t, err, "camunda.connector.secretprovider.aws-secrets-manager.region: found nothing (not set), expected the region of the secrets, here or in AWS_REGION")

	c, _, err = config.Load(append(args, "--secrets-aws-region=eu-central-1"), nil, nil)
	require.NoError(t, err)
	p, err := newSecretProviders(t.Context(), s.lookup, c, log)
	require.NoError(t, err)
	defer p.manager.Close()
	got, _, err := secret.NewResolver(p.all, secret.AllowAll{}).Resolve(t.Context(), secret.Context{}, []secret.Variable{
		{Name: "input", JSON: []byte(`["{{secrets.A}}","{{secrets.B}}","{{secrets.C}}"]`)},
	})
	require.NoError(t, err)
	assert.Equal(t, `["environment","file","aws"]`, string(got[0].JSON))

	c, _, err = config.Load([]string{"--secrets-directory=" + folder + "/A"}, nil, nil)
	require.NoError(t, err)
	_, err = newSecretProviders(t.Context(), s.lookup, c, log)
	require.ErrorContains(t, err, "camunda.connector.secretprovider.files.directory")
}

func TestSecretsOfTheEnvironmentKnowTheTenantsAndTheSeparator(t *testing.T) {
	t.Parallel()
	s := &session{env: []string{"SECRET_a_b_KEY=another tenant's", "SECRET_a__b_KEY=own"}}
	resolve := func(args ...string) (string, error) {
		c, _, err := config.Load(append(args, "--secrets-env-tenant-aware", "--tenant-ids=a,a_b"), nil, nil)
		require.NoError(t, err)
		p, err := newSecretProviders(t.Context(), s.lookup, c, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		got, _, err := secret.NewResolver(p.all, secret.AllowAll{}).Resolve(t.Context(), secret.Context{TenantID: "a"}, []secret.Variable{{Name: "input", JSON: []byte(`"{{secrets.b_KEY}}"`)}})
		if err != nil {
			return "", err
		}
		return string(got[0].JSON), nil
	}
	_, err := resolve()
	require.ErrorContains(t, err, "tenant 'a_b'")
	got, err := resolve("--secrets-env-separator=__")
	require.NoError(t, err)
	assert.Equal(t, `"own"`, got)
	_, _, err = config.Load([]string{"--secrets-env-separator=a b"}, nil, nil)
	require.ErrorContains(t, err, "camunda.connector.secretprovider.environment.separator")
}

func TestSecretsOfTheConfigurationAnswerBehindTheEnvironment(t *testing.T) {
	t.Parallel()
	c, _, err := config.Load(nil, []string{`SPRING_APPLICATION_JSON={"SECRET_A":"of JSON","SECRET_B":"of JSON"}`}, nil)
	require.NoError(t, err)
	providers, err := newSecretProviders(t.Context(), func(name string) (string, bool) { return "of the environment", name == "SECRET_A" }, c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	for name, want := range map[string]string{"A": "of the environment", "B": "of JSON"} {
		value, ok, err := providers.all[0].Secret(t.Context(), secret.Context{}, name)
		require.NoError(t, err)
		assert.True(t, ok)
		assert.Equal(t, want, value)
	}
}
