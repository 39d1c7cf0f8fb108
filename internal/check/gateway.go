package check

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/zeebe"
)

// Cluster is a gateway that can be asked: a *[zeebe.Client] or a *[zeebe.RESTClient].
type Cluster interface {
	Authorize(ctx context.Context) error
	Topology(ctx context.Context) (zeebe.Topology, error)
	Activate(ctx context.Context, r job.PollRequest, yield func(*job.Job)) error
}

// GatewayOptions say how the gateway is asked.
type GatewayOptions struct {
	Cluster  Cluster
	Address  string // for people
	Identity string // such as "oidc, client worker"
	Tenants  []string
	Worker   string
	// AssignedTenants asks for the jobs of all tenants of the identity, in place of Tenants.
	AssignedTenants bool
	Needs           []Need
	// Advise tells what to do about a refusal; empty = nothing is known.
	Advise func(*job.CommandError) string
}

// The names of the checks of the gateway.
const (
	nameReached  = "reached"
	nameVersion  = "version"
	nameIdentity = "identity"
	nameTenants  = "tenants"
)

// Gateway checks whether the gateway answers, takes the worker's identity, and gives it jobs of its tenants.
func Gateway(o GatewayOptions) Part {
	return Part{Name: "gateway", Run: o.run}
}

func (o *GatewayOptions) run(ctx context.Context) []Finding {
	if err := o.Cluster.Authorize(ctx); err != nil {
		const why = "not asked, since there is no token for it"
		return []Finding{unknown(nameReached, o.Address+": "+why), o.refused(nameIdentity, err), unknown(nameTenants, why)}
	}
	topology, err := o.Cluster.Topology(ctx)
	reached := ok(nameReached, fmt.Sprintf("%s, Camunda %s, brokers: %d of %d, partitions: %d", o.Address, topology.GatewayVersion, topology.BrokersSeen, topology.ClusterSize, topology.PartitionsCount))
	switch codeOf(err) {
	case "":
	case codePermission:
		reached = ok(nameReached, o.Address+"; it does not tell this identity its version")
	case codeIdentity:
		return []Finding{ok(nameReached, o.Address), o.refused(nameIdentity, err), unknown(nameTenants, "not asked, since the gateway refuses the identity")}
	default:
		const why = "not asked, since the gateway does not answer"
		return []Finding{o.refused(nameReached, err), unknown(nameIdentity, why), unknown(nameTenants, why)}
	}
	if err == nil && topology.BrokersSeen == 0 {
		reached = failed(nameReached, fmt.Sprintf("%s, Camunda %s, but the gateway knows no broker", o.Address, topology.GatewayVersion), "look at the brokers of the cluster, and whether this gateway is of the same cluster")
	}
	found := []Finding{reached}
	if zeebe.OlderThan(topology.GatewayVersion, oldestMajor, oldestMinor) {
		found = append(found, unknown(nameVersion, fmt.Sprintf("Camunda %s is older than %d.%d, the oldest version that this worker is tested with", topology.GatewayVersion, oldestMajor, oldestMinor)))
	}
	return slices.Concat(found, o.tenants(ctx), o.needs(topology.GatewayVersion))
}

// The oldest version of Camunda that the worker supports.
const oldestMajor, oldestMinor = 8, 5

// tenants asks for jobs of a type that nobody has, so that none can be taken.
func (o *GatewayOptions) tenants(ctx context.Context) []Finding {
	named := "the default tenant"
	tenants := o.Tenants
	switch {
	case o.AssignedTenants:
		named, tenants = "all tenants of this identity", nil
	case len(tenants) > 0:
		named = strings.Join(tenants, ", ")
	}
	err := o.poll(ctx, tenants)
	if codeOf(err) == codeIdentity {
		return []Finding{o.refused(nameIdentity, err), unknown(nameTenants, "not asked, since the gateway refuses the identity")}
	}
	identity := ok(nameIdentity, "accepted: "+o.Identity)
	switch codeOf(err) {
	case "":
		return []Finding{identity, ok(nameTenants, "jobs of "+named+" can be asked for")}
	case "RESOURCE_EXHAUSTED":
		return []Finding{identity, unknown(nameTenants, "the gateway is too busy to give jobs now: "+err.Error())}
	}
	var refused []string
	if len(tenants) > 1 {
		for _, t := range tenants {
			if o.poll(ctx, []string{t}) != nil {
				refused = append(refused, t)
			}
		}
	}
	f := o.refused(nameTenants, err)
	if len(refused) > 0 && len(refused) < len(tenants) {
		f.Detail = "refused for " + strings.Join(refused, ", ") + ": " + f.Detail
	}
	return []Finding{identity, f}
}

func (o *GatewayOptions) poll(ctx context.Context, tenants []string) error {
	return o.Cluster.Activate(ctx, job.PollRequest{
		TakeRequest: job.TakeRequest{Type: "eventbridge-connector-check-" + rand.Text(), Worker: o.Worker, Lease: time.Second, TenantIDs: tenants, AssignedTenants: o.AssignedTenants},
		MaxJobs:     1, Wait: -1,
	}, func(*job.Job) {})
}

// refused is the finding of a call that failed.
func (o *GatewayOptions) refused(name string, err error) Finding {
	cure := ""
	if e, ok := errors.AsType[*job.CommandError](err); ok {
		cure = o.Advise(e)
	}
	if cure == "" {
		cure = "look at the log of the gateway, and at the network between here and there"
	}
	return failed(name, err.Error(), cure)
}

// The codes of gRPC that a gateway answers who is not let in.
const (
	codeIdentity   = "UNAUTHENTICATED"
	codePermission = "PERMISSION_DENIED"
)

// codeOf is the code of a failed call; empty for none.
func codeOf(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*job.CommandError](err); ok && e.Code != "" {
		return e.Code
	}
	return "UNKNOWN"
}
