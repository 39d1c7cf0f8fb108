package zeebe

import (
	"bytes"
	"crypto/x509"
	"errors"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/pavlo-v-chernykh/keystore-go/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"software.sslmate.com/src/go-pkcs12"
)

// jksOf writes certificates into a JKS file, as keytool does.
func jksOf(t *testing.T, certificates ...*x509.Certificate) []byte {
	t.Helper()
	store := keystore.New()
	for _, c := range certificates {
		entry := keystore.TrustedCertificateEntry{CreationTime: time.Unix(0, 0), Certificate: keystore.Certificate{Type: "X509", Content: c.Raw}}
		require.NoError(t, store.SetTrustedCertificateEntry(c.Subject.CommonName+c.SerialNumber.String(), entry))
	}
	var out bytes.Buffer
	require.NoError(t, store.Store(&out, []byte(storePassword)))
	return out.Bytes()
}

// truststores are the files with one certificate.
func truststores(t *testing.T, c *x509.Certificate) map[string]Truststore {
	t.Helper()
	dir := t.TempDir()
	file := func(name string, data []byte, err error) Truststore {
		require.NoError(t, err)
		return Truststore{Path: write(t, filepath.Join(dir, name), data), Password: storePassword}
	}
	modern, err := pkcs12.Modern.EncodeTrustStore([]*x509.Certificate{c}, storePassword)
	all := map[string]Truststore{"PKCS#12": file("modern.p12", modern, err)}
	legacy, err := pkcs12.LegacyDES.EncodeTrustStore([]*x509.Certificate{c}, storePassword)
	all["PKCS#12, legacy"] = file("legacy.p12", legacy, err)
	key := rsaKey()
	withKey, err := pkcs12.Modern.Encode(key, newCA(t).sign(t, "x", key), []*x509.Certificate{c}, storePassword)
	all["PKCS#12 with a key"] = file("key.p12", withKey, err)
	all["JKS"] = file("trust.jks", jksOf(t, newCA(t).certificate, c), nil)
	all["PEM"] = Truststore{Path: write(t, filepath.Join(dir, "ca.pem"), certificatePEM(c))}
	return all
}

func TestTheTokenURLIsCheckedAgainstTheTruststore(t *testing.T) {
	t.Parallel()
	i := &issuer{}
	server := httptest.NewTLSServer(i)
	t.Cleanup(server.Close)
	ask := func(s Truststore) error {
		c := connect(t, &gateway{}, Config{Auth: Auth{Method: AuthOIDC, ClientID: "me", ClientSecret: secret, TokenURL: server.URL, Truststore: s}})
		return c.Authorize(t.Context())
	}
	for name, s := range truststores(t, server.Certificate()) {
		require.NoError(t, ask(s), name)
	}
	require.Error(t, ask(Truststore{}), "the system does not know it")
	require.Error(t, ask(truststores(t, newCA(t).certificate)["JKS"]), "nor does another truststore")
}

func TestATruststoreThatCannotBeReadIsNamed(t *testing.T) {
	t.Parallel()
	all := truststores(t, newCA(t).certificate)
	wrong := func(name string) Truststore { return Truststore{all[name].Path, "hush-hush"} }
	garbage := write(t, filepath.Join(t.TempDir(), "garbage"), []byte("no store"))
	broken := write(t, filepath.Join(t.TempDir(), "broken.jks"), jksOf(t)[:20])
	for name, tt := range map[string]struct {
		store Truststore
		part  KeyPart
		want  string
	}{
		"PKCS#12 with another password": {wrong("PKCS#12"), TruststorePasswordPart, "it does not open"},
		"JKS with another password":     {wrong("JKS"), TruststorePasswordPart, "it does not open"},
		"no file":                       {Truststore{Path: "/nowhere"}, TruststorePart, "no such file"},
		"another file":                  {Truststore{Path: garbage, Password: "hush-hush"}, TruststorePart, garbage},
		"half a JKS":                    {Truststore{Path: broken, Password: storePassword}, TruststorePart, broken},
		"an empty JKS":                  {Truststore{write(t, filepath.Join(t.TempDir(), "empty.jks"), jksOf(t)), storePassword}, TruststorePart, "found no certificate"},
	} {
		_, err := tt.store.load()
		fault, ok := errors.AsType[*KeyError](err)
		require.True(t, ok, "%s: %v", name, err)
		assert.Equal(t, tt.part, fault.Part, name)
		assert.Contains(t, err.Error(), tt.want, name)
		assert.NotContains(t, err.Error(), "hush", name)
		assert.NotContains(t, err.Error(), storePassword, name)
	}
}
