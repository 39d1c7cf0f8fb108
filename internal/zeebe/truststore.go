package zeebe

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/pavlo-v-chernykh/keystore-go/v4"
	"software.sslmate.com/src/go-pkcs12"
)

// Truststore names a file with the CA certificates of a server: PEM, PKCS#12 or JKS. It prints without its password.
type Truststore struct {
	Path     string // empty = the system's certificates
	Password string // of a PKCS#12 or JKS file
}

// String names the file.
func (s Truststore) String() string { return s.Path }

// GoString is [Truststore.String]: no verb prints the password.
func (s Truststore) GoString() string { return s.String() }

// jksMagic is how a JKS file begins.
var jksMagic = []byte{0xfe, 0xed, 0xfe, 0xed}

// errWrongPassword says that a file's password does not open it.
var errWrongPassword = errors.New("the password does not open the file")

// load returns the certificates of the file. The error is a *[KeyError].
func (s Truststore) load() (*x509.CertPool, error) {
	data, err := readKeyFile(s.Path)
	if err != nil {
		return nil, &KeyError{TokenServerKey, TruststorePart, err}
	}
	pool := x509.NewCertPool()
	if pool.AppendCertsFromPEM(data) {
		return pool, nil
	}
	decode := decodePKCS12Trust
	if bytes.HasPrefix(data, jksMagic) {
		decode = decodeJKS
	}
	certificates, err := decode(data, s.Password)
	switch {
	case errors.Is(err, errWrongPassword):
		return nil, &KeyError{TokenServerKey, TruststorePasswordPart, fmt.Errorf("it does not open %s", s.Path)}
	case err != nil:
		return nil, &KeyError{TokenServerKey, TruststorePart, fmt.Errorf("%s: %w", s.Path, err)}
	case len(certificates) == 0:
		return nil, &KeyError{TokenServerKey, TruststorePart, fmt.Errorf("found no certificate in %s", s.Path)}
	}
	for _, c := range certificates {
		pool.AddCert(c)
	}
	return pool, nil
}

// decodePKCS12Trust returns all certificates of a PKCS#12 file.
func decodePKCS12Trust(data []byte, password string) (certificates []*x509.Certificate, err error) {
	defer func() {
		// In FIPS 140-only mode the old algorithms of PKCS#12 panic.
		if p := recover(); p != nil {
			err = fmt.Errorf("it cannot be decrypted: %v", p)
		}
	}()
	certificates, err = pkcs12.DecodeTrustStore(data, password)
	if err != nil && !errors.Is(err, pkcs12.ErrIncorrectPassword) {
		// It takes no certificate without the mark by which Java knows those that it trusts, as other programs write them.
		if _, more, otherErr := decodeKeystore(data, password); otherErr == nil {
			return more, nil
		}
	}
	if errors.Is(err, pkcs12.ErrIncorrectPassword) {
		return nil, errWrongPassword
	}
	return certificates, err
}

// decodeJKS returns the trusted certificates of a JKS file.
func decodeJKS(data []byte, password string) (certificates []*x509.Certificate, err error) {
	defer func() {
		// In FIPS 140-only mode the digest of JKS panics.
		if p := recover(); p != nil {
			err = fmt.Errorf("it cannot be read: %v", p)
		}
	}()
	store := keystore.New()
	if err := store.Load(bytes.NewReader(data), []byte(password)); err != nil {
		if err.Error() == "got invalid digest" {
			return nil, errWrongPassword
		}
		return nil, err
	}
	for _, alias := range store.Aliases() {
		if !store.IsTrustedCertificateEntry(alias) {
			continue
		}
		trusted, err := store.GetTrustedCertificateEntry(alias)
		if err != nil {
			return nil, err
		}
		c, err := x509.ParseCertificate(trusted.Certificate.Content)
		if err != nil {
			return nil, fmt.Errorf("the certificate %q: %w", alias, err)
		}
		certificates = append(certificates, c)
	}
	return certificates, nil
}
