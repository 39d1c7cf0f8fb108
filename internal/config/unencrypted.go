package config

import (
	"net/url"
	"strings"
)

// recipient is an address that is sent credentials.
type recipient struct {
	name string // of the setting or environment variable that gives it
	url  string // empty = none is given
	what string // of ours goes there
}

// recipients lists every address of the configuration and of the environment that is sent credentials.
func (l *loader) recipients() []recipient {
	c := &l.config
	var list []recipient
	add := func(when bool, name, address, what string) {
		if when && address != "" {
			list = append(list, recipient{name, address, what})
		}
	}
	authenticates := c.Auth.Method != AuthNone
	add(authenticates && !c.Gateway.OverREST && !c.Gateway.TLS, "camunda.client.grpc-address", "http://"+c.Gateway.Target, "credentials")
	asksForSecrets := c.Secrets.LegacyMode == LegacyFallback
	add(authenticates && (c.Gateway.OverREST || c.Secrets.FilterMode != FilterDisabled || asksForSecrets), "camunda.client.rest-address", c.Gateway.RESTAddress, "credentials")
	add(!authenticates && asksForSecrets, "camunda.client.rest-address", c.Gateway.RESTAddress, "questions for secrets, whose values it answers,")
	add(c.Auth.Method == AuthOIDC, "camunda.client.auth.token-url", c.Auth.TokenURL, "the client's credentials")
	// Who answers there says where the client's credentials go.
	add(c.Auth.Method == AuthOIDC && c.Auth.TokenURL == "", l.discoveryName(), c.Auth.DiscoveryURL, "questions for the token URL")
	add(c.Secrets.Manager.Enabled, "camunda.connector.secretprovider.aws-secrets-manager.endpoint", c.Secrets.Manager.Endpoint, "signed requests for secrets")
	if !l.on("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") {
		services := []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_EVENTBRIDGE", "AWS_ENDPOINT_URL_STS"}
		if c.Secrets.Manager.Enabled && c.Secrets.Manager.Endpoint == "" {
			services = append(services, "AWS_ENDPOINT_URL_SECRETS_MANAGER")
		}
		for _, name := range services {
			add(true, name, l.env[name], "signed requests to AWS (with the session token, if there is one)")
		}
	}
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
		proxy := l.env[name]
		if proxy != "" && !strings.Contains(proxy, "://") {
			proxy = "http://" + proxy
		}
		add(hasUser(proxy), name, proxy, "the proxy's user and password")
	}
	list = append(list, l.traceRecipients()...)
	return list
}

func (l *loader) discoveryName() string {
	if l.config.Given("camunda.client.auth.well-known-configuration-url") {
		return "camunda.client.auth.well-known-configuration-url"
	}
	return "camunda.client.auth.issuer-url"
}

// traceRecipients returns where traces go with headers or a password.
func (l *loader) traceRecipients() []recipient {
	exporter := strings.TrimSpace(l.env["OTEL_TRACES_EXPORTER"])
	if l.on("OTEL_SDK_DISABLED") || exporter == "none" || exporter == "console" {
		return nil
	}
	headers := strings.TrimSpace(l.env["OTEL_EXPORTER_OTLP_TRACES_HEADERS"]+l.env["OTEL_EXPORTER_OTLP_HEADERS"]) != ""
	for _, name := range []string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"} { // the first that is set is the one
		address := strings.TrimSpace(l.env[name])
		if address == "" {
			continue
		}
		if headers || hasUser(address) {
			return []recipient{{name, l.traceAddress(address), "the headers of the OTLP exporter (which may hold a token)"}}
		}
		return nil
	}
	return nil
}

// traceAddress returns the address as the OTLP exporter uses it: the variables for INSECURE win over the URL's scheme.
func (l *loader) traceAddress(address string) string {
	for _, name := range []string{"OTEL_EXPORTER_OTLP_TRACES_INSECURE", "OTEL_EXPORTER_OTLP_INSECURE"} {
		if strings.TrimSpace(l.env[name]) == "" {
			continue
		}
		scheme := "https"
		if l.on(name) {
			scheme = "http"
		}
		if _, rest, found := strings.Cut(address, "://"); found {
			return scheme + "://" + rest
		}
	}
	return address
}

// on tells whether an environment variable is true.
func (l *loader) on(name string) bool {
	return strings.EqualFold(strings.TrimSpace(l.env[name]), "true")
}

func hasUser(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.User != nil
}

// warnOfPlaintext warns once for each address that is sent credentials unencrypted. What stays on this host is passed over.
func (l *loader) warnOfPlaintext() {
	for _, r := range l.recipients() {
		u, err := url.Parse(r.url)
		if err != nil || u.Host == "" || loopback(u.Host) {
			continue
		}
		switch strings.ToLower(u.Scheme) {
		case "http", "socks5", "socks5h":
			l.warnf("%s go to %s://%s unencrypted: %s is plaintext", r.what, u.Scheme, u.Host, r.name)
		}
	}
}
