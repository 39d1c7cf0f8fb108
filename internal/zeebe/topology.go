package zeebe

import (
	"context"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
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
	err := c.command(ctx, func(ctx context.Context) (err error) {
		answer, err = c.calls.Topology(ctx, &pb.TopologyRequest{})
		return err
	})
	if err != nil {
		return Topology{}, err
	}
	return Topology{
		GatewayVersion: answer.GetGatewayVersion(), ClusterSize: int(answer.GetClusterSize()), PartitionsCount: int(answer.GetPartitionsCount()),
		ReplicationFactor: int(answer.GetReplicationFactor()), BrokersSeen: len(answer.GetBrokers()),
	}, nil
}
