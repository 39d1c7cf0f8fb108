package embedded

import (
	"encoding/json"
	"strconv"
)

// The topology as REST writes it.
type (
	restTopology struct {
		Brokers               []restBroker `json:"brokers"`
		ClusterID             *string      `json:"clusterId"`
		ClusterSize           int          `json:"clusterSize"`
		PartitionsCount       int          `json:"partitionsCount"`
		ReplicationFactor     int          `json:"replicationFactor"`
		GatewayVersion        string       `json:"gatewayVersion"`
		LastCompletedChangeID string       `json:"lastCompletedChangeId"`
	}
	restBroker struct {
		NodeID     int             `json:"nodeId"`
		BrokerID   string          `json:"brokerId,omitempty"` // Camunda 8.10
		Host       string          `json:"host"`
		Port       int             `json:"port"`
		Partitions []restPartition `json:"partitions"`
		Version    string          `json:"version"`
	}
	restPartition struct {
		PartitionID int64  `json:"partitionId"`
		Role        string `json:"role"`
		Health      string `json:"health"`
		State       string `json:"state,omitempty"` // Camunda 8.10
	}
)

// topology tells of one broker that has all partitions.
func (c *restCall) topology() error {
	g := c.gateway
	if err := g.probe(c.r.Context()); err != nil {
		return err
	}
	partitions := g.Partitions()
	broker := restBroker{Host: "127.0.0.1", Port: brokerPort, Version: g.options.Version, Partitions: make([]restPartition, len(partitions))}
	newest := g.options.release.since(10)
	if newest {
		broker.BrokerID = strconv.Itoa(broker.NodeID)
	}
	for i, p := range partitions {
		broker.Partitions[i] = restPartition{PartitionID: p.ID, Role: "leader", Health: "healthy"}
		if p.Leaderless {
			broker.Partitions[i].Role = "follower"
		}
		if newest {
			broker.Partitions[i].State = "active"
		}
	}
	body, err := json.Marshal(restTopology{
		Brokers: []restBroker{broker}, ClusterSize: 1, PartitionsCount: len(partitions), ReplicationFactor: 1,
		GatewayVersion: g.options.Version, LastCompletedChangeID: "-1",
	})
	if err != nil {
		return err
	}
	c.answer(body)
	return nil
}
