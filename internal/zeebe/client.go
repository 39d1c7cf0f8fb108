// Package zeebe is the way to a Zeebe gateway over gRPC: taking jobs by poll and by stream, and the commands that end
// them, on the message types of the official Go client. It knows nothing of what a job means.
//
// Streams have a connection of their own with a small fixed window, so that a worker that does not read holds the broker
// back instead of hoarding jobs whose lease runs out.
package zeebe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// Config says where the gateway is and how to speak to it.
type Config struct {
	Target         string        // host:port
	TLS            bool          // false = plaintext
	CAFile         string        // PEM certificates that are trusted in place of the system's; empty = the system's
	Authority      string        // the name that the gateway's certificate must have; empty = the target's host
	KeepAlive      time.Duration // between pings on an idle connection; 0 = 45 s
	MaxMessageSize int           // bytes of one message; 0 = 4 MiB
	RequestTimeout time.Duration // of a command; 0 = 10 s
	UserAgent      string
	Auth           Auth
}

// streamWindow is the flow-control window of the stream's connection in bytes, the least that gRPC takes. A fixed one turns
// off its growth, with which hundreds of jobs could lie unread.
const streamWindow = 64 << 10

// Client speaks to a gateway. It is safe for concurrent use.
type Client struct {
	commands, streams *grpc.ClientConn
	api, streamAPI    pb.GatewayClient
	timeout           time.Duration
}

// Dial makes a client. Nothing is sent yet: connections are opened by the first call. The error names what is wrong with
// the configuration.
func Dial(c Config) (*Client, error) {
	security, err := transport(c)
	if err != nil {
		return nil, err
	}
	if c.KeepAlive <= 0 {
		c.KeepAlive = 45 * time.Second
	}
	if c.MaxMessageSize <= 0 {
		c.MaxMessageSize = 4 << 20
	}
	if c.RequestTimeout <= 0 {
		c.RequestTimeout = 10 * time.Second
	}
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(security),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: c.KeepAlive, Timeout: 20 * time.Second, PermitWithoutStream: true}),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(c.MaxMessageSize), grpc.MaxCallSendMsgSize(c.MaxMessageSize)),
		grpc.WithUserAgent(c.UserAgent),
		grpc.WithDisableServiceConfig(),
		grpc.WithDisableRetry(), // retries are the worker's, which knows the lease
	}
	if c.Authority != "" {
		options = append(options, grpc.WithAuthority(c.Authority))
	}
	login, err := newLogin(c.Auth)
	if err != nil {
		return nil, err
	}
	if login != nil {
		options = append(options, grpc.WithPerRPCCredentials(login), grpc.WithUnaryInterceptor(login.again))
	}
	commands, err := grpc.NewClient(c.Target, options...)
	if err != nil {
		return nil, fmt.Errorf("gateway address %q: %w", c.Target, err)
	}
	streams, err := grpc.NewClient(c.Target, append(options, grpc.WithInitialWindowSize(streamWindow), grpc.WithInitialConnWindowSize(streamWindow))...)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("gateway address %q: %w", c.Target, err), commands.Close())
	}
	return &Client{commands: commands, streams: streams, api: pb.NewGatewayClient(commands), streamAPI: pb.NewGatewayClient(streams), timeout: c.RequestTimeout}, nil
}

func transport(c Config) (credentials.TransportCredentials, error) {
	if !c.TLS {
		return insecure.NewCredentials(), nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: c.Authority}
	if c.CAFile != "" {
		pem, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read the gateway's CA certificates: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("the gateway's CA certificates: %s holds no PEM certificate", c.CAFile)
		}
	}
	return credentials.NewTLS(config), nil
}

// Close closes the connections; calls under way fail.
func (c *Client) Close() error { return errors.Join(c.commands.Close(), c.streams.Close()) }

// Topology is what a gateway says of its cluster.
type Topology struct {
	GatewayVersion string
	Brokers        int
	Partitions     int
}

// Topology asks the gateway for its cluster. The error is a *[job.CommandError].
func (c *Client) Topology(ctx context.Context) (Topology, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	r, err := c.api.Topology(ctx, &pb.TopologyRequest{})
	if err != nil {
		return Topology{}, commandError(err)
	}
	return Topology{GatewayVersion: r.GetGatewayVersion(), Brokers: len(r.GetBrokers()), Partitions: int(r.GetPartitionsCount())}, nil
}

// Complete completes a job; variables are a JSON object, empty for none. The error is a *[job.CommandError].
func (c *Client) Complete(ctx context.Context, key int64, variables []byte) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	_, err := c.api.CompleteJob(ctx, &pb.CompleteJobRequest{JobKey: key, Variables: string(variables)})
	return commandError(err)
}

// Fail fails a job, which has so many retries left and waits so long for the next. The error is a *[job.CommandError].
func (c *Client) Fail(ctx context.Context, key int64, retries int32, backoff time.Duration, message string, variables []byte) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	_, err := c.api.FailJob(ctx, &pb.FailJobRequest{
		JobKey: key, Retries: retries, RetryBackOff: backoff.Milliseconds(), ErrorMessage: message, Variables: string(variables),
	})
	return commandError(err)
}

// Throw throws a BPMN error for a job. The error is a *[job.CommandError].
func (c *Client) Throw(ctx context.Context, key int64, code, message string, variables []byte) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	_, err := c.api.ThrowError(ctx, &pb.ThrowErrorRequest{JobKey: key, ErrorCode: code, ErrorMessage: message, Variables: string(variables)})
	return commandError(err)
}

// UpdateTimeout sets a job's deadline to now + d. The error is a *[job.CommandError].
func (c *Client) UpdateTimeout(ctx context.Context, key int64, d time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	_, err := c.api.UpdateJobTimeout(ctx, &pb.UpdateJobTimeoutRequest{JobKey: key, Timeout: d.Milliseconds()})
	return commandError(err)
}

var _ job.Stream = (*stream)(nil)
