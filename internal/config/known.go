package config

import "strings"

// unused lists keys of Camunda's runtime and clients that existing configurations hold for good reasons and that mean
// nothing here; a dot at the end stands for everything below. A note says what an operator should know about it.
var unused = []struct{ key, note string }{
	{"camunda.client.execution-threads", ""},
	{"camunda.client.max-http-connections", ""},
	{"camunda.client.max-metadata-size", ""},
	{"camunda.client.message-time-to-live", ""},
	{"camunda.client.request-timeout-offset", ""},
	{"camunda.client.prefix-physical-tenant-path", ""},
	{"camunda.client.deployment.", ""},
	{"camunda.client.identity.base-url", ""},
	{"camunda.client.identity.enabled", ""},
	{"camunda.client.operate.", ""},
	{"camunda.client.tasklist.", ""},
	{"camunda.client.optimize.", ""},
	{"camunda.client.auth.connect-timeout", ""},
	{"camunda.client.auth.credentials-cache-path", ""},
	{"camunda.client.auth.oidc-type", ""},
	{"camunda.client.config-path", noTokenFile},
	{"camunda.client.worker.defaults.auto-complete", ""},
	{"camunda.client.worker.defaults.fetch-variables", ""},
	{"camunda.client.worker.defaults.force-fetch-all-variables", ""},
	{"camunda.client.worker.defaults.max-retries", ""},
	{"camunda.client.worker.defaults.method-info.", ""},
	{"camunda.client.worker.defaults.retry-backoff", ""},
	{"camunda.client.zeebe.defaults.auto-complete", ""},
	{"camunda.client.zeebe.defaults.fetch-variables", ""},
	{"camunda.client.zeebe.defaults.force-fetch-all-variables", ""},
	{"camunda.client.zeebe.defaults.max-retries", ""},
	{"camunda.client.zeebe.defaults.method-info.", ""},
	{"camunda.client.zeebe.defaults.retry-backoff", ""},
	{"camunda.client.zeebe.deployment.", ""},
	{"camunda.client.zeebe.execution-threads", ""},
	{"camunda.client.zeebe.max-http-connections", ""},
	{"camunda.client.zeebe.max-metadata-size", ""},
	{"camunda.client.zeebe.message-time-to-live", ""},
	{"camunda.client.zeebe.request-timeout-offset", ""},
	{"camunda.connector.agenticai.", ""},
	{"camunda.connector.auth.", ""},
	{"camunda.connector.broker.", ""},
	{"camunda.connector.cloud.", ""},
	{"camunda.connector.document.", ""},
	{"camunda.connector.executor.", ""},
	{"camunda.connector.headers.", ""},
	{"camunda.connector.headless.", ""},
	{"camunda.connector.hostname", ""},
	{"camunda.connector.http.", ""},
	{"camunda.connector.hub.", ""},
	{"camunda.connector.inbound.", ""},
	{"camunda.connector.instances.", ""},
	{"camunda.connector.mcp.", ""},
	{"camunda.connector.oauth.", ""},
	{"camunda.connector.outbound.", ""},
	{"camunda.connector.polling.", ""},
	{"camunda.connector.process-definition-search.", ""},
	{"camunda.connector.process-instance.", ""},
	{"camunda.connector.secretprovider.console.", ": secrets of Camunda's console are not supported"},
	{"camunda.connector.secretprovider.discovery.", ""},
	{"camunda.connector.security.", ""},
	{"camunda.connector.state.", ""},
	{"camunda.connector.version", ""},
	{"camunda.connector.virtual-threads.", ""},
	{"camunda.connector.webhook.", ""},
	{"common.enabled", ""},
	{"common.keycloak.realm", ": the token URL is taken as it is given"},
	{"connector.aws-eventbridge.function", ""},
	{"connector.aws-eventbridge.input-variables", ""},
	{"management.endpoints.web.path-mapping.", ": the endpoints keep their names below /actuator"},
	{"zeebe.auth-connect-timeout", ""},
	{"zeebe.client.apply-environment-variable-overrides", ""},
	{"zeebe.client.cloud.credentials-cache-path", noTokenFile},
	{"zeebe.client.config.path", noTokenFile},
	{"zeebe.client.max-metadata-size", ""},
	{"zeebe.client.message.time-to-live", ""},
	{"zeebe.client.worker.threads", ""},
	{"zeebe.max-http-connections", ""},
}

const noTokenFile = ": tokens are kept in memory"

// unusedName tells whether a key, or a variable made from one, is one of Camunda's that mean nothing here, and what to
// say about it.
func unusedName(name string) (note string, ok bool) {
	given := spell(name)
	for _, u := range unused {
		if matches(given, u.key) {
			return u.note, true
		}
	}
	return "", false
}

// matches says whether a name is that of a key of a list such as [unused], where a dot or a dash at the end stands for
// everything behind it.
func matches(name spelt, key string) bool {
	if len(name.letters) == 0 || name.letters[0] != key[0] {
		return false
	}
	switch known := spell(key); {
	case strings.HasSuffix(key, "."):
		return name.isOrUnder(spell(strings.TrimSuffix(key, ".")))
	case strings.HasSuffix(key, "-"):
		return strings.HasPrefix(name.letters, known.letters) && name.holds(known.ends)
	default:
		return name.is(known)
	}
}
