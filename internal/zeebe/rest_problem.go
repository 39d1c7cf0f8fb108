package zeebe

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"regexp"
	"strings"
)

// problem is what an answer by RFC 9457 says. Camunda's gateway gives all its refusals so; its titles are codes such as
// NOT_FOUND.
type problem struct{ Title, Detail string }

// problem returns what a refusal says; false if it is in no form of Camunda's gateway.
func (a *restAnswer) problem() (problem, bool) {
	var p problem
	if a.cut != nil || json.Unmarshal(a.body, &p) != nil || p.Title == "" && p.Detail == "" {
		return problem{}, false
	}
	return p, true
}

// maxProblem is how many bytes of the server's own words are repeated.
const maxProblem = 300

// text is what the server says, cut to length.
func (p problem) text() string {
	text := p.Detail
	if text == "" {
		text = p.Title
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	for i := range text {
		if i >= maxProblem {
			return text[:i] + "…"
		}
	}
	return text
}

// has says whether the problem has the code: as its title, or as that with which the broker rejected a command.
func (p problem) has(code string) bool {
	return strings.EqualFold(p.Title, code) || strings.Contains(p.Detail, "'"+code+"'")
}

var (
	// tenantWords are how a gateway says that a tenant is refused, or what asks for the jobs of tenants. The word alone also stands in
	// what an identity provider says of its own tenants.
	tenantWords = regexp.MustCompile(`(?i)\btenant identifiers?\b|\btenant filter\b|\btenantFilter\b|\btenantIds?\b|\bmulti-tenancy\b|\bthe tenant ['"]|\bact for tenant\b`)
	// paths are left out of what is looked at: a physical tenant is in the path of each request.
	paths = regexp.MustCompile(`\S*/\S*`)
)

// tenant says whether the problem is with a tenant.
func (p problem) tenant() bool { return tenantWords.MatchString(paths.ReplaceAllString(p.Detail, "")) }

// physicalTenant says whether the problem is that there is no such physical tenant.
func (p problem) physicalTenant() bool {
	return strings.Contains(strings.ToLower(paths.ReplaceAllString(p.Detail, "")), "physical tenant")
}

// refusesToken says whether another token may be taken. Some versions of Camunda refuse a tenant with the same status.
func (a *restAnswer) refusesToken() bool {
	if a.status != http.StatusUnauthorized {
		return false
	}
	p, _ := a.problem()
	return !p.tenant()
}

// proxyHint says what to look at if a proxy could not be reached; empty = it was not that.
func proxyHint(err error) string {
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "proxyconnect" {
		return "; the request goes through the proxy that HTTP_PROXY or HTTPS_PROXY names: look whether it is up, or add the host of camunda.client.rest-address to NO_PROXY"
	}
	return ""
}

// untrusted says whether the server's certificate was not accepted, which does not pass.
func untrusted(err error) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}
