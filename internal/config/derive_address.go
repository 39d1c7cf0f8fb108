package config

import "net/url"

// oldModes are values of camunda.client.mode in Camunda 8.5 to 8.7: self-managed clusters by how they authenticate.
var oldModes = map[string]string{AuthOIDC: AuthOIDC, AuthBasic: AuthBasic, modeSimple: modeSimple}

// modeSimple leaves the authentication to what follows from the credentials.
const modeSimple = "simple"

// deriveOldMode takes a mode of older versions for what it means now.
func (l *loader) deriveOldMode() {
	c := &l.config
	if c.Mode == "" || c.Mode == ModeSelfManaged || c.Mode == ModeSaaS {
		return
	}
	mode, source := c.Mode, l.config.Origin(keyMode)
	c.Mode = ModeSelfManaged
	l.derived(keyMode, "follows from "+source)
	if c.Auth.Method == "" && mode != modeSimple {
		c.Auth.Method = mode
		l.derived("camunda.client.auth.method", "follows from "+source)
	}
}

const (
	keyMode    = "camunda.client.mode"
	keyGRPC    = "camunda.client.grpc-address"
	keyREST    = "camunda.client.rest-address"
	keyBaseURL = "camunda.client.zeebe.base-url"
)

// deriveAddresses takes the one address of Camunda 8.5 to 8.7 for that which is missing.
func (l *loader) deriveAddresses() {
	g := &l.config.Gateway
	u, err := url.Parse(g.BaseURL)
	if err != nil || g.BaseURL == "" { // it was looked at
		return
	}
	address := u.Scheme + "://" + u.Host
	switch {
	case !l.givenGRPC():
		g.GRPCAddress = address
		l.derived(keyGRPC, "follows from "+l.keyOf(keyBaseURL))
	case g.RESTAddress == "" && g.GRPCAddress != address && u.Port() != "26500":
		g.RESTAddress = g.BaseURL
		l.derived(keyREST, "follows from "+l.keyOf(keyBaseURL))
	}
}

// givenGRPC says whether something tells where the gateway is.
func (l *loader) givenGRPC() bool {
	g := l.config.Gateway
	return l.config.Given(keyGRPC) || g.Host != "" || g.Port != ""
}
