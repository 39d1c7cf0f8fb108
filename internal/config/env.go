package config

import (
	"cmp"
	"maps"
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

// environ lists the environment for koanf's provider, which keeps the last of the variables of one setting: the weakest
// names come first, those of no setting before all.
func (l *loader) environ() []string {
	rank := func(name string) int {
		if p, ok := l.names.variable(name); ok {
			return p.rank
		}
		return 1 << 20
	}
	sorted := slices.SortedFunc(maps.Keys(l.env), func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(b), rank(a)), strings.Compare(a, b))
	})
	for i, name := range sorted {
		sorted[i] = name + "=" + l.env[name]
	}
	return sorted
}

// variable returns the key and the value of the setting that an environment variable gives, for koanf's provider. The key
// is empty if it gives none. A variable that nobody knows is warned of if its prefix is one of ours.
func (l *loader) variable(name, value string) (key string, v any) {
	s, known := l.names.variable(name)
	switch {
	case foreign(name, value):
		return "", nil
	case !known:
		if ours(name) && !l.passOver(name, "environment variable "+name) {
			l.warn(Warning{Text: (&UnknownError{What: "environment variable", Name: name, Nearest: Nearest(name, l.names.shownVariables)}).Error()})
		}
		return "", nil
	case s.presence:
		value = "true"
	case value == "" && !s.keepEmpty:
		return "", nil
	}
	return s.Key, given{Text: value, Source: "environment variable " + name}
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
