package config

import "strings"

// keySecretPrefix is the setting of the prefix of secrets.
const keySecretPrefix = "camunda.connector.secretprovider.environment.prefix"

// SecretProperty returns a value that is no setting and whose name begins with the prefix of secrets: of a file, a folder of values,
// SPRING_APPLICATION_JSON or a system property. Camunda's runtime takes secrets from there as well as from the environment. Here the
// environment is asked first.
func (c *Config) SecretProperty(name string) (string, bool) {
	value, ok := c.secretProperties[name]
	return value, ok
}

// SecretProperties returns how many of them there are.
func (c *Config) SecretProperties() int { return len(c.secretProperties) }

// secretPrefix returns the prefix of secrets before the settings are read. An empty one is a prefix, too.
func (l *loader) secretPrefix() string {
	if g, ok := l.flags[keySecretPrefix].(given); ok {
		return g.Text
	}
	if value, ok := l.property(keySecretPrefix); ok {
		if resolved, err := l.resolve(value); err == nil {
			return resolved
		}
	}
	return ""
}

// keepSecret keeps the value of a name that is no setting if it can be a secret of jobs, and tells whether it can. Without a prefix
// it can be one if it has no dot, as a setting has.
func (l *loader) keepSecret(e entry) bool {
	prefix := l.secretPrefix()
	if !strings.HasPrefix(e.name, prefix) || e.name == prefix || prefix == "" && strings.Contains(e.name, ".") {
		return false
	}
	value, err := l.resolve(e.text)
	if err != nil {
		value = e.text // a password may look so
	}
	if l.config.secretProperties == nil {
		l.config.secretProperties = map[string]string{}
	}
	l.config.secretProperties[e.name] = value
	l.account(Account{Name: shownKey(e.name), Source: e.where(), Fate: Used, Why: "a secret of jobs"})
	return true
}
