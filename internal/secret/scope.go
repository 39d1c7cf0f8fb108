package secret

import (
	"fmt"
	"strings"
	"sync"
)

// defaultSeparator is Camunda's own. It can be in a tenant's id, in a process's id and in a name, so that one variable can be
// read as the secret of several.
const defaultSeparator = "_"

// scope is what stands between the prefix and the name of a secret: tenantId_ + processId_, both or one or none of them.
type scope struct {
	tenant, process string
	text            string
}

// scopes know the tenants and processes whose secrets may be in the environment. They are safe for concurrent use.
type scopes struct {
	options EnvironmentOptions

	mu        sync.Mutex
	tenants   map[string]bool
	processes map[scope]bool // by tenant, if the scope has one
}

// maxScopes bounds how many tenants, and how many processes, are learned of from jobs.
const maxScopes = 10_000

func newScopes(o EnvironmentOptions) *scopes {
	s := &scopes{options: o, tenants: map[string]bool{}, processes: map[scope]bool{}}
	for _, t := range o.Tenants {
		s.tenants[t] = true
	}
	return s
}

// of returns the scope of a job, and remembers its tenant and its process.
func (s *scopes) of(c Context) scope {
	var of scope
	if s.options.TenantAware {
		of.tenant = c.TenantID
		of.text += of.tenant + s.options.Separator
	}
	if s.options.ProcessAware {
		of.process = c.ProcessID
		of.text += of.process + s.options.Separator
	}
	if of.text == "" {
		return of
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.options.TenantAware && len(s.tenants) < maxScopes {
		s.tenants[of.tenant] = true
	}
	if s.options.ProcessAware && len(s.processes) < maxScopes {
		s.processes[of] = true
	}
	return of
}

// otherOwner returns the other scope whose secret the variable scope + name may be; empty = there is no other. A variable that
// begins with the ids of several scopes belongs to the longest. Has says whether there is a variable of a name, given without
// the prefix.
func (s *scopes) otherOwner(of scope, name string, has func(string) bool) string {
	if of.text == "" {
		return ""
	}
	if s.options.Separator != defaultSeparator {
		if s.isUnambiguous(of, name) {
			return ""
		}
		return fmt.Sprintf("tenant or process whose id is another part of %s: the separator %s is in it more often than between its parts", of.text+name, s.options.Separator)
	}
	variable := of.text + name
	s.mu.Lock()
	defer s.mu.Unlock()
	for t := range s.tenants {
		if len(t) > len(of.tenant) && isBehind(variable, t+defaultSeparator) && s.options.TenantAware {
			return fmt.Sprintf("tenant '%s'", t)
		}
	}
	for p := range s.processes {
		switch {
		case p == of || !isBehind(variable, p.text):
		case len(p.text) == len(of.text), len(p.text) > len(of.text) && p.tenant == of.tenant:
			if p.tenant != of.tenant {
				return fmt.Sprintf("process '%s' of the tenant '%s'", p.process, p.tenant)
			}
			return fmt.Sprintf("process '%s'", p.process)
		}
	}
	// b_KEY of a scope in which KEY is set, too, may be the KEY of a scope with _b behind it.
	for at := range len(name) {
		if name[at] == '_' && at > 0 && at+1 < len(name) && has(of.text+name[at+1:]) {
			return fmt.Sprintf("tenant or process '%s'", strings.TrimSuffix(of.text, defaultSeparator)+defaultSeparator+name[:at])
		}
	}
	return ""
}

// isBehind says whether something stands behind the beginning of a variable.
func isBehind(variable, beginning string) bool {
	return len(variable) > len(beginning) && strings.HasPrefix(variable, beginning)
}

// isUnambiguous says whether the separator is in the variable only where it was put.
func (s *scopes) isUnambiguous(of scope, name string) bool {
	variable, found := of.text+name, 0
	for at := range len(variable) {
		if strings.HasPrefix(variable[at:], s.options.Separator) {
			found++
		}
	}
	wanted := 0
	for _, aware := range [...]bool{s.options.TenantAware, s.options.ProcessAware} {
		if aware {
			wanted++
		}
	}
	return found == wanted
}
