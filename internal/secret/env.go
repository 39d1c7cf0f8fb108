package secret

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"strings"
	"sync"
)

// EnvironmentOptions say under which names secrets lie in the environment.
type EnvironmentOptions struct {
	Prefix       string   // before each name; empty = none, which makes every variable of the process a secret
	TenantAware  bool     // the tenant's id and the separator follow the prefix
	ProcessAware bool     // the process's id and the separator follow those
	Separator    string   // empty = "_"
	Tenants      []string // ids of tenants that this worker serves, beside those that it learns of from jobs
	Log          *slog.Logger
}

// Environment is the provider of secrets from environment variables: PREFIX + tenantId_ + processId_ + NAME. The name is
// looked for as it is, then, as Spring does, with its dots and dashes as underscores, then all of these in capitals. The
// prefix and the ids are never changed. It is safe for concurrent use.
type Environment struct {
	options EnvironmentOptions
	lookup  func(string) (string, bool)
	scopes  *scopes
	warned  sync.Map // names of variables that were warned about
}

// NewEnvironment returns the provider over lookup, which is os.LookupEnv but in tests. An empty prefix is warned about
// here, once.
func NewEnvironment(lookup func(string) (string, bool), o EnvironmentOptions) *Environment {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Prefix == "" {
		o.Log.Warn("the prefix of secrets in the environment is empty: every environment variable of this process can be read as a secret")
	}
	if o.Separator == "" {
		o.Separator = defaultSeparator
	}
	return &Environment{options: o, lookup: lookup, scopes: newScopes(o)}
}

// Secret implements [Provider]. The error is an *[AmbiguousError].
func (e *Environment) Secret(_ context.Context, c Context, name string) (string, bool, error) {
	scope := e.scopes.of(c)
	for form := range relaxed(name) {
		variable := e.options.Prefix + scope.text + form
		value, ok := e.lookup(variable)
		if !ok {
			continue
		}
		if other := e.scopes.otherOwner(scope, form, e.has); other != "" {
			return "", false, &AmbiguousError{Name: name, Variable: variable, Other: other}
		}
		return value, true, nil
	}
	e.warn(c, name)
	return "", false, nil
}

func (e *Environment) has(withoutPrefix string) bool {
	_, ok := e.lookup(e.options.Prefix + withoutPrefix)
	return ok
}

// warn says, once per variable, how one that was meant to be a secret must be called.
func (e *Environment) warn(c Context, name string) {
	found, full := e.misnamed(c, name)
	if found == "" {
		return
	}
	if _, already := e.warned.LoadOrStore(found, struct{}{}); already {
		return
	}
	e.options.Log.Warn("an environment variable has the name of a secret but not the prefix of secrets: rename it", "variable", found, "rename_to", full)
}

// hint says the same for the message of a job that fails.
func (e *Environment) hint(c Context, name string) string {
	found, full := e.misnamed(c, name)
	if found == "" {
		return ""
	}
	return fmt.Sprintf("the environment variable %s is set, but without the prefix %s of secrets; rename it to %s", found, strings.TrimSuffix(full, name), full)
}

// misnamed returns a variable that has a secret's name, but not the prefix before it, and how it must be called. Both are
// empty if there is none. A variable without the tenant or the process is not told: it may be that of another tenant.
func (e *Environment) misnamed(c Context, name string) (found, full string) {
	if e.options.Prefix == "" {
		return "", ""
	}
	for form := range relaxed(name) {
		if _, ok := e.lookup(form); ok {
			return form, e.options.Prefix + e.scopes.of(c).text + name
		}
	}
	return "", ""
}

// relaxed returns the forms under which Spring looks for a name in the environment, in its order. Some may be equal: a look for a name that is
// missing looks for those again.
func relaxed(name string) iter.Seq[string] {
	return func(yield func(form string) bool) {
		forms := func(n string) bool {
			return yield(n) && yield(strings.ReplaceAll(n, ".", "_")) && yield(strings.ReplaceAll(n, "-", "_")) && yield(underscored.Replace(n))
		}
		_ = forms(name) && forms(strings.ToUpper(name))
	}
}

// Variable returns a name of the variable that holds a secret of this name: with underscores for dots and dashes, as every
// shell takes it.
func (e *Environment) Variable(c Context, name string) string {
	return e.options.Prefix + e.scopes.of(c).text + underscored.Replace(name)
}

var underscored = strings.NewReplacer(".", "_", "-", "_")
