package config

import "strings"

// unused lists keys of Camunda's runtime that existing configurations hold for good reasons and that mean nothing
// here; a dot at the end stands for everything below. A note says what an operator should know about it.
var unused = []struct{ key, note string }{
	{"camunda.client.enabled", ""},
	{"camunda.client.execution-threads", ""},
	{"camunda.client.max-http-connections", ""},
	{"camunda.client.max-metadata-size", ""},
	{"camunda.client.message-time-to-live", ""},
	{"camunda.client.prefer-rest-over-grpc", ""},
	{"camunda.client.request-timeout-offset", ""},
	{"camunda.client.physical-tenant-id", ""},
	{"camunda.client.prefix-physical-tenant-path", ""},
	{"camunda.client.deployment.", ""},
	{"camunda.client.identity.", ""},
	{"camunda.client.operate.", ""},
	{"camunda.client.tasklist.", ""},
	{"camunda.client.optimize.", ""},
	{"camunda.client.auth.connect-timeout", ""},
	{"camunda.client.auth.credentials-cache-path", ""},
	{"camunda.client.auth.oidc-type", ""},
	{"camunda.client.auth.truststore-", noTruststore},
	{"camunda.ssl.client.truststore-", noTruststore},
	{"zeebe.ssl.client.truststore-", noTruststore},
	{"camunda.client.worker.defaults.auto-complete", ""},
	{"camunda.client.worker.defaults.enabled", ""},
	{"camunda.client.worker.defaults.fetch-variables", ""},
	{"camunda.client.worker.defaults.force-fetch-all-variables", ""},
	{"camunda.client.worker.defaults.max-retries", ""},
	{"camunda.client.worker.defaults.type", ": the job type is connector.aws-eventbridge.type"},
	{"camunda.client.worker.defaults.retry-backoff", ""},
	{"camunda.client.worker.override.", ": there is one worker, and camunda.client.worker.defaults is its"},
	{"camunda.client.zeebe.", ""},
	{"camunda.connector.agenticai.", ""},
	{"camunda.connector.auth.", ""},
	{"camunda.connector.broker.", ""},
	{"camunda.connector.cloud.", ""},
	{"camunda.connector.document.", ""},
	{"camunda.connector.executor.", ""},
	{"camunda.connector.headers.", ""},
	{"camunda.connector.hostname", ""},
	{"camunda.connector.http.", ""},
	{"camunda.connector.inbound.", ""},
	{"camunda.connector.oauth.", ""},
	{"camunda.connector.outbound.", ""},
	{"camunda.connector.polling.", ""},
	{"camunda.connector.process-definition-search.", ""},
	{"camunda.connector.secretprovider.console.", ": secrets of Camunda's console are not supported"},
	{"camunda.connector.secretprovider.discovery.", ""},
	{"camunda.connector.version", ""},
	{"camunda.connector.virtual-threads.", ""},
	{"camunda.connector.webhook.", ""},
	{"connector.aws-eventbridge.function", ""},
	{"connector.aws-eventbridge.input-variables", ""},
	{"zeebe.client.config-path", ": tokens are kept in memory"},
	{"zeebe.client.connection-mode", ""},
	{"zeebe.client.default-", ""},
	{"zeebe.client.enabled", ""},
	{"zeebe.client.job.", ""},
	{"zeebe.client.message.", ""},
	{"zeebe.client.worker.", ""},
}

// noTruststore is said of the truststore for the token URL.
const noTruststore = ": a truststore is not read; give its certificates as PEM, in camunda.client.ca-certificate-path if they signed the gateway's too, else among the system's (SSL_CERT_FILE)"

// unusedName tells whether a key, or a variable made from one, is one of Camunda's that mean nothing here, and what to
// say about it.
func unusedName(name string) (note string, ok bool) {
	name = plain(name)
	for _, u := range unused {
		known := plain(u.key)
		if name == known || (strings.HasSuffix(u.key, ".") || strings.HasSuffix(u.key, "-")) && strings.HasPrefix(name, known) {
			return u.note, true
		}
	}
	return "", false
}
