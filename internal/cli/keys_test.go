package cli

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/zeebe"
)

func TestAKeyThatCannotBeUsedIsNamedByItsSetting(t *testing.T) {
	t.Parallel()
	c, _, err := config.Load(nil, nil, nil)
	require.NoError(t, err)
	known := map[string]bool{}
	for _, s := range config.Settings() {
		known[s.Key] = true
	}
	pem := []zeebe.KeyPart{zeebe.CertificatePart, zeebe.PrivateKeyPart}
	keystore := []zeebe.KeyPart{zeebe.KeystorePart, zeebe.KeystorePasswordPart, zeebe.KeyAliasPart, zeebe.KeyPasswordPart}
	for purpose, parts := range map[zeebe.KeyPurpose][]zeebe.KeyPart{
		zeebe.GatewayKey: pem, zeebe.RESTKey: pem, zeebe.TokenKey: append(keystore, pem...), zeebe.AssertionKey: append(append(keystore, zeebe.AlgorithmPart), pem...),
		zeebe.TokenServerKey: {zeebe.TruststorePart, zeebe.TruststorePasswordPart},
	} {
		for _, part := range parts {
			text := keyFault(c, &zeebe.KeyError{Purpose: purpose, Part: part, Err: errors.New("why not")}).Error()
			key, _, _ := strings.Cut(text, ": ")
			assert.True(t, known[key], "%s, %s: %s is no setting", purpose, part, key)
			assert.Contains(t, text, "why not")
			assert.NotContains(t, text, "expected :")
		}
	}
}

func TestKeysReachTheClient(t *testing.T) {
	t.Parallel()
	c, _, err := config.Load([]string{
		"--grpc-address=https://h:1", "--rest-address=https://h", "--client-id=i", "--token-url=https://t/", "--client-certificate-path=gc", "--client-key-path=gk",
		"--rest-client-certificate-path=rc", "--rest-client-key-path=rk", "--auth-client-certificate-path=tc", "--auth-client-key-path=tk",
		"--assertion-keystore-path=a", "--assertion-keystore-password=p", "--assertion-keystore-key-alias=l", "--assertion-keystore-key-password=p",
		"--auth-truststore-path=ts", "--auth-truststore-password=tp", "--assertion-algorithm=ps256", "--assertion-key-id=k", "--assertion-audience=u",
	}, nil, nil)
	require.NoError(t, err)
	got := gatewayConfig(c)
	assert.Equal(t, zeebe.KeySource{CertificateFile: "gc", KeyFile: "gk"}, got.ClientKey)
	assert.Equal(t, zeebe.KeySource{CertificateFile: "rc", KeyFile: "rk"}, got.RESTKey)
	assert.Equal(t, zeebe.KeySource{CertificateFile: "tc", KeyFile: "tk"}, got.Auth.TLSKey)
	assert.Equal(t, zeebe.Truststore{Path: "ts", Password: "tp"}, got.Auth.Truststore)
	assert.Equal(t, zeebe.Assertion{
		Key: zeebe.KeySource{Keystore: "a", KeystorePassword: "p", KeyAlias: "l", KeyPassword: "p"}, Algorithm: "PS256", KeyID: "k", Audience: "u",
	}, got.Auth.Assertion)
}
