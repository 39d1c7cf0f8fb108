package zeebe

import (
	"bytes"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"software.sslmate.com/src/go-pkcs12"
)

// KeySource names the files of a private key and its certificate: a PKCS#12 keystore, or two PEM files. It prints without its
// passwords.
type KeySource struct {
	Keystore         string // a PKCS#12 file; empty = the PEM files
	KeystorePassword string
	KeyAlias         string // of the key in the keystore, capitals aside; empty = the only one
	KeyPassword      string // empty = the keystore's; another one is refused

	CertificateFile string // PEM: the certificate, then those that signed it
	KeyFile         string // PEM: the private key, unencrypted (PKCS#8, PKCS#1 or SEC 1)
}

// IsZero says that no key is named.
func (s KeySource) IsZero() bool {
	return s.Keystore == "" && s.CertificateFile == "" && s.KeyFile == ""
}

// String names the files.
func (s KeySource) String() string {
	if s.Keystore != "" {
		return "keystore " + s.Keystore
	}
	if s.IsZero() {
		return "none"
	}
	return "certificate " + s.CertificateFile + ", key " + s.KeyFile
}

// GoString is [KeySource.String]: no verb prints a password.
func (s KeySource) GoString() string { return s.String() }

func (s KeySource) files() []string {
	if s.Keystore != "" {
		return []string{s.Keystore}
	}
	return []string{s.CertificateFile, s.KeyFile}
}

// KeyPurpose says what a key is for.
type KeyPurpose string

// The purposes of keys.
const (
	GatewayKey   KeyPurpose = "gateway"   // the TLS client certificate for the gateway
	RESTKey      KeyPurpose = "REST API"  // the TLS client certificate for the REST API
	TokenKey     KeyPurpose = "token"     // the TLS client certificate for the token URL
	AssertionKey KeyPurpose = "assertion" // the key that signs client assertions

	TokenServerKey KeyPurpose = "token server" // the CA certificates for the token URL
)

// KeyPart is the part of a [KeySource] that an error is about.
type KeyPart string

// The parts of a key source.
const (
	KeystorePart         KeyPart = "keystore"
	KeystorePasswordPart KeyPart = "keystore password"
	KeyAliasPart         KeyPart = "key alias"
	KeyPasswordPart      KeyPart = "key password"
	CertificatePart      KeyPart = "certificate"
	PrivateKeyPart       KeyPart = "private key"
	AlgorithmPart        KeyPart = "algorithm"

	TruststorePart         KeyPart = "truststore"
	TruststorePasswordPart KeyPart = "truststore password"
)

// KeyError says why a private key or its certificate cannot be used. Err names no password.
type KeyError struct {
	Purpose KeyPurpose
	Part    KeyPart
	Err     error
}

func (e *KeyError) Error() string {
	return fmt.Sprintf("key for the %s, %s: %s", e.Purpose, e.Part, e.Err.Error())
}

func (e *KeyError) Unwrap() error { return e.Err }

// maxKeyFile is how many bytes of a file are read.
const maxKeyFile = 1 << 20

// load reads the key and its certificates, the leaf first. The error is a *[KeyError].
func (s KeySource) load(purpose KeyPurpose) (*tls.Certificate, error) {
	if s.Keystore != "" {
		return s.loadKeystore(purpose)
	}
	if s.CertificateFile == "" || s.KeyFile == "" {
		part := CertificatePart
		if s.KeyFile == "" {
			part = PrivateKeyPart
		}
		return nil, &KeyError{purpose, part, errors.New("found no file, expected one beside the other's")}
	}
	certificates, err := readKeyFile(s.CertificateFile)
	if err != nil {
		return nil, &KeyError{purpose, CertificatePart, err}
	}
	key, err := readKeyFile(s.KeyFile)
	if err != nil {
		return nil, &KeyError{purpose, PrivateKeyPart, err}
	}
	switch {
	case !hasBlock(certificates, "CERTIFICATE"):
		return nil, &KeyError{purpose, CertificatePart, fmt.Errorf("found no certificate in %s, expected PEM", s.CertificateFile)}
	case bytes.Contains(key, []byte("ENCRYPTED")):
		return nil, &KeyError{purpose, PrivateKeyPart, fmt.Errorf("found an encrypted key in %s, expected an unencrypted one, or a PKCS#12 keystore", s.KeyFile)}
	case !hasBlock(key, "PRIVATE KEY"):
		return nil, &KeyError{purpose, PrivateKeyPart, fmt.Errorf("found no private key in %s, expected PEM", s.KeyFile)}
	}
	pair, err := tls.X509KeyPair(certificates, key)
	if err != nil {
		return nil, &KeyError{purpose, PrivateKeyPart, fmt.Errorf("%s does not go with %s: %w", s.KeyFile, s.CertificateFile, err)}
	}
	return &pair, nil
}

// hasBlock tells whether a PEM text has a block whose type ends with kind.
func hasBlock(text []byte, kind string) bool {
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			return false
		}
		if strings.HasSuffix(block.Type, kind) {
			return true
		}
		text = rest
	}
}

// readKeyFile reads a regular file.
func readKeyFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxKeyFile))
}

func (s KeySource) loadKeystore(purpose KeyPurpose) (*tls.Certificate, error) {
	if s.KeyPassword != "" && s.KeyPassword != s.KeystorePassword {
		return nil, &KeyError{purpose, KeyPasswordPart, errors.New("expected the keystore's password: a PKCS#12 file with two passwords cannot be read")}
	}
	data, err := readKeyFile(s.Keystore)
	if err != nil {
		return nil, &KeyError{purpose, KeystorePart, err}
	}
	keys, certificates, err := decodeKeystore(data, s.KeystorePassword)
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		return nil, &KeyError{purpose, KeystorePasswordPart, fmt.Errorf("it does not open %s", s.Keystore)}
	case err != nil:
		return nil, &KeyError{purpose, KeystorePart, fmt.Errorf("%s: expected a PKCS#12 file: %w", s.Keystore, err)}
	}
	key, err := chooseKey(keys, s.KeyAlias)
	if err != nil {
		return nil, &KeyError{purpose, KeyAliasPart, fmt.Errorf("%s: %w", s.Keystore, err)}
	}
	chain := chainOf(key, certificates)
	if chain == nil {
		return nil, &KeyError{purpose, KeystorePart, fmt.Errorf("%s: found no certificate of the key", s.Keystore)}
	}
	return &tls.Certificate{Certificate: chain, PrivateKey: key}, nil
}

// storedKey is a key of a keystore.
type storedKey struct {
	alias string
	key   crypto.Signer
}

// decodeKeystore returns the keys and certificates of a PKCS#12 file.
func decodeKeystore(data []byte, password string) (keys []storedKey, certificates []*x509.Certificate, err error) {
	defer func() {
		// In FIPS 140-only mode the old algorithms of PKCS#12 panic.
		if p := recover(); p != nil {
			err = fmt.Errorf("it cannot be decrypted: %v", p)
		}
	}()
	blocks, err := pkcs12.ToPEM(data, password) //nolint:staticcheck // the only way to several keys and their aliases
	if err != nil {
		// It gives up where an entry has an attribute that it does not know; this passes over it, but takes one key only.
		key, leaf, others, decodeErr := pkcs12.DecodeChain(data, password)
		signer, ok := key.(crypto.Signer)
		if decodeErr != nil || !ok {
			return nil, nil, err
		}
		return []storedKey{{key: signer}}, append([]*x509.Certificate{leaf}, others...), nil
	}
	for _, block := range blocks {
		if block.Type == "CERTIFICATE" {
			certificate, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, nil, err
			}
			certificates = append(certificates, certificate)
			continue
		}
		key := storedKey{alias: block.Headers["friendlyName"]}
		if rsa, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
			key.key = rsa
		} else if key.key, err = x509.ParseECPrivateKey(block.Bytes); err != nil {
			return nil, nil, errors.New("found a key that is neither RSA nor of an elliptic curve")
		}
		keys = append(keys, key)
	}
	return keys, certificates, nil
}

// chooseKey returns the key of this alias, or the only one.
func chooseKey(keys []storedKey, alias string) (crypto.Signer, error) {
	var aliases []string
	for _, k := range keys {
		if alias != "" && strings.EqualFold(k.alias, alias) || k.alias == "" && len(keys) == 1 {
			return k.key, nil
		}
		aliases = append(aliases, fmt.Sprintf("%q", k.alias))
	}
	switch {
	case len(keys) == 0:
		return nil, errors.New("found no private key")
	case alias == "" && len(keys) == 1:
		return keys[0].key, nil
	case alias == "":
		return nil, fmt.Errorf("found the keys %s, expected one, or its alias", strings.Join(aliases, ", "))
	}
	return nil, fmt.Errorf("found the keys %s, expected %q", strings.Join(aliases, ", "), alias)
}

// chainOf returns the key's certificate, followed by those that signed it; nil if there is none.
func chainOf(key crypto.Signer, certificates []*x509.Certificate) [][]byte {
	public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok {
		return nil
	}
	var chain [][]byte
	var last *x509.Certificate
	for _, c := range certificates {
		if public.Equal(c.PublicKey) {
			chain, last = [][]byte{c.Raw}, c
			break
		}
	}
	for last != nil && !bytes.Equal(last.RawIssuer, last.RawSubject) && len(chain) <= len(certificates) {
		next := last
		for _, c := range certificates {
			if bytes.Equal(c.RawSubject, last.RawIssuer) {
				next = c
				chain = append(chain, c.Raw)
				break
			}
		}
		if next == last {
			break
		}
		last = next
	}
	return chain
}
