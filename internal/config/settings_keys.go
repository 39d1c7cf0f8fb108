package config

// keySettings are the settings of private keys and certificates with which this process proves who it is.
func keySettings() []*Setting {
	const client = "camunda.client."
	const auth, assertion = client + "auth.", client + "auth.client-assertion."
	return []*Setting{
		{
			Key: client + "client-certificate-path", Flag: "client-certificate-path",
			Doc: "A PEM file with the client certificate for the gateway (mutual TLS), followed by its intermediate certificates. " +
				"Changes of this file and of the key file apply to new connections.",
			Example: "/etc/eventbridge-connector/tls/tls.crt", bind: func(c *Config) any { return &c.Gateway.ClientKey.CertificatePath },
		},
		{
			Key: client + "client-key-path", Flag: "client-key-path",
			Doc:     "A PEM file with the unencrypted private key of that certificate.",
			Example: "/etc/eventbridge-connector/tls/tls.key", bind: func(c *Config) any { return &c.Gateway.ClientKey.KeyPath },
		},
		{
			Key: client + "rest-client-certificate-path", Flag: "rest-client-certificate-path",
			Doc:     "A PEM file with the client certificate for the REST API. The default is the gateway's certificate.",
			Example: "/etc/eventbridge-connector/rest/tls.crt", bind: func(c *Config) any { return &c.Gateway.RESTKey.CertificatePath },
		},
		{
			Key: client + "rest-client-key-path", Flag: "rest-client-key-path",
			Doc:     "A PEM file with the unencrypted private key of that certificate.",
			Example: "/etc/eventbridge-connector/rest/tls.key", bind: func(c *Config) any { return &c.Gateway.RESTKey.KeyPath },
		},
		{
			Key: auth + "keystore-path", Flag: "auth-keystore-path",
			Doc: "A PKCS#12 file with the client certificate for the token URL (mutual TLS, X.509). The client secret is then optional. " +
				"The file is read again when it changes.",
			Example: "/etc/eventbridge-connector/oauth.p12", Env: []string{"CAMUNDA_SSL_CLIENT_KEYSTORE_PATH", "ZEEBE_SSL_CLIENT_KEYSTORE_PATH"},
			bind: func(c *Config) any { return &c.Auth.TLSKey.KeystorePath },
		},
		{
			Key: auth + "keystore-password", Flag: "auth-keystore-password", Secret: true,
			Doc: "The password of that file.", Env: []string{"CAMUNDA_SSL_CLIENT_KEYSTORE_SECRET", "ZEEBE_SSL_CLIENT_KEYSTORE_SECRET"},
			bind: func(c *Config) any { return &c.Auth.TLSKey.KeystorePassword },
		},
		{
			Key: auth + "keystore-key-password", Flag: "auth-keystore-key-password", Secret: true,
			Doc: "The password of the key in that file. It must equal the file's password.", Env: []string{"CAMUNDA_SSL_CLIENT_KEYSTORE_KEY_SECRET", "ZEEBE_SSL_CLIENT_KEYSTORE_KEY_SECRET"},
			bind: func(c *Config) any { return &c.Auth.TLSKey.KeyPassword },
		},
		{
			Key: auth + "truststore-path", Flag: "auth-truststore-path",
			Doc: "A file with the CA certificates for the token URL, instead of the system's: PEM, PKCS#12 or JKS. Without it, the token URL is checked against the system's certificates " +
				"and those of `camunda.client.ca-certificate-path`.",
			Example: "/etc/eventbridge-connector/truststore.p12", Env: []string{"CAMUNDA_SSL_CLIENT_TRUSTSTORE_PATH", "ZEEBE_SSL_CLIENT_TRUSTSTORE_PATH"},
			bind: func(c *Config) any { return &c.Auth.Truststore.Path },
		},
		{
			Key: auth + "truststore-password", Flag: "auth-truststore-password", Secret: true,
			Doc: "The password of that file. A PEM file has none.", Env: []string{"CAMUNDA_SSL_CLIENT_TRUSTSTORE_SECRET", "ZEEBE_SSL_CLIENT_TRUSTSTORE_SECRET"},
			bind: func(c *Config) any { return &c.Auth.Truststore.Password },
		},
		{
			Key: auth + "client-certificate-path", Flag: "auth-client-certificate-path",
			Doc:     "Instead of that keystore: a PEM file with the client certificate for the token URL.",
			Example: "/etc/eventbridge-connector/oauth/tls.crt", bind: func(c *Config) any { return &c.Auth.TLSKey.CertificatePath },
		},
		{
			Key: auth + "client-key-path", Flag: "auth-client-key-path",
			Doc:     "A PEM file with the unencrypted private key of that certificate.",
			Example: "/etc/eventbridge-connector/oauth/tls.key", bind: func(c *Config) any { return &c.Auth.TLSKey.KeyPath },
		},
		{
			Key: assertion + "keystore-path", Flag: "assertion-keystore-path",
			Doc: "A PKCS#12 file with the key that signs client assertions (`private_key_jwt`, for example with Entra ID and Keycloak). They replace the client secret. " +
				"Each token request carries a new assertion. The file is read again when it changes.",
			Example: "/etc/eventbridge-connector/assertion.p12", Env: []string{"CAMUNDA_CLIENT_ASSERTION_KEYSTORE_PATH", "ZEEBE_CLIENT_ASSERTION_KEYSTORE_PATH"},
			bind: func(c *Config) any { return &c.Auth.Assertion.Key.KeystorePath },
		},
		{
			Key: assertion + "keystore-password", Flag: "assertion-keystore-password", Secret: true,
			Doc: "The password of that file.", Env: []string{"CAMUNDA_CLIENT_ASSERTION_KEYSTORE_PASSWORD", "ZEEBE_CLIENT_ASSERTION_KEYSTORE_PASSWORD"},
			bind: func(c *Config) any { return &c.Auth.Assertion.Key.KeystorePassword },
		},
		{
			Key: assertion + "keystore-key-alias", Flag: "assertion-keystore-key-alias",
			Doc:     "The alias of the key, if that file holds several.",
			Example: "connectors", Env: []string{"CAMUNDA_CLIENT_ASSERTION_KEYSTORE_KEY_ALIAS", "ZEEBE_CLIENT_ASSERTION_KEYSTORE_KEY_ALIAS"},
			bind: func(c *Config) any { return &c.Auth.Assertion.Key.KeyAlias },
		},
		{
			Key: assertion + "keystore-key-password", Flag: "assertion-keystore-key-password", Secret: true,
			Doc: "The password of the key in that file. It must equal the file's password.", Env: []string{"CAMUNDA_CLIENT_ASSERTION_KEYSTORE_KEY_PASSWORD", "ZEEBE_CLIENT_ASSERTION_KEYSTORE_KEY_PASSWORD"},
			bind: func(c *Config) any { return &c.Auth.Assertion.Key.KeyPassword },
		},
		{
			Key: assertion + "certificate-path", Flag: "assertion-certificate-path",
			Doc:     "Instead of that keystore: a PEM file with the certificate of the signing key.",
			Example: "/etc/eventbridge-connector/assertion/tls.crt", bind: func(c *Config) any { return &c.Auth.Assertion.Key.CertificatePath },
		},
		{
			Key: assertion + "key-path", Flag: "assertion-key-path",
			Doc:     "A PEM file with the unencrypted signing key.",
			Example: "/etc/eventbridge-connector/assertion/tls.key", bind: func(c *Config) any { return &c.Auth.Assertion.Key.KeyPath },
		},
		{
			Key: assertion + "algorithm", Flag: "assertion-algorithm", Enum: []string{"RS256", "PS256", "ES256", "ES384", "ES512"},
			Doc:     "The algorithm that signs assertions. The default is RS256 for an RSA key, else the algorithm of the key's curve.",
			Example: "PS256", bind: func(c *Config) any { return &c.Auth.Assertion.Algorithm },
		},
		{
			Key: assertion + "key-id", Flag: "assertion-key-id",
			Doc:     "The `kid` in the header of assertions, if the authorization server needs it to find the key. The header always names the certificate (`x5t#S256`, `x5t`).",
			Example: "connectors-2026", bind: func(c *Config) any { return &c.Auth.Assertion.KeyID },
		},
		{
			Key: assertion + "audience", Flag: "assertion-audience",
			Doc:     "The audience of assertions. The default is the token URL. Some authorization servers expect their issuer instead.",
			Example: "https://keycloak.example.com/realms/camunda-platform", bind: func(c *Config) any { return &c.Auth.Assertion.Audience },
		},
	}
}
