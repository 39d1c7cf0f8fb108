package config

import (
	"slices"
	"strings"
)

// names finds settings by the names under which they may be given.
type names struct {
	keys, variables           map[string]place // keys by their plain form, variables as they are
	spellings                 map[string]place // keys by their letters, those that are no keys of a file included
	shownKeys, shownVariables []string         // for messages
	ofClients                 []*Setting       // of a named client alone
}

// place is a setting with the rank of one of its names: 0 is the strongest.
type place struct {
	*Setting
	rank int
	key  string // the name with this rank; empty for a variable that follows from no key

	client string // whose setting it is, as its name is written; empty = that of camunda.client
}

func newNames(settings []*Setting) *names {
	n := &names{keys: map[string]place{}, variables: map[string]place{}, spellings: map[string]place{}, ofClients: clientSettings()}
	for _, s := range settings {
		variables := s.Variables()
		n.shownVariables = append(n.shownVariables, variables...)
		for i, name := range variables {
			n.variables[name] = place{Setting: s, rank: 2 * i}
		}
		for i, key := range s.Names() {
			for _, name := range variablesOf(key) {
				if p := n.variables[name]; p.key == "" {
					n.variables[name] = place{Setting: s, rank: p.rank, key: key}
				}
			}
			n.spellings[plain(key)] = place{Setting: s, rank: 2*slices.Index(variables, variablesOf(key)[0]) + 1, key: key}
			if !s.flagOnly {
				n.keys[plain(key)] = place{Setting: s, rank: i, key: key}
			}
		}
		if !s.flagOnly {
			n.shownKeys = append(n.shownKeys, s.Key)
		}
	}
	return n
}

// key finds the setting that a key of the file names, in any of Spring's spellings, and the index of a list's element;
// -1 = none.
func (n *names) key(name string) (p place, index int, known bool) {
	if isOfNamed(name) {
		return n.ofNamed(name)
	}
	if p, known = n.keys[plain(name)]; known {
		return p, -1, true
	}
	if base, i := cutIndex(name); i >= 0 && strings.HasSuffix(name, "]") {
		if p, known = n.keys[plain(base)]; known && p.isList() {
			return p, i, true
		}
	}
	return place{}, -1, false
}

// variable finds the setting that an environment variable names, in any of Spring's spellings, and the index of a list's
// element; -1 = none. A name as it is documented is stronger than another spelling of it.
func (n *names) variable(name string) (p place, index int, known bool) {
	if isOfNamed(name) {
		return n.ofNamedVariable(name)
	}
	if p, known = n.spelling(name); known {
		return p, -1, true
	}
	if base, i := cutIndex(name); i >= 0 {
		if p, known = n.spelling(base); known && p.isList() {
			return p, i, true
		}
	}
	return place{}, -1, false
}

func (n *names) spelling(name string) (place, bool) {
	if p, ok := n.variables[name]; ok {
		return p, true
	}
	p, ok := n.spellings[plain(name)]
	return p, ok && spell(name).is(spell(p.key))
}

// prefixes are those whose variables are meant for us or for Camunda's runtime. An unknown name under them is likely misspelt.
var prefixes = []string{"CAMUNDA_CLIENT_", "CAMUNDA_CLIENTS_", "CAMUNDA_SSL_CLIENT_", "CAMUNDA_CONNECTOR_", "CONNECTOR_AWS_EVENTBRIDGE_", "CONNECTOR_AWSEVENTBRIDGE_", "ZEEBE_"}

func ours(variable string) bool {
	name := strings.ToUpper(dotsAsUnderscores.Replace(variable))
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}

var dotsAsUnderscores = strings.NewReplacer(".", "_", "-", "")

// plain is a name without what spellings differ in.
func plain(name string) string { return strings.ToLower(separators.Replace(name)) }

var separators = strings.NewReplacer("-", "", "_", "", ".", "")
