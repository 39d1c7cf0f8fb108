package cli

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/worker"
)

func loaded(t *testing.T, env ...string) *config.Config {
	t.Helper()
	c, _, err := config.Load(nil, env, nil)
	require.NoError(t, err)
	return c
}

func TestWhichJobsAreTakenIsWhatTheSettingsSay(t *testing.T) {
	t.Parallel()
	const lease, filter, tenants, physical = "CONNECTOR_AWS_EVENTBRIDGE_WITHLEASE=", "CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANTFILTER=", "CAMUNDA_CLIENT_TENANTIDS=", "CAMUNDA_CLIENT_PHYSICALTENANTID="
	for _, tt := range []struct {
		env      []string
		leases   worker.LeaseMode
		assigned bool
		physical string
		words    string
		needs    []string // names and versions, and whether it goes without
	}{
		{},
		{env: []string{tenants + "a,b"}, words: "a,b"},
		{env: []string{lease + "prefer", physical + "p1"}, leases: worker.LeasePrefer, physical: "p1", words: "<default> of p1", needs: []string{"physical tenant 10", "lease tokens 10 without"}},
		{env: []string{lease + "require", filter + "ASSIGNED", physical + "p1"}, leases: worker.LeaseRequire, assigned: true, physical: "p1", words: "all that are assigned of p1", needs: []string{"tenant filter 9", "physical tenant 10", "lease tokens 10"}},
	} {
		c := loaded(t, tt.env...)
		w := workerConfig(c)
		assert.Equal(t, tt.leases, w.Leases, tt.env)
		assert.Equal(t, tt.assigned, w.AssignedTenants, tt.env)
		assert.Equal(t, tt.physical, gatewayConfig(c).PhysicalTenant, tt.env)
		assert.Equal(t, tt.words, tenantsInWords(c), tt.env)
		var needs []string
		for _, n := range needsOf(c) {
			text := n.Name + map[int]string{9: " 9", 10: " 10"}[n.Minor]
			if n.Without != "" {
				text += " without"
			}
			needs = append(needs, text)
		}
		assert.Equal(t, tt.needs, needs, tt.env)
	}
}

func TestARefusedLeaseOrTenantFilterSaysWhichSettingAsksForIt(t *testing.T) {
	t.Parallel()
	c := loaded(t, "CONNECTOR_AWS_EVENTBRIDGE_WITHLEASE=require", "CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANTFILTER=ASSIGNED")
	got := advice(c, &job.CommandError{Kind: job.Unacceptable, Code: "INVALID_ARGUMENT", Reason: "Request property [withLease] cannot be parsed", Fault: job.FaultNoLease})
	assert.Contains(t, got, `connector.aws-eventbridge.with-lease is "require" (environment variable CONNECTOR_AWS_EVENTBRIDGE_WITHLEASE)`)
	assert.Contains(t, got, "older than Camunda 8.10")
	got = advice(c, job.Refusal("INVALID_ARGUMENT", "Expected to handle gRPC request ActivateJobs with tenant identifiers [], but no tenant identifier was provided"))
	assert.Contains(t, got, `camunda.client.worker.defaults.tenant-filter is "ASSIGNED"`)
	assert.Contains(t, got, "older than Camunda 8.9")
	assert.Contains(t, advice(c, job.Refusal("PERMISSION_DENIED", "no")), "assign it to the tenants; camunda.client.worker.defaults.tenant-filter is")
}
