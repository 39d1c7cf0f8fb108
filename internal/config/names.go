package config

import (
	"slices"
	"strings"
)

// names finds settings by the names under which they may be given.
type names struct {
	keys, variables           map[string]place // keys by their plain form, variables as they are
	shownKeys, shownVariables []string         // for messages
}

// place is a setting with the rank of one of its names: 0 is the strongest.
type place struct {
	*Setting
	rank int
}

func newNames(settings []*Setting) *names {
	n := &names{keys: map[string]place{}, variables: map[string]place{}}
	for _, s := range settings {
		variables := s.Variables()
		n.shownVariables = append(n.shownVariables, variables...)
		for i, name := range variables {
			n.variables[name] = place{s, 2 * i}
		}
		if s.flagOnly {
			continue
		}
		n.shownKeys = append(n.shownKeys, s.Key)
		for i, name := range s.Names() {
			n.keys[plain(name)] = place{s, i}
		}
	}
	return n
}

// key finds the setting that a key of the file names, in any of Spring's spellings.
func (n *names) key(name string) (place, bool) {
	p, ok := n.keys[plain(name)]
	return p, ok
}

// variable finds the setting that an environment variable names. A name of ours may hold dashes, as Spring takes it; the
// same name without them is the stronger one.
func (n *names) variable(name string) (place, bool) {
	p, ok := n.variables[name]
	if respelt := strings.ReplaceAll(name, "-", ""); !ok && ours(respelt) {
		p, ok = n.variables[respelt]
		p.rank++
	}
	return p, ok
}

// prefixes are those whose variables are meant for us or for Camunda's runtime. An unknown name under them is likely misspelt.
var prefixes = []string{"CAMUNDA_CLIENT_", "CAMUNDA_SSL_CLIENT_", "CAMUNDA_CONNECTOR_", "CONNECTOR_AWS_EVENTBRIDGE_", "CONNECTOR_AWSEVENTBRIDGE_", "ZEEBE_"}

func ours(variable string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(variable, p) })
}

// plain is a name without what spellings differ in.
func plain(name string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "", ".", "").Replace(name))
}
