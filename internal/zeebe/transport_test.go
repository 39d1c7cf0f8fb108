package zeebe

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/stats"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// authority returns a certificate for the host zeebe.example.com, and the file of the authority that signed it.
func authority(t *testing.T) (leaf tls.Certificate, file string) {
	t.Helper()
	sign := func(template, parent *x509.Certificate, public *ecdsa.PublicKey, key *ecdsa.PrivateKey) []byte {
		template.SerialNumber, template.NotBefore, template.NotAfter = big.NewInt(1), time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
		der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
		require.NoError(t, err)
		return der
	}
	newKey := func() *ecdsa.PrivateKey {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		return key
	}
	rootKey, leafKey := newKey(), newKey()
	root := &x509.Certificate{Subject: pkix.Name{CommonName: "root"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	rootDER := sign(root, root, &rootKey.PublicKey, rootKey)
	leafDER := sign(&x509.Certificate{Subject: pkix.Name{CommonName: "leaf"}, DNSNames: []string{"zeebe.example.com"}}, root, &leafKey.PublicKey, rootKey)
	file = filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootDER}), 0o600))
	return tls.Certificate{Certificate: [][]byte{leafDER}, PrivateKey: leafKey}, file
}

func TestGatewayIsCheckedAgainstTheConfiguredAuthority(t *testing.T) {
	t.Parallel()
	leaf, ca := authority(t)
	_, otherCA := authority(t)
	for _, tt := range []struct {
		name   string
		config Config
		want   string // of the refusal; empty = accepted
	}{
		{"its CA and its name", Config{TLS: true, CAFile: ca, Authority: "zeebe.example.com"}, ""},
		{"another CA", Config{TLS: true, CAFile: otherCA, Authority: "zeebe.example.com"}, "certificate"},
		{"the system's CAs", Config{TLS: true, Authority: "zeebe.example.com"}, "certificate"},
		{"another name", Config{TLS: true, CAFile: ca}, "certificate"},
		{"plaintext", Config{}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := &gateway{}
			var options []grpc.ServerOption
			if tt.config.TLS {
				options = append(options, grpc.Creds(credentials.NewServerTLSFromCert(&leaf)))
			}
			c := connect(t, g, tt.config, options...)
			_, err := c.Topology(t.Context())
			if tt.want != "" {
				var e *job.CommandError
				require.ErrorAs(t, err, &e)
				assert.Equal(t, job.Transient, e.Kind)
				assert.Contains(t, e.Reason, tt.want)
				return
			}
			require.NoError(t, err)
			if tt.config.Authority != "" {
				assert.Equal(t, []string{tt.config.Authority}, g.header(":authority"))
			}
		})
	}
}

func TestCAFileThatCannotBeUsedIsNamed(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty.pem")
	require.NoError(t, os.WriteFile(empty, []byte("no certificate"), 0o600))
	for _, path := range []string{empty, filepath.Join(t.TempDir(), "missing.pem")} {
		_, err := Dial(Config{Target: "h:1", TLS: true, CAFile: path}, silent)
		require.ErrorContains(t, err, path)
	}
}

func TestStreamNobodyReadsTakesNoMoreThanItsWindow(t *testing.T) {
	t.Parallel()
	const size = 1024
	var sent atomic.Int64
	g := &gateway{stream: func(_ *pb.StreamActivatedJobsRequest, s pb.Gateway_StreamActivatedJobsServer) error {
		message := &pb.ActivatedJob{Variables: strings.Repeat("x", size)}
		for {
			if err := s.Send(message); err != nil {
				return err
			}
			sent.Add(1)
		}
	}}
	c := connect(t, g, Config{})
	s, err := c.Stream(t.Context(), job.TakeRequest{})
	require.NoError(t, err)
	// Reading much of it first would open a window that grows, as gRPC's usual one does.
	for range 2000 {
		_, err := s.Recv()
		require.NoError(t, err)
	}
	settled := int64(-1)
	require.Eventually(t, func() bool {
		before := settled
		settled = sent.Load()
		return before == settled
	}, 10*time.Second, 50*time.Millisecond)
	// 64 KiB here, and 64 KiB that Go's server queues on its side before Send blocks.
	assert.LessOrEqual(t, settled-2000, int64(2*streamWindow/size+8))

	// Meanwhile commands pass.
	require.NoError(t, c.Complete(t.Context(), job.Ref{Key: 1}, nil))
}

func TestJobLargerThanTheWindowArrives(t *testing.T) {
	t.Parallel()
	g := &gateway{stream: func(_ *pb.StreamActivatedJobsRequest, s pb.Gateway_StreamActivatedJobsServer) error {
		return s.Send(&pb.ActivatedJob{Key: 7, Variables: strings.Repeat("x", 10*streamWindow)})
	}}
	s, err := connect(t, g, Config{}).Stream(t.Context(), job.TakeRequest{})
	require.NoError(t, err)
	j, err := s.Recv()
	require.NoError(t, err)
	assert.Len(t, j.Variables, 10*streamWindow)
}

// connections counts them on the server's side.
type connections struct{ n atomic.Int64 }

func (c *connections) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context   { return ctx }
func (c *connections) HandleRPC(context.Context, stats.RPCStats)                         {}
func (c *connections) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

func (c *connections) HandleConn(_ context.Context, s stats.ConnStats) {
	if _, ok := s.(*stats.ConnBegin); ok {
		c.n.Add(1)
	}
}

func TestStreamHasAConnectionOfItsOwn(t *testing.T) {
	t.Parallel()
	g := &gateway{stream: func(_ *pb.StreamActivatedJobsRequest, s pb.Gateway_StreamActivatedJobsServer) error {
		return s.Send(activated(1))
	}}
	var seen connections
	c := connect(t, g, Config{}, grpc.StatsHandler(&seen))
	require.NoError(t, c.Complete(t.Context(), job.Ref{Key: 1}, nil))
	require.NoError(t, c.Fail(t.Context(), job.Ref{Key: 1}, 0, 0, "", nil))
	assert.Equal(t, int64(1), seen.n.Load())
	s, err := c.Stream(t.Context(), job.TakeRequest{})
	require.NoError(t, err)
	_, err = s.Recv()
	require.NoError(t, err)
	assert.Equal(t, int64(2), seen.n.Load())
}

// proxy listens for as long as the process lives, which keeps the proxy that it saw first.
var proxy = sync.OnceValues(func() (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") })

func TestProxyIsAskedToConnect(t *testing.T) {
	listener, err := proxy()
	require.NoError(t, err)
	t.Setenv("HTTPS_PROXY", "http://"+listener.Addr().String())
	t.Setenv("NO_PROXY", "")
	c, err := Dial(Config{Target: "zeebe.example.com:443", TLS: true, RequestTimeout: 30 * time.Second}, silent)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, c.Close()) })
	failed := make(chan error, 1)
	go func() { _, err := c.Topology(t.Context()); failed <- err }()
	connection, err := listener.Accept()
	require.NoError(t, err)
	head := make([]byte, 1024)
	n, err := connection.Read(head)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(string(head[:n]), "CONNECT zeebe.example.com:443 HTTP/1.1"), string(head[:n]))
	require.NoError(t, connection.Close())
	require.Error(t, <-failed)
}
