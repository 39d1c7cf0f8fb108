package config

import "strings"

// manualPrefix returns the prefix of the variables by which Camunda's runtime registers the EventBridge connector under a name
// that its operator chose: CONNECTOR_ORDERS_FUNCTION names the connector's class, and CONNECTOR_ORDERS_TYPE then its job type.
// Empty = there is none.
func (l *loader) manualPrefix() string {
	for _, name := range sorted(l.env) {
		prefix, found := strings.CutSuffix(name, "FUNCTION")
		if found && strings.HasPrefix(prefix, "CONNECTOR_") && strings.HasSuffix(strings.TrimSpace(l.env[name]), ".EventBridgeFunction") {
			return prefix
		}
	}
	return ""
}

// ownName is the name under which a variable is looked up.
func ownName(name, manualPrefix string) string {
	if rest, found := strings.CutPrefix(name, manualPrefix); found && manualPrefix != "" {
		return "CONNECTOR_AWS_EVENTBRIDGE_" + rest
	}
	return name
}
