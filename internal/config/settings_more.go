package config

import (
	"strings"
	"time"
)

func sendSettings() []*Setting {
	return []*Setting{
		{
			Key: "connector.aws-eventbridge.request-timeout", Flag: "aws-request-timeout", Default: "PT10S",
			Doc:     "How long one attempt to send to EventBridge may take.",
			Example: "PT5S", min: int64(100 * time.Millisecond), max: int64(10 * time.Minute), bind: func(c *Config) any { return &c.Connector.RequestTimeout },
		},
		{
			Key: "connector.aws-eventbridge.idle-timeout", Flag: "aws-idle-timeout", Default: "PT10M",
			Doc:     "After how long without a job an AWS client (its credentials and connections) is closed.",
			Example: "PT1H", min: int64(time.Second), max: int64(24 * time.Hour), bind: func(c *Config) any { return &c.Connector.IdleTimeout },
		},
		{
			Key: "connector.aws-eventbridge.allowed-endpoints", Flag: "allowed-endpoints",
			Doc: "Further hosts to which a job's `configuration.endpoint` may lead, such as those of a local stack. A host may have a port (then only that) and `http://` or `https://` before it; " +
				"a `*` stands for any characters, dots included. Always allowed are AWS's own endpoints of EventBridge, this machine (`localhost`, `127.0.0.1`), the endpoint of AWS's own settings " +
				"(`AWS_ENDPOINT_URL_EVENTBRIDGE`, `AWS_ENDPOINT_URL`), and what the deployed model writes as a text, where the worker reads models.",
			Example: "aws:5000,*.aws.example.com", bind: func(c *Config) any { return &c.Connector.AllowedEndpoints },
		},
		{
			Key: "camunda.connector.runtime.saas", Flag: "runtime-saas", Default: "false", presence: true,
			Doc:     "Whether this runs as a service for others: jobs may then not use the default credentials chain, which would be the process's own. As a variable it counts as soon as it is set, whatever its value.",
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
			Doc:     "Whether secrets come from environment variables.",
			Example: "false", bind: func(c *Config) any { return &c.Secrets.EnvEnabled },
		},
		{
			Key: env + "prefix", Flag: "secrets-env-prefix", Default: "SECRET_", keepEmpty: true,
			Doc:     "What the names of these variables begin with. An empty prefix lets a job read any variable of this process.",
			Example: "CONNECTOR_SECRET_", bind: func(c *Config) any { return &c.Secrets.EnvPrefix },
		},
		{
			Key: env + "tenantaware", Flag: "secrets-env-tenant-aware", Default: "false", Also: []string{env + "tenant-aware"},
			Doc:     "Whether the tenant's id and a separator stand behind the prefix.",
			Example: "true", bind: func(c *Config) any { return &c.Secrets.EnvTenantAware },
		},
		{
			Key: env + "processdefinitionaware", Flag: "secrets-env-process-aware", Default: "false", Also: []string{env + "process-definition-aware"},
			Doc:     "Whether the BPMN process id and a separator stand behind the prefix (and the tenant).",
			Example: "true", bind: func(c *Config) any { return &c.Secrets.EnvProcessAware },
		},
		{
			Key: env + "separator", Flag: "secrets-env-separator", Default: "_",
			Doc: "What stands behind the tenant's id and the process id. With `_` a variable can be read in several ways: `SECRET_a_b_KEY` is `b_KEY` of the tenant `a` or `KEY` of the tenant `a_b`. " +
				"A secret that may be another tenant's or process's is refused. Set a text that is in no id and in no name, such as `__`, and there is only one way.",
			Example: "__", expected: "a text without blanks and =", valid: validSeparator, bind: func(c *Config) any { return &c.Secrets.EnvSeparator },
		},
		{
			Key: "camunda.connector.secretprovider.files.directory", Flag: "secrets-directory",
			Doc:     "A directory with one file per secret, as Kubernetes and Docker mount them. Files that change are read again.",
			Example: "/run/secrets", bind: func(c *Config) any { return &c.Secrets.Directory },
		},
		{
			Key: manager + "enabled", Flag: "secrets-aws", Default: "false",
			Doc:     "Whether secrets come from AWS Secrets Manager too, asked behind environment and files, with the worker's own credentials (the default chain).",
			Example: "true", bind: func(c *Config) any { return &c.Secrets.Manager.Enabled },
		},
		{
			Key: manager + "secrets", Flag: "secrets-aws-secrets",
			Doc:     "Names or ARNs of secrets that hold a JSON object each; its keys are the names that jobs use. The first that has a name counts.",
			Example: "camunda/connectors", bind: func(c *Config) any { return &c.Secrets.Manager.Secrets },
		},
		{
			Key: manager + "prefix", Flag: "secrets-aws-prefix",
			Doc:     "With one secret per name: what the secrets' names in AWS begin with. `{{secrets.TOKEN}}` is then the whole value of the secret PREFIXTOKEN.",
			Example: "camunda/connectors/", bind: func(c *Config) any { return &c.Secrets.Manager.Prefix },
		},
		{
			Key: manager + "region", Flag: "secrets-aws-region",
			Doc:     "The region of these secrets; without it, AWS's own setting (`AWS_REGION`).",
			Example: "eu-central-1", expected: "a region: letters, digits and dashes", valid: validLabel, bind: func(c *Config) any { return &c.Secrets.Manager.Region },
		},
		{
			Key: manager + "endpoint", Flag: "secrets-aws-endpoint",
			Doc:     "The URL of Secrets Manager, for VPC endpoints and local stacks; without it, AWS's own setting (`AWS_ENDPOINT_URL_SECRETS_MANAGER`) or the region's.",
			Example: "https://vpce-1.secretsmanager.eu-central-1.vpce.amazonaws.com", expected: "an http or https URL with a host", valid: validURL,
			bind: func(c *Config) any { return &c.Secrets.Manager.Endpoint },
		},
		{
			Key: manager + "cache-ttl", Flag: "secrets-aws-cache-ttl", Default: "PT5M",
			Doc:     "How long a secret is used before it is asked for again: so long a rotated one may go unseen.",
			Example: "PT1M", min: int64(time.Second), max: int64(24 * time.Hour), bind: func(c *Config) any { return &c.Secrets.Manager.TTL },
		},
		{
			Key: manager + "stale-ttl", Flag: "secrets-aws-stale-ttl", Default: "PT1H",
			Doc:     "How much longer it is used while Secrets Manager cannot be asked, with a warning in the log; 0 = not at all.",
			Example: "PT0S", max: int64(7 * 24 * time.Hour), bind: func(c *Config) any { return &c.Secrets.Manager.Stale },
		},
		{
			Key: filter + "mode", Flag: "secret-filter", Default: FilterStrict, Enum: []string{FilterStrict, FilterLax, FilterDisabled},
			Doc: "Which secrets a job may use. `STRICT`: those that the input mappings of its task name in the deployed model, each where it is named; others stay as they are, " +
				"and a model that cannot be read fails the job with one retry less. `LAX`: the same, but all secrets if the model cannot be read. `DISABLED`: all secrets, wherever they are named. " +
				"Models are read from `camunda.client.rest-address`; without it, `STRICT` and `LAX` resolve secrets only in `accessKey`, `secretKey` and `sessionToken`, and only for endpoints that are AWS's own, " +
				"of this machine or allowed; one that is named anywhere else is an input error.",
			Example: FilterDisabled, bind: func(c *Config) any { return &c.Secrets.FilterMode },
		},
		{
			Key: filter + "cache.enabled", Flag: "secret-filter-cache", Default: "true",
			Doc:     "Whether what the filter learns of a process definition is kept, which never changes. Without it, every job that names a secret has the definition read.",
			Example: "false", bind: func(c *Config) any { return &c.Secrets.CacheEnabled },
		},
		{
			Key: filter + "cache.max-size", Flag: "secret-filter-cache-size", Default: "1000",
			Doc:     "For how many process definitions: the last used ones.",
			Example: "100", min: 1, max: 1_000_000, bind: func(c *Config) any { return &c.Secrets.CacheSize },
		},
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
			Doc:     "The address on which they listen; without it, all.",
			Example: "127.0.0.1", bind: func(c *Config) any { return &c.Server.Address },
		},
		{
			Key: "logging.level.root", Flag: "log-level", Default: "info", Enum: []string{"trace", "debug", "info", "warn", "error", "off"},
			Doc:     "From which level on log lines are written. `trace` is as `debug`.",
			Example: "debug", Also: []string{"logging.level"}, bind: func(c *Config) any { return &c.Log.Level },
		},
		{
			Key: "logging.format", Flag: "log-format", Default: "text", Enum: []string{"text", "json"},
			Doc:     "Log lines for people or for machines.",
			Example: "json", bind: func(c *Config) any { return &c.Log.Format },
		},
		{
			Key: fileKey, Flag: "config", flagOnly: true,
			Doc:     "A YAML file with any of these settings by their keys, nested or dotted.",
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

// validSeparator says whether a text can be part of a variable's name.
func validSeparator(text string) bool {
	return text != "" && !strings.ContainsAny(text, " \t\r\n=\x00")
}
