package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

func TestKeyUnderCamundasNames(t *testing.T) {
	t.Parallel()
	for name, env := range map[string][]string{
		"Spring": {
			"CAMUNDA_CLIENT_AUTH_CLIENTASSERTION_KEYSTOREPATH=/a.p12", "CAMUNDA_CLIENT_AUTH_CLIENTASSERTION_KEYSTOREPASSWORD=pw1", "CAMUNDA_CLIENT_AUTH_CLIENTASSERTION_KEYSTOREKEYALIAS=k",
			"CAMUNDA_CLIENT_AUTH_CLIENTASSERTION_KEYSTOREKEYPASSWORD=pw1", "CAMUNDA_CLIENT_AUTH_KEYSTOREPATH=/t.p12", "CAMUNDA_CLIENT_AUTH_KEYSTOREPASSWORD=pw2", "CAMUNDA_CLIENT_AUTH_KEYSTOREKEYPASSWORD=pw2",
		},
		"dashes as underscores": {
			"CAMUNDA_CLIENT_AUTH_CLIENT_ASSERTION_KEYSTORE_PATH=/a.p12", "CAMUNDA_CLIENT_AUTH_CLIENT_ASSERTION_KEYSTORE_PASSWORD=pw1", "CAMUNDA_CLIENT_AUTH_CLIENT_ASSERTION_KEYSTORE_KEY_ALIAS=k",
			"CAMUNDA_CLIENT_AUTH_CLIENT_ASSERTION_KEYSTORE_KEY_PASSWORD=pw1", "CAMUNDA_CLIENT_AUTH_KEYSTORE_PATH=/t.p12", "CAMUNDA_CLIENT_AUTH_KEYSTORE_PASSWORD=pw2", "CAMUNDA_CLIENT_AUTH_KEYSTORE_KEY_PASSWORD=pw2",
		},
		"Java client": {
			"CAMUNDA_CLIENT_ASSERTION_KEYSTORE_PATH=/a.p12", "CAMUNDA_CLIENT_ASSERTION_KEYSTORE_PASSWORD=pw1", "CAMUNDA_CLIENT_ASSERTION_KEYSTORE_KEY_ALIAS=k", "CAMUNDA_CLIENT_ASSERTION_KEYSTORE_KEY_PASSWORD=pw1",
			"CAMUNDA_SSL_CLIENT_KEYSTORE_PATH=/t.p12", "CAMUNDA_SSL_CLIENT_KEYSTORE_SECRET=pw2", "CAMUNDA_SSL_CLIENT_KEYSTORE_KEY_SECRET=pw2",
		},
		"Zeebe's Java client": {
			"ZEEBE_CLIENT_ASSERTION_KEYSTORE_PATH=/a.p12", "ZEEBE_CLIENT_ASSERTION_KEYSTORE_PASSWORD=pw1", "ZEEBE_CLIENT_ASSERTION_KEYSTORE_KEY_ALIAS=k", "ZEEBE_CLIENT_ASSERTION_KEYSTORE_KEY_PASSWORD=pw1",
			"ZEEBE_SSL_CLIENT_KEYSTORE_PATH=/t.p12", "ZEEBE_SSL_CLIENT_KEYSTORE_SECRET=pw2", "ZEEBE_SSL_CLIENT_KEYSTORE_KEY_SECRET=pw2",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := mustLoad(t, nil, append(env, "CAMUNDA_CLIENT_AUTH_CLIENTID=me", "CAMUNDA_CLIENT_AUTH_TOKENURL=https://issuer/token"), "")
			assert.Equal(t, config.AuthOIDC, c.Auth.Method, "it needs no secret")
			assert.Equal(t, config.Key{KeystorePath: "/a.p12", KeystorePassword: "pw1", KeyAlias: "k", KeyPassword: "pw1"}, c.Auth.Assertion.Key)
			assert.Equal(t, config.Key{KeystorePath: "/t.p12", KeystorePassword: "pw2", KeyPassword: "pw2"}, c.Auth.TLSKey)
			var printed strings.Builder
			require.NoError(t, c.Print(&printed))
			assert.NotContains(t, printed.String(), "pw1")
			assert.NotContains(t, printed.String(), "pw2")
			assert.Contains(t, printed.String(), "camunda.client.auth.client-assertion.keystore-password: '***'")
		})
	}
}

func TestKeysThatDoNotGoTogether(t *testing.T) {
	t.Parallel()
	oidc := []string{"--client-id=me", "--token-url=https://issuer/token"}
	for _, tt := range []struct {
		name string
		args []string
		want string // of the error, or of a warning
		ok   bool
	}{
		{"a certificate without its key", []string{"--client-certificate-path=/c.pem"}, "camunda.client.client-key-path: found nothing (not set), expected a PEM file, since camunda.client.client-certificate-path is given (flag --client-certificate-path)", false},
		{"a key without its certificate", []string{"--rest-client-key-path=/k.pem"}, "camunda.client.rest-client-certificate-path: found nothing", false},
		{"an assertion's certificate alone", append(oidc, "--assertion-certificate-path=/c.pem"), "client-assertion.key-path: found nothing", false},
		{"a certificate for the token URL alone", append(oidc, "--auth-client-certificate-path=/c.pem"), "camunda.client.auth.client-key-path: found nothing", false},
		{"a keystore and PEM files", append(oidc, "--assertion-keystore-path=/a", "--assertion-keystore-password=pw1", "--assertion-certificate-path=/c", "--assertion-key-path=/k"), "client-assertion.keystore-path is given, too", false},
		{"a keystore without its password", append(oidc, "--assertion-keystore-path=/a"), "client-assertion.keystore-password: found nothing", false},
		{"nothing to prove who it is", append(oidc, "--auth-method=oidc"), "a client secret, or a key for client assertions or a client certificate in its place", false},
		{"an unknown algorithm", append(oidc, "--assertion-algorithm=HS256"), "expected one of RS256, PS256, ES256, ES384, ES512", false},
		{"a keystore without its password, but a secret", append(oidc, "--assertion-keystore-path=/a", "--client-secret=s"), "client-assertion.keystore-path has no effect without", true},
		{"assertions beside a secret", append(oidc, "--assertion-keystore-path=/a", "--assertion-keystore-password=pw1", "--client-secret=s"), "camunda.client.auth.client-secret is not used", true},
		{"a certificate for a gateway without TLS", []string{"--grpc-address=http://localhost:1", "--client-certificate-path=/c", "--client-key-path=/k"}, "camunda.client.client-certificate-path has no effect: the gateway's address is plaintext", true},
		{"a certificate for a REST API that is none", []string{"--rest-client-certificate-path=/c", "--rest-client-key-path=/k"}, "camunda.client.rest-address is no https address", true},
		{"a key without a method", []string{"--auth-keystore-path=/a"}, "has no effect: camunda.client.auth.method is none", true},
		{"a certificate for a token URL without TLS", append(oidc[:1:1], "--token-url=http://localhost/token", "--auth-keystore-path=/a"), "camunda.client.auth.token-url is plaintext", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, warnings, err := load(tt.args, nil, "")
			if !tt.ok {
				require.ErrorContains(t, err, tt.want)
				assert.NotContains(t, err.Error(), "pw1")
				return
			}
			require.NoError(t, err)
			require.Len(t, warnings, 1)
			assert.Contains(t, warnings[0].Text, tt.want)
		})
	}
}
