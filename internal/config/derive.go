package config

import (
	"fmt"
	"strconv"
	"strings"
)

// derive fills in what follows from other settings and refuses what does not go together.
func (l *loader) derive() {
	l.deriveManagement()
	l.checkManager()
	if !l.config.Named() {
		l.deriveClient()
		return
	}
	l.deriveClients()
}

// deriveClient fills in what follows from other settings of a client, or of the only one.
func (l *loader) deriveClient() {
	c := &l.config
	l.deriveOldMode()
	l.deriveTransport()
	l.deriveAddresses()
	if c.Mode == "" {
		source := "default"
		c.Mode = ModeSelfManaged
		if c.Cloud.ClusterID != "" && !c.Given("camunda.client.grpc-address") {
			c.Mode, source = ModeSaaS, "follows from the cluster id"
		}
		l.derived("camunda.client.mode", source)
	}
	l.deriveAuthMethod()
	if c.Auth.DiscoveryURL == "" && c.Auth.IssuerURL != "" {
		c.Auth.DiscoveryURL = strings.TrimRight(c.Auth.IssuerURL, "/") + "/.well-known/openid-configuration"
		l.derived("camunda.client.auth.well-known-configuration-url", "follows from "+l.keyOf("camunda.client.auth.issuer-url"))
	}
	if c.Mode == ModeSaaS {
		l.deriveSaaS()
	}
	if c.Gateway.OverREST {
		l.checkREST()
	} else {
		l.deriveTarget()
	}
	l.checkAuth()
	l.checkKeys()
	l.warnOfPlaintext()
	if c.Worker.RequestTimeout == 0 {
		l.useDefault("camunda.client.worker.defaults.request-timeout")
	}
	l.deriveTenants()
	l.checkLegacyMode()
	if c.Gateway.RESTAddress == "" && c.Secrets.FilterMode == FilterLax {
		l.warnf("camunda.connector.secret-resolver.secret-filter.mode is LAX, but without %s no deployed model can be read: "+
			"secrets resolve in accessKey, secretKey and sessionToken only", ofClient(l.client, keyREST))
	}
}

// checkManager refuses AWS Secrets Manager without secrets, and tells of secrets without it.
func (l *loader) checkManager() {
	const manager = "camunda.connector.secretprovider.aws-secrets-manager."
	switch m := l.config.Secrets.Manager; {
	case m.Enabled && len(m.Secrets) == 0 && m.Prefix == "":
		l.missing(manager+"secrets", "names of JSON secrets, or "+manager+"prefix for one secret per name, since "+manager+"enabled is true")
	case !m.Enabled && (len(m.Secrets) > 0 || m.Prefix != ""):
		l.warnf("%ssecrets or %sprefix is set, but %senabled is not: AWS Secrets Manager is not asked", manager, manager, manager)
	}
}

// useDefault gives a setting its default.
func (l *loader) useDefault(key string) {
	for _, s := range l.settings {
		if s.Key == key {
			s.set(&l.config, s.Default)
			l.derived(key, "default, since 0 is given")
		}
	}
}

// derived notes a value that was filled in.
func (l *loader) derived(key, source string) {
	for i := range l.config.values {
		if v := &l.config.values[i]; v.Setting.Key == key {
			v.Text, v.Source, v.Key = v.Setting.show(v.Setting.text(&l.config)), source, ofClient(l.client, key)
		}
	}
}

// keyOf names a setting as it was given, for the client or for all.
func (l *loader) keyOf(key string) string { return l.config.Wrong(key, "").Key }

func (l *loader) deriveAuthMethod() {
	a := &l.config.Auth
	if a.Method != "" {
		return
	}
	switch {
	case l.config.Mode == ModeSaaS || a.ClientID != "" && (a.ClientSecret != "" || !a.Assertion.Key.IsZero() || !a.TLSKey.IsZero()):
		a.Method = AuthOIDC
	case a.Username != "" && a.Password != "":
		a.Method = AuthBasic
	default:
		a.Method = AuthNone
	}
	l.derived("camunda.client.auth.method", "follows from the credentials given")
}

// defaultRegion is the region of a SaaS cluster for which none is given.
const defaultRegion = "bru-2"

// deriveSaaS composes the addresses of a SaaS cluster from its id and region.
func (l *loader) deriveSaaS() {
	c := &l.config
	c.Cloud.Domain = strings.TrimPrefix(c.Cloud.Domain, "zeebe.") // as it was written up to Camunda 8.6
	cloud := c.Cloud
	if !c.Given("camunda.client.grpc-address") && (!c.Gateway.OverREST || c.Gateway.RESTAddress == "") {
		if cloud.ClusterID == "" {
			l.missing("camunda.client.cloud.cluster-id", "the cluster's id, since camunda.client.mode is saas")
		}
		if cloud.Region == "" && cloud.ClusterID != "" {
			cloud.Region, c.Cloud.Region = defaultRegion, defaultRegion
			l.derived("camunda.client.cloud.region", "default of Camunda's clients")
			l.warnf("camunda.client.cloud.region is not set, so %s is used, as by Camunda's clients; the cluster's page in the Console names its region", defaultRegion)
		}
		c.Gateway.GRPCAddress = "https://" + cloud.ClusterID + "." + cloud.Region + ".zeebe." + cloud.Domain + ":" + strconv.Itoa(cloud.Port)
		l.derived("camunda.client.grpc-address", "follows from mode saas")
	}
	if c.Gateway.RESTAddress == "" && cloud.ClusterID != "" && cloud.Region != "" {
		c.Gateway.RESTAddress = "https://" + cloud.Region + ".zeebe." + cloud.Domain + ":" + strconv.Itoa(cloud.Port) + "/" + cloud.ClusterID
		l.derived("camunda.client.rest-address", "follows from mode saas")
	}
	if c.Auth.TokenURL == "" && c.Auth.DiscoveryURL == "" {
		c.Auth.TokenURL = "https://login.cloud." + cloud.Domain + "/oauth/token"
		l.derived("camunda.client.auth.token-url", "follows from mode saas")
	}
	if c.Auth.Audience == "" {
		c.Auth.Audience = "zeebe." + cloud.Domain
		l.derived("camunda.client.auth.audience", "follows from mode saas")
	}
}

// deriveTarget settles where the gateway is and whether it is spoken to by TLS.
func (l *loader) deriveTarget() {
	g := &l.config.Gateway
	if !l.config.Given("camunda.client.grpc-address") && l.config.Mode != ModeSaaS && (g.Host != "" || g.Port != "") {
		host, port := g.Host, g.Port
		if host == "" {
			host = "localhost"
		}
		if port == "" {
			port = "26500"
		}
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		g.GRPCAddress = host + ":" + port
		l.derived("camunda.client.grpc-address", "follows from zeebe.host and zeebe.port")
	}
	hostPort, scheme, err := target(g.GRPCAddress)
	if err != nil {
		l.fail(&ValueError{Key: "camunda.client.grpc-address", Found: redact(g.GRPCAddress), Source: "follows from other settings", Expected: "an address"})
		return
	}
	g.Target = hostPort
	switch scheme {
	case "http":
		g.TLS = false
	case "https":
		g.TLS = true
		if g.Plaintext {
			l.warnf("camunda.client.plaintext is true, but the address %s says TLS, and that counts", redact(g.GRPCAddress))
		}
	default:
		g.TLS = !g.Plaintext
		if !l.config.Given("camunda.client.plaintext") {
			l.warnf("camunda.client.grpc-address %s has no scheme, so TLS is used; write http://%s for plaintext", g.GRPCAddress, hostPort)
		}
	}
	if !g.TLS && g.CACertificatePath != "" {
		l.warnf("camunda.client.ca-certificate-path is set, but the gateway's address %s is plaintext", redact(g.GRPCAddress))
	}
}

// checkAuth refuses a method without what it needs, and half of a pair of credentials where no method is given: without a
// word it would mean none.
func (l *loader) checkAuth() {
	a := l.config.Auth
	need := func(value, key, what string) {
		if value == "" {
			l.missing(key, what+", since camunda.client.auth.method is "+a.Method)
		}
	}
	switch a.Method {
	case AuthOIDC:
		need(a.ClientID, "camunda.client.auth.client-id", "a client id")
		if a.Assertion.Key.IsZero() && a.TLSKey.IsZero() {
			need(a.ClientSecret, "camunda.client.auth.client-secret", "a client secret, or a key for client assertions or a client certificate in its place")
		}
		need(a.TokenURL+a.DiscoveryURL, "camunda.client.auth.token-url", "the URL where tokens are asked for, or camunda.client.auth.issuer-url")
	case AuthBasic:
		need(a.Username, "camunda.client.auth.username", "a username")
		need(a.Password, "camunda.client.auth.password", "a password")
	case AuthNone:
		if !l.config.Given("camunda.client.auth.method") {
			l.pair("camunda.client.auth.client-id", "camunda.client.auth.client-secret")
			l.pair("camunda.client.auth.username", "camunda.client.auth.password")
		}
	}
}

// pair refuses one setting without the other.
func (l *loader) pair(a, b string) {
	for _, p := range [][2]string{{a, b}, {b, a}} {
		if given := l.config.Wrong(p[0], ""); given.Found != "nothing" && l.config.Wrong(p[1], "").Found == "nothing" {
			l.missing(p[1], fmt.Sprintf("a value, since %s is given (%s); or %s=none", given.Key, given.Source, ofClient(l.client, "camunda.client.auth.method")))
		}
	}
}

func (l *loader) missing(key, expected string) {
	l.fail(&ValueError{Key: ofClient(l.client, key), Found: "nothing", Source: "not set", Expected: expected})
}
