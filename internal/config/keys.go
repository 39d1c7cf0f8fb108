package config

import "strings"

// Key names the files of a private key and its certificate: a PKCS#12 keystore, or two PEM files.
type Key struct {
	KeystorePath, KeystorePassword string
	KeyAlias, KeyPassword          string // of the key in the keystore; empty = the only one, the keystore's
	CertificatePath, KeyPath       string // PEM
}

// IsZero says that no key is named.
func (k Key) IsZero() bool { return k.KeystorePath == "" && k.CertificatePath == "" && k.KeyPath == "" }

// Truststore names a file with the CA certificates for the token URL.
type Truststore struct {
	Path, Password string // an empty path = the system's certificates
}

// Assertion says how client assertions are signed.
type Assertion struct {
	Key       Key    // zero = none are
	Algorithm string // empty = the usual one of the key
	KeyID     string // empty = none
	Audience  string // empty = the token URL
}

// checkKeys refuses half a key, and two in one place, and tells what has no effect.
func (l *loader) checkKeys() {
	const client = "camunda.client."
	const auth, assertion = client + "auth.", client + "auth.client-assertion."
	l.pemPair(client+"client-certificate-path", client+"client-key-path")
	l.pemPair(client+"rest-client-certificate-path", client+"rest-client-key-path")
	l.pemPair(auth+"client-certificate-path", auth+"client-key-path")
	l.pemPair(assertion+"certificate-path", assertion+"key-path")
	c := &l.config
	oidc := c.Auth.Method == AuthOIDC
	l.oneKey(c.Auth.TLSKey, auth, auth+"client-certificate-path")
	l.oneKey(c.Auth.Assertion.Key, assertion, assertion+"certificate-path")
	if a := &c.Auth.Assertion.Key; oidc && a.KeystorePath != "" && a.KeystorePassword == "" {
		if c.Auth.ClientSecret == "" {
			l.missing(assertion+"keystore-password", "the keystore's password, since "+assertion+"keystore-path is given")
		} else { // as the Java client has it
			l.warnf("%skeystore-path has no effect without %skeystore-password: %sclient-secret is used", assertion, assertion, auth)
			*a = Key{}
		}
	}
	for _, k := range []struct {
		key         string
		given, used bool
		where       string
	}{
		{client + "client-certificate-path", !c.Gateway.ClientKey.IsZero(), c.Gateway.TLS || strings.HasPrefix(c.Gateway.RESTAddress, "https:"), "the gateway's address is plaintext"},
		{client + "rest-client-certificate-path", !c.Gateway.RESTKey.IsZero(), strings.HasPrefix(c.Gateway.RESTAddress, "https:"), client + "rest-address is no https address"},
		{auth + "keystore-path or " + auth + "client-certificate-path", !c.Auth.TLSKey.IsZero(), oidc, auth + "method is " + c.Auth.Method},
		{auth + "truststore-path", c.Auth.Truststore.Path != "", oidc, auth + "method is " + c.Auth.Method},
		{assertion + "keystore-path or " + assertion + "certificate-path", !c.Auth.Assertion.Key.IsZero(), oidc, auth + "method is " + c.Auth.Method},
	} {
		if k.given && !k.used {
			l.warnf("%s has no effect: %s", k.key, k.where)
		}
	}
	if oidc && !c.Auth.Assertion.Key.IsZero() && c.Auth.ClientSecret != "" {
		l.warnf("%sclient-secret is not used: client assertions take its place", auth)
	}
	if oidc && !c.Auth.TLSKey.IsZero() && strings.HasPrefix(c.Auth.TokenURL, "http:") {
		l.warnf("the client certificate for the token URL has no effect: %stoken-url is plaintext", auth)
	}
}

// pemPair refuses a certificate without its key, and a key without its certificate.
func (l *loader) pemPair(certificate, key string) {
	for _, p := range [][2]string{{certificate, key}, {key, certificate}} {
		if given := l.config.Wrong(p[0], ""); given.Found != "nothing" && l.config.Wrong(p[1], "").Found == "nothing" {
			l.missing(p[1], "a PEM file, since "+given.Key+" is given ("+given.Source+")")
		}
	}
}

// oneKey refuses a keystore beside a PEM file.
func (l *loader) oneKey(k Key, prefix, certificate string) {
	if k.KeystorePath != "" && k.CertificatePath != "" {
		l.fail(l.config.Wrong(certificate, "nothing, since "+prefix+"keystore-path is given, too"))
	}
}
