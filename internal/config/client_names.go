package config

import (
	"fmt"
	"strings"
)

// maxClientName is how long the name of a client may be.
const maxClientName = 64

func validClientName(name string) bool {
	return name != "" && len(name) <= maxClientName && strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789-_") == "" && plain(name) != ""
}

// cutClient takes a key of camunda.clients apart: camunda.clients.NAME.grpc-address is camunda.client.grpc-address of NAME. Key is empty
// if the name alone is given.
func cutClient(name string) (client, key string, ok bool) {
	const root = "camunda.clients"
	if len(name) <= len(root) || !strings.EqualFold(name[:len(root)], root) {
		return "", "", false
	}
	rest := name[len(root):]
	switch {
	case strings.HasPrefix(rest, "["), strings.HasPrefix(rest, ".["): // as Spring writes a name with other signs
		var found bool
		if client, rest, found = strings.Cut(rest[strings.IndexByte(rest, '[')+1:], "]"); !found {
			return "", "", false
		}
		rest = strings.TrimPrefix(rest, ".")
	case strings.HasPrefix(rest, "."):
		client, rest, _ = strings.Cut(rest[1:], ".")
	default:
		return "", "", false
	}
	if rest != "" {
		rest = clientRoot + rest
	}
	return client, rest, client != ""
}

// cutVariable yields the ways to take a variable of camunda.clients apart, those with short names first: CAMUNDA_CLIENTS_NAME_GRPCADDRESS
// is CAMUNDA_CLIENT_GRPCADDRESS of name. Names may have underscores.
func cutVariable(name string) func(yield func(client, variable string) bool) {
	return func(yield func(client, variable string) bool) {
		if client, key, ok := cutClient(name); ok {
			yield(strings.ToLower(client), key)
			return
		}
		const root = "CAMUNDA_CLIENTS_"
		upper := strings.ToUpper(name)
		rest, ok := strings.CutPrefix(upper, root)
		if !ok {
			return
		}
		for at := range len(rest) {
			if rest[at] == '_' && at > 0 && !yield(strings.ToLower(rest[:at]), "CAMUNDA_CLIENT_"+rest[at+1:]) {
				return
			}
		}
	}
}

// ofClient returns the setting of this name that only a named client has; nil = there is none.
func (n *names) ofClient(name string) *Setting {
	for _, s := range n.ofClients {
		if plain(s.Key) == plain(name) {
			return s
		}
	}
	return nil
}

// ofNamed finds the setting that a key of a named client stands for.
func (n *names) ofNamed(name string) (p place, index int, known bool) {
	client, key, ok := cutClient(name)
	if !ok || key == "" {
		return place{}, -1, false
	}
	if s := n.ofClient(key); s != nil {
		return place{Setting: s, key: s.Key, client: client}, -1, true
	}
	p, index, known = n.key(key)
	p.client = client
	return p, index, known && strings.HasPrefix(p.key, clientRoot)
}

// ofNamedVariable finds the setting that a variable of a named client stands for.
func (n *names) ofNamedVariable(name string) (p place, index int, known bool) {
	for client, variable := range cutVariable(name) {
		if s := n.ofClient(variable); s != nil {
			return place{Setting: s, key: s.Key, client: client}, -1, true
		}
		p, index, known = n.variable(variable)
		if known && strings.HasPrefix(p.key, clientRoot) { // else it is the Zeebe Go client's, such as CAMUNDA_CLIENT_ID
			p.client = client
			return p, index, true
		}
	}
	return place{}, -1, false
}

// isOfNamed says whether a name is one of camunda.clients.
func isOfNamed(name string) bool {
	const first = "camunda"
	return len(name) > len(first) && strings.EqualFold(name[:len(first)], first) && spell(name).isOrUnder(spell("camunda.clients"))
}

// general is the name as that of camunda.client, by which it is told what becomes of it.
func (e entry) general() string {
	if _, key, ok := cutClient(e.name); ok && key != "" {
		return key
	}
	for _, variable := range cutVariable(e.name) {
		return variable
	}
	return e.name
}

// declares says whether an entry names a client without a setting, and takes note of the client.
func (l *loader) declares(y *layer, e entry) bool {
	client, key, ok := cutClient(e.name)
	if !ok || key != "" || e.text != "" {
		return false
	}
	if l.goodName(client, e) {
		y.of(client)
		l.account(Account{Name: clientsRoot + client, Source: e.where(), Fate: Used, Why: "it names a client"})
	}
	return true
}

// goodName says whether a client can have a name, and reports one that it cannot have.
func (l *loader) goodName(client string, e entry) bool {
	if validClientName(client) {
		return true
	}
	l.account(Account{Name: shownKey(e.name), Source: e.where(), Fate: Refused})
	l.fail(fmt.Errorf("%s: %w", e.what(), badClientName(client)))
	return false
}

// badClientName is the error of a name that no client can have.
func badClientName(client string) error {
	return fmt.Errorf("found the client name %q, expected at most %d letters, digits and dashes", shortened(client), maxClientName)
}

// nearestOfClient returns the key of a named client that is closest to a wrong one, which is given as that of camunda.client; empty = none
// is near.
func (n *names) nearestOfClient(client, key string) string {
	near := Nearest(key, n.shownKeys)
	if !strings.HasPrefix(near, clientRoot) {
		return ""
	}
	return ofClient(client, near)
}

// dottedName returns the name of a client with dots in it, if what follows is the key of a setting; empty = there is none.
func (l *loader) dottedName(e entry) string {
	client, key, ok := cutClient(e.name)
	if !ok || key == "" || strings.HasPrefix(e.name[len(clientsRoot)-1:], "[") || strings.HasPrefix(e.name[len(clientsRoot):], "[") {
		return ""
	}
	rest := strings.TrimPrefix(key, clientRoot)
	for {
		part, behind, found := strings.Cut(rest, ".")
		if !found {
			return ""
		}
		client, rest = client+"."+part, behind
		if _, _, known := l.names.key(clientRoot + rest); known || l.names.ofClient(clientRoot+rest) != nil {
			return strings.Trim(client, `"'`)
		}
	}
}

// unknownOfClient reports a key of a named client that is none of its.
func (l *loader) unknownOfClient(e entry) {
	a := Account{Name: shownKey(e.name), Source: e.where(), Fate: Unknown}
	client, key, ok := cutClient(e.name)
	if e.isVariable() && !e.property {
		unknown := &UnknownError{What: "environment variable", Name: e.name}
		for client, variable := range cutVariable(e.name) {
			near := "CAMUNDA_CLIENTS_" + strings.ToUpper(client) + "_" + strings.TrimPrefix(Nearest(variable, l.names.shownVariables), "CAMUNDA_CLIENT_")
			if _, _, known := l.names.variable(near); known {
				unknown.Nearest = near
				break
			}
		}
		a.Why = unknown.hint()
		l.account(a)
		l.warn(Warning{Text: unknown.Error()})
		return
	}
	if dotted := l.dottedName(e); dotted != "" {
		l.goodName(dotted, e)
		return
	}
	if !ok || key == "" {
		l.keysExpected(a, clientsRoot+"NAME.grpc-address")
		return
	}
	l.noKey(e, l.names.nearestOfClient(client, key))
}
