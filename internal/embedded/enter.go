package embedded

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// physicalTenantKey is the metadata that names the physical tenant of a call over gRPC.
const physicalTenantKey = "camunda-physical-tenant"

// enter returns the gateway of the physical tenant that a call over gRPC is for, if the caller may make calls at all.
func (s *service) enter(ctx context.Context) (*Gateway, error) {
	g := s.gateway
	sent, _ := metadata.FromIncomingContext(ctx)
	if ids := sent.Get(physicalTenantKey); len(ids) > 0 && g.options.release.knowsPhysicalTenants() {
		if g = g.PhysicalTenant(ids[0]); g == nil {
			return nil, status.Errorf(codes.NotFound, "there is no physical tenant %q", ids[0])
		}
	}
	header := ""
	if proofs := sent.Get("authorization"); len(proofs) > 0 {
		header = proofs[0]
	}
	if _, err := g.authorize(header); err != nil {
		return nil, err
	}
	return g, nil
}
