//go:build e2e

package e2e

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

// gateway is a cluster with a client of our own: the real engine, or the user's own cluster.
type gateway struct {
	name    string
	grpc    string   // the address of the gateway, as a worker is given it
	rest    string   // the address of the REST API; a user's cluster may have none
	env     []string // what else a worker needs to know: its credentials
	client  pb.GatewayClient
	process *child // nil = it is not ours
	viaREST bool   // workers take jobs over REST

	authorize func(context.Context) (string, error)  // nil = no authorization header
	records   func(valueType string) ([]byte, error) // nil = they cannot be read

	mu          sync.Mutex
	instances   []int64
	definitions []int64
}

// addresses returns the settings with which a worker takes jobs of the cluster. Over REST the models are there too; the tests of the
// secret filter switch it on for themselves.
func (g *gateway) addresses() []string {
	if g.viaREST {
		return []string{"CAMUNDA_CLIENT_GRPCADDRESS=", "CAMUNDA_CLIENT_RESTADDRESS=" + g.rest, "CAMUNDA_CONNECTOR_SECRETRESOLVER_SECRETFILTER_MODE=DISABLED"}
	}
	return []string{"CAMUNDA_CLIENT_GRPCADDRESS=" + g.grpc, "CAMUNDA_CLIENT_RESTADDRESS="}
}

// external says whether the cluster is the user's own.
func (g *gateway) external() bool { return g.process == nil }

// connect makes a client of our own and waits until the gateway knows a healthy leader. At is nil for plaintext on this host.
func (g *gateway) connect(at *config.Gateway) error {
	target, transport := strings.TrimPrefix(g.grpc, "http://"), insecure.NewCredentials()
	var options []grpc.DialOption
	if at != nil {
		target = at.Target
		if at.TLS {
			trust := &tls.Config{ServerName: at.OverrideAuthority, MinVersion: tls.VersionTLS12}
			if at.CACertificatePath != "" {
				pem, err := os.ReadFile(at.CACertificatePath)
				if err != nil {
					return err
				}
				trust.RootCAs = x509.NewCertPool()
				trust.RootCAs.AppendCertsFromPEM(pem)
			}
			transport = credentials.NewTLS(trust)
		}
	}
	if g.authorize != nil {
		options = append(options, grpc.WithPerRPCCredentials(perCall(g.authorize)))
	}
	connection, err := grpc.NewClient(target, append(options, grpc.WithTransportCredentials(transport))...)
	if err != nil {
		return err
	}
	g.client = pb.NewGatewayClient(connection)
	return within(g.name+" has a topology", func() (bool, string) {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		topology, err := g.client.Topology(ctx, &pb.TopologyRequest{})
		if err != nil {
			return false, err.Error()
		}
		for _, b := range topology.GetBrokers() {
			for _, p := range b.GetPartitions() {
				if p.GetRole() == pb.Partition_LEADER && p.GetHealth() == pb.Partition_HEALTHY {
					return true, ""
				}
			}
		}
		return false, topology.String()
	})
}

// insist calls until the gateway answers anything but that it is too busy.
func insist(what string, call func() error) error {
	var failed error
	err := within(what, func() (bool, string) {
		failed = call()
		return status.Code(failed) != codes.ResourceExhausted, fmt.Sprint(failed)
	})
	if err == nil && failed != nil {
		return fmt.Errorf("%s: %w", what, failed)
	}
	return err
}

// deploy deploys a model.
func (g *gateway) deploy(t *testing.T, name string, model []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, insist("deploy "+name, func() error {
		response, err := g.client.DeployResource(ctx, &pb.DeployResourceRequest{Resources: []*pb.Resource{{Name: name, Content: model}}})
		g.mu.Lock()
		defer g.mu.Unlock()
		for _, d := range response.GetDeployments() {
			g.definitions = append(g.definitions, d.GetProcess().GetProcessDefinitionKey())
		}
		return err
	}))
}

// tidy cancels the instances that this run started and that still run, and deletes what it deployed.
func (g *gateway) tidy(ctx context.Context) error {
	ended, err := g.forEach(ctx, g.instances, func(ctx context.Context, key int64) error {
		_, err := g.client.CancelProcessInstance(ctx, &pb.CancelProcessInstanceRequest{ProcessInstanceKey: key})
		return err
	})
	if err != nil {
		return fmt.Errorf("cancel instances: %w", err)
	}
	deleted, err := g.forEach(ctx, g.definitions, func(ctx context.Context, key int64) error {
		_, err := g.client.DeleteResource(ctx, &pb.DeleteResourceRequest{ResourceKey: key})
		return err
	})
	if err != nil {
		return fmt.Errorf("delete definitions: %w", err)
	}
	count("%-7s %d of %d instances are ended, %d of %d definitions are deleted; the others were not confirmed within a minute",
		g.name+":", ended, len(g.instances), deleted, len(g.definitions))
	return nil
}

// forEach calls for each key, and returns how many calls were answered: that the key is gone is an answer too. The engine in
// memory deletes definitions without an answer.
func (g *gateway) forEach(ctx context.Context, keys []int64, call func(context.Context, int64) error) (int, error) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(64)
	var answered atomic.Int64
	for _, key := range keys {
		group.Go(func() error {
			err := insist(fmt.Sprintf("key %d", key), func() error {
				limited, cancel := context.WithTimeout(ctx, time.Minute)
				defer cancel()
				return call(limited, key)
			})
			if status.Code(err) == codes.DeadlineExceeded {
				return nil
			}
			if err == nil || status.Code(err) == codes.NotFound {
				answered.Add(1)
				return nil
			}
			return err
		})
	}
	err := group.Wait()
	return int(answered.Load()), err
}

// create starts an instance of the latest version and returns its key.
func (g *gateway) create(ctx context.Context, processID string, variables map[string]any) (int64, error) {
	data, err := json.Marshal(variables)
	if err != nil {
		return 0, err
	}
	var key int64
	return key, insist("create an instance of "+processID, func() error {
		response, err := g.client.CreateProcessInstance(ctx, &pb.CreateProcessInstanceRequest{BpmnProcessId: processID, Version: -1, Variables: string(data)})
		if err == nil {
			key = response.GetProcessInstanceKey()
			g.mu.Lock()
			defer g.mu.Unlock()
			g.instances = append(g.instances, key)
		}
		return err
	})
}

func (g *gateway) mustCreate(t *testing.T, processID string, variables map[string]any) int64 {
	t.Helper()
	key, err := g.create(t.Context(), processID, variables)
	require.NoError(t, err)
	return key
}

// result starts an instance and returns those of its variables at its end that are named.
func (g *gateway) result(t *testing.T, processID string, variables map[string]any, names ...string) map[string]any {
	t.Helper()
	data, err := json.Marshal(variables)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	response, err := g.client.CreateProcessInstanceWithResult(ctx, &pb.CreateProcessInstanceWithResultRequest{
		Request:        &pb.CreateProcessInstanceRequest{BpmnProcessId: processID, Version: -1, Variables: string(data)},
		RequestTimeout: patience.Milliseconds(), FetchVariables: names,
	})
	require.NoError(t, err)
	return object(t, response.GetVariables())
}

func object(t *testing.T, text string) map[string]any {
	t.Helper()
	var o map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &o), text)
	return o
}

// activate takes jobs that wait now, without waiting for any: a poll that is cancelled can lose jobs.
func (g *gateway) activate(ctx context.Context, jobType string, most int32, lease time.Duration) ([]*pb.ActivatedJob, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	stream, err := g.client.ActivateJobs(ctx, &pb.ActivateJobsRequest{
		Type: jobType, Worker: "e2e", MaxJobsToActivate: most, Timeout: lease.Milliseconds(), RequestTimeout: -1,
	})
	if err != nil {
		return nil, err
	}
	var jobs []*pb.ActivatedJob
	for {
		response, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return jobs, nil
		}
		if err != nil {
			return jobs, err
		}
		jobs = append(jobs, response.GetJobs()...)
	}
}

// take takes the job of this type, which must be of this instance, completes it, and returns its variables.
func (g *gateway) take(t *testing.T, jobType string, instance int64) map[string]any {
	t.Helper()
	var job *pb.ActivatedJob
	eventually(t, "a job of type "+jobType, func() (bool, string) {
		jobs, err := g.activate(t.Context(), jobType, 1, 10*time.Minute)
		if len(jobs) == 0 {
			return false, fmt.Sprintf("none, %v", err)
		}
		job = jobs[0]
		return true, ""
	})
	require.Equal(t, instance, job.GetProcessInstanceKey())
	_, err := g.client.CompleteJob(t.Context(), &pb.CompleteJobRequest{JobKey: job.GetKey()})
	require.NoError(t, err)
	return object(t, job.GetVariables())
}
