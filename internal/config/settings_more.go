package config

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

func sendSettings() []*Setting {
	return []*Setting{
		{
			Key: "connector.aws-eventbridge.request-timeout", Flag: "aws-request-timeout", Default: "PT10S",
			Doc:     "The timeout of one attempt to send to EventBridge.",
			Example: "PT5S", min: int64(100 * time.Millisecond), max: int64(10 * time.Minute), bind: func(c *Config) any { return &c.Connector.RequestTimeout },
		},
		{
			Key: "connector.aws-eventbridge.idle-timeout", Flag: "aws-idle-timeout", Default: "PT10M",
			Doc:     "The time without a job after which an AWS client (its credentials and connections) is closed.",
			Example: "PT1H", min: int64(time.Second), max: int64(24 * time.Hour), bind: func(c *Config) any { return &c.Connector.IdleTimeout },
		},
		{
			Key: "connector.aws-eventbridge.max-entries-per-request", Flag: "aws-max-entries-per-request", Default: "10",
			Doc: "How many entries of several jobs may share a PutEvents request. Jobs share requests only while others are in flight, and only with the same credentials, region, endpoint and bus. " +
				"With `1`, each job has its own request. The entries of one job are never split.",
			Example: "1", min: 1, max: 10, bind: func(c *Config) any { return &c.Connector.MaxEntries },
		},
		{
			Key: "connector.aws-eventbridge.max-job-bytes", Flag: "max-job-bytes", Default: JobBytesAuto,
			Doc: "How many bytes of jobs (variables and headers, as they came) may be worked on at a time, all clients together. While there are as many, no more jobs are asked for. A larger job is worked on alone. " +
				"`auto` is a share of the memory limit (`GOMEMLIMIT`, else 80 % of the container's): what exceeds 48 MiB, divided by 8. Without a memory limit it is no limit. `0` is no limit.",
			Example: "16MB", expected: "auto, or a size, such as 16MB; 0 = no limit",
			valid: func(text string) bool {
				_, ok := parseSize(text)
				return ok || text == JobBytesAuto
			},
			bind: func(c *Config) any { return &c.Connector.MaxJobBytes },
		},
		{
			Key: "connector.aws-eventbridge.allowed-endpoints", Flag: "allowed-endpoints",
			Doc: "Further hosts that a job's `configuration.endpoint` may name, such as a local stack. An entry may have a port, which must then match, and may begin with `http://` or `https://`. " +
				"A `*` matches any characters, dots included. Always allowed are AWS's EventBridge endpoints, this machine (`localhost`, `127.0.0.1`), the endpoint in AWS's own settings " +
				"(`AWS_ENDPOINT_URL_EVENTBRIDGE`, `AWS_ENDPOINT_URL`), and, if the worker reads models, an endpoint that the deployed model contains as a literal text.",
			Example: "aws:5000,*.aws.example.com", bind: func(c *Config) any { return &c.Connector.AllowedEndpoints },
		},
		{
			Key: "camunda.connector.runtime.saas", Flag: "runtime-saas", Default: "false", presence: true,
			Doc:     "Whether this runs as a service for others. Jobs may then not use the default credentials chain, because it holds the worker's own credentials. The environment variable counts with any value.",
			Example: "true", bind: func(c *Config) any { return &c.Connector.SaaS },
		},
	}
}

func secretSettings() []*Setting {
	const env, filter = "camunda.connector.secretprovider.environment.", "camunda.connector.secret-resolver.secret-filter."
	const manager = "camunda.connector.secretprovider.aws-secrets-manager."
	return []*Setting{
		{
			Key: env + "enabled", Flag: "secrets-env", Default: "true",
			Doc:     "Whether to read secrets from environment variables, and from keys of the configuration that begin with the prefix, as in a mounted folder of values.",
			Example: "false", bind: func(c *Config) any { return &c.Secrets.EnvEnabled },
		},
		{
			Key: env + "prefix", Flag: "secrets-env-prefix", Default: "SECRET_", keepEmpty: true,
			Doc:     "The prefix of these variables. With an empty prefix, a job can read any variable of this process.",
			Example: "CONNECTOR_SECRET_", bind: func(c *Config) any { return &c.Secrets.EnvPrefix },
		},
		{
			Key: env + "tenantaware", Flag: "secrets-env-tenant-aware", Default: "false", Also: []string{env + "tenant-aware"},
			Doc:     "Whether the prefix is followed by the tenant id and a separator.",
			Example: "true", bind: func(c *Config) any { return &c.Secrets.EnvTenantAware },
		},
		{
			Key: env + "processdefinitionaware", Flag: "secrets-env-process-aware", Default: "false", Also: []string{env + "process-definition-aware"},
			Doc:     "Whether the prefix (and the tenant id) is followed by the BPMN process id and a separator.",
			Example: "true", bind: func(c *Config) any { return &c.Secrets.EnvProcessAware },
		},
		{
			Key: env + "separator", Flag: "secrets-env-separator", Default: "_",
			Doc: "The separator after the tenant id and the process id. With `_` a variable can be ambiguous: `SECRET_a_b_KEY` is `b_KEY` of the tenant `a` or `KEY` of the tenant `a_b`. " +
				"A secret that may belong to another tenant or process is refused. A text that is in no id and no name, such as `__`, makes all names unambiguous.",
			Example: "__", expected: "a text without blanks and =", valid: validSeparator, bind: func(c *Config) any { return &c.Secrets.EnvSeparator },
		},
		{
			Key: "camunda.connector.secretprovider.files.directory", Flag: "secrets-directory",
			Doc:     "A directory with one file per secret, as Kubernetes and Docker mount them. Files that change are read again.",
			Example: "/run/secrets", bind: func(c *Config) any { return &c.Secrets.Directory },
		},
		{
			Key: manager + "enabled", Flag: "secrets-aws", Default: "false",
			Doc:     "Whether to read secrets from AWS Secrets Manager too, after environment and files. It uses the worker's own credentials (the default credentials chain).",
			Example: "true", bind: func(c *Config) any { return &c.Secrets.Manager.Enabled },
		},
		{
			Key: manager + "secrets", Flag: "secrets-aws-secrets",
			Doc:     "Names or ARNs of secrets. Each contains a JSON object whose keys are the names that jobs use. The first one with a name wins.",
			Example: "camunda/connectors", bind: func(c *Config) any { return &c.Secrets.Manager.Secrets },
		},
		{
			Key: manager + "prefix", Flag: "secrets-aws-prefix",
			Doc:     "With one secret per name: the prefix of the names in AWS. `{{secrets.TOKEN}}` is then the whole value of the secret PREFIXTOKEN.",
			Example: "camunda/connectors/", bind: func(c *Config) any { return &c.Secrets.Manager.Prefix },
		},
		{
			Key: manager + "region", Flag: "secrets-aws-region",
			Doc:     "The region of these secrets. The default is AWS's own setting (`AWS_REGION`).",
			Example: "eu-central-1", expected: "a region: letters, digits and dashes", valid: validLabel, bind: func(c *Config) any { return &c.Secrets.Manager.Region },
		},
		{
			Key: manager + "endpoint", Flag: "secrets-aws-endpoint",
			Doc:     "The URL of Secrets Manager, for VPC endpoints and local stacks. The default is AWS's own setting (`AWS_ENDPOINT_URL_SECRETS_MANAGER`), else the region's endpoint.",
			Example: "https://vpce-1.secretsmanager.eu-central-1.vpce.amazonaws.com", expected: "an http or https URL with a host", valid: validURL,
			bind: func(c *Config) any { return &c.Secrets.Manager.Endpoint },
		},
		{
			Key: manager + "cache-ttl", Flag: "secrets-aws-cache-ttl", Default: "PT5M",
			Doc:     "How long a secret is used before it is read again. The worker may take that long to notice a rotation.",
			Example: "PT1M", min: int64(time.Second), max: int64(24 * time.Hour), bind: func(c *Config) any { return &c.Secrets.Manager.TTL },
		},
		{
			Key: manager + "stale-ttl", Flag: "secrets-aws-stale-ttl", Default: "PT1H",
			Doc:     "How much longer it is used, with a warning in the log, if Secrets Manager does not answer; 0 = not at all.",
			Example: "PT0S", max: int64(7 * 24 * time.Hour), bind: func(c *Config) any { return &c.Secrets.Manager.Stale },
		},
		{
			Key: filter + "mode", Flag: "secret-filter", Default: FilterStrict, Enum: []string{FilterStrict, FilterLax, FilterDisabled},
			Doc: "The secrets that a job may use. `STRICT`: those that its task's input mappings name in the deployed model, each only in the field that names it. Other placeholders do not resolve, " +
				"and a model that cannot be read fails the job with one retry less. `LAX`: the same, but all secrets if the model cannot be read. `DISABLED`: all secrets in all fields. " +
				"Models are read from `camunda.client.rest-address`. Without it, `STRICT` and `LAX` resolve secrets only in `accessKey`, `secretKey` and `sessionToken`, and only for AWS's own, " +
				"loopback and allowed endpoints. A secret in any other field is then an input error.",
			Example: FilterDisabled, bind: func(c *Config) any { return &c.Secrets.FilterMode },
		},
		{
			Key: filter + "cache.enabled", Flag: "secret-filter-cache", Default: "true",
			Doc:     "Whether to cache what the filter reads from a process definition. A definition never changes. Without the cache, it is read for every job that names a secret.",
			Example: "false", bind: func(c *Config) any { return &c.Secrets.CacheEnabled },
		},
		{
			Key: filter + "cache.max-size", Flag: "secret-filter-cache-size", Default: "1000",
			Doc:     "The maximum number of process definitions in this cache. The least recently used ones are dropped.",
			Example: "100", min: 1, max: 1_000_000, bind: func(c *Config) any { return &c.Secrets.CacheSize },
		},
		legacyModeSetting(),
	}
}

func serverSettings() []*Setting {
	return []*Setting{
		{
			Key: "server.port", Flag: "port", Default: "8080",
			Doc:     "The port of the health and metrics endpoints; 0 = any free one (the log says which).",
			Example: "9090", max: 65535, bind: func(c *Config) any { return &c.Server.Port },
		},
		{
			Key: "server.address", Flag: "address",
			Doc:     "The address of these endpoints. The default is all addresses.",
			Example: "127.0.0.1", bind: func(c *Config) any { return &c.Server.Address },
		},
		{
			Key: "server.servlet.context-path", Flag: "context-path",
			Doc:     "A path below which these endpoints answer, too: probes of Camunda's runtime with a context path look for them there.",
			Example: "/connectors", expected: "a path", valid: validPath, bind: func(c *Config) any { return &c.Server.BasePath },
		},
		{
			Key: "management.server.port", Flag: "management-port",
			Doc: "A port of its own for the health and metrics endpoints. At `server.port` then only the probes `/livez` and `/readyz` answer. " +
				"The default, and `-1`, is `server.port`.",
			Example: "9600", expected: "a port from 0 to 65535, or -1", valid: validManagementPort, bind: func(c *Config) any { return &c.Server.managementPort },
		},
		{
			Key: "management.server.address", Flag: "management-address",
			Doc:     "The address of that port. The default is `server.address`.",
			Example: "127.0.0.1", bind: func(c *Config) any { return &c.Server.managementAddress },
		},
		{
			Key: "management.server.base-path", Flag: "management-base-path",
			Doc:     "A path below which the endpoints at that port answer, too.",
			Example: "/manage", expected: "a path", valid: validPath, bind: func(c *Config) any { return &c.Server.managementBase },
		},
		{
			Key: "management.endpoints.web.base-path", Flag: "actuator-path", Default: "/actuator",
			Doc:     "The path of the endpoints, at which they answer beside `/actuator`.",
			Example: "/manage", expected: "a path", valid: validPath, bind: func(c *Config) any { return &c.Server.ActuatorPath },
		},
		{
			Key: "management.endpoint.loggers.access", Flag: "loggers-access", Default: "local", Enum: []string{"none", "read-only", "local", "unrestricted"},
			Also: []string{"management.endpoint.loggers.enabled"}, other: map[string]string{"false": "none", "true": "local"},
			Doc: "Who may use `/actuator/loggers`, which shows the levels of the log and changes them until the next start. `none`: nobody, the path does not exist. " +
				"`read-only`: everybody may read. `local`: everybody may read, and this machine (`127.0.0.1`, `::1`) may change, such as through `kubectl port-forward`. " +
				"`unrestricted`: everybody who reaches the port may change.",
			Example: "read-only", bind: func(c *Config) any { return &c.Server.LoggersAccess },
		},
		{
			Key: "logging.level.root", Flag: "log-level", Default: "info", Enum: []string{"trace", "debug", "info", "warn", "error", "off"}, other: map[string]string{"fatal": "error", "warning": "warn", "false": "off"},
			Doc:     "The lowest level of log lines. `trace` is the same as `debug`.",
			Example: "debug", Also: []string{"logging.level"}, bind: func(c *Config) any { return &c.Log.Level },
		},
		{
			Key: "logging.format", Flag: "log-format", Default: "text", Enum: []string{"text", "json"}, other: map[string]string{"ecs": "json", "gelf": "json", "logstash": "json"},
			Doc:     "The format of log lines. `json` has the fields of the Elastic Common Schema, as Spring's `ecs`. Spring's `gelf` and `logstash` mean `json`, too.",
			Example: "json", Also: []string{"logging.structured.format.console"}, bind: func(c *Config) any { return &c.Log.Format },
		},
		{
			Key: fileKey, Flag: "config", flagOnly: true,
			Doc:     "A file with settings by their keys: YAML (nested or dotted), or Java properties if it ends with `.properties`.",
			Example: "/etc/eventbridge-connector.yaml", bind: func(c *Config) any { return &c.File },
		},
	}
}

// fileKey is the setting that names the configuration file.
const fileKey = "connector.aws-eventbridge.config"

// withGroup puts the settings under a heading.
func withGroup(group string, list []*Setting) []*Setting {
	for _, s := range list {
		s.Group = group
	}
	return list
}

// validPath says whether a text is the path of a URL.
func validPath(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host == "" && u.RawQuery == "" && u.Fragment == "" && strings.HasPrefix(text, "/")
}

// validManagementPort says whether a text is a port, or -1 for none.
func validManagementPort(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n >= -1 && n <= 65535
}

// validSeparator says whether a text can be part of a variable's name.
func validSeparator(text string) bool {
	return text != "" && !strings.ContainsAny(text, " \t\r\n=\x00")
}
