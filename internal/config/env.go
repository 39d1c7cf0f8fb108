package config

import (
	"fmt"
	"slices"
	"strings"
)

func newEnvironment(env []string) map[string]string {
	values := map[string]string{}
	for _, entry := range env {
		if name, value, ok := strings.Cut(entry, "="); ok && name != "" {
			values[name] = value
		}
	}
	return values
}

// variables returns what the environment gives. A variable that nobody knows is warned of if its prefix is one of ours.
func (l *loader) variables() (all, weak *layer) {
	all, weak = newLayer(""), newLayer("")
	manual := l.manualPrefix()
	for _, name := range sorted(l.env) {
		value := l.env[name]
		if ofOthers(name, value) {
			continue
		}
		e := entry{name: name, text: value, source: "environment variable " + name}
		s, index, known := l.names.variable(ownName(name, manual))
		if !known {
			l.unknownVariable(e)
			continue
		}
		if s.client != "" && !l.goodName(s.client, e) {
			continue
		}
		e.account = l.account(Account{Name: name, Source: "environment variable", Key: ofClient(s.client, s.Key)})
		l.take(all, weak, s, index, e)
	}
	return all, weak
}

// whichConfiguration is the use of Spring's own properties.
const whichConfiguration = "it says which configuration is read"

// isEmpty is why a name without a value has no effect.
const isEmpty = "it is empty, which counts as not set"

// take puts an entry that names a setting into the layer of its source.
func (l *loader) take(all, weak *layer, p place, index int, e entry) {
	switch {
	case p.presence && e.line == 0 && !e.property:
		e.text = "true"
	case e.text == "" && !p.keepEmpty:
		l.accounts[e.account].Fate, l.accounts[e.account].Why = PassedOver, isEmpty
		return
	}
	if p.key == "zeebe.client.connection-mode" {
		e.text = connectionMode(e.text)
	}
	if isWeak(p.key) && p.client == "" {
		weak.add(p, index, e)
		return
	}
	all.add(p, index, e)
}

// connectionMode is a mode in the words of Camunda 8.5.
func connectionMode(text string) string {
	switch strings.ToLower(text) {
	case "cloud":
		return ModeSaaS
	case "address":
		return ModeSelfManaged
	}
	return text
}

// isWeak says whether a key was given for other parts of Camunda too. Every other name of the same setting wins over it,
// whatever the source.
func isWeak(key string) bool {
	return strings.HasPrefix(key, "common.") || strings.HasPrefix(key, "camunda.client.identity.")
}

// unknownVariable tells what becomes of a variable that names no setting.
func (l *loader) unknownVariable(e entry) {
	if e.name == jsonVariable || e.name == "spring.application.json" || slices.Contains(javaOptions, e.name) {
		return // what it holds is told on its own
	}
	if l.decides(e) || l.passOver(e) || !ours(e.name) {
		return
	}
	if isOfNamed(e.name) {
		l.unknownOfClient(e)
		return
	}
	unknown := &UnknownError{What: "environment variable", Name: e.name, Nearest: Nearest(e.name, l.names.shownVariables)}
	l.account(Account{Name: e.name, Source: "environment variable", Fate: Unknown, Why: unknown.hint()})
	l.warn(Warning{Text: unknown.Error()})
}

// ofOthers tells variables of other origin under the prefix ZEEBE_: the broker's own, and those that Kubernetes and
// Docker set beside a service of that name (ZEEBE_PORT=tcp://10.0.0.1:26500, ZEEBE_SERVICE_HOST, ZEEBE_GATEWAY_PORT_26500_TCP_ADDR).
func ofOthers(name, value string) bool {
	if strings.Contains(name, "_SERVICE_HOST") || strings.Contains(name, "_SERVICE_PORT") {
		return true
	}
	if i := strings.Index(name, "_PORT"); i >= 0 && (strings.HasPrefix(value, "tcp://") || strings.HasPrefix(value, "udp://") ||
		strings.Contains(name[i:], "_TCP") || strings.Contains(name[i:], "_UDP")) {
		return true
	}
	for _, prefix := range []string{"ZEEBE_BROKER_", "ZEEBE_GATEWAY_", "ZEEBE_LOG_", "ZEEBE_RESTORE_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return name == "ZEEBE_STANDALONE_GATEWAY" || name == "ZEEBE_HOME" || name == "ZEEBE_VERSION" || name == "ZEEBE_RESTORE"
}

// passOver tells whether a name is one of those that have no effect here, and says so.
func (l *loader) passOver(e entry) bool {
	if isSpringsOwn(e.name) {
		l.account(Account{Name: shownKey(e.name), Source: e.where(), Fate: Used, Why: whichConfiguration})
		return true
	}
	why, ok := unusedName(e.general())
	if ok {
		l.passed(e, why)
		l.warn(Warning{Text: fmt.Sprintf("%s has no effect here%s", e.what(), why), Minor: why == ""})
		return true
	}
	whose, ok := foreignName(e.name, e.isVariable() && !e.property)
	if ok {
		l.passed(e, whose)
		l.foreign(e, whose)
	}
	return ok
}

// passed notes that an entry has no effect.
func (l *loader) passed(e entry, why string) {
	if why = strings.TrimPrefix(why, ": "); why == "" {
		why = "of Camunda's runtime, without an effect on this connector"
	}
	l.account(Account{Name: shownKey(e.name), Source: e.where(), Fate: PassedOver, Why: why})
}
