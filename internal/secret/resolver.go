// Package secret puts the values of secrets in the places where a process's data names them, and keeps them out of
// everything that is written about a job (contract 1.3).
//
// A [Resolver] asks its [Provider]s, in order, for each `{{secrets.NAME}}` in the strings of a job's variables. Whether a
// name may be resolved in its place is a [Filter]'s decision, since process data must not be able to pull secrets into
// an event. What was resolved comes back as a [Mask], which takes the values out of messages again.
package secret

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
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
	// Sent are the fields of input that are sent, such as detail; nil = all of them.
	Sent []string
	// Variables are the job's variables as they came. The [Resolver] sets them.
	Variables []Variable
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

// Resolver resolves the placeholders in variables. It is safe for concurrent use.
type Resolver struct {
	providers []Provider
	fallback  Fallback // nil = none
	filter    Filter
	notices   *notices
	off       bool // no provider is asked, nor the fallback
}

// Fallback knows secrets that no [Provider] has. It is asked for many at a time, since it is far away. It is safe for concurrent
// use.
type Fallback interface {
	// Lookup returns what is known of each of the names.
	Lookup(ctx context.Context, c Context, names []string) map[string]Found
}

// Found is the answer to a question for a secret.
type Found struct {
	Value string
	OK    bool   // there is a value
	Why   string // why there is none, for people; a sentence without its end
	Err   error  // why there is no answer; it holds no value

	Denied bool // there may be a value, but this client may not have it
	TooOld bool // the cluster cannot be asked for secrets
}

// NewResolver returns a resolver that asks the providers in this order for what the filter allows.
func NewResolver(providers []Provider, filter Filter) *Resolver {
	return &Resolver{providers: providers, filter: filter}
}

// WithLog returns the resolver with a log, in which it warns of each placeholder that stays as it is, with the field in which it
// stands. Without it nothing is said.
func (r *Resolver) WithLog(log *slog.Logger) *Resolver {
	with := *r
	with.notices = newNotices(log)
	return &with
}

// WithFallback returns the resolver with a fallback, which is asked for what the filter allows and no provider has.
func (r *Resolver) WithFallback(f Fallback) *Resolver {
	with := *r
	with.fallback = f
	return &with
}

// WithoutSecrets returns the resolver so that it asks nobody: each placeholder that the filter allows is an [OffError].
func (r *Resolver) WithoutSecrets() *Resolver {
	with := *r
	with.off = true
	return &with
}

// Resolve returns the variables with their secrets resolved, in one pass: a value that looks like a placeholder stays as
// it is. A variable in which nothing was resolved is returned as it came, byte for byte, and so are the other strings,
// numbers and blanks of one in which something was.
//
// A placeholder that stays in whom the job sends as or where to (authentication, configuration, awsCredential) is an error.
// One that stays in the event is warned about (see [Resolver.WithLog]); but camunda.secrets.NAME, which the cluster should have
// resolved, is an error there, too.
//
// The error is a *[NotAvailableError], *[NotAllowedError], *[OffError], *[UnresolvedError], *[AmbiguousError], *[ProviderError], the
// filter's own, or a syntax error of the JSON. The mask holds what was resolved, and what lies in the fields secretKey,
// sessionToken and externalId wherever it came from, also beside an error; nil = nothing.
func (r *Resolver) Resolve(ctx context.Context, c Context, variables []Variable) ([]Variable, *Mask, error) {
	c.Variables = variables
	run := &resolving{ctx: ctx, resolver: r, job: c}
	resolved := variables
	for i, v := range variables {
		if !suspicious(v.JSON) {
			continue
		}
		if run.values == nil {
			run.values = map[string]string{}
			resolved = append([]Variable(nil), variables...)
		}
		text, err := run.rewrite(v)
		if err != nil {
			return nil, run.mask(variables), err
		}
		resolved[i].JSON = text
	}
	return resolved, run.mask(resolved), nil
}

// resolving is one call of Resolve.
type resolving struct {
	ctx      context.Context
	resolver *Resolver
	job      Context
	rule     Rule
	values   map[string]string
	unknown  map[string]*NotAvailableError // names that no provider has
	fetched  map[string]Found              // what the fallback said
}

// mask hides what was resolved and what lies in the secret fields of the variables.
func (r *resolving) mask(variables []Variable) *Mask {
	var values []string
	for _, v := range r.values {
		values = append(values, v)
	}
	for _, found := range r.fetched {
		values = append(values, found.Value)
	}
	values = append(values, InCredentials(variables)...)
	values = append(values, inCredentials(variables, "externalId")...)
	if len(values) == 0 {
		return nil
	}
	return NewMask(values...)
}

// InCredentials returns the secrets that lie in a job's credentials, wherever they came from: the texts of secretKey and
// sessionToken, but for names of secrets. A secret that the cluster resolved cannot be told from a text that the model writes. An
// access key is an id: Camunda's own connector shows one that the model writes, and so does this one.
func InCredentials(variables []Variable) []string {
	return inCredentials(variables, "secretKey", "sessionToken")
}

func inCredentials(variables []Variable, fields ...string) []string {
	var values []string
	credential := fieldOf(RawOf(variables, credentialVariable), authenticationVariable)
	for _, identity := range [...][]byte{RawOf(variables, authenticationVariable), credential} {
		for _, field := range fields {
			if text, ok := textOf(fieldOf(identity, field)); ok && strings.TrimSpace(text) != "" && !holdsPlaceholder(text) {
				values = append(values, text)
			}
		}
	}
	return values
}

// replace returns what stands for a placeholder; false = it stays as it is.
func (r *resolving) replace(p Placeholder) (string, bool, error) {
	decision, err := r.decide(p)
	if err != nil {
		return "", false, err
	}
	switch decision {
	case Keep:
		return "", false, r.stays(p)
	case Ignore:
		return "", false, nil
	case Refuse:
		return "", false, &NotAllowedError{Name: p.Name, Path: p.Path()}
	case RefuseEndpoint:
		return "", false, &NotAllowedError{Name: p.Name, Path: p.Path(), Endpoint: true}
	case Allow:
	}
	if r.resolver.off {
		return "", false, &OffError{Path: p.Path(), Written: p.Written()}
	}
	if v, ok := r.values[p.Name]; ok {
		return v, true, nil
	}
	v, err := r.ask(p.Name)
	if ambiguous, is := errors.AsType[*AmbiguousError](err); is {
		ambiguous.Path = p.Path()
	}
	if err != nil {
		return "", false, err
	}
	r.values[p.Name] = v
	return v, true, nil
}

// ask asks the providers for a secret, and then the fallback.
func (r *resolving) ask(name string) (string, error) {
	value, missing, err := r.askProviders(name)
	switch {
	case err != nil:
		return "", err
	case missing != nil && r.resolver.fallback != nil:
		value, err = r.askFallback(missing)
		if err != nil {
			return "", err
		}
	case missing != nil:
		return "", missing
	}
	if !utf8.ValidString(value) {
		value = string([]rune(value)) // or the bytes at its ends could join those of its neighbours to other characters
	}
	return value, nil
}

// askProviders asks the providers for a secret; missing says that none has it.
func (r *resolving) askProviders(name string) (value string, missing *NotAvailableError, err error) {
	if known := r.unknown[name]; known != nil {
		return "", known, nil
	}
	hint := ""
	for _, provider := range r.resolver.providers {
		v, ok, err := provider.Secret(r.ctx, r.job, name)
		if ambiguous, is := errors.AsType[*AmbiguousError](err); is {
			return "", nil, ambiguous
		}
		if err != nil {
			return "", nil, &ProviderError{Name: name, Err: err}
		}
		if ok {
			return v, nil, nil
		}
		if h, hints := provider.(hinting); hints && hint == "" {
			hint = h.hint(r.job, name)
		}
	}
	return "", &NotAvailableError{Name: name, Hint: hint}, nil
}

// hinting is a provider that knows what may be meant by a name that it does not have.
type hinting interface {
	hint(c Context, name string) string
}

// stays is told of a placeholder that is not resolved.
func (r *resolving) stays(p Placeholder) error {
	if p.steers() {
		return &UnresolvedError{Path: p.Path(), Written: p.Written(), Cause: causeFilter}
	}
	r.resolver.notices.unresolved(r.ctx, r.job, p.Path(), p.Written(), "the deployed model does not name it in this place, process data does")
	return nil
}

// check looks at a string of the job: the cluster may have left a placeholder of its own kind, and the value of a secret may
// be a placeholder itself. Resolved is the string with its secrets, if there were any.
func (r *resolving) check(p Placeholder, text, resolved string, changed bool) error {
	if changed && p.steers() && holdsPlaceholder(resolved) {
		return &UnresolvedError{Path: p.Path(), Written: "a secret", Cause: causeValue}
	}
	reference := clusterReferenceIn(text)
	if reference == "" {
		return nil
	}
	if !p.steers() && !r.job.sends(p.keys()) {
		return nil
	}
	if p.Variable == credentialVariable {
		if decision, err := r.decide(p); err != nil || decision == Ignore {
			return err
		}
	}
	return &UnresolvedError{Path: p.Path(), Written: reference, Cause: causeCluster(reference)}
}

// sends says whether what lies below these keys is sent.
func (c *Context) sends(keys []string) bool {
	return c.Sent == nil || len(keys) > 1 && slices.Contains(c.Sent, keys[1])
}

// decide asks the filter, which is asked for its rule once per job.
func (r *resolving) decide(p Placeholder) (Decision, error) {
	if r.rule == nil {
		rule, err := r.resolver.filter.Rule(r.ctx, r.job)
		if err != nil {
			return Keep, fmt.Errorf("filter secrets: %w", err)
		}
		r.rule = rule
	}
	return r.rule(p), nil
}
