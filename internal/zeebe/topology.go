package zeebe

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"google.golang.org/grpc/codes"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// Topology is what a gateway says of its cluster.
type Topology struct {
	GatewayVersion                 string // such as 8.6.0
	ClusterSize, PartitionsCount   int
	ReplicationFactor, BrokersSeen int // BrokersSeen is how many brokers the gateway knows now
}

// Topology asks the gateway for its version and cluster: the call that shows that it answers. The error is as of
// [Client.Complete].
func (c *Client) Topology(ctx context.Context) (Topology, error) {
	var answer *pb.TopologyResponse
	request := &pb.TopologyRequest{}
	err := c.command(ctx, "", request, func(ctx context.Context) (err error) {
		answer, err = c.calls.client().Topology(ctx, request)
		return err
	})
	if err != nil {
		return Topology{}, err
	}
	c.version.tell(answer.GetGatewayVersion())
	return Topology{
		GatewayVersion: answer.GetGatewayVersion(), ClusterSize: int(answer.GetClusterSize()), PartitionsCount: int(answer.GetPartitionsCount()),
		ReplicationFactor: int(answer.GetReplicationFactor()), BrokersSeen: len(answer.GetBrokers()),
	}, nil
}

// GatewayVersion returns the version that the gateway told last; if it told none yet, it is asked. Empty = it tells none, or
// refuses to. The error is as of [Client.Complete].
func (c *Client) GatewayVersion(ctx context.Context) (string, error) {
	return c.version.get(ctx, c.Topology)
}

// versionAge is how long a version that the gateway told is relied on.
const versionAge = 30 * time.Second

// lastVersion is the version that the gateway told last.
type lastVersion struct{ told atomic.Pointer[toldVersion] } // nil = it told none yet

type toldVersion struct {
	text string
	at   time.Time
}

// tell takes note of a version; empty = none was told.
func (v *lastVersion) tell(version string) {
	if version != "" {
		v.told.Store(&toldVersion{version, time.Now()})
	}
}

// get returns the version, and asks for the topology if none was told lately.
func (v *lastVersion) get(ctx context.Context, ask func(context.Context) (Topology, error)) (string, error) {
	if told := v.told.Load(); told != nil && time.Since(told.at) < versionAge {
		return told.text, nil
	}
	t, err := ask(ctx)
	if e, ok := errors.AsType[*job.CommandError](err); ok && e.Kind == job.Denied {
		return "", nil
	}
	return t.GatewayVersion, err
}

// OlderThan says whether a version such as 8.7.3 or 8.8.0-alpha5 is older than major.minor. One that cannot be read is not.
func OlderThan(version string, major, minor int) bool {
	first, rest, _ := strings.Cut(version, ".")
	second, _, _ := strings.Cut(rest, ".")
	second, _, _ = strings.Cut(second, "-")
	has, err := strconv.Atoi(strings.TrimPrefix(first, "v"))
	hasMinor, errMinor := strconv.Atoi(second)
	if err != nil || errMinor != nil || has == 0 {
		return false
	}
	return has < major || has == major && hasMinor < minor
}

// Probe asks the gateway for an answer on the connection of polls and commands: that of a gateway that refuses to tell its
// topology is one. If none comes until ctx's deadline the connection is taken for dead, and replaced. The error is as of
// [Client.Complete].
func (c *Client) Probe(ctx context.Context) error {
	streams := c.streams.client()
	silent, err := c.probe(ctx, c.calls)
	switch {
	case err == nil:
		c.streams.try() // the gateway is there
	case silent:
		// What died without a word on the way took the streams with it, most likely. Found on its own, that would take as long again.
		err = errors.Join(err, c.streams.replace(streams))
	}
	return err
}

// ProbeStream does so on the connection of streams.
func (c *Client) ProbeStream(ctx context.Context) error {
	_, err := c.probe(ctx, c.streams)
	return err
}

// probe asks for the topology. It is silent if no answer came in time; the connection is then replaced.
func (c *Client) probe(ctx context.Context, on *connection) (silent bool, err error) {
	on.try()
	gateway := on.client()
	asked := false // the time may be up before, in wait for a token
	err = commandError(ctx, nil, c.call(ctx, func(ctx context.Context) error {
		asked = true
		answer, err := gateway.Topology(ctx, &pb.TopologyRequest{})
		c.version.tell(answer.GetGatewayVersion())
		return err
	}))
	if e, ok := errors.AsType[*job.CommandError](err); ok && e.Kind == job.Denied && e.Code == codeName(codes.PermissionDenied) {
		return false, nil
	}
	if asked && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return true, errors.Join(err, on.replace(gateway))
	}
	return false, err
}
