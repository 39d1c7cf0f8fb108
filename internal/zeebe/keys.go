package zeebe

import (
	"crypto/tls"
	"crypto/x509"
	"log/slog"
)

// keys are the private keys of a client; nil = none.
type keys struct{ gateway, rest, token, assertion *keyFiles }

// readKeys reads the keys that c names. The error is a *[KeyError].
func readKeys(c *Config, log *slog.Logger) (*keys, error) {
	rest, restPurpose := c.RESTKey, RESTKey
	if rest.IsZero() {
		rest, restPurpose = c.ClientKey, GatewayKey
	}
	k := &keys{}
	var err error
	read := func(wanted bool, s KeySource, purpose KeyPurpose) *keyFiles {
		if err != nil || !wanted || s.IsZero() {
			return nil
		}
		var files *keyFiles
		files, err = newKeyFiles(s, purpose, log)
		return files
	}
	k.gateway = read(c.TLS, c.ClientKey, GatewayKey)
	k.rest = read(c.RESTAddress != "", rest, restPurpose)
	k.token = read(c.Auth.Method == AuthOIDC, c.Auth.TLSKey, TokenKey)
	k.assertion = read(c.Auth.Method == AuthOIDC, c.Auth.Assertion.Key, AssertionKey)
	if err != nil {
		return nil, err
	}
	return k, nil
}

// tlsConfig trusts roots (nil = the system's), expects the server to be name (empty = the address's) and offers the client's
// certificate if key is not nil.
func tlsConfig(roots *x509.CertPool, name string, key *keyFiles) *tls.Config {
	c := &tls.Config{RootCAs: roots, ServerName: name, MinVersion: tls.VersionTLS12}
	if key != nil {
		c.GetClientCertificate = key.clientCertificate
	}
	return c
}
