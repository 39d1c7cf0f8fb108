package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

func TestLeaseTokensAreOffUnlessAskedFor(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args, env []string
		yaml      string
		want      string
	}{
		{want: config.LeaseOff},
		{env: []string{"CONNECTOR_AWS_EVENTBRIDGE_WITHLEASE=prefer"}, want: config.LeasePrefer},
		{env: []string{"CONNECTOR_AWS_EVENTBRIDGE_WITHLEASE=REQUIRE"}, want: config.LeaseRequire},
		{env: []string{"CONNECTOR_AWS_EVENTBRIDGE_WITH_LEASE=true"}, want: config.LeasePrefer},
		{yaml: "connector.aws-eventbridge.with-lease: true\n", want: config.LeasePrefer},
		{yaml: "connector.aws-eventbridge.with-lease: false\n", want: config.LeaseOff},
		{yaml: "connector: {aws-eventbridge: {with-lease: off}}\n", want: config.LeaseOff},
		{yaml: "connector: {aws-eventbridge: {withLease: require}}\n", want: config.LeaseRequire},
		{args: []string{"--with-lease", "prefer"}, want: config.LeasePrefer},
		{args: []string{"--with-lease=off"}, env: []string{"CONNECTOR_AWS_EVENTBRIDGE_WITHLEASE=require"}, want: config.LeaseOff},
	} {
		assert.Equal(t, tt.want, mustLoad(t, tt.args, tt.env, tt.yaml).Worker.WithLease, "%v %v %s", tt.args, tt.env, tt.yaml)
	}
	_, _, err := load(nil, []string{"CONNECTOR_AWS_EVENTBRIDGE_WITHLEASE=maybe"}, "")
	require.EqualError(t, err, `connector.aws-eventbridge.with-lease: found "maybe" (environment variable CONNECTOR_AWS_EVENTBRIDGE_WITHLEASE), expected one of off, prefer, require`)
}

func TestTheTenantFilter(t *testing.T) {
	t.Parallel()
	const filter = "CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANTFILTER="
	for _, tt := range []struct {
		name        string
		env         []string
		want        string
		tenants     []string
		passedOver  string // the setting that has no effect; empty = none
		wantExactly int    // warnings
	}{
		{name: "none", want: config.TenantsProvided},
		{name: "provided", env: []string{filter + "provided", "CAMUNDA_CLIENT_TENANTIDS=a,b"}, want: config.TenantsProvided, tenants: []string{"a", "b"}},
		{name: "assigned", env: []string{filter + "ASSIGNED"}, want: config.TenantsAssigned},
		{name: "assigned, beside a list", env: []string{filter + "ASSIGNED", "CAMUNDA_CLIENT_TENANTIDS=a,b"}, want: config.TenantsAssigned, tenants: []string{"a", "b"}, passedOver: "camunda.client.worker.defaults.tenant-ids is passed over", wantExactly: 1},
		{name: "assigned, beside one tenant", env: []string{filter + "ASSIGNED", "CAMUNDA_CLIENT_TENANTID=a"}, want: config.TenantsAssigned, tenants: []string{"a"}, passedOver: "camunda.client.tenant-id is passed over", wantExactly: 1},
		{name: "that of the type wins", env: []string{filter + "PROVIDED", "CONNECTOR_AWS_EVENTBRIDGE_TENANTFILTER=ASSIGNED"}, want: config.TenantsAssigned},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, warnings, err := load(nil, tt.env, "")
			require.NoError(t, err)
			assert.Equal(t, tt.want, c.Worker.TenantFilter)
			assert.Equal(t, tt.tenants, c.Worker.TenantIDs)
			said := texts(warnings, false)
			assert.Len(t, said, tt.wantExactly)
			assert.Contains(t, strings.Join(said, "\n"), tt.passedOver)
		})
	}
	_, _, err := load(nil, []string{filter + "ALL"}, "")
	require.EqualError(t, err, `camunda.client.worker.defaults.tenant-filter: found "ALL" (environment variable CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANTFILTER), expected one of PROVIDED, ASSIGNED`)
}

func TestThePhysicalTenant(t *testing.T) {
	t.Parallel()
	assert.Empty(t, mustLoad(t, nil, []string{"CAMUNDA_CLIENT_PHYSICALTENANTID=default"}, "").Gateway.PhysicalTenant, "every cluster has it")
	for _, id := range []string{"", "a", "tenant2", strings.Repeat("a1", 32)} {
		assert.Equal(t, id, mustLoad(t, nil, []string{"CAMUNDA_CLIENT_PHYSICALTENANTID=" + id}, "").Gateway.PhysicalTenant)
	}
	for _, id := range []string{"A", "a-b", "a_b", "a b", "ä", "a/../b", "a\r\nb", strings.Repeat("a", 65)} {
		_, _, err := load(nil, []string{"CAMUNDA_CLIENT_PHYSICALTENANTID=" + id}, "")
		require.ErrorContains(t, err, "camunda.client.physical-tenant-id: found ", id)
		require.ErrorContains(t, err, "expected lower-case letters and digits, at most 64 characters, such as tenant2", id)
	}
}
