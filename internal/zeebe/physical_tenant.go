package zeebe

import (
	"context"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// physicalTenantHeader names the physical tenant to which a gateway of Camunda 8.10 or later routes a call; it is
// Camunda-Physical-Tenant in HTTP/2's lower case. Without it a call goes to the tenant default. Older gateways have one tenant,
// and pass over it.
const physicalTenantHeader = "camunda-physical-tenant"

// checkPhysicalTenant refuses to ask for jobs of a physical tenant at a gateway that is too old to know any: it would give those
// of another. A gateway that does not tell its version is believed to know it. The version is that of the last probe.
func (c *Client) checkPhysicalTenant() error {
	told := c.version.told.Load()
	if c.config.PhysicalTenant == "" || c.config.PhysicalTenant == "default" || told == nil || !OlderThan(told.text, 8, 10) {
		return nil
	}
	return &job.CommandError{
		Kind: job.Unacceptable, NotTaken: true,
		Reason: fmt.Sprintf("camunda.client.physical-tenant-id is %q, but the gateway is of Camunda %s and has no physical tenants: it would give jobs of another one; needed is Camunda 8.10 or later",
			c.config.PhysicalTenant, told.text),
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
