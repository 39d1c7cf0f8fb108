package cli

import (
	"cmp"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/check"
	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/worker"
)

const (
	keyWithLease    = "connector.aws-eventbridge.with-lease"
	keyTenantFilter = "camunda.client.worker.defaults.tenant-filter"
	keyPhysical     = "camunda.client.physical-tenant-id"
	keyPreferREST   = "camunda.client.prefer-rest-over-grpc"
)

// leaseModes are the engine's words for those of the setting.
var leaseModes = map[string]worker.LeaseMode{config.LeaseOff: worker.LeaseOff, config.LeasePrefer: worker.LeasePrefer, config.LeaseRequire: worker.LeaseRequire}

// tenantsInWords says for the log whose jobs are taken.
func tenantsInWords(c *config.Config) string {
	names := strings.Join(c.Worker.TenantIDs, ",")
	if c.Worker.TenantFilter == config.TenantsAssigned {
		names = "all that are assigned"
	}
	if c.Gateway.PhysicalTenant != "" {
		names = cmp.Or(names, "<default>") + " of " + c.Gateway.PhysicalTenant
	}
	return names
}

// needsOf returns what the configuration needs of a cluster that not all versions know. Those that do not know it pass over it.
func needsOf(c *config.Config) (needs []check.Need) {
	add := func(name, key, without string, minor int) {
		needs = append(needs, check.Need{Name: name, Setting: c.Origin(key), Major: 8, Minor: minor, Without: without})
	}
	if c.Gateway.OverREST {
		add("REST API", keyPreferREST, "", 8)
	}
	if c.Worker.TenantFilter == config.TenantsAssigned {
		add("tenant filter", keyTenantFilter, "", 9)
	}
	if c.Gateway.PhysicalTenant != "" {
		add("physical tenant", keyPhysical, "", 10)
	}
	switch c.Worker.WithLease {
	case config.LeasePrefer:
		add("lease tokens", keyWithLease, "the worker goes on without them", 10)
	case config.LeaseRequire:
		add("lease tokens", keyWithLease, "", 10)
	}
	return needs
}
