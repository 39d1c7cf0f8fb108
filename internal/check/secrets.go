package check

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/policy"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// Provider is a provider of secrets that is asked.
type Provider struct {
	Name     string // such as environment
	Provider secret.Provider
	// Answers asks the provider for nothing that is a secret: whether it would answer, and what it says of itself.
	Answers func(ctx context.Context) Finding
	// Place tells where the provider looks for a name: "the environment variable SECRET_NAME".
	Place func(c secret.Context, name string) string
}

// SecretOptions say which secrets are looked for.
type SecretOptions struct {
	Providers []Provider
	Fault     *Finding // why there are no providers; nil = there are
	Off       bool     // the worker asks no provider
	Names     []policy.Named
	// KeysOnly says whether secrets resolve in the fields of an access key alone, as in a cluster that gives out no models.
	KeysOnly func(ctx context.Context) bool
	Tenants  []string
}

// Secrets checks whether each provider answers, and whether each secret that the models name has a value.
func Secrets(o SecretOptions) Part {
	return Part{Name: "secrets", Run: func(ctx context.Context) []Finding {
		if o.Fault != nil {
			return []Finding{*o.Fault}
		}
		if o.Off {
			return o.off()
		}
		var all []Finding
		for _, p := range o.Providers {
			f := p.Answers(ctx)
			f.Name = p.Name
			all = append(all, f)
		}
		if len(o.Providers) == 0 {
			all = append(all, skipped("providers", "no provider is configured"))
		}
		keysOnly := len(o.Names) > 0 && o.KeysOnly != nil && o.KeysOnly(ctx)
		for _, n := range o.Names {
			f := o.name(ctx, n, keysOnly)
			same := func(g Finding) bool { return g.Name == f.Name && g.Verdict == f.Verdict && g.Cure == f.Cure }
			if !slices.ContainsFunc(all, same) { // several processes can share it
				all = append(all, f)
			}
		}
		return all
	}}
}

// off tells of secrets that are not resolved.
func (o *SecretOptions) off() []Finding {
	const mode = "camunda.connector.secret-resolver.legacy.mode is OFF"
	all := []Finding{skipped("providers", "not asked: "+mode)}
	for _, n := range o.Names {
		n.Place.Message = "is not resolved: " + mode
		all = append(all, failed(n.Name, n.Place.String(), "write =camunda.secrets.NAME in the input mapping (Camunda 8.10 and later), or set the mode to ON"))
	}
	return all
}

// keyFields are those in which secrets resolve without a deployed model, and the objects that hold them.
var keyFields = []string{
	"authentication", "authentication.accessKey", "authentication.secretKey", "authentication.sessionToken",
	"awsCredential", "awsCredential.authentication", "awsCredential.authentication.accessKey", "awsCredential.authentication.secretKey", "awsCredential.authentication.sessionToken",
}

// name looks for one secret, for each tenant.
func (o *SecretOptions) name(ctx context.Context, n policy.Named, keysOnly bool) Finding {
	if keysOnly && !slices.Contains(keyFields, n.Place.Field) {
		n.Place.Message = "is no field of an access key, and in others no secret resolves: the worker reads no deployed model"
		return failed(n.Name, n.Place.String(), "set camunda.client.rest-address (with Camunda 8.8 or later); or, to trust all inputs, set camunda.connector.secret-resolver.secret-filter.mode to DISABLED")
	}
	tenants := o.Tenants
	if len(tenants) == 0 {
		tenants = []string{"<default>"}
	}
	var found []string
	for _, tenant := range tenants {
		c := secret.Context{TenantID: tenant, ProcessID: n.ProcessID, ElementID: n.Place.Task}
		_, from, err := o.Resolve(ctx, c, n.Name)
		switch {
		case err != nil:
			return failed(n.Name, fmt.Sprintf("%s cannot be asked: %v", from, err), "see the provider above")
		case from == "":
			var places []string
			for _, p := range o.Providers {
				places = append(places, p.Place(c, n.Name))
			}
			n.Place.Message = "no provider has this secret"
			return failed(n.Name, n.Place.String(), "provide it as "+orNone(places))
		}
		found = append(found, from)
	}
	slices.Sort(found)
	return ok(n.Name, "has a value in "+strings.Join(slices.Compact(found), ", "))
}

func orNone(places []string) string {
	if len(places) == 0 {
		return "a secret of a provider, of which none is configured"
	}
	return strings.Join(places, ", or as ")
}

// Resolve returns a secret, and the name of the provider that has it or that failed; both are empty if none has it.
func (o *SecretOptions) Resolve(ctx context.Context, c secret.Context, name string) (value, from string, err error) {
	for _, p := range o.Providers {
		value, has, err := p.Provider.Secret(ctx, c, name)
		if err != nil || has {
			return value, p.Name, err
		}
	}
	return "", "", nil
}
