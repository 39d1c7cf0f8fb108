package config

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpproxy"
)

// proxyVariables name the proxies for AWS, the gateway, the REST API and the token URL.
var proxyVariables = []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"}

// checkEnvironment refuses values of variables that are no settings, and that would be found wrong only when they are used.
func (l *loader) checkEnvironment() {
	for _, name := range proxyVariables {
		if text := l.env[name]; text != "" && !validProxy(text) {
			l.fail(&ValueError{
				Key: name, Found: strconv.Quote(shortened(withoutUser(text))), Source: "environment variable",
				Expected: "the address of a proxy, such as http://proxy.example.com:3128",
			})
		}
	}
	l.checkAWS()
	l.checkHost()
	for _, name := range []string{"ALL_PROXY", "all_proxy"} {
		if l.env[name] != "" {
			l.warnf("environment variable %s has no effect; set HTTPS_PROXY", name)
		}
	}
	for _, name := range []string{"AWS_CA_BUNDLE", "SSL_CERT_FILE"} {
		if path := l.env[name]; path != "" && l.files.Read != nil {
			if err := l.checkCertificates(path); err != nil {
				l.fail(&ValueError{Key: name, Found: strconv.Quote(shortened(path)), Source: "environment variable", Expected: "a PEM file with certificates: " + err.Error()})
			}
		}
	}
}

// checkCertificates says why a file holds no certificates.
func (l *loader) checkCertificates(path string) error {
	data, err := l.files.Read(path)
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err // its path is in the message already
	}
	if err != nil {
		return err
	}
	found := false
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return err
		}
		found = true
	}
	if !found {
		return errors.New("found none in it")
	}
	return nil
}

// validProxy says whether a text is a proxy's address as Go's HTTP client takes it.
func validProxy(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || u.Host == "" {
		if u, err = url.Parse("http://" + text); err != nil {
			return false
		}
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https", "socks5", "socks5h":
		return isHost(u.Hostname()) && okPort(u.Port())
	}
	return false
}

// withoutUser hides the user of an address, which need not be a URL.
func withoutUser(text string) string {
	if at := strings.LastIndexByte(text, '@'); at >= 0 {
		return masked + text[at:]
	}
	return text
}

// Proxy is a proxy that the environment names.
type Proxy struct {
	Variable string // that names it: HTTPS_PROXY
	Address  string // without its user
}

// ProxyFor returns the proxy through which connections to a URL go. False = they go there directly.
func (c *Config) ProxyFor(address string) (Proxy, bool) {
	u, err := url.Parse(address)
	if err != nil {
		return Proxy{}, false
	}
	first := func(names ...string) (string, string) {
		for _, name := range names {
			if c.environment[name] != "" {
				return name, c.environment[name]
			}
		}
		return "", ""
	}
	httpsName, httpsProxy := first("HTTPS_PROXY", "https_proxy")
	httpName, httpProxy := first("HTTP_PROXY", "http_proxy")
	_, except := first("NO_PROXY", "no_proxy")
	proxy, err := (&httpproxy.Config{HTTPProxy: httpProxy, HTTPSProxy: httpsProxy, NoProxy: except}).ProxyFunc()(u)
	if err != nil || proxy == nil {
		return Proxy{}, false
	}
	name := httpName
	if u.Scheme == "https" {
		name = httpsName
	}
	return Proxy{name, proxy.Scheme + "://" + proxy.Host}, true
}
