package zeebe

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// physicalTenantHeader names the physical tenant to which a gateway of Camunda 8.10 or later routes a call; it is
// Camunda-Physical-Tenant in HTTP/2's lower case. Without it a call goes to the tenant default. Older gateways have one tenant,
// and pass over it.
const physicalTenantHeader = "camunda-physical-tenant"

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
