package check

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/zeebe"
)

// versioned is a cluster of a version that notes which jobs it was asked for.
type versioned struct {
	version string
	asked   job.TakeRequest
}

func (v *versioned) Authorize(context.Context) error { return nil }

func (v *versioned) Topology(context.Context) (zeebe.Topology, error) {
	return zeebe.Topology{GatewayVersion: v.version, BrokersSeen: 1, ClusterSize: 1}, nil
}

func (v *versioned) Activate(_ context.Context, r job.PollRequest, _ func(*job.Job)) error {
	v.asked = r.TakeRequest
	return nil
}

func TestWhatAnOlderClusterDoesNotKnowIsFound(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		version, without string
		want             Verdict
		text             string
	}{
		{"8.10.0", "", OK, "with=require"},
		{"8.11.2", "", OK, "with=require"},
		{"8.9.4", "", Failed, "with=require, but Camunda 8.9.4 is older than Camunda 8.10 and does not know it"},
		{"8.9.4", "it goes on without", OK, "with=require, but Camunda 8.9.4 is older than Camunda 8.10: it goes on without"},
		{"", "", Unknown, "the gateway does not tell its version; needed is Camunda 8.10 or later"},
	} {
		cluster := &versioned{version: tt.version}
		findings := Gateway(GatewayOptions{
			Cluster: cluster, AssignedTenants: true, Tenants: []string{"a"},
			Needs: []Need{{Name: "tokens", Setting: "with=require", Major: 8, Minor: 10, Without: tt.without}},
		}).Run(t.Context())
		last := findings[len(findings)-1]
		assert.Equal(t, "tokens", last.Name)
		assert.Equal(t, tt.want, last.Verdict, tt.version)
		assert.Equal(t, tt.text, last.Detail)
		assert.True(t, cluster.asked.AssignedTenants)
		assert.Empty(t, cluster.asked.TenantIDs)
		assert.Contains(t, findings[len(findings)-2].Detail, "all tenants of this identity")
	}
}
