package config

import (
	"fmt"
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
func (l *loader) variables() (all, weak layer) {
	all, weak = layer{}, layer{}
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
		e.account = l.account(Account{Name: name, Source: "environment variable", Key: s.Key})
		l.take(all, weak, s, index, e)
	}
	l.javaOptions()
	return all, weak
}

// isEmpty is why a name without a value has no effect.
const isEmpty = "it is empty, which counts as not set"

// take puts an entry that names a setting into the layer of its source.
func (l *loader) take(all, weak layer, p place, index int, e entry) {
	switch {
	case p.presence && e.line == 0 && !e.isJSON():
		e.text = "true"
	case e.text == "" && !p.keepEmpty:
		l.accounts[e.account].Fate, l.accounts[e.account].Why = PassedOver, isEmpty
		return
	}
	if p.key == "zeebe.client.connection-mode" {
		e.text = connectionMode(e.text)
	}
	if isWeak(p.key) {
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
	if e.name == jsonVariable {
		return // what it holds is told on its own
	}
	if l.decides(e) || l.passOver(e) || !ours(e.name) {
		return
	}
	unknown := &UnknownError{What: "environment variable", Name: e.name, Nearest: Nearest(e.name, l.names.shownVariables)}
	l.account(Account{Name: e.name, Source: "environment variable", Fate: Unknown, Why: unknown.hint()})
	l.warn(Warning{Text: unknown.Error()})
}

// javaOptions warns of settings in the options of a Java process, which are not read.
func (l *loader) javaOptions() {
	for _, variable := range []string{"JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "JAVA_OPTIONS"} {
		value, set := l.env[variable]
		if !set {
			continue
		}
		l.account(Account{Name: variable, Source: "environment variable", Fate: PassedOver, Why: "this is no Java process"})
		for option := range strings.FieldsSeq(value) {
			name, _, _ := strings.Cut(strings.Trim(option, `"'`), "=")
			property, isProperty := strings.CutPrefix(name, "-D")
			instead := ""
			switch s, _, known := l.names.key(property); {
			case !isProperty:
			case known:
				instead = s.Variables()[0]
			case property == "https.proxyHost" || property == "http.proxyHost":
				instead = "HTTPS_PROXY"
			case property == "javax.net.ssl.trustStore":
				instead = "camunda.client.ca-certificate-path, AWS_CA_BUNDLE and SSL_CERT_FILE, with certificates as PEM"
			}
			if instead != "" {
				l.warnf("environment variable %s: -D%s has no effect, since this is no Java process; set %s", variable, property, instead)
			}
		}
	}
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
		l.account(Account{Name: shownKey(e.name), Source: e.where(), Fate: Used, Why: "it says which configuration is read"})
		return true
	}
	why, ok := unusedName(e.name)
	if ok {
		l.passed(e, why)
		l.warn(Warning{Text: fmt.Sprintf("%s has no effect here%s", e.what(), why), Minor: why == ""})
		return true
	}
	whose, ok := foreignName(e.name, e.isVariable() && !e.isJSON())
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
