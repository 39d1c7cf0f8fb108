package embedded

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
)

// DefaultPhysicalTenant is the physical tenant of calls that name none.
const DefaultPhysicalTenant = "default"

// maxPhysicalTenantID is how long the id of a physical tenant may be.
const maxPhysicalTenantID = 64

// PhysicalTenant returns the gateway of a physical tenant: its jobs, its faults, its counts. It is reached over the network by
// the addresses of the gateway that was started, and closed with it. Nil = there is no such tenant.
func (g *Gateway) PhysicalTenant(id string) *Gateway {
	if id == DefaultPhysicalTenant {
		return g
	}
	return g.physical[id]
}

func checkPhysicalTenantID(id string) error {
	if id == "" || len(id) > maxPhysicalTenantID {
		return fmt.Errorf("found %q, expected 1 to %d characters", id, maxPhysicalTenantID)
	}
	for _, c := range []byte(id) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return fmt.Errorf("found %q, expected lower-case letters and digits", id)
		}
	}
	if id == DefaultPhysicalTenant {
		return errors.New("found \"default\", which is always there")
	}
	return nil
}

// addPhysicalTenants makes the gateways of the physical tenants beside the default one.
func (g *Gateway) addPhysicalTenants() error {
	for _, id := range g.options.PhysicalTenants {
		if err := checkPhysicalTenantID(id); err != nil {
			return fmt.Errorf("physical tenant: %w", err)
		}
		if g.physical[id] != nil {
			return fmt.Errorf("physical tenant: found %q twice", id)
		}
		o := g.options
		o.physicalTenant, o.PhysicalTenants = id, nil
		if o.StateDir != "" {
			o.StateDir = filepath.Join(o.StateDir, "physical-tenants", id)
		}
		b, err := newBroker(&o)
		if err != nil {
			return err
		}
		g.physical[id] = &Gateway{options: o, broker: b, models: maps.Clone(o.Models)}
	}
	return nil
}
