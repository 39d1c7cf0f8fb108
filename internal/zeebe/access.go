package zeebe

import (
	"crypto/x509"
	"log/slog"
)

// access is what a client needs to be let in, over gRPC or REST: the certificates that it trusts, its keys, and what it
// authenticates by.
type access struct {
	roots        *x509.CertPool // for what jobs come and go by; nil = the system's
	besideSystem *x509.CertPool // for tokens, and for deployed models beside gRPC; nil = the system's
	keys         *keys
	auth         authorizer
}

// newAccess reads the files that c names. The error is a *[CAError], a *[KeyError], or one of the authentication.
func newAccess(c *Config, log *slog.Logger) (*access, error) {
	a := &access{}
	var err error
	if c.CAFile != "" {
		if a.roots, a.besideSystem, err = readCA(c.CAFile); err != nil {
			return nil, err
		}
	}
	if a.keys, err = readKeys(c, log); err != nil {
		return nil, err
	}
	if a.auth, err = newAuthorizer(&c.Auth, a.besideSystem, a.keys, log); err != nil {
		return nil, err
	}
	return a, nil
}
