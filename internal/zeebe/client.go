package zeebe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"os"
	"slices"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/experimental"
	"google.golang.org/grpc/keepalive"
)

// streamWindow is how many bytes of jobs may be in transport on a stream that is not being read: the smallest that
// HTTP/2 implementations agree on, about 90 jobs of 1 KB.
const streamWindow = 64 << 10

// connectTimeout is how long one try to connect may take, with TLS.
const connectTimeout = 5 * time.Second

// Client is a gateway of a Camunda cluster. It is safe for concurrent use.
type Client struct {
	Definitions

	config  Config
	auth    authorizer
	calls   *connection // polls and commands
	streams *connection // the stream of jobs

	version lastVersion
	tenant  physicalTenant
}

// Dial returns a client of the gateway that c names. It connects with the first call, so an unreachable gateway is no
// error here; a bad CA file (*[CAError]), key (*[KeyError]) or authentication is. Log gets what happens to tokens. Close it when done.
func Dial(c Config, log *slog.Logger) (*Client, error) {
	return dial(c, log)
}

func dial(c Config, log *slog.Logger, extra ...grpc.DialOption) (*Client, error) {
	c = c.withDefaults()
	a, err := newAccess(&c, log)
	if err != nil {
		return nil, err
	}
	options := append(dialOptions(c, tlsConfig(a.roots, c.Authority, a.keys.gateway)), extra...)
	client := &Client{Definitions: Definitions{newREST(&c, a, a.besideSystem)}, config: c, auth: a.auth, tenant: physicalTenant{id: c.PhysicalTenant}}
	if client.calls, err = newConnection(c.Target, append(slices.Clip(options), grpc.WithChainUnaryInterceptor(tellWritten))); err != nil {
		return nil, err
	}
	client.streams, err = newConnection(c.Target, append(slices.Clip(options),
		grpc.WithInitialWindowSize(streamWindow), grpc.WithInitialConnWindowSize(streamWindow)))
	if err != nil {
		return nil, errors.Join(err, client.calls.close())
	}
	return client, nil
}

func dialOptions(c Config, secure *tls.Config) []grpc.DialOption {
	transport := insecure.NewCredentials()
	if c.TLS {
		transport = credentials.NewTLS(secure)
	}
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(transport),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(c.MaxMessageSize), grpc.MaxCallSendMsgSize(c.MaxMessageSize), grpc.ForceCodecV2(newCodec(messageBuffers))),
		// A retry policy could otherwise come in by a service config from DNS.
		grpc.WithDisableRetry(),
		grpc.WithDisableServiceConfig(),
		experimental.WithBufferPool(messageBuffers),
		// The pause between two tries to connect is at most a second, jitter included: workers of a cluster that was away come
		// back together, and soon.
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 800 * time.Millisecond},
			MinConnectTimeout: connectTimeout,
		}),
	}
	if c.KeepAlive > 0 {
		// No pings without a call open: a gateway answers those with GOAWAY.
		options = append(options, grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: c.KeepAlive}))
	}
	if c.Authority != "" {
		options = append(options, grpc.WithAuthority(c.Authority))
	}
	if c.UserAgent != "" {
		options = append(options, grpc.WithUserAgent(c.UserAgent))
	}
	if c.PhysicalTenant != "" {
		options = append(options, toPhysicalTenant(c.PhysicalTenant)...)
	}
	return options
}

// CAError says why the certificates that the gateway's is to be signed by could not be read.
type CAError struct{ Err error }

func (e *CAError) Error() string { return "gateway CA certificates: " + e.Err.Error() }

func (e *CAError) Unwrap() error { return e.Err }

// readCA returns the certificates of a PEM file: alone, and beside the system's.
func readCA(path string) (alone, beside *x509.CertPool, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, &CAError{err}
	}
	alone = x509.NewCertPool()
	if !alone.AppendCertsFromPEM(text) {
		return nil, nil, &CAError{errors.New("found no certificate in " + path + ", expected PEM")}
	}
	if beside, err = x509.SystemCertPool(); err != nil {
		beside = x509.NewCertPool()
	}
	beside.AppendCertsFromPEM(text)
	return alone, beside, nil
}

// Close ends the connections, and with them every call that still runs.
func (c *Client) Close() error {
	c.auth.close()
	c.rest.close()
	return errors.Join(c.calls.close(), c.streams.close())
}

// Authorize gets what authenticates calls to the gateway: a token with [AuthOIDC], nothing otherwise. The error is as of
// [Client.Complete].
func (c *Client) Authorize(ctx context.Context) error {
	_, _, err := c.auth.authorize(ctx)
	return commandError(ctx, nil, err)
}

// call makes a call with what authenticates it, and once more with a new token if it is refused as UNAUTHENTICATED.
func (c *Client) call(ctx context.Context, do func(ctx context.Context) error) error {
	for again := false; ; again = true {
		authorized, proof, err := c.auth.authorize(ctx)
		if err != nil {
			return err
		}
		if err = do(authorized); again || !unauthenticated(err) || !c.auth.refused(proof) {
			return err
		}
	}
}
