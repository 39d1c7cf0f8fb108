package config

import (
	"fmt"
	"strings"
)

// The values of [Worker.WithLease].
const (
	LeaseOff     = "off"
	LeasePrefer  = "prefer"
	LeaseRequire = "require"
)

// The values of [Worker.TenantFilter].
const (
	TenantsProvided = "PROVIDED"
	TenantsAssigned = "ASSIGNED"
)

func withLeaseSetting() *Setting {
	return &Setting{
		Key: "connector.aws-eventbridge.with-lease", Flag: "with-lease", Default: LeaseOff, Enum: []string{LeaseOff, LeasePrefer, LeaseRequire},
		other: map[string]string{"true": LeasePrefer, "false": LeaseOff},
		Doc: "Whether to ask for a lease token with each job (Camunda 8.10 and later). The broker then refuses commands of a worker that no longer has the job. " +
			"`prefer` (also `true`): jobs without a token are worked on as before. `require`: a job without a token is failed with a backoff and keeps its retries. `off` (also `false`): no tokens. " +
			"All replicas must have the same value. A job once given out with a token is given only to workers that ask for tokens, so read " +
			"[how to turn leases off](operations.md#lease-tokens) before you turn them on.",
		Example: LeasePrefer, bind: func(c *Config) any { return &c.Worker.WithLease },
	}
}

func tenantFilterSetting() *Setting {
	const defaults = "camunda.client.worker.defaults."
	return &Setting{
		Key: defaults + "tenant-filter", Flag: "tenant-filter", Default: TenantsProvided, Enum: []string{TenantsProvided, TenantsAssigned},
		Doc: "`PROVIDED`: the worker takes the jobs of the tenants in `" + defaults + "tenant-ids`. `ASSIGNED`: it takes the jobs of all tenants that its client is assigned to " +
			"(Camunda 8.9 and later), whatever `" + defaults + "tenant-ids` says. `connector.aws-eventbridge.tenant-filter` wins over the general setting.",
		Example: TenantsAssigned, Before: []string{"connector.aws-eventbridge.tenant-filter"}, bind: func(c *Config) any { return &c.Worker.TenantFilter },
	}
}

const keyPhysicalTenant = clientRoot + "physical-tenant-id"

func physicalTenantSetting() *Setting {
	return &Setting{
		Key: keyPhysicalTenant, Flag: "physical-tenant-id",
		Doc:     "The physical tenant whose jobs the worker takes (Camunda 8.10 and later). The default is the cluster's tenant `default`.",
		Example: "tenant2", expected: "lower-case letters and digits, at most 64 characters", valid: validPhysicalTenant,
		bind: func(c *Config) any { return &c.Gateway.PhysicalTenant },
	}
}

// maxPhysicalTenant is how long the id of a physical tenant may be.
const maxPhysicalTenant = 64

func validPhysicalTenant(text string) bool {
	return len(text) <= maxPhysicalTenant && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// defaultPhysicalTenant is the physical tenant of calls that name none.
const defaultPhysicalTenant = "default"

// deriveTenants fills in the tenants, and says where naming them has no effect.
func (l *loader) deriveTenants() {
	const ids = "camunda.client.worker.defaults.tenant-ids"
	w := &l.config.Worker
	l.derivePhysicalTenant()
	if l.config.Gateway.PhysicalTenant == defaultPhysicalTenant {
		l.config.Gateway.PhysicalTenant = "" // a cluster that knows no physical tenants has it, too
	}
	if len(w.TenantIDs) == 0 && w.TenantID != "" {
		w.TenantIDs = []string{w.TenantID}
		l.derived(ids, "follows from "+l.keyOf("camunda.client.tenant-id"))
	}
	if w.TenantFilter != TenantsAssigned || len(w.TenantIDs) == 0 {
		return
	}
	key := ids
	if !l.config.Given(ids) {
		key = "camunda.client.tenant-id"
	}
	l.warnf("%s is passed over: camunda.client.worker.defaults.tenant-filter is %s, so the worker takes the jobs of all tenants that its client is assigned to", key, TenantsAssigned)
}

// derivePhysicalTenant takes the physical tenant that the REST address names, and refuses an address of another than the one given.
func (l *loader) derivePhysicalTenant() {
	g := &l.config.Gateway
	address := strings.TrimRight(strings.TrimSuffix(strings.TrimRight(g.RESTAddress, "/"), "/v2"), "/")
	before, id, found := cutLast(address, "/physical-tenants/")
	switch {
	case !found || !validPhysicalTenant(id) || id == "":
	case g.PhysicalTenant == "":
		g.PhysicalTenant = id
		l.derived(keyPhysicalTenant, "follows from "+l.keyOf(keyREST))
	case g.PhysicalTenant != id:
		l.fail(l.config.Wrong(keyREST, fmt.Sprintf("the address without the physical tenant %s, such as %s, since %s", id, redact(before), l.config.Origin(keyPhysicalTenant))))
	}
}

// cutLast is [strings.Cut] around the last separator.
func cutLast(text, separator string) (before, after string, found bool) {
	at := strings.LastIndex(text, separator)
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+len(separator):], true
}
