package zeebe

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/fips140"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // x5t is one by RFC 7515, 4.1.7; it names a certificate and protects nothing
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

// Assertion says how the client proves who it is by a signed statement (RFC 7523, private_key_jwt) in place of a secret.
type Assertion struct {
	Key       KeySource // zero = no assertion
	KeyID     string    // the header kid; empty = none
	Algorithm string    // RS256, PS256, ES256, ES384 or ES512; empty = RS256 with an RSA key, else that of the key's curve
	Audience  string    // empty = the token URL
}

// assertionLife is how long an assertion holds, and assertionLead how long before it was made it begins to: clocks differ.
// Keycloak takes none that holds for more than a minute.
const (
	assertionLife = time.Minute
	assertionLead = 10 * time.Second
)

// assertionType is the value of client_assertion_type, by RFC 7523, 2.2.
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// assertionSigner makes client assertions. It is safe for concurrent use.
type assertionSigner struct {
	assertion Assertion
	files     *keyFiles
}

// newAssertionSigner returns a signer that has made one assertion to see that it can. The error is a *[KeyError].
func newAssertionSigner(a Assertion, files *keyFiles) (*assertionSigner, error) {
	s := &assertionSigner{a, files}
	if _, err := s.sign("client", "https://issuer/token"); err != nil {
		return nil, &KeyError{AssertionKey, AlgorithmPart, err}
	}
	return s, nil
}

// sign returns a new assertion of the client for the token URL.
func (s *assertionSigner) sign(clientID, tokenURL string) (string, error) {
	pair := s.files.get()
	method, err := signingMethod(s.assertion.Algorithm, pair.PrivateKey)
	if err != nil {
		return "", err
	}
	id, err := uuid.NewRandom()
	if err != nil {
		return "", err
	}
	audience := s.assertion.Audience
	if audience == "" {
		audience = tokenURL
	}
	begin := time.Now().Add(-assertionLead)
	statement := jwt.NewWithClaims(method, jwt.MapClaims{
		"iss": clientID, "sub": clientID, "aud": audience, "jti": id.String(),
		"iat": begin.Unix(), "nbf": begin.Unix(), "exp": begin.Add(assertionLife).Unix(),
	})
	leaf := pair.Certificate[0]
	sum256 := sha256.Sum256(leaf)
	statement.Header["x5t#S256"] = base64.RawURLEncoding.EncodeToString(sum256[:])
	if !fips140.Enabled() { // SHA-1 is not approved; who knows x5t alone needs it
		sum := sha1.Sum(leaf) //nolint:gosec // see the import
		statement.Header["x5t"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	if s.assertion.KeyID != "" {
		statement.Header["kid"] = s.assertion.KeyID
	}
	return statement.SignedString(pair.PrivateKey)
}

// signingMethod returns the method of this name if it goes with the key; without a name, the usual one of the key.
func signingMethod(name string, key any) (jwt.SigningMethod, error) {
	var fitting []jwt.SigningMethod
	switch key := key.(type) {
	case *rsa.PrivateKey:
		fitting = []jwt.SigningMethod{jwt.SigningMethodRS256, jwt.SigningMethodPS256}
	case *ecdsa.PrivateKey:
		switch key.Curve {
		case elliptic.P256():
			fitting = []jwt.SigningMethod{jwt.SigningMethodES256}
		case elliptic.P384():
			fitting = []jwt.SigningMethod{jwt.SigningMethodES384}
		case elliptic.P521():
			fitting = []jwt.SigningMethod{jwt.SigningMethodES512}
		}
	}
	if len(fitting) == 0 {
		return nil, fmt.Errorf("found a key of the kind %T, expected RSA, P-256, P-384 or P-521", key)
	}
	if name == "" {
		return fitting[0], nil
	}
	for _, m := range fitting {
		if m.Alg() == name {
			return m, nil
		}
	}
	return nil, fmt.Errorf("found %s, which does not go with the key; expected %s", name, fitting[0].Alg())
}
