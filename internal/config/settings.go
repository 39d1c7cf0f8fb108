package config

import (
	"slices"
	"strings"
	"time"
)

// Setting describes one setting: all that the project knows about it stands here once.
type Setting struct {
	Group   string   // heading under which it is documented
	Key     string   // in Camunda's spelling: camunda.client.grpc-address
	Flag    string   // without dashes: grpc-address; the key itself is a flag too
	Default string   // as it would be written in a file; empty = none
	Example string   // a value that makes sense, for messages and documentation
	Doc     string   // one or two sentences
	Secret  bool     // its value is never shown
	Enum    []string // the only values, where there are so few

	Before []string // keys that win over Key in the same source (more special ones)
	Also   []string // keys that Key wins over (older spellings)
	Env    []string // variables besides those that follow from the keys (the Zeebe Go client's), asked last

	other     map[string]string // values beside those of Enum by their plain form, and what they are taken for
	keepEmpty bool              // an empty text is a value, not the absence of one
	presence  bool              // a variable that is there means true, whatever its value
	flagOnly  bool              // makes no sense inside the file
	min, max  int64             // of a whole number; of a duration in nanoseconds; of a size in bytes
	expected  string            // what a value must be, where its kind does not say it
	valid     func(text string) bool

	bind func(*Config) any // *string, *int, *bool, *time.Duration, *Size or *[]string
}

// Names returns every key under which the setting is accepted, the strongest first.
func (s *Setting) Names() []string {
	return slices.Concat(s.Before, []string{s.Key}, s.Also)
}

// Variables returns the environment variables under which the setting is accepted, the strongest first: for each key
// Spring's name for it (dots as underscores, dashes dropped, capitals), then the one with dashes as underscores.
func (s *Setting) Variables() []string {
	var out []string
	for _, key := range s.Names() {
		for _, name := range variablesOf(key) {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return append(out, s.Env...)
}

func (s *Setting) isList() bool {
	_, ok := s.bind(new(Config)).(*[]string)
	return ok
}

func variablesOf(key string) []string {
	upper := strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
	spring, plain := strings.ReplaceAll(upper, "-", ""), strings.ReplaceAll(upper, "-", "_")
	if name, ok := strings.CutPrefix(key, "connector.aws-eventbridge."); ok {
		// Camunda's runtime makes this prefix from the connector's title, a space as an underscore; without was earlier.
		return slices.Compact([]string{"CONNECTOR_AWS_EVENTBRIDGE_" + variablesOf(name)[0], plain, spring})
	}
	return slices.Compact([]string{spring, plain})
}

// Settings returns the list of all settings, in the order in which they are documented.
func Settings() []*Setting {
	return slices.Concat(
		withGroup("Connection to the cluster", clusterSettings()),
		withGroup("Authentication with the cluster", authSettings()),
		withGroup("Client certificates and client assertions", keySettings()),
		withGroup("Taking jobs", workerSettings()),
		withGroup("Sending events", sendSettings()),
		withGroup("Secrets", secretSettings()),
		withGroup("Health, metrics and log", serverSettings()),
	)
}

func clusterSettings() []*Setting {
	return []*Setting{
		{
			Key: "camunda.client.mode", Flag: "mode", Enum: []string{ModeSelfManaged, ModeSaaS}, other: oldModes,
			Doc: "Whether the cluster is self-managed or in Camunda's SaaS. The default is `saas` if a cluster id is set. The older values `oidc`, `basic` and `simple` mean `selfManaged` " +
				"with that authentication (`simple`: what follows from the credentials).",
			Example: ModeSaaS, Also: []string{"zeebe.client.connection-mode"}, bind: func(c *Config) any { return &c.Mode },
		},
		{
			Key: "camunda.client.grpc-address", Flag: "grpc-address", Default: "http://localhost:26500",
			Doc: "The gateway's gRPC address. `http://` means plaintext, `https://` TLS. Without a scheme, as in the Zeebe Go client, it is TLS, " +
				"unless `camunda.client.plaintext` is set. In mode `saas` the cluster id and the region set it.",
			Example: "https://zeebe.example.com:443", Also: []string{"camunda.client.zeebe.grpc-address", "zeebe.client.broker.grpc-address", "zeebe.client.broker.gateway-address", "zeebe.client.broker.contact-point", "zeebe.grpc.address"},
			Env: []string{"ZEEBE_ADDRESS", "CAMUNDA_GRPC_ADDRESS"}, expected: "an http or https URL with a host and a port, or host:port", valid: validGRPCAddress,
			bind: func(c *Config) any { return &c.Gateway.GRPCAddress },
		},
		{
			Key: "camunda.client.rest-address", Flag: "rest-address",
			Doc: "The address of the Orchestration Cluster REST API (Camunda 8.8 and later), with or without `/v2`. The secret filter reads deployed models there, " +
				"and jobs are taken there if `camunda.client.prefer-rest-over-grpc` says so. Authentication and CA certificates are those of the gateway. In mode `saas` the cluster id and the region set it.",
			Example: "https://zeebe.example.com", Also: []string{"camunda.client.zeebe.rest-address", "zeebe.client.broker.rest-address", "zeebe.rest.address", "common.url", "common.base-url"},
			Env: []string{"CAMUNDA_REST_ADDRESS"}, expected: "an http or https URL with a host and without a query", valid: validRESTAddress,
			bind: func(c *Config) any { return &c.Gateway.RESTAddress },
		},
		{
			Key: "camunda.client.prefer-rest-over-grpc", Flag: "prefer-rest", Default: "false",
			Doc: "Whether to take jobs over the REST API instead of gRPC (Camunda 8.8 and later). The default is `true` if only a REST address is given. " +
				"The section *gRPC or REST* of docs/configuration.md says when to take which.",
			Example: "true", Also: []string{"camunda.client.zeebe.prefer-rest-over-grpc", "zeebe.prefer-rest", "camunda.prefer-rest"},
			bind: func(c *Config) any { return &c.Gateway.OverREST },
		},
		{
			Key: "camunda.client.zeebe.base-url", Flag: "zeebe-base-url",
			Doc:     "The cluster's address in the settings of Camunda 8.5 to 8.7: that of the gateway if no gRPC address is set, else that of the REST API if none is set.",
			Example: "https://zeebe.example.com:443", expected: "an http or https URL with a host", valid: validURL,
			bind: func(c *Config) any { return &c.Gateway.BaseURL },
		},
		{
			Key: "camunda.client.plaintext", Flag: "plaintext", Default: "false",
			Doc:     "Connect without TLS if the gateway's address has no scheme.",
			Example: "true", Also: []string{"zeebe.client.security.plaintext"}, Env: []string{"ZEEBE_INSECURE_CONNECTION"},
			bind: func(c *Config) any { return &c.Gateway.Plaintext },
		},
		{
			Key: "zeebe.host", Flag: "zeebe-host",
			Doc:     "The gateway's host, if no address is set (as in the Zeebe Go client).",
			Example: "zeebe.example.com", bind: func(c *Config) any { return &c.Gateway.Host },
		},
		{
			Key: "zeebe.port", Flag: "zeebe-port",
			Doc:     "The gateway's port, if no address is set (as in the Zeebe Go client). A value such as `tcp://10.0.0.1:26500`, which Kubernetes sets for a service named zeebe, is ignored.",
			Example: "26500", expected: "a port from 1 to 65535", valid: validPort,
			bind: func(c *Config) any { return &c.Gateway.Port },
		},
		{
			Key: "camunda.client.ca-certificate-path", Flag: "ca-certificate-path",
			Doc:     "A PEM file with the CA certificates for the gateway, over gRPC or REST, instead of the system's. The token URL, and the REST API beside gRPC, are checked against both.",
			Example: "/etc/ssl/camunda-ca.pem", Also: []string{"camunda.client.zeebe.ca-certificate-path", "zeebe.client.security.cert-path"},
			Env: []string{"ZEEBE_CA_CERTIFICATE_PATH", "CAMUNDA_CA_CERTIFICATE_PATH"}, bind: func(c *Config) any { return &c.Gateway.CACertificatePath },
		},
		{
			Key: "camunda.client.override-authority", Flag: "override-authority",
			Doc:     "The host name in the gateway's certificate, which is also sent as authority, if it differs from the address.",
			Example: "zeebe.internal", Also: []string{"camunda.client.zeebe.override-authority", "zeebe.client.security.override-authority"},
			Env: []string{"ZEEBE_OVERRIDE_AUTHORITY", "CAMUNDA_OVERRIDE_AUTHORITY"}, bind: func(c *Config) any { return &c.Gateway.OverrideAuthority },
		},
		{
			Key: "camunda.client.keep-alive", Flag: "keep-alive", Default: "PT45S",
			Doc:     "How often an idle connection to the gateway is checked.",
			Example: "PT30S", Also: []string{"camunda.client.zeebe.keep-alive", "zeebe.client.broker.keep-alive"}, Env: []string{"ZEEBE_KEEP_ALIVE", "CAMUNDA_KEEP_ALIVE"},
			min: int64(time.Second), max: int64(time.Hour), bind: func(c *Config) any { return &c.Gateway.KeepAlive },
		},
		{
			Key: "camunda.client.max-message-size", Flag: "max-message-size", Default: "5MB",
			Doc:     "The maximum size of a message from the gateway.",
			Example: "16MB", Also: []string{"camunda.client.zeebe.max-message-size", "zeebe.client.message.max-message-size"},
			min: 1 << 10, max: 1 << 30, bind: func(c *Config) any { return &c.Gateway.MaxMessageSize },
		},
		{
			Key: "camunda.client.request-timeout", Flag: "gateway-request-timeout", Default: "PT10S",
			Doc:     "The timeout of one attempt to send a command to the gateway.",
			Example: "PT20S", Also: []string{"camunda.client.zeebe.request-timeout", "zeebe.client.request-timeout"},
			min: int64(100 * time.Millisecond), max: int64(time.Hour), bind: func(c *Config) any { return &c.Gateway.RequestTimeout },
		},
		{
			Key: "camunda.client.cloud.cluster-id", Flag: "cluster-id",
			Doc:     "The id of the SaaS cluster.",
			Example: "2a1b7c9e-0000-4000-8000-1234567890ab", Also: []string{"camunda.client.cluster-id", "zeebe.client.cloud.cluster-id"}, Env: []string{"CAMUNDA_CLUSTER_ID"},
			expected: "a cluster id: letters, digits and dashes", valid: validLabel, bind: func(c *Config) any { return &c.Cloud.ClusterID },
		},
		{
			Key: "camunda.client.cloud.region", Flag: "region",
			Doc:     "The region of the SaaS cluster. If a cluster id is set, the default is `bru-2`, as in Camunda's clients, with a warning.",
			Example: "bru-2", Also: []string{"camunda.client.region", "zeebe.client.cloud.region"}, Env: []string{"CAMUNDA_CLUSTER_REGION"},
			expected: "a region: letters, digits and dashes", valid: validLabel, bind: func(c *Config) any { return &c.Cloud.Region },
		},
		{
			Key: "camunda.client.cloud.domain", Flag: "cloud-domain", Default: "camunda.io",
			Doc:     "The domain of Camunda's SaaS.",
			Example: "camunda.io", Also: []string{"camunda.client.cloud.base-url", "zeebe.client.cloud.base-url"}, bind: func(c *Config) any { return &c.Cloud.Domain },
		},
		{
			Key: "camunda.client.cloud.port", Flag: "cloud-port", Default: "443",
			Doc:     "The port of the SaaS cluster.",
			Example: "443", Also: []string{"zeebe.client.cloud.port"}, min: 1, max: 65535, bind: func(c *Config) any { return &c.Cloud.Port },
		},
	}
}

func authSettings() []*Setting {
	return []*Setting{
		{
			Key: "camunda.client.auth.method", Flag: "auth-method", Enum: []string{AuthNone, AuthBasic, AuthOIDC},
			Doc:     "How to authenticate. The default is `oidc` if a client id and a secret (or a key or certificate instead) are set, `basic` if a username and password are set, else `none`.",
			Example: AuthOIDC, bind: func(c *Config) any { return &c.Auth.Method },
		},
		{
			Key: "camunda.client.auth.client-id", Flag: "client-id",
			Doc:     "The client id for token requests.",
			Example: "connectors", Also: []string{"zeebe.client.cloud.client-id", "zeebe.client.id", "common.client-id"}, Env: []string{"CAMUNDA_CLIENT_ID"},
			bind: func(c *Config) any { return &c.Auth.ClientID },
		},
		{
			Key: "camunda.client.auth.client-secret", Flag: "client-secret", Secret: true,
			Doc: "The client secret for token requests.", Also: []string{"zeebe.client.cloud.client-secret", "zeebe.client.secret", "zeebe.client.cloud.secret", "common.client-secret"},
			Env: []string{"CAMUNDA_CLIENT_SECRET"}, bind: func(c *Config) any { return &c.Auth.ClientSecret },
		},
		{
			Key: "camunda.client.auth.token-url", Flag: "token-url",
			Doc:     "The URL for token requests. In mode `saas` it is Camunda's.",
			Example: "https://keycloak.example.com/auth/realms/camunda-platform/protocol/openid-connect/token",
			Also:    []string{"camunda.client.auth.issuer", "zeebe.client.cloud.auth-url", "zeebe.authorization.server.url", "common.auth-url", "common.keycloak.token-url", "common.keycloak.url"}, Env: []string{"CAMUNDA_AUTHORIZATION_SERVER_URL", "CAMUNDA_OAUTH_URL"},
			expected: "an http or https URL with a host", valid: validURL, bind: func(c *Config) any { return &c.Auth.TokenURL },
		},
		{
			Key: "camunda.client.auth.issuer-url", Flag: "issuer-url",
			Doc:     "The authorization server's issuer. Its OpenID configuration has the token URL, if none is set.",
			Example: "https://keycloak.example.com/auth/realms/camunda-platform", expected: "an http or https URL with a host", valid: validURL,
			bind: func(c *Config) any { return &c.Auth.IssuerURL },
		},
		{
			Key: "camunda.client.auth.well-known-configuration-url", Flag: "well-known-configuration-url",
			Doc:     "The address of that OpenID configuration, if it cannot be derived from the issuer.",
			Example: "https://login.example.com/.well-known/openid-configuration", expected: "an http or https URL with a host", valid: validURL,
			bind: func(c *Config) any { return &c.Auth.DiscoveryURL },
		},
		{
			Key: "camunda.client.auth.audience", Flag: "audience",
			Doc:     "The audience of the token. In mode `saas` it is the cluster's.",
			Example: "zeebe-api", Also: []string{"camunda.client.zeebe.audience", "zeebe.client.cloud.audience", "zeebe.token.audience", "camunda.client.identity.audience"}, Env: []string{"CAMUNDA_TOKEN_AUDIENCE"},
			bind: func(c *Config) any { return &c.Auth.Audience },
		},
		{
			Key: "camunda.client.auth.scope", Flag: "scope",
			Doc:     "The scope of the token.",
			Example: "openid", Also: []string{"camunda.client.zeebe.scope", "zeebe.client.cloud.scope", "zeebe.token.scope", "camunda.client.identity.scope"}, Env: []string{"CAMUNDA_TOKEN_SCOPE"},
			bind: func(c *Config) any { return &c.Auth.Scope },
		},
		{
			Key: "camunda.client.auth.resource", Flag: "resource",
			Doc:     "The resource of the token, if the authorization server requires one.",
			Example: "api://camunda", Also: []string{"zeebe.token.resource"}, Env: []string{"CAMUNDA_TOKEN_RESOURCE"}, bind: func(c *Config) any { return &c.Auth.Resource },
		},
		{
			Key: "camunda.client.auth.username", Flag: "username",
			Doc:     "The user of basic authentication.",
			Example: "demo", Also: []string{"common.username"}, Env: []string{"ZEEBE_BASIC_AUTH_USERNAME", "CAMUNDA_BASIC_AUTH_USERNAME"}, bind: func(c *Config) any { return &c.Auth.Username },
		},
		{
			Key: "camunda.client.auth.password", Flag: "password", Secret: true,
			Doc: "The password of basic authentication.", Also: []string{"common.password"},
			Env: []string{"ZEEBE_BASIC_AUTH_PASSWORD", "CAMUNDA_BASIC_AUTH_PASSWORD"}, bind: func(c *Config) any { return &c.Auth.Password },
		},
		{
			Key: "camunda.client.auth.read-timeout", Flag: "auth-timeout", Default: "PT10S",
			Doc:     "The timeout of a token request.",
			Example: "PT5S", Env: []string{"ZEEBE_AUTH_REQUEST_TIMEOUT", "ZEEBE_AUTH_READ_TIMEOUT", "CAMUNDA_AUTH_READ_TIMEOUT"}, min: int64(100 * time.Millisecond), max: int64(time.Hour),
			bind: func(c *Config) any { return &c.Auth.Timeout },
		},
	}
}

func workerSettings() []*Setting {
	const defaults, old = "camunda.client.worker.defaults.", "camunda.client.zeebe.defaults."
	return []*Setting{
		{
			Key: "connector.aws-eventbridge.type", Flag: "job-type", Default: "io.camunda:aws-eventbridge:1",
			Doc:     "The job type that the worker takes.",
			Example: "com.example:eventbridge:1", bind: func(c *Config) any { return &c.Connector.JobType },
		},
		{
			Key: defaults + "timeout", Flag: "lease", Default: "PT1M",
			Doc: "The lease: the time for which an activated job belongs to this worker. If a worker dies, its jobs wait until their lease ends. " +
				"`connector.aws-eventbridge.timeout` wins over the general setting.",
			Example: "PT2M", Before: []string{"connector.aws-eventbridge.timeout"}, Also: []string{old + "timeout", "zeebe.client.job.timeout"},
			min: int64(5 * time.Second), max: int64(24 * time.Hour), bind: func(c *Config) any { return &c.Worker.Lease },
		},
		{
			Key: defaults + "max-jobs-active", Flag: "max-jobs-active", Default: "256",
			Doc:     "The maximum number of jobs at a time.",
			Example: "64", Also: []string{old + "max-jobs-active", "zeebe.client.worker.max-jobs-active"}, min: 1, max: 100_000,
			bind: func(c *Config) any { return &c.Worker.MaxJobsActive },
		},
		{
			Key: defaults + "stream-enabled", Flag: "stream-enabled", Default: "true",
			Doc:     "Whether to stream jobs in addition to polling.",
			Example: "false", Also: []string{old + "stream-enabled", "zeebe.client.default-job-worker-stream-enabled"}, bind: func(c *Config) any { return &c.Worker.StreamEnabled },
		},
		{
			Key: defaults + "stream-timeout", Flag: "stream-timeout", Default: "PT10M",
			Doc:     "The age at which a stream is replaced, plus or minus 10 %.",
			Example: "PT1H", Also: []string{old + "stream-timeout"}, min: int64(time.Second), max: int64(24 * time.Hour),
			bind: func(c *Config) any { return &c.Worker.StreamTimeout },
		},
		{
			Key: defaults + "poll-interval", Flag: "poll-interval", Default: "PT10S",
			Doc:     "The interval of polls while a stream is open. Without a stream, each poll waits at the gateway, and the next one follows at once.",
			Example: "PT30S", Also: []string{old + "poll-interval", "zeebe.client.job.poll-interval"}, min: int64(10 * time.Millisecond), max: int64(time.Hour),
			bind: func(c *Config) any { return &c.Worker.PollInterval },
		},
		{
			Key: defaults + "request-timeout", Flag: "poll-timeout", Default: "PT20S",
			Doc:     "How long a poll waits at the gateway for a job, if there is no stream; 0 = the default.",
			Example: "PT30S", Also: []string{old + "request-timeout"}, max: int64(time.Hour),
			bind: func(c *Config) any { return &c.Worker.RequestTimeout },
		},
		{
			Key: defaults + "name", Flag: "worker-name", Default: "eventbridge-connector",
			Doc:     "The worker's name, as the cluster shows it.",
			Example: "eventbridge-eu", Also: []string{old + "name", "zeebe.client.worker.default-name", "zeebe.client.worker.name"}, bind: func(c *Config) any { return &c.Worker.Name },
		},
		{
			Key: defaults + "tenant-ids", Flag: "tenant-ids",
			Doc:     "The tenants whose jobs the worker takes. The default is `camunda.client.tenant-id`, else the default tenant.",
			Example: "tenant-a,tenant-b", Also: []string{old + "tenant-ids", "camunda.client.tenant-ids", "zeebe.client.default-job-worker-tenant-ids"},
			Env:      []string{"ZEEBE_DEFAULT_JOB_WORKER_TENANT_IDS", "CAMUNDA_DEFAULT_JOB_WORKER_TENANT_IDS"},
			expected: "tenant ids, separated by commas, without quotes, brackets and line breaks", valid: validTenants, bind: func(c *Config) any { return &c.Worker.TenantIDs },
		},
		{
			Key: "camunda.client.tenant-id", Flag: "tenant-id",
			Doc:     "The tenant whose jobs the worker takes, if there is only one.",
			Example: "tenant-a", Also: []string{"zeebe.client.default-tenant-id"}, Env: []string{"ZEEBE_DEFAULT_TENANT_ID", "CAMUNDA_DEFAULT_TENANT_ID"},
			expected: "one tenant id", valid: func(text string) bool { return validTenants(text) && !strings.Contains(text, ",") }, bind: func(c *Config) any { return &c.Worker.TenantID },
		},
		tenantFilterSetting(),
		physicalTenantSetting(),
		withLeaseSetting(),
		{
			Key: "connector.aws-eventbridge.grace-period", Flag: "grace-period", Default: "PT20S",
			Doc:     "The time that running jobs have to finish at a shutdown. Keep it below the time after which your platform kills the process (Kubernetes: 30 s).",
			Example: "PT1M", Also: []string{"spring.lifecycle.timeout-per-shutdown-phase"}, max: int64(time.Hour), bind: func(c *Config) any { return &c.Worker.GracePeriod },
		},
	}
}
