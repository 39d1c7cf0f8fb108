package config

import (
	"fmt"
	"slices"
	"strings"
)

// onePrimary refuses two clients that are the primary one.
func (l *loader) onePrimary() {
	var primary []string
	for _, c := range l.config.clients {
		if c.primary {
			primary = append(primary, ofClient(c.Client, keyPrimary))
		}
	}
	if len(primary) > 1 {
		l.fail(fmt.Errorf("%s: found true, expected true for one client at most", strings.Join(primary, " and ")))
	}
}

// askAboutAddresses warns of a client whose two addresses do not come from the same place: models and secrets of another cluster must
// not decide about its jobs.
func (l *loader) askAboutAddresses() {
	own := map[string]bool{}
	for _, v := range l.config.values {
		if v.given {
			own[v.Setting.Key] = v.Key != v.Setting.Key
		}
	}
	ofGRPC, givenGRPC := own[keyGRPC]
	ofREST, givenREST := own[keyREST]
	if givenGRPC && givenREST && ofGRPC != ofREST && l.config.Gateway.Target != "" {
		l.warnf("%s, but %s: jobs come from the one, models and secrets of the cluster from the other; give the client both addresses", l.config.Origin(keyGRPC), l.config.Origin(keyREST))
	}
}

// warnOfSameJobs warns of clients that take the same jobs from the same place.
func (l *loader) warnOfSameJobs() {
	for i, a := range l.config.clients {
		for _, b := range l.config.clients[i+1:] {
			if at, which := sameJobs(a, b); which != "" {
				l.warnf("the clients %s and %s take the same jobs: those of %s at %s; give each a physical tenant or tenants of its own, or remove one", a.Client, b.Client, which, at)
			}
		}
	}
}

// sameJobs returns where two clients take the same jobs, and which; empty = they do not, or it cannot be told.
func sameJobs(a, b *Config) (at, which string) {
	rest := func(c *Config) string {
		return strings.TrimSuffix(strings.TrimRight(c.Gateway.RESTAddress, "/"), "/v2")
	}
	switch {
	case a.Gateway.PhysicalTenant != b.Gateway.PhysicalTenant:
		return "", ""
	case a.Gateway.Target != "" && a.Gateway.Target == b.Gateway.Target:
		at = a.Gateway.Target
	case rest(a) != "" && rest(a) == rest(b):
		at = rest(a)
	default:
		return "", ""
	}
	tenants := func(c *Config) []string {
		if len(c.Worker.TenantIDs) == 0 {
			return []string{"<default>"}
		}
		return c.Worker.TenantIDs
	}
	if a.Worker.TenantFilter == TenantsAssigned || b.Worker.TenantFilter == TenantsAssigned {
		if a.Auth.ClientID == b.Auth.ClientID && a.Auth.Username == b.Auth.Username {
			return at, "the tenants that their identity is assigned to"
		}
		return "", ""
	}
	for _, tenant := range tenants(a) {
		if slices.Contains(tenants(b), tenant) {
			return at, "the tenant " + tenant
		}
	}
	return "", ""
}
