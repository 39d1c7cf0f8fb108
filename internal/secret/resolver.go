// Package secret puts the values of secrets in the places where a process's data names them, and keeps them out of
// everything that is written about a job (contract 1.3).
//
// A [Resolver] asks its [Provider]s, in order, for each `{{secrets.NAME}}` in the strings of a job's variables. Whether a
// name may be resolved in its place is a [Filter]'s decision, since process data must not be able to pull secrets into
// an event. What was resolved comes back as a [Mask], which takes the values out of messages again.
package secret

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"
)

// Context is the job for which a secret is asked.
type Context struct {
	TenantID             string
	ProcessID            string // the BPMN process id
	ProcessDefinitionKey int64
	ElementID            string
	Deadline             time.Time // when what is looked up is of no use to the job any more; zero = never
}

// Provider knows secrets by name. It is safe for concurrent use.
type Provider interface {
	// Secret returns the value of name, and false if the provider has none. An error means that it may have it but
	// cannot be asked; the error must not hold a value.
	Secret(ctx context.Context, c Context, name string) (value string, ok bool, err error)
}

// Variable is one of a job's variables, as its raw JSON.
type Variable struct {
	Name string // authentication, configuration, input or awsCredential
	JSON []byte
}

// NotAvailableError says that no provider has a secret of this name.
type NotAvailableError struct{ Name string }

func (e *NotAvailableError) Error() string {
	return fmt.Sprintf("Secret with name '%s' is not available", e.Name)
}

// NotAllowedError says that the filter lets no secret into this place.
type NotAllowedError struct {
	Name string
	Path string // of the string that names it: input.events[0].source
}

func (e *NotAllowedError) Error() string {
	return fmt.Sprintf("%s: {{secrets.%s}} is not allowed here: without a REST address for the secret filter, secrets are resolved "+
		"inside authentication and awsCredential.authentication only. To allow the names that the deployed model itself uses, "+
		"set camunda.client.rest-address; to allow all names everywhere, set camunda.connector.secret-resolver.secret-filter.mode to DISABLED",
		e.Path, e.Name)
}

// ProviderError says that a provider could not be asked.
type ProviderError struct {
	Name string
	Err  error
}

func (e *ProviderError) Error() string {
	return fmt.Sprintf("Secret with name '%s' cannot be read: %v", e.Name, e.Err)
}

// Unwrap returns the provider's own error.
func (e *ProviderError) Unwrap() error { return e.Err }

// Resolver resolves the placeholders in variables. It is safe for concurrent use.
type Resolver struct {
	providers []Provider
	filter    Filter
}

// NewResolver returns a resolver that asks the providers in this order for what the filter allows.
func NewResolver(providers []Provider, filter Filter) *Resolver {
	return &Resolver{providers: providers, filter: filter}
}

// Resolve returns the variables with their secrets resolved, in one pass: a value that looks like a placeholder stays as
// it is. A variable in which nothing was resolved is returned as it came, byte for byte, and so are the other strings,
// numbers and blanks of one in which something was.
//
// The error is a *[NotAvailableError], *[NotAllowedError], *[ProviderError], the filter's own, or a syntax error of the
// JSON. The mask holds what was resolved, also beside an error; nil = nothing.
func (r *Resolver) Resolve(ctx context.Context, c Context, variables []Variable) ([]Variable, *Mask, error) {
	var run *resolving
	resolved := variables
	for i, v := range variables {
		if !suspicious(v.JSON) {
			continue
		}
		if run == nil {
			run = &resolving{ctx: ctx, resolver: r, job: c, values: map[string]string{}}
			resolved = append([]Variable(nil), variables...)
		}
		text, err := run.rewrite(v)
		if err != nil {
			return nil, run.mask(), err
		}
		resolved[i].JSON = text
	}
	return resolved, run.mask(), nil
}

// resolving is one call of Resolve.
type resolving struct {
	ctx      context.Context
	resolver *Resolver
	job      Context
	rule     Rule
	values   map[string]string
}

func (r *resolving) mask() *Mask {
	if r == nil || len(r.values) == 0 {
		return nil
	}
	values := make([]string, 0, len(r.values))
	for _, v := range r.values {
		values = append(values, v)
	}
	return NewMask(values...)
}

// replace returns what stands for a placeholder; false = it stays as it is.
func (r *resolving) replace(p Placeholder) (string, bool, error) {
	if r.rule == nil {
		rule, err := r.resolver.filter.Rule(r.ctx, r.job)
		if err != nil {
			return "", false, fmt.Errorf("filter secrets: %w", err)
		}
		r.rule = rule
	}
	switch r.rule(p) {
	case Keep:
		return "", false, nil
	case Refuse:
		return "", false, &NotAllowedError{Name: p.Name, Path: p.Path()}
	case Allow:
	}
	if v, ok := r.values[p.Name]; ok {
		return v, true, nil
	}
	for _, provider := range r.resolver.providers {
		v, ok, err := provider.Secret(r.ctx, r.job, p.Name)
		if err != nil {
			return "", false, &ProviderError{Name: p.Name, Err: err}
		}
		if ok {
			if !utf8.ValidString(v) {
				v = string([]rune(v)) // or the bytes at its ends could join those of its neighbours to other characters
			}
			r.values[p.Name] = v
			return v, true, nil
		}
	}
	return "", false, &NotAvailableError{Name: p.Name}
}
