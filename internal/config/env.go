package config

import (
	"slices"
	"strings"
)

// environment is the process's environment, with the names that hold dashes (which Spring takes as well) respelt.
type environment struct {
	names  []string
	values map[string]string
	given  map[string]string // our spelling of a name → the name as it was given
}

func newEnvironment(env []string) *environment {
	e := &environment{values: map[string]string{}, given: map[string]string{}}
	for _, entry := range env {
		name, value, ok := strings.Cut(entry, "=")
		if !ok || name == "" {
			continue
		}
		e.names = append(e.names, name)
		e.values[name] = value
	}
	slices.Sort(e.names)
	for _, name := range e.names {
		respelt := strings.ReplaceAll(name, "-", "")
		if _, taken := e.values[respelt]; !taken && respelt != name && ours(respelt) {
			e.values[respelt], e.given[respelt] = e.values[name], name
		}
	}
	return e
}

// prefixes are those whose variables are meant for us or for Camunda's runtime, so that a name under them that nobody
// knows is likely a slip.
var prefixes = []string{"CAMUNDA_CLIENT_", "CAMUNDA_SSL_CLIENT_", "CAMUNDA_CONNECTOR_", "CONNECTOR_AWS_EVENTBRIDGE_", "CONNECTOR_AWSEVENTBRIDGE_", "ZEEBE_"}

func ours(name string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}

// lookup returns a setting's value in the environment and the variable's name as it was given.
func (e *environment) lookup(s *Setting) (value, name string, ok bool) {
	for _, name := range s.Variables() {
		value, ok := e.values[name]
		if !ok || (value == "" && !s.keepEmpty && !s.presence) || foreign(name, value) {
			continue
		}
		if s.presence {
			value = "true"
		}
		if given := e.given[name]; given != "" {
			name = given
		}
		return value, name, true
	}
	return "", "", false
}

// unknown returns a warning for each variable under our prefixes that nobody knows.
func (e *environment) unknown(settings []*Setting) []Warning {
	var known []string
	for _, s := range settings {
		known = append(known, s.Variables()...)
	}
	var out []Warning
	for _, name := range e.names {
		respelt := strings.ReplaceAll(name, "-", "")
		if !ours(name) || slices.Contains(known, name) || slices.Contains(known, respelt) || foreign(name, e.values[name]) {
			continue
		}
		if note, camundas := unusedName(name); camundas {
			out = append(out, Warning{Text: "environment variable " + name + " has no effect here" + note, Minor: note == ""})
			continue
		}
		out = append(out, Warning{Text: (&UnknownError{What: "environment variable", Name: name, Nearest: Nearest(name, known)}).Error()})
	}
	return out
}

// foreign tells variables of other origin under the prefix ZEEBE_: the broker's own, and those that Kubernetes and
// Docker set beside a service of that name (ZEEBE_PORT=tcp://10.0.0.1:26500, ZEEBE_SERVICE_HOST, ZEEBE_GATEWAY_PORT_26500_TCP_ADDR).
func foreign(name, value string) bool {
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
