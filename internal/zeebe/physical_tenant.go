package zeebe

import (
	"context"
	"fmt"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// physicalTenantHeader names the physical tenant to which a gateway of Camunda 8.10 or later routes a call; it is
// Camunda-Physical-Tenant in HTTP/2's lower case. Without it a call goes to the tenant default. Older gateways have one tenant,
// and pass over it.
const physicalTenantHeader = "camunda-physical-tenant"

// defaultPhysicalTenant is the physical tenant of calls that name none. Clusters before Camunda 8.10 have no other.
const defaultPhysicalTenant = "default"

// checkPhysicalTenant refuses to ask for jobs of a physical tenant at a gateway that is too old to know any: it would give those
// of another. A gateway that does not tell its version is believed to know it. The version is that of the last probe.
func (c *Client) checkPhysicalTenant() error {
	if err := c.tenant.refusal(); err != nil {
		return err
	}
	told := c.version.told.Load()
	if c.config.PhysicalTenant == "" || told == nil || !OlderThan(told.text, 8, 10) {
		return nil
	}
	return &job.CommandError{
		Kind: job.Unacceptable, NotTaken: true,
		Reason: fmt.Sprintf("camunda.client.physical-tenant-id is %q, but the gateway is of Camunda %s and has no physical tenants: it would give jobs of another one; needed is Camunda 8.10 or later",
			c.config.PhysicalTenant, told.text),
	}
}

// strayPause is for how long no jobs are asked for after one of another physical tenant came: each would be kept from its own
// workers until its lease is over.
const strayPause = time.Minute

// physicalTenant is the one that a client's jobs must be of. A gateway, or what stands before it, that passes over the name of the
// physical tenant gives the jobs of another. No command is sent for such a job: it would be routed by the same name, and the same
// key can be another job there. It waits until its lease is over.
type physicalTenant struct {
	id string // empty = default, and jobs are not looked at

	mu     sync.Mutex
	found  string // the one that a job was of
	paused time.Time
}

// check is told which physical tenant a job says that it is of; empty = it does not say. The error is why it is not ours.
func (p *physicalTenant) check(of string) error {
	if p.id == "" || p.id == of {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.found, p.paused = of, time.Now().Add(strayPause)
	return p.stray()
}

// refusal is the error of a request for jobs that is not made, since jobs of another physical tenant came lately.
func (p *physicalTenant) refusal() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Now().Before(p.paused) {
		return p.stray()
	}
	return nil
}

// stray says what is wrong. The lock is held.
func (p *physicalTenant) stray() error {
	of := "the physical tenant \"" + p.found + "\""
	if p.found == "" {
		of = "no named physical tenant"
	}
	return &job.CommandError{
		Kind: job.Unacceptable, Fault: job.FaultPhysicalTenant, NotTaken: true,
		Reason: fmt.Sprintf("camunda.client.physical-tenant-id is %q, but the gateway gave a job of %s: the gateway, or a proxy before it, passes over the physical tenant that calls name. "+
			"The job gets no command and waits until its lease is over; jobs are asked for again after %s", p.id, of, strayPause),
	}
}

// toPhysicalTenant makes all calls of a connection name a physical tenant.
func toPhysicalTenant(id string) []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithChainUnaryInterceptor(func(ctx context.Context, method string, request, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
			return invoke(metadata.AppendToOutgoingContext(ctx, physicalTenantHeader, id), method, request, reply, conn, options...)
		}),
		grpc.WithChainStreamInterceptor(func(ctx context.Context, d *grpc.StreamDesc, conn *grpc.ClientConn, method string, open grpc.Streamer, options ...grpc.CallOption) (grpc.ClientStream, error) {
			return open(metadata.AppendToOutgoingContext(ctx, physicalTenantHeader, id), d, conn, method, options...)
		}),
	}
}
