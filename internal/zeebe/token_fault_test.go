package zeebe

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// selfSigned returns a certificate for a name that ends at a time, and a pool that trusts it.
func selfSigned(t *testing.T, name string, end time.Time) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{name}, NotBefore: end.Add(-48 * time.Hour), NotAfter: end, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// TestTheFaultOfATokenRequestIsFoundInItsError asks real servers, whose errors are those of crypto/tls.
func TestTheFaultOfATokenRequestIsFoundInItsError(t *testing.T) {
	t.Parallel()
	tomorrow := time.Now().Add(24 * time.Hour)
	for _, tt := range []struct {
		name, host string
		end        time.Time
		stranger   bool // its certificate is not trusted
		verifies   bool // the client's certificate, which it does not trust
		status     int
		want       job.CommandError
	}{
		{name: "an answer without a token", host: "localhost", end: tomorrow, status: http.StatusOK, want: job.CommandError{Kind: job.Denied, HTTPStatus: http.StatusOK}},
		{name: "a refusal", host: "localhost", end: tomorrow, status: http.StatusUnauthorized, want: job.CommandError{Kind: job.Denied, HTTPStatus: http.StatusUnauthorized}},
		{name: "a server at fault", host: "localhost", end: tomorrow, status: http.StatusBadGateway, want: job.CommandError{Kind: job.Transient, HTTPStatus: http.StatusBadGateway}},
		{name: "an unknown authority", host: "localhost", end: tomorrow, stranger: true, want: job.CommandError{Fault: job.FaultUnknownAuthority}},
		{name: "a certificate that is over", host: "localhost", end: time.Now().Add(-time.Hour), want: job.CommandError{Fault: job.FaultCertificateTime}},
		{name: "a certificate for another name", host: "example.com", end: tomorrow, want: job.CommandError{Fault: job.FaultCertificateName}},
		{name: "another client certificate is wanted", host: "localhost", end: tomorrow, verifies: true, want: job.CommandError{Fault: job.FaultClientCertificate}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			certificate, roots := selfSigned(t, tt.host, tt.end)
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(tt.status) }))
			server.TLS = &tls.Config{
				Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12,
				MaxVersion: tls.VersionTLS12, // with 1.3 the client may see the end of the connection before it sees why
			}
			if tt.verifies {
				server.TLS.ClientAuth, server.TLS.ClientCAs = tls.RequireAndVerifyClientCert, roots
			}
			server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
			server.StartTLS()
			defer server.Close()
			if tt.stranger {
				_, roots = selfSigned(t, "localhost", tomorrow)
			}
			client := tokenClient(tlsConfig(roots, "", nil))
			defer client.CloseIdleConnections()
			own, _ := selfSigned(t, "me", tomorrow)
			client.Transport.(*http.Transport).TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &own, nil }
			address := "https://localhost:" + strconv.Itoa(server.Listener.Addr().(*net.TCPAddr).Port)
			_, err := fetchToken(t.Context(), client, &Auth{TokenURL: address, ClientID: "me", ClientSecret: "hush"}, nil)
			var got *job.CommandError
			require.ErrorAs(t, err, &got)
			assert.True(t, got.ForToken)
			assert.Equal(t, tt.want, job.CommandError{Kind: got.Kind, Fault: got.Fault, HTTPStatus: got.HTTPStatus}, err)
		})
	}
}
