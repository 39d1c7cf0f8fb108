package secret

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
)

// EnvironmentOptions say under which names secrets lie in the environment.
type EnvironmentOptions struct {
	Prefix       string // before each name; empty = none, which makes every variable of the process a secret
	TenantAware  bool   // the tenant's id and "_" follow the prefix
	ProcessAware bool   // the process's id and "_" follow those
	Log          *slog.Logger
}

// Environment is the provider of secrets from environment variables: PREFIX + tenantId_ + processId_ + NAME, looked for
// as it is, then, as Spring does, with its dots and dashes as underscores, then all of these in capitals.
type Environment struct {
	options EnvironmentOptions
	lookup  func(string) (string, bool)
	warned  sync.Map // names of unprefixed variables that were warned about
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
	return &Environment{options: o, lookup: lookup}
}

// Secret implements [Provider].
func (e *Environment) Secret(_ context.Context, c Context, name string) (string, bool, error) {
	scope := ""
	if e.options.TenantAware {
		scope += c.TenantID + "_"
	}
	if e.options.ProcessAware {
		scope += c.ProcessID + "_"
	}
	full := e.options.Prefix + scope + name
	if v, _, ok := e.find(full); ok {
		return v, true, nil
	}
	if full != name {
		e.warn(name, full)
	}
	return "", false, nil
}

// warn says, once per variable, how one that was meant to be a secret must be called.
func (e *Environment) warn(name, full string) {
	_, found, ok := e.find(name)
	if !ok {
		return
	}
	if _, already := e.warned.LoadOrStore(found, struct{}{}); already {
		return
	}
	e.options.Log.Warn("an environment variable has the name of a secret but not the prefix of secrets: rename it", "variable", found, "rename_to", full)
}

// find returns the value of the first form of name that is set, and that form.
func (e *Environment) find(name string) (value, form string, ok bool) {
	for _, form := range relaxed(name) {
		if v, ok := e.lookup(form); ok {
			return v, form, true
		}
	}
	return "", "", false
}

// relaxed returns the forms under which Spring looks for a name in the environment, in its order.
func relaxed(name string) []string {
	forms := make([]string, 0, 8)
	add := func(form string) {
		if !slices.Contains(forms, form) {
			forms = append(forms, form)
		}
	}
	for _, n := range [...]string{name, strings.ToUpper(name)} {
		add(n)
		add(strings.ReplaceAll(n, ".", "_"))
		add(strings.ReplaceAll(n, "-", "_"))
		add(strings.NewReplacer(".", "_", "-", "_").Replace(n))
	}
	return forms
}
