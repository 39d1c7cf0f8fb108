package config

import (
	"errors"
	"strings"
)

// clientFlag is the flag that gives a named client a setting.
const clientFlag = "client"

const clientFlagDoc = "A setting of one of several clients, such as `tenant2.physical-tenant-id=tenant2` for the key camunda.clients.tenant2.physical-tenant-id. May be given several times. " +
	"--camunda.clients.tenant2.physical-tenant-id=tenant2 also works."

// setClientFlag takes what the flag gives. The last of equal ones counts.
func (l *loader) setClientFlag(text string) error {
	name, value, found := strings.Cut(text, "=")
	p, index, known := l.names.ofNamed(clientsRoot + name)
	if !found || !strings.Contains(name, ".") {
		return errors.New("expected NAME.KEY=VALUE, such as tenant2.physical-tenant-id=tenant2")
	}
	client, key, _ := cutClient(clientsRoot + name)
	if !validClientName(client) {
		return badClientName(client)
	}
	flag := "--" + clientsRoot + name
	if !known {
		unknown := &UnknownError{What: "flag", Name: flag}
		if near := l.names.nearestOfClient(client, key); near != "" {
			unknown.Nearest = "--" + near
		}
		return unknown
	}
	account := l.account(Account{Name: flag, Source: "flag", Key: ofClient(client, p.Key)})
	if index < 0 {
		delete(l.ofClients.of(client).settings, p.Setting)
	}
	l.ofClients.add(place{Setting: p.Setting, client: client}, index, entry{name: flag, text: value, source: "flag " + flag, account: account})
	return nil
}
