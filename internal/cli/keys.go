package cli

import (
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/zeebe"
)

func keySource(k config.Key) zeebe.KeySource {
	return zeebe.KeySource{
		Keystore: k.KeystorePath, KeystorePassword: k.KeystorePassword, KeyAlias: k.KeyAlias, KeyPassword: k.KeyPassword,
		CertificateFile: k.CertificatePath, KeyFile: k.KeyPath,
	}
}

// keyPrefixes are what the settings of a key begin with.
var keyPrefixes = map[zeebe.KeyPurpose]string{
	zeebe.GatewayKey:   "camunda.client.client-",
	zeebe.RESTKey:      "camunda.client.rest-client-",
	zeebe.TokenKey:     "camunda.client.auth.client-",
	zeebe.AssertionKey: "camunda.client.auth.client-assertion.",

	zeebe.TokenServerKey: "camunda.client.auth.",
}

// keyParts are the settings of a key: what follows its prefix, and what is expected there.
var keyParts = map[zeebe.KeyPart]struct{ name, expected string }{
	zeebe.KeystorePart:         {"keystore-path", "a PKCS#12 file with a private key and its certificate"},
	zeebe.KeystorePasswordPart: {"keystore-password", "the keystore's password"},
	zeebe.KeyAliasPart:         {"keystore-key-alias", "the alias of a private key in the keystore"},
	zeebe.KeyPasswordPart:      {"keystore-key-password", "the keystore's password, or nothing"},
	zeebe.CertificatePart:      {"certificate-path", "a PEM file with a certificate"},
	zeebe.PrivateKeyPart:       {"key-path", "a PEM file with the certificate's private key"},
	zeebe.AlgorithmPart:        {"algorithm", "an algorithm that goes with the key"},

	zeebe.TruststorePart:         {"truststore-path", "a file with CA certificates: PEM, PKCS#12 or JKS"},
	zeebe.TruststorePasswordPart: {"truststore-password", "the truststore's password"},
}

// keyFault names the setting that a key's fault is about.
func keyFault(c *config.Config, e *zeebe.KeyError) error {
	part, prefix := keyParts[e.Part], keyPrefixes[e.Purpose]
	if e.Purpose == zeebe.TokenKey && strings.HasPrefix(part.name, "keystore-") {
		prefix = "camunda.client.auth."
		if e.Part == zeebe.KeyAliasPart { // Camunda has no setting for it
			part.name, part.expected = "keystore-path", "a PKCS#12 file with one private key"
		}
	}
	return c.Wrong(prefix+part.name, part.expected+": "+reason(e.Err))
}
