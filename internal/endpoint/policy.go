// Package endpoint says where requests for AWS may go (contract 1.3): to AWS's own endpoints of EventBridge, to the machine
// itself, and to the hosts that the operator allows. It opens no connection and asks no name server.
package endpoint

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Setting is the name of the setting with which an operator allows further hosts.
const Setting = "connector.aws-eventbridge.allowed-endpoints"

// Policy knows which endpoints are allowed. It does not change and is safe for concurrent use. The nil policy allows AWS's
// own endpoints and loopback.
type Policy struct{ allowed []Pattern }

// NewPolicy returns a policy that allows these hosts beside AWS's own endpoints and loopback; [ParsePattern] says how they
// are written. The error names the pattern that is none.
func NewPolicy(allowed []string) (*Policy, error) {
	p := &Policy{}
	for _, text := range allowed {
		one, err := ParsePattern(text)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", text, err)
		}
		p.allowed = append(p.allowed, one)
	}
	return p, nil
}

// Allow returns the policy with one more host.
func (p *Policy) Allow(u *url.URL) *Policy {
	grown := &Policy{}
	if p != nil {
		grown.allowed = slices.Clone(p.allowed)
	}
	grown.allowed = append(grown.allowed, Pattern{scheme: strings.ToLower(u.Scheme), host: plainHost(u.Hostname()), port: port(u)})
	return grown
}

// Allows says whether requests may go to this URL.
func (p *Policy) Allows(u *url.URL) bool {
	if u.User != nil || u.Opaque != "" || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	host := plainHost(u.Hostname())
	if host == "" {
		return false
	}
	if Loopback(host) || OfAWS(host) {
		return true
	}
	if p == nil {
		return false
	}
	return slices.ContainsFunc(p.allowed, func(one Pattern) bool { return one.matches(u.Scheme, host, port(u)) })
}

// Error says why a URL is not allowed and how an operator allows it. It names the host alone.
func Error(u *url.URL) string {
	return fmt.Sprintf("the host %q is neither one of AWS's own for EventBridge, nor this machine, nor allowed by the operator; to allow it, add it to %s",
		u.Host, Setting)
}

// Plain says whether what is sent to the URL can be read on its way: by http, and not to this machine.
func Plain(u *url.URL) bool { return !strings.EqualFold(u.Scheme, "https") && !Loopback(u.Hostname()) }

// Loopback says whether the host is this machine: localhost, 127.0.0.0/8 or ::1. An address counts in its usual form alone.
// Other forms, such as 2130706433 and 0177.0.0.1, are names for some resolvers and addresses for others.
func Loopback(host string) bool {
	host = plainHost(host)
	if host == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Zone() == "" && address.Unmap().IsLoopback()
}

// plainHost is a host in the form in which hosts are compared: in small letters and without the dot that may end it.
func plainHost(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }

// port returns the port of the URL, that of its scheme if it names none.
func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "http":
		return "80"
	}
	return "443"
}
