package cli

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/check"
	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
	"github.com/eventbridge-connector/eventbridge-connector/internal/zeebe"
)

// rows returns the cells of the tables of a page by their first cell.
func rows(page string) map[string][]string {
	all := map[string][]string{}
	for line := range strings.Lines(page) {
		line, isRow := strings.CutPrefix(strings.TrimSpace(line), "| ")
		if !isRow {
			continue
		}
		cells := strings.Split(strings.TrimSuffix(line, " |"), " | ")
		all[cells[0]] = cells[1:]
	}
	return all
}

// TestTheMatrixOfVersionsIsWhatTheWorkerNeeds holds docs/compatibility.md against what check asks of a cluster.
func TestTheMatrixOfVersionsIsWhatTheWorkerNeeds(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/compatibility.md")
	require.NoError(t, err)
	above, _, found := strings.Cut(string(page), "## What you see")
	require.True(t, found)
	table := rows(above)
	c := loaded(t, "CAMUNDA_CLIENT_RESTADDRESS=http://h:1", "CONNECTOR_AWS_EVENTBRIDGE_WITHLEASE=require", "CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANTFILTER=ASSIGNED", "CAMUNDA_CLIENT_PHYSICALTENANTID=p1")
	since := map[string]int{"secret filter by the deployed model": modelsSinceMinor, "secrets of the cluster (`camunda.secrets.NAME`)": 10, "secrets of the cluster for `{{secrets.NAME}}`": 10}
	for _, n := range needsOf(c) {
		since[map[string]string{"REST API": "jobs over REST", "tenant filter": "all assigned tenants", "physical tenant": "physical tenants", "lease tokens": "lease tokens"}[n.Name]] = n.Minor
	}
	require.Len(t, since, 7)
	for feature, first := range since {
		cells := table[feature]
		require.Len(t, cells, 9, feature)
		for minor := 5; minor <= 10; minor++ {
			want := "yes"
			if zeebe.OlderThan(fmt.Sprintf("8.%d.0", minor), 8, first) {
				want = "no"
			}
			assert.Equal(t, want, cells[1+minor-5], "%s, Camunda 8.%d", feature, minor)
		}
	}
}

// topologyOf is a cluster of a version, whose jobs cannot be asked for.
type topologyOf string

func (topologyOf) Authorize(context.Context) error { return nil }

func (v topologyOf) Topology(context.Context) (zeebe.Topology, error) {
	return zeebe.Topology{GatewayVersion: string(v), BrokersSeen: 1, ClusterSize: 1, PartitionsCount: 1}, nil
}

func (topologyOf) Activate(context.Context, job.PollRequest, func(*job.Job)) error { return nil }

// TestTheWordsOfThePageOfVersionsAreTheWorkers holds what docs/compatibility.md quotes against what an older cluster brings about.
func TestTheWordsOfThePageOfVersionsAreTheWorkers(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/compatibility.md")
	require.NoError(t, err)
	var said strings.Builder
	for _, lease := range []string{"prefer", "require"} {
		c := loaded(t, "CAMUNDA_CLIENT_RESTADDRESS=http://h:1", "CONNECTOR_AWS_EVENTBRIDGE_WITHLEASE="+lease, "CAMUNDA_CLIENT_WORKER_DEFAULTS_TENANTFILTER=ASSIGNED", "CAMUNDA_CLIENT_PHYSICALTENANTID=p1")
		found := check.Run(t.Context(), []check.Part{check.Gateway(check.GatewayOptions{Cluster: topologyOf("8.5.0"), Needs: needsOf(c), Advise: adviceOf(c)})}, defaultCheckTimeout)
		for _, f := range found {
			said.WriteString(f.Detail + "\n")
		}
		for _, refusal := range []job.CommandError{{Code: "INVALID_ARGUMENT", Fault: job.FaultNoLease}, {Code: "INVALID_ARGUMENT", Fault: job.FaultTenant}} {
			said.WriteString(advice(c, &refusal) + "\n")
		}
	}
	said.WriteString(advice(loaded(t, "CAMUNDA_CLIENT_RESTADDRESS=http://h:1"), &job.CommandError{Code: "UNIMPLEMENTED", Fault: job.FaultNoREST, HTTPStatus: 404}) + "\n")
	gateway := startGateway(t, embedded.GatewayOptions{Version: "8.9.0"})
	physical := loaded(t, "CAMUNDA_CLIENT_GRPCADDRESS=http://"+gateway.Address(), "CAMUNDA_CLIENT_PHYSICALTENANTID=p1")
	client, err := dialGateway(physical, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer client.Close()
	_, err = client.GatewayVersion(t.Context())
	require.NoError(t, err)
	err = client.Activate(t.Context(), job.PollRequest{TakeRequest: job.TakeRequest{Type: "t", Worker: "w", Lease: time.Minute}, MaxJobs: 1, Wait: -1}, func(*job.Job) {})
	require.Error(t, err)
	said.WriteString(err.Error() + "\n")
	var log bytes.Buffer
	old := &clusterModels{version: func(context.Context) (string, error) { return "8.7.0", nil }, log: slog.New(slog.NewTextHandler(&log, nil))}
	require.True(t, old.none(t.Context()))
	said.WriteString(log.String())
	said.WriteString(fallbackOf(t, "8.9.0"))

	_, below, found := strings.Cut(string(page), "## What you see with an older cluster")
	require.True(t, found)
	quoted := 0
	for setting, cells := range rows(below) {
		if len(cells) != 3 || setting == "setting" || strings.HasPrefix(setting, "---") || strings.HasPrefix(setting, "`camunda.secrets.NAME`") {
			continue
		}
		for _, words := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[2], -1) {
			assert.Contains(t, said.String(), words[1], setting)
			quoted++
		}
	}
	assert.Equal(t, 12, quoted, "each row quotes what is said")
}

// fallbackOf returns what a worker says that asks a cluster of a version for a secret that no provider has.
func fallbackOf(t *testing.T, version string) string {
	t.Helper()
	gateway, err := embedded.StartGateway(embedded.GatewayOptions{Version: version, RESTAddress: "127.0.0.1:0"})
	require.NoError(t, err)
	t.Cleanup(gateway.Close)
	c := loaded(t, "CAMUNDA_CLIENT_RESTADDRESS="+gateway.RESTURL(), "CAMUNDA_CONNECTOR_SECRETRESOLVER_LEGACY_MODE=FALLBACK")
	client, err := dialGateway(c, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, client.Close()) })
	var said bytes.Buffer
	ofCluster := clusterSecrets(c, client, slog.New(slog.NewTextHandler(&said, nil)), outlet.New())
	t.Cleanup(ofCluster.Close)
	_, _, err = secret.NewResolver(nil, secret.AllowAll{}).WithFallback(ofCluster).Resolve(t.Context(), secret.Context{}, []secret.Variable{{Name: "input", JSON: []byte(`"{{secrets.KEY}}"`)}})
	require.Error(t, err)
	return said.String() + err.Error() + "\n"
}
