package zeebe

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/fips140"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // x5t is one
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

const storePassword = "st0re-pässword"

// ca signs certificates of a test.
type ca struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newCA(t *testing.T) *ca {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "root"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, SerialNumber: big.NewInt(1),
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &ca{certificate, key}
}

// sign returns a certificate of the key, for 127.0.0.1 and as a client.
func (c *ca) sign(t *testing.T, name string, key crypto.Signer) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, SerialNumber: big.NewInt(time.Now().UnixNano()),
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, c.certificate, key.Public(), c.key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return certificate
}

func (c *ca) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(c.certificate)
	return pool
}

// serverTLS is that of a server that wants a certificate that c signed.
func (c *ca) serverTLS(t *testing.T) *tls.Config {
	t.Helper()
	key := ecKey(t, elliptic.P256())
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{c.sign(t, "server", key).Raw}, PrivateKey: key}},
		ClientAuth:   tls.RequireAndVerifyClientCert, ClientCAs: c.pool(), MinVersion: tls.VersionTLS12,
	}
}

func ecKey(t *testing.T, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	require.NoError(t, err)
	return key
}

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func write(t *testing.T, path string, data []byte) string {
	t.Helper()
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

func certificatePEM(certificates ...*x509.Certificate) []byte {
	var out []byte
	for _, c := range certificates {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return out
}

func keyPEM(t *testing.T, key crypto.Signer) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// pemSource writes a key and its certificate into two files.
func pemSource(t *testing.T, c *ca, name string, key crypto.Signer) KeySource {
	t.Helper()
	dir := t.TempDir()
	return KeySource{CertificateFile: write(t, filepath.Join(dir, "tls.crt"), certificatePEM(c.sign(t, name, key))), KeyFile: write(t, filepath.Join(dir, "tls.key"), keyPEM(t, key))}
}

// keystoreSource writes them into a PKCS#12 file.
func keystoreSource(t *testing.T, encoder *pkcs12.Encoder, c *ca, name string, key crypto.Signer) KeySource {
	t.Helper()
	data, err := encoder.Encode(key, c.sign(t, name, key), []*x509.Certificate{c.certificate}, storePassword)
	require.NoError(t, err)
	return KeySource{Keystore: write(t, filepath.Join(t.TempDir(), "key.p12"), data), KeystorePassword: storePassword}
}

// clientName is the name in the certificate that a call came with.
func clientName(ctx context.Context) string {
	p, _ := peer.FromContext(ctx)
	return p.AuthInfo.(credentials.TLSInfo).State.PeerCertificates[0].Subject.CommonName //nolint:forcetypeassert // the server wants one
}

func TestGatewayGetsTheClientCertificate(t *testing.T) {
	t.Parallel()
	authority := newCA(t)
	caFile := write(t, filepath.Join(t.TempDir(), "ca.pem"), certificatePEM(authority.certificate))
	for name, source := range map[string]KeySource{
		"PEM, P-256":      pemSource(t, authority, "worker", ecKey(t, elliptic.P256())),
		"PEM, RSA":        pemSource(t, authority, "worker", rsaKey()),
		"keystore":        keystoreSource(t, pkcs12.Modern, authority, "worker", rsaKey()),
		"legacy keystore": keystoreSource(t, pkcs12.LegacyDES, authority, "worker", ecKey(t, elliptic.P256())),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			names := make(chan string, 1)
			g := &gateway{answer: func(ctx context.Context, _ any) error { names <- clientName(ctx); return nil }}
			c := connect(t, g, Config{TLS: true, CAFile: caFile, Authority: "127.0.0.1", ClientKey: source}, grpc.Creds(credentials.NewTLS(authority.serverTLS(t))))
			require.NoError(t, c.Complete(t.Context(), job.Ref{Key: 1}, nil))
			assert.Equal(t, "worker", <-names)
		})
	}
	c := connect(t, &gateway{}, Config{TLS: true, CAFile: caFile, Authority: "127.0.0.1"}, grpc.Creds(credentials.NewTLS(authority.serverTLS(t))))
	require.Error(t, c.Complete(t.Context(), job.Ref{Key: 1}, nil), "the server does want a certificate")
}

// mutual starts an HTTP server that wants a client certificate, and keeps the names in those that came.
func mutual(t *testing.T, authority *ca, handler http.Handler) (address string, names func() []string) {
	t.Helper()
	var mu sync.Mutex
	var seen []string
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen = append(seen, r.TLS.PeerCertificates[0].Subject.CommonName)
		mu.Unlock()
		handler.ServeHTTP(w, r)
	}))
	server.TLS = authority.serverTLS(t)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), seen...)
	}
}

func TestTokenURLAndRESTGetTheirOwnCertificates(t *testing.T) {
	t.Parallel()
	authority := newCA(t)
	i, s := &issuer{}, &restServer{}
	tokenURL, tokenNames := mutual(t, authority, i)
	restURL, restNames := mutual(t, authority, s)
	config := Config{
		TLS: true, CAFile: write(t, filepath.Join(t.TempDir(), "ca.pem"), certificatePEM(authority.certificate)), Authority: "127.0.0.1", RESTAddress: restURL,
		ClientKey: pemSource(t, authority, "for the gateway", rsaKey()), RESTKey: pemSource(t, authority, "for REST", rsaKey()),
		Auth: Auth{Method: AuthOIDC, ClientID: "me", TokenURL: tokenURL + "/token", TLSKey: keystoreSource(t, pkcs12.Modern, authority, "for tokens", rsaKey())},
	}
	c := connect(t, &gateway{}, config, grpc.Creds(credentials.NewTLS(authority.serverTLS(t))))
	_, err := c.ProcessXML(t.Context(), 1)
	require.NoError(t, err)
	assert.Equal(t, []string{"for REST"}, restNames())
	assert.Equal(t, []string{"for tokens"}, tokenNames())
	assert.Equal(t, []url.Values{{"grant_type": {"client_credentials"}, "client_id": {"me"}}}, i.asked(), "the certificate stands in for the secret")

	config.RESTKey = KeySource{}
	c = connect(t, &gateway{}, config, grpc.Creds(credentials.NewTLS(authority.serverTLS(t))))
	_, err = c.ProcessXML(t.Context(), 1)
	require.NoError(t, err)
	assert.Equal(t, []string{"for REST", "for the gateway"}, restNames(), "REST gets the gateway's certificate if it has none of its own")
}

func TestAssertionStandsInForTheSecret(t *testing.T) {
	t.Parallel()
	authority := newCA(t)
	p384 := ecKey(t, elliptic.P384())
	for _, tt := range []struct {
		name      string
		key       crypto.Signer
		keystore  bool
		assertion Assertion
		alg, kid  string
		audience  string // empty = the token URL
	}{
		{"RSA", rsaKey(), false, Assertion{}, "RS256", "", ""},
		{"RSA in a keystore", rsaKey(), true, Assertion{KeyID: "k1"}, "RS256", "k1", ""},
		{"RSA with PSS", rsaKey(), true, Assertion{Algorithm: "PS256"}, "PS256", "", ""},
		{"P-256", ecKey(t, elliptic.P256()), false, Assertion{Algorithm: "ES256"}, "ES256", "", ""},
		{"P-384", p384, false, Assertion{Audience: "https://issuer/realms/x"}, "ES384", "", "https://issuer/realms/x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.assertion.Key = pemSource(t, authority, "worker", tt.key)
			if tt.keystore {
				tt.assertion.Key = keystoreSource(t, pkcs12.Modern, authority, "worker", tt.key)
			}
			i := &issuer{}
			config := oidc(t, i)
			config.Auth.Assertion = tt.assertion
			g := &gateway{answer: func(ctx context.Context, _ any) error { return revoking(ctx) }}
			require.NoError(t, connect(t, g, config).Complete(t.Context(), job.Ref{Key: 1}, nil))
			require.Len(t, i.asked(), 2)
			if tt.audience == "" {
				tt.audience = config.Auth.TokenURL
			}
			ids := map[any]bool{}
			for _, form := range i.asked() {
				assert.NotContains(t, form, "client_secret")
				assert.Equal(t, "me", form.Get("client_id"))
				assert.Equal(t, "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", form.Get("client_assertion_type"))
				parsed, err := jwt.Parse(form.Get("client_assertion"), func(*jwt.Token) (any, error) { return tt.key.Public(), nil }, jwt.WithValidMethods([]string{tt.alg}),
					jwt.WithAudience(tt.audience), jwt.WithIssuer("me"), jwt.WithSubject("me"), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(time.Hour))
				require.NoError(t, err)
				claims := parsed.Claims.(jwt.MapClaims) //nolint:forcetypeassert // as it is parsed
				assert.InDelta(t, 60, claims["exp"].(float64)-claims["iat"].(float64), 0)
				ids[claims["jti"]] = true
				pair, err := tt.assertion.Key.load(AssertionKey)
				require.NoError(t, err)
				sum256, sum := sha256.Sum256(pair.Certificate[0]), sha1.Sum(pair.Certificate[0]) //nolint:gosec // x5t is one
				assert.Equal(t, base64.RawURLEncoding.EncodeToString(sum256[:]), parsed.Header["x5t#S256"])
				if fips140.Enabled() {
					assert.NotContains(t, parsed.Header, "x5t")
				} else {
					assert.Equal(t, base64.RawURLEncoding.EncodeToString(sum[:]), parsed.Header["x5t"])
				}
				if tt.kid != "" {
					assert.Equal(t, tt.kid, parsed.Header["kid"])
				} else {
					assert.NotContains(t, parsed.Header, "kid")
				}
			}
			assert.Len(t, ids, 2, "each request has an assertion of its own")
		})
	}
}

func TestKeysThatCannotBeUsedAreRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	authority := newCA(t)
	good := pemSource(t, authority, "worker", rsaKey())
	other := pemSource(t, authority, "worker", ecKey(t, elliptic.P256()))
	store := keystoreSource(t, pkcs12.Modern, authority, "worker", rsaKey())
	dir := t.TempDir()
	empty := write(t, filepath.Join(dir, "empty.pem"), nil)
	encrypted := write(t, filepath.Join(dir, "encrypted.pem"), []byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"))
	wrongPassword, twoPasswords := store, store
	wrongPassword.KeystorePassword, twoPasswords.KeyPassword = "wr0ng", "an0ther"
	for _, tt := range []struct {
		name   string
		source KeySource
		part   KeyPart
		want   string
	}{
		{"no certificate file", KeySource{CertificateFile: filepath.Join(dir, "none"), KeyFile: good.KeyFile}, CertificatePart, "no such file"},
		{"no key file", KeySource{CertificateFile: good.CertificateFile, KeyFile: filepath.Join(dir, "none")}, PrivateKeyPart, "no such file"},
		{"a directory", KeySource{CertificateFile: dir, KeyFile: good.KeyFile}, CertificatePart, "no regular file"},
		{"no certificate in it", KeySource{CertificateFile: empty, KeyFile: good.KeyFile}, CertificatePart, "found no certificate in " + empty},
		{"no key in it", KeySource{CertificateFile: good.CertificateFile, KeyFile: empty}, PrivateKeyPart, "found no private key in " + empty},
		{"an encrypted key", KeySource{CertificateFile: good.CertificateFile, KeyFile: encrypted}, PrivateKeyPart, "found an encrypted key in " + encrypted},
		{"another key", KeySource{CertificateFile: good.CertificateFile, KeyFile: other.KeyFile}, PrivateKeyPart, "does not go with"},
		{"half of a pair", KeySource{CertificateFile: good.CertificateFile}, PrivateKeyPart, "found no file"},
		{"no keystore", KeySource{Keystore: filepath.Join(dir, "none"), KeystorePassword: storePassword}, KeystorePart, "no such file"},
		{"no PKCS#12", KeySource{Keystore: good.CertificateFile, KeystorePassword: storePassword}, KeystorePart, "expected a PKCS#12 file"},
		{"another password", wrongPassword, KeystorePasswordPart, "it does not open " + store.Keystore},
		{"two passwords", twoPasswords, KeyPasswordPart, "expected the keystore's password"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for purpose, config := range map[KeyPurpose]Config{
				GatewayKey:   {Target: "h:1", TLS: true, ClientKey: tt.source},
				RESTKey:      {Target: "h:1", RESTAddress: "https://h", RESTKey: tt.source},
				TokenKey:     {Target: "h:1", Auth: Auth{Method: AuthOIDC, ClientID: "me", TokenURL: "https://h", TLSKey: tt.source}},
				AssertionKey: {Target: "h:1", Auth: Auth{Method: AuthOIDC, ClientID: "me", TokenURL: "https://h", Assertion: Assertion{Key: tt.source}}},
			} {
				_, err := Dial(config, silent)
				var e *KeyError
				require.ErrorAs(t, err, &e)
				assert.Equal(t, purpose, e.Purpose)
				assert.Equal(t, tt.part, e.Part)
				assert.Contains(t, e.Error(), tt.want)
				for _, password := range []string{storePassword, "wr0ng", "an0ther"} {
					assert.NotContains(t, e.Error()+fmt.Sprintf("%v %+v %#v", config, config, config), password)
				}
			}
		})
	}
	_, err := Dial(Config{Target: "h:1", Auth: Auth{Method: AuthOIDC, ClientID: "me", TokenURL: "https://h", Assertion: Assertion{Key: good, Algorithm: "ES256"}}}, silent)
	var e *KeyError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, AlgorithmPart, e.Part)
	assert.Contains(t, e.Error(), "found ES256, which does not go with the key; expected RS256")
}

func TestKeyIsChosenByItsAlias(t *testing.T) {
	t.Parallel()
	a, b := rsaKey(), ecKey(t, elliptic.P256())
	keys := []storedKey{{"first", a}, {"Second", b}}
	got, err := chooseKey(keys, "second")
	require.NoError(t, err)
	assert.Same(t, b, got)
	_, err = chooseKey(keys, "")
	require.ErrorContains(t, err, `found the keys "first", "Second", expected one, or its alias`)
	_, err = chooseKey(keys, "third")
	require.ErrorContains(t, err, `expected "third"`)
	_, err = chooseKey(nil, "")
	require.ErrorContains(t, err, "found no private key")
	got, err = chooseKey(keys[:1], "")
	require.NoError(t, err)
	assert.Same(t, a, got)
}

// TestACertificateComesWithThoseThatSignedIt in their order: the server may know the root alone.
func TestACertificateComesWithThoseThatSignedIt(t *testing.T) {
	t.Parallel()
	root, middleKey, key := newCA(t), ecKey(t, elliptic.P256()), ecKey(t, elliptic.P256())
	middle := root.sign(t, "middle", middleKey)
	leaf := (&ca{middle, middleKey}).sign(t, "leaf", key)
	stranger := newCA(t).sign(t, "stranger", ecKey(t, elliptic.P256()))
	for _, tt := range []struct {
		key  crypto.Signer
		from []*x509.Certificate
		want []*x509.Certificate
	}{
		{key, []*x509.Certificate{root.certificate, stranger, middle, leaf}, []*x509.Certificate{leaf, middle, root.certificate}},
		{key, []*x509.Certificate{leaf, root.certificate}, []*x509.Certificate{leaf}},
		{root.key, []*x509.Certificate{leaf, middle, root.certificate}, []*x509.Certificate{root.certificate}},
		{ecKey(t, elliptic.P256()), []*x509.Certificate{leaf, middle, root.certificate}, nil},
	} {
		var want [][]byte
		for _, c := range tt.want {
			want = append(want, c.Raw)
		}
		assert.Equal(t, want, chainOf(tt.key, tt.from))
	}
}

// The keystore was made by Java's keytool: two keys of test certificates, the password changeit.
func TestKeystoreOfJavaWithTwoKeys(t *testing.T) {
	t.Parallel()
	source := KeySource{Keystore: "testdata/two-keys.p12", KeystorePassword: "changeit"}
	for _, alias := range []string{"one", "TWO"} {
		source.KeyAlias = alias
		pair, err := source.load(AssertionKey)
		require.NoError(t, err)
		leaf, err := x509.ParseCertificate(pair.Certificate[0])
		require.NoError(t, err)
		assert.Equal(t, strings.ToLower(alias), leaf.Subject.CommonName)
		assert.Equal(t, leaf.PublicKey, pair.PrivateKey.(crypto.Signer).Public()) //nolint:forcetypeassert // as it is loaded
	}
	source.KeyAlias = ""
	_, err := source.load(AssertionKey)
	var e *KeyError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, KeyAliasPart, e.Part)
}

func TestChangedKeyIsReadAgain(t *testing.T) {
	t.Parallel()
	authority := newCA(t)
	source := pemSource(t, authority, "old", rsaKey())
	var out bytes.Buffer
	files, err := newKeyFiles(source, GatewayKey, slog.New(slog.NewTextHandler(&out, nil)))
	require.NoError(t, err)
	name := func() string {
		pair, err := files.clientCertificate(nil)
		require.NoError(t, err)
		leaf, err := x509.ParseCertificate(pair.Certificate[0])
		require.NoError(t, err)
		return leaf.Subject.CommonName
	}
	assert.Equal(t, "old", name())
	assert.Equal(t, "old", name())
	assert.Empty(t, out.String())

	key := ecKey(t, elliptic.P256())
	write(t, source.CertificateFile, certificatePEM(authority.sign(t, "new", key), authority.certificate))
	assert.Equal(t, "old", name(), "the certificate came before its key")
	assert.Contains(t, out.String(), "does not go with")
	write(t, source.KeyFile, keyPEM(t, key))
	assert.Equal(t, "new", name())
	assert.Contains(t, out.String(), "a changed key and certificate are used")

	require.NoError(t, os.Remove(source.KeyFile))
	assert.Equal(t, "new", name(), "a file that is gone for a moment hurts nobody")
}

// TestAKeyThatCouldNotBeReadIsReadAgain although nothing tells that its file changed: time stamps are coarse.
func TestAKeyThatCouldNotBeReadIsReadAgain(t *testing.T) {
	t.Parallel()
	authority := newCA(t)
	source := pemSource(t, authority, "old", rsaKey())
	files, err := newKeyFiles(source, GatewayKey, silent)
	require.NoError(t, err)
	key := ecKey(t, elliptic.P256())
	write(t, source.CertificateFile, certificatePEM(authority.sign(t, "new", key), authority.certificate))
	good := keyPEM(t, key)
	write(t, source.KeyFile, bytes.Repeat([]byte("x"), len(good)))
	at := time.Now()
	require.NoError(t, os.Chtimes(source.KeyFile, at, at))
	old := files.get()
	write(t, source.KeyFile, good)
	require.NoError(t, os.Chtimes(source.KeyFile, at, at))
	assert.NotSame(t, old, files.get())
}

func TestTokenRequestFailsAsDeniedWithoutSecretsWhereTheServerRefusesTheAssertion(t *testing.T) {
	t.Parallel()
	i := &issuer{}
	i.answer = func(int) (int, string) {
		return http.StatusUnauthorized, `{"error":"invalid_client","error_description":"not ` + i.asked()[0].Get("client_assertion") + `"}`
	}
	config := oidc(t, i)
	config.Auth.ClientSecret = ""
	config.Auth.Assertion.Key = pemSource(t, newCA(t), "worker", rsaKey())
	err := connect(t, &gateway{}, config).Complete(t.Context(), job.Ref{Key: 1}, nil)
	var e *job.CommandError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, job.Denied, e.Kind)
	assert.Contains(t, e.Reason, "HTTP 401: invalid_client: not ***")
	assert.NotContains(t, e.Reason, i.asked()[0].Get("client_assertion"))
}
