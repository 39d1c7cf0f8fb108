package endpoint

import (
	"errors"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
)

// Pattern is a host that the operator allows.
type Pattern struct {
	scheme string // empty = http and https
	host   string // with stars
	port   string // empty = any
}

var hostForm = regexp.MustCompile(`^[\pL\pN*_-]+(?:\.[\pL\pN*_-]+)*$`)

// ParsePattern reads a host that may be allowed: a name or an address, with a port or without (then any), with http:// or
// https:// before it or without (then both). A star in a name stands for one or more characters, dots included:
// *.example.com is any host below example.com, and not example.com itself.
func ParsePattern(text string) (Pattern, error) {
	rest := strings.TrimSpace(text)
	p := Pattern{}
	if scheme, behind, ok := strings.Cut(rest, "://"); ok {
		p.scheme, rest = strings.ToLower(scheme), strings.TrimSuffix(behind, "/")
		if p.scheme != "http" && p.scheme != "https" {
			return p, errors.New("expected http:// or https://, or neither")
		}
	}
	if strings.ContainsAny(rest, "/@?#%\\") {
		return p, errors.New("expected a host alone: no path, query, user or percent sign")
	}
	if address, err := netip.ParseAddr(strings.Trim(rest, "[]")); err == nil {
		p.host = address.String()
		return p, nil
	}
	u := &url.URL{Host: rest}
	p.host, p.port = plainHost(u.Hostname()), u.Port()
	if u.Port() == "" && strings.HasSuffix(rest, ":") {
		return p, errors.New("expected a port behind the colon")
	}
	if address, err := netip.ParseAddr(p.host); err == nil {
		p.host = address.String()
		return p, nil
	}
	if !hostForm.MatchString(p.host) {
		return p, errors.New("expected a host such as aws.example.com, *.example.com or 10.0.0.7, with a port or without")
	}
	return p, nil
}

func (p Pattern) matches(scheme, host, port string) bool {
	if p.scheme != "" && p.scheme != scheme || p.port != "" && p.port != port {
		return false
	}
	if address, err := netip.ParseAddr(host); err == nil {
		host = address.String()
	}
	return match(p.host, host)
}

// match says whether the name is of the pattern's form. A star stands for one or more characters.
func match(pattern, name string) bool {
	before, behind, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == name
	}
	name, ok := strings.CutPrefix(name, before)
	if !ok {
		return false
	}
	for cut := 1; cut <= len(name); cut++ {
		if match(behind, name[cut:]) {
			return true
		}
	}
	return false
}
