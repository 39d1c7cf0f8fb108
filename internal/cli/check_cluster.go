package cli

import (
	"context"

	"github.com/eventbridge-connector/eventbridge-connector/internal/check"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// noClusterSecret is a name under which no cluster should have a secret.
const noClusterSecret = "eventbridge-connector-check"

// clusterAnswers asks the cluster for a secret that it does not have. Whether it gives out others is known of each alone, since
// the permission may be for one of them.
func clusterAnswers(ctx context.Context, f *secret.Cluster) check.Finding {
	answer := f.Lookup(ctx, secret.Context{}, []string{noClusterSecret})[noClusterSecret]
	switch {
	case answer.Err != nil:
		return check.Finding{Verdict: check.Failed, Detail: answer.Err.Error(), Cure: "look at camunda.client.rest-address and camunda.client.auth"}
	case answer.TooOld:
		return check.Finding{Verdict: check.Failed, Detail: answer.Why, Cure: "upgrade the cluster to Camunda 8.10 or later, or set camunda.connector.secret-resolver.legacy.mode to ON"}
	case answer.Denied:
		return check.Finding{Verdict: check.Unknown, Detail: "answers, but did not say whether it has a secret that is asked for to see this: the worker's client may lack the permission REVEAL on the resource SECRET; whether it has it for the secrets in use shows with the names of a model"}
	}
	return check.Finding{Verdict: check.OK, Detail: "answers questions for camunda.secrets"}
}
