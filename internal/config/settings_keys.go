package config

// keySettings are the settings of private keys and certificates with which this process proves who it is.
func keySettings() []*Setting {
	const client = "camunda.client."
	const auth, assertion = client + "auth.", client + "auth.client-assertion."
	return []*Setting{
		{
			Key: client + "client-certificate-path", Flag: "client-certificate-path",
			Doc: "A PEM file with the client certificate for the gateway (mutual TLS), followed by those that signed it. " +
				"This file and the key's are read again when they change, for new connections.",
			Example: "/etc/eventbridge-connector/tls/tls.crt", bind: func(c *Config) any { return &c.Gateway.ClientKey.CertificatePath },
		},
		{
			Key: client + "client-key-path", Flag: "client-key-path",
			Doc:     "A PEM file with the unencrypted private key of that certificate.",
			Example: "/etc/eventbridge-connector/tls/tls.key", bind: func(c *Config) any { return &c.Gateway.ClientKey.KeyPath },
		},
		{
			Key: client + "rest-client-certificate-path", Flag: "rest-client-certificate-path",
			Doc:     "The same for the REST API; without it, the gateway's certificate is used there too.",
			Example: "/etc/eventbridge-connector/rest/tls.crt", bind: func(c *Config) any { return &c.Gateway.RESTKey.CertificatePath },
		},
		{
			Key: client + "rest-client-key-path", Flag: "rest-client-key-path",
			Doc:     "A PEM file with the unencrypted private key of that certificate.",
			Example: "/etc/eventbridge-connector/rest/tls.key", bind: func(c *Config) any { return &c.Gateway.RESTKey.KeyPath },
		},
		{
			Key: auth + "keystore-path", Flag: "auth-keystore-path",
			Doc: "A PKCS#12 file with the client certificate for the token URL (mutual TLS, X.509). With it, the client secret may be left out. " +
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
			Doc: "The password of the key in it, which must be the file's.", Env: []string{"CAMUNDA_SSL_CLIENT_KEYSTORE_KEY_SECRET", "ZEEBE_SSL_CLIENT_KEYSTORE_KEY_SECRET"},
			bind: func(c *Config) any { return &c.Auth.TLSKey.KeyPassword },
		},
		{
			Key: auth + "client-certificate-path", Flag: "auth-client-certificate-path",
			Doc:     "In place of that keystore: a PEM file with the client certificate for the token URL.",
			Example: "/etc/eventbridge-connector/oauth/tls.crt", bind: func(c *Config) any { return &c.Auth.TLSKey.CertificatePath },
		},
		{
			Key: auth + "client-key-path", Flag: "auth-client-key-path",
			Doc:     "A PEM file with the unencrypted private key of that certificate.",
			Example: "/etc/eventbridge-connector/oauth/tls.key", bind: func(c *Config) any { return &c.Auth.TLSKey.KeyPath },
		},
		{
			Key: assertion + "keystore-path", Flag: "assertion-keystore-path",
			Doc: "A PKCS#12 file with the key that signs client assertions (`private_key_jwt`, as Entra ID and Keycloak know it). They take the place of the client secret; " +
				"each request for a token carries a new one. The file is read again when it changes.",
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
			Doc:     "The alias of the key in it, where it holds several.",
			Example: "connectors", Env: []string{"CAMUNDA_CLIENT_ASSERTION_KEYSTORE_KEY_ALIAS", "ZEEBE_CLIENT_ASSERTION_KEYSTORE_KEY_ALIAS"},
			bind: func(c *Config) any { return &c.Auth.Assertion.Key.KeyAlias },
		},
		{
			Key: assertion + "keystore-key-password", Flag: "assertion-keystore-key-password", Secret: true,
			Doc: "The password of the key in it, which must be the file's.", Env: []string{"CAMUNDA_CLIENT_ASSERTION_KEYSTORE_KEY_PASSWORD", "ZEEBE_CLIENT_ASSERTION_KEYSTORE_KEY_PASSWORD"},
			bind: func(c *Config) any { return &c.Auth.Assertion.Key.KeyPassword },
		},
		{
			Key: assertion + "certificate-path", Flag: "assertion-certificate-path",
			Doc:     "In place of that keystore: a PEM file with the certificate of the signing key.",
			Example: "/etc/eventbridge-connector/assertion/tls.crt", bind: func(c *Config) any { return &c.Auth.Assertion.Key.CertificatePath },
		},
		{
			Key: assertion + "key-path", Flag: "assertion-key-path",
			Doc:     "A PEM file with the unencrypted signing key.",
			Example: "/etc/eventbridge-connector/assertion/tls.key", bind: func(c *Config) any { return &c.Auth.Assertion.Key.KeyPath },
		},
		{
			Key: assertion + "algorithm", Flag: "assertion-algorithm", Enum: []string{"RS256", "PS256", "ES256", "ES384", "ES512"},
			Doc:     "How assertions are signed. Without it, RS256 with an RSA key, else the algorithm of the key's curve.",
			Example: "PS256", bind: func(c *Config) any { return &c.Auth.Assertion.Algorithm },
		},
		{
			Key: assertion + "key-id", Flag: "assertion-key-id",
			Doc:     "The `kid` of the assertions' header, where the authorization server finds the key by it. The header names the certificate in any case (`x5t#S256`, `x5t`).",
			Example: "connectors-2026", bind: func(c *Config) any { return &c.Auth.Assertion.KeyID },
		},
		{
			Key: assertion + "audience", Flag: "assertion-audience",
			Doc:     "The audience of the assertions. Without it, the token URL; some authorization servers expect their issuer instead.",
			Example: "https://keycloak.example.com/realms/camunda-platform", bind: func(c *Config) any { return &c.Auth.Assertion.Audience },
		},
	}
}
