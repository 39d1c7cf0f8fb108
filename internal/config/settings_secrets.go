package config

const keyLegacyMode = "camunda.connector.secret-resolver.legacy.mode"

func legacyModeSetting() *Setting {
	return &Setting{
		Key: keyLegacyMode, Flag: "secrets-legacy-mode", Default: LegacyOn, Enum: []string{LegacyOn, LegacyFallback, LegacyOff},
		Doc: "Where `{{secrets.NAME}}` is looked for. `ON`: in the providers above. `FALLBACK`: in the providers, and then in the cluster, which keeps it as `camunda.secrets.NAME` (Camunda 8.10 and later). `OFF`: nowhere; a job that has one where the secret filter allows it becomes an incident. " +
			"`FALLBACK` needs `camunda.client.rest-address`, also if jobs come over gRPC, and the permission `REVEAL` on the resource `SECRET`. The secret filter holds for it, too. " +
			"A name that has other characters than letters, digits, `_` and `-` is not asked of the cluster.",
		Example: LegacyFallback, bind: func(c *Config) any { return &c.Secrets.LegacyMode },
	}
}

// checkLegacyMode looks at what the fallback to the cluster needs.
func (l *loader) checkLegacyMode() {
	c := &l.config
	if c.Secrets.LegacyMode != LegacyFallback {
		return
	}
	if c.Gateway.RESTAddress == "" {
		l.missing(keyREST, "the address of the Orchestration Cluster REST API, since "+c.Origin(keyLegacyMode)+": the cluster is asked there for secrets")
	}
	if c.Secrets.FilterMode != FilterStrict {
		l.warnf("%s is FALLBACK, and camunda.connector.secret-resolver.secret-filter.mode is %s: process data may name any secret of the cluster that the worker's client may reveal; "+
			"with STRICT it may not", keyLegacyMode, c.Secrets.FilterMode)
	}
}
