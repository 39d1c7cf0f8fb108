package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// configureClients makes the configuration of each named client: that of camunda.client with what is given for the client. Winners
// gets what counts.
func (l *loader) configureClients(clients []client, winners map[string]given) {
	for _, c := range clients {
		of := l.forClient(c.name)
		if !l.clientEnabled(of, c) {
			continue
		}
		of.config.values = slices.Clone(l.config.values)
		of.dropAlternatives(c.given)
		for _, s := range slices.Concat(l.settings, l.names.ofClients) {
			v, ok := c.given[s.Key].(given)
			if !ok {
				continue
			}
			if text, err := l.resolve(v.Text); err == nil && text == "" {
				l.judge(v, PassedOver, isEmpty)
				continue
			}
			own := *s
			own.Key = ofClient(c.name, s.Key)
			v = of.set(&own, v)
			winners[own.Key] = v
			of.replace(Value{Setting: s, Text: s.show(s.text(&of.config)), Source: v.Source, Key: own.Key, given: true})
		}
		l.errs, l.warnings = append(l.errs, of.errs...), append(l.warnings, of.warnings...)
		l.config.clients = append(l.config.clients, &of.config)
	}
	if len(clients) > 0 && len(l.config.clients) == 0 && len(l.errs) == 0 {
		l.fail(fmt.Errorf("%s: found false for all clients, expected true for one of them at least", ofClient("NAME", keyEnabled)))
	}
	l.onePrimary()
}

// clientEnabled says whether a client takes jobs. What is given for one that does not is passed over.
func (l *loader) clientEnabled(of *loader, c client) bool {
	v, ok := c.given[keyEnabled].(given)
	if !ok {
		return true
	}
	s := *l.names.ofClient(keyEnabled)
	s.Key = ofClient(c.name, keyEnabled)
	before := len(of.errs)
	of.config.enabled = true // as long as nothing says otherwise, an empty placeholder included
	if v = of.set(&s, v); len(of.errs) > before || of.config.enabled {
		of.errs = of.errs[:before] // it is set once more
		return true
	}
	for _, key := range slices.Sorted(maps.Keys(c.given)) {
		if v, ok := c.given[key].(given); ok {
			l.judge(v, PassedOver, "the client is not enabled")
		}
	}
	l.warnf("the client %s takes no jobs: %s is false (%s)", c.name, s.Key, v.Source)
	return false
}

// forClient returns a loader of a client's configuration, which begins as that of camunda.client.
func (l *loader) forClient(name string) *loader {
	of := *l
	of.client, of.config.Client, of.config.clients = name, name, nil
	of.errs, of.warnings = nil, nil
	return &of
}

// replace puts a value in the place of that of the same setting.
func (l *loader) replace(v Value) {
	for i := range l.config.values {
		if l.config.values[i].Setting.Key == v.Setting.Key {
			l.config.values[i] = v
			return
		}
	}
	l.config.values = append(l.config.values, v)
}

// alternatives are settings of which a client takes one: what it gives itself takes the place of the others that it would have of
// camunda.client.
var alternatives = []struct{ given, dropped []string }{
	{[]string{"tenant-id"}, []string{"worker.defaults.tenant-ids"}},
	{[]string{"auth.issuer-url"}, []string{"auth.token-url", "auth.well-known-configuration-url"}},
	{[]string{"auth.well-known-configuration-url"}, []string{"auth.token-url"}},
	{[]string{"auth.username", "auth.password"}, []string{"auth.method", "auth.client-id", "auth.client-secret"}},
	{[]string{"auth.client-id", "auth.client-secret"}, []string{"auth.method", "auth.username", "auth.password"}},
	{[]string{"cloud.cluster-id"}, []string{"mode", "grpc-address", "rest-address", "zeebe.base-url"}},
}

// dropAlternatives takes from a client what it does not give itself, where it gives something else in its place.
func (l *loader) dropAlternatives(own map[string]any) {
	gives := func(keys []string) bool {
		return slices.ContainsFunc(keys, func(key string) bool { _, ok := own[clientRoot+key]; return ok })
	}
	for _, a := range alternatives {
		if !gives(a.given) {
			continue
		}
		for _, key := range a.dropped {
			if !gives([]string{key}) {
				l.reset(clientRoot + key)
			}
		}
	}
}

// reset gives a setting its default.
func (l *loader) reset(key string) {
	for _, s := range l.settings {
		if s.Key != key {
			continue
		}
		v := Value{Setting: s, Text: s.Default, Source: "default", Key: s.Key}
		s.clear(&l.config)
		if s.Default == "" {
			v.Source = "not set"
		} else {
			s.set(&l.config, s.Default)
		}
		l.replace(v)
	}
}

// deriveClients fills in what follows from other settings for each named client. What all clients have in common is told once, the
// rest with the client's name.
func (l *loader) deriveClients() {
	errs, warnings := newShared(), newShared()
	for i, c := range l.config.clients {
		of := l.forClient(c.Client)
		of.config = *c
		of.deriveClient()
		of.askAboutAddresses()
		*l.config.clients[i] = of.config
		for _, err := range of.errs {
			errs.add(c.Client, err.Error())
		}
		for _, w := range of.warnings {
			warnings.add(c.Client, w.Text)
		}
	}
	for text := range errs.texts(len(l.config.clients)) {
		l.fail(errors.New(text))
	}
	for text := range warnings.texts(len(l.config.clients)) {
		l.warn(Warning{Text: text})
	}
	if len(l.errs) > 0 {
		return
	}
	l.warnOfSameJobs()
	tenants := []string{}
	for _, c := range l.config.clients {
		tenants = append(tenants, c.Worker.TenantIDs...)
	}
	for _, c := range append(slices.Clone(l.config.clients), &l.config) {
		c.tenants = slices.Compact(slices.Sorted(slices.Values(tenants)))
	}
}
