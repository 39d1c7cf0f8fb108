package secret_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

func TestWithoutAModelSecretsDoNotTravelToStrangers(t *testing.T) {
	t.Parallel()
	allowed := func(endpoint string) bool { return endpoint == "https://allowed.example.com" }
	usual := connector.EndpointAllowed(nil)
	tests := []struct {
		name, configuration string
		allowed             func(string) bool
		ok                  bool
	}{
		{"no endpoint", `{"region":"eu-central-1"}`, usual, true},
		{"no configuration", ``, usual, true},
		{"a blank endpoint", `{"endpoint":" "}`, usual, true},
		{"null", `{"endpoint":null}`, usual, true},
		{"this machine", `{"endpoint":"http://localhost:4566"}`, usual, true},
		{"this machine by its address", `{"endpoint":"http://127.1.2.3:4566"}`, usual, true},
		{"this machine by IPv6", `{"endpoint":"http://[::1]:4566"}`, usual, true},
		{"this machine without a scheme", `{"endpoint":"localhost:4566"}`, usual, true},
		{"a stranger", `{"endpoint":"https://stranger.example.com"}`, usual, false},
		{"a stranger in a list of one", `[{"endpoint":["https://stranger.example.com"]}]`, usual, false},
		{"a stranger under an escaped key", `{"\u0065ndpoint":"https://stranger.example.com"}`, usual, false},
		{"of equal keys the last", `{"endpoint":"http://localhost","endpoint":"https://stranger.example.com"}`, usual, false},
		{"a stranger that begins like this machine", `{"endpoint":"http://localhost.example.com"}`, usual, false},
		{"a stranger behind a user", `{"endpoint":"http://localhost@stranger.example.com"}`, usual, false},
		{"this machine behind a user", `{"endpoint":"http://stranger@localhost"}`, usual, false},
		{"an address as a number", `{"endpoint":2130706433}`, usual, false},
		{"metadata of the cloud", `{"endpoint":"http://169.254.169.254"}`, usual, false},
		{"no URL", `{"endpoint":"http://%zz"}`, usual, false},
		{"one that is allowed", `{"endpoint":"https://allowed.example.com"}`, allowed, true},
		{"one that is not", `{"endpoint":"http://localhost"}`, allowed, false},
		{"one, where none is allowed", `{"endpoint":"http://localhost"}`, nil, false},
		{"none, whatever is allowed", `{"region":"eu-central-1"}`, allowed, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			variables := []secret.Variable{{Name: "authentication", JSON: []byte(`{"accessKey":"AKIA","sessionToken":"{{secrets.KEY}}"}`)}}
			if tt.configuration != "" {
				variables = append(variables, secret.Variable{Name: "configuration", JSON: []byte(tt.configuration)})
			}
			r := secret.NewResolver([]secret.Provider{&store{values: samples}}, secret.CredentialsOnly{EndpointAllowed: tt.allowed})
			got, _, err := r.Resolve(t.Context(), secret.Context{}, variables)
			if tt.ok {
				require.NoError(t, err)
				assert.JSONEq(t, `{"accessKey":"AKIA","sessionToken":"AKIA1"}`, string(got[0].JSON))
				return
			}
			refused, is := errors.AsType[*secret.NotAllowedError](err)
			require.True(t, is, "got %v", err)
			assert.Equal(t, "authentication.sessionToken", refused.Path)
			assert.ErrorContains(t, err, "connector.aws-eventbridge.allowed-endpoints")
		})
	}
}

func TestWithoutAModelAReusableCredentialDoesNotReplaceAuthentication(t *testing.T) {
	t.Parallel()
	const credential = `{"authentication":{"accessKey":"{{secrets.KEY}}","externalId":"{{secrets.KEY}}"},"region":"{{secrets.KEY}}"}`
	r := secret.NewResolver([]secret.Provider{&store{values: samples}}, secret.CredentialsOnly{})
	got, _, err := r.Resolve(t.Context(), secret.Context{}, []secret.Variable{
		{Name: "authentication", JSON: []byte(`{"accessKey":"{{secrets.KEY}}"}`)}, {Name: "awsCredential", JSON: []byte(credential)},
	})
	require.NoError(t, err)
	assert.Equal(t, `{"accessKey":"AKIA1"}`, string(got[0].JSON))
	assert.Equal(t, credential, string(got[1].JSON), "it is not used, and no secret gets into it")

	for _, authentication := range []string{"null", ""} {
		variables := []secret.Variable{{Name: "awsCredential", JSON: []byte(strings.ReplaceAll(credential, "externalId", "secretKey"))}}
		if authentication != "" {
			variables = append(variables, secret.Variable{Name: "authentication", JSON: []byte(authentication)})
		}
		_, _, err = r.Resolve(t.Context(), secret.Context{}, variables)
		refused, is := errors.AsType[*secret.NotAllowedError](err)
		require.True(t, is, "got %v", err)
		assert.Equal(t, "awsCredential.region", refused.Path, "what comes before it is resolved")
	}
}
