package config

import (
	"maps"
	"slices"
	"strings"
)

// DefaultClient is the name of the client that the keys camunda.client make, where no others are configured.
const DefaultClient = "default"

// Clients returns the configuration of each client, in the order of their names: a worker takes jobs for each of them. Where none is
// configured under camunda.clients, it is c itself.
func (c *Config) Clients() []*Config {
	if len(c.clients) == 0 {
		return []*Config{c}
	}
	return slices.Clone(c.clients)
}

// Named says whether clients are configured under camunda.clients, so that they are told apart by their names.
func (c *Config) Named() bool { return len(c.clients) > 0 }

// KnownTenants are the tenants that the settings of all clients name.
func (c *Config) KnownTenants() []string {
	if c.tenants == nil {
		return c.Worker.TenantIDs
	}
	return slices.Clone(c.tenants)
}

const (
	clientRoot  = "camunda.client."
	clientsRoot = "camunda.clients."
)

// ofClient is a key of camunda.client as that of a named client: camunda.clients.NAME.grpc-address.
func ofClient(client, key string) string {
	rest, found := strings.CutPrefix(key, clientRoot)
	if client == "" || !found {
		return key
	}
	return clientsRoot + client + "." + rest
}

const (
	keyPrimary = clientRoot + "primary"
	keyEnabled = clientRoot + "enabled"
)

// clientSettings are those that only an entry of camunda.clients has.
func clientSettings() []*Setting {
	return []*Setting{
		{Key: keyPrimary, bind: func(c *Config) any { return &c.primary }},
		{Key: keyEnabled, bind: func(c *Config) any { return &c.enabled }},
	}
}

// layered are the layers of a configuration, the strongest last.
type layered []*layer

// names returns the names of the clients that the layers configure, by their plain form. What is given for the client "default" alone is
// that of camunda.client.
func (y layered) names() map[string]string {
	names := map[string]string{}
	for _, one := range y {
		for id, client := range one.clients {
			// As a file writes it: a variable has no capitals and no dashes.
			if names[id] == "" || !strings.ContainsRune(names[id], '-') && strings.ContainsRune(client.name, '-') {
				names[id] = client.name
			}
		}
	}
	return names
}

// foldDefault makes what is given for the client "default" what camunda.client gives.
func (l *loader) foldDefault(all layered) {
	for _, y := range all {
		ofDefault := y.clients[DefaultClient]
		if ofDefault == nil {
			continue
		}
		for s, c := range ofDefault.settings {
			if slices.Contains(l.names.ofClients, s) {
				for _, e := range c.elements {
					l.withoutOthers(s, e)
				}
				continue
			}
			if have := y.settings[s]; have == nil || c.rank <= have.rank {
				y.settings[s] = c
			}
		}
		delete(y.clients, DefaultClient)
	}
}

// withoutOthers says what becomes of a setting that only a client among others has.
func (l *loader) withoutOthers(s *Setting, e entry) {
	l.accounts[e.account].Fate, l.accounts[e.account].Why = PassedOver, "there is no other client"
	if s.Key != keyEnabled {
		return
	}
	text, err := l.resolve(e.text)
	if on, ok := parseBool(text); err != nil || !ok || !on {
		l.warnf("%s has no effect here: there is no other client, and %s", e.what(), takesJobs)
	}
}

// client is one of several, as it is loaded.
type client struct {
	name  string
	given map[string]any // a given by the keys of camunda.client
}

// clientsOf returns the clients that the layers configure, in the order of their names.
func (l *loader) clientsOf(all layered) []client {
	names := all.names()
	if len(names) == 1 && names[DefaultClient] != "" {
		l.foldDefault(all)
		names[DefaultClient] = ""
	}
	l.nameAccounts(names)
	if names[DefaultClient] == "" {
		delete(names, DefaultClient)
	}
	clients := make([]client, 0, len(names))
	for _, id := range slices.SortedFunc(maps.Keys(names), func(a, b string) int { return strings.Compare(names[a], names[b]) }) {
		c := client{names[id], map[string]any{}}
		for _, y := range all {
			if of := y.clients[id]; of != nil {
				maps.Copy(c.given, of.values())
			}
		}
		clients = append(clients, c)
	}
	return clients
}

// nameAccounts has the accounts name each client as the messages do, by the plain forms of their names; empty = it is that of camunda.client.
func (l *loader) nameAccounts(names map[string]string) {
	for i := range l.accounts {
		if client, key, ok := cutClient(l.accounts[i].Key); ok {
			l.accounts[i].Key = ofClient(names[plain(client)], key)
		}
	}
}
