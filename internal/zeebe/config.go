package zeebe

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"time"
)

// Config says where the gateway is and how to speak with it.
type Config struct {
	Target string // host:port
	TLS    bool   // false = plaintext
	// CAFile names a PEM file with the certificates that the gateway's is checked against, in place of the system's.
	// Requests for tokens and to the REST API trust them beside the system's. Empty = the system's alone.
	CAFile    string
	Authority string // the host that the cluster's certificates are checked for and that :authority says; empty = the address's

	// RESTAddress is the URL of the Orchestration Cluster REST API, with or without its version (/v2): all of a [RESTClient],
	// and of a [Client] the way to [Definitions]. Empty = none.
	RESTAddress string
	// PhysicalTenant is the id of the cluster's physical tenant that all calls go to: lower-case letters and digits, at most 64.
	// Empty = default. Camunda 8.10 and later: an older gateway has one tenant, and is not asked for jobs of another.
	PhysicalTenant string

	Auth Auth

	ClientKey KeySource // the TLS client certificate for the gateway; zero = none
	RESTKey   KeySource // the TLS client certificate for the REST API; zero = ClientKey

	KeepAlive      time.Duration // after so long without a word the connection is pinged; 0 = 45 s, below 0 = never
	MaxMessageSize int           // bytes of the greatest message taken or sent; 0 = 4 MiB
	RequestTimeout time.Duration // of a command, and what a poll gets beyond its wait; 0 = 10 s
	UserAgent      string
}

// AuthMethod is a way to authenticate.
type AuthMethod string

// The ways to authenticate: not at all, by name and password, by the client credentials grant of OAuth 2.
const (
	AuthNone  AuthMethod = "none"
	AuthBasic AuthMethod = "basic"
	AuthOIDC  AuthMethod = "oidc"
)

// Auth says how to authenticate with the gateway. It prints without its secrets.
type Auth struct {
	Method AuthMethod // empty = AuthNone

	Username, Password string // of AuthBasic

	// Of AuthOIDC. The client proves who it is by Assertion, else by ClientSecret, else by TLSKey alone (RFC 8705).
	ClientID, ClientSecret    string
	Assertion                 Assertion
	TLSKey                    KeySource  // the TLS client certificate for the token URL; zero = none
	Truststore                Truststore // the CA certificates for the token URL; zero = those of CAFile beside the system's
	TokenURL                  string
	DiscoveryURL              string        // where TokenURL is empty: of the OpenID configuration that names it
	Audience, Scope, Resource string        // asked for where not empty
	Timeout                   time.Duration // of one request for a token; 0 = 10 s
}

// String names the method and who authenticates by it.
func (a Auth) String() string {
	switch a.Method {
	case AuthBasic:
		return "basic, user " + a.Username
	case AuthOIDC:
		return "oidc, client " + a.ClientID + " at " + printableURL(cmp.Or(a.TokenURL, a.DiscoveryURL))
	default:
		return string(AuthNone)
	}
}

// GoString is [Auth.String]: no verb prints a secret.
func (a Auth) GoString() string { return a.String() }

const (
	defaultKeepAlive      = 45 * time.Second
	defaultMaxMessageSize = 4 << 20
	defaultTimeout        = 10 * time.Second
)

func (c Config) withDefaults() Config {
	if c.KeepAlive == 0 {
		c.KeepAlive = defaultKeepAlive
	}
	if c.MaxMessageSize <= 0 {
		c.MaxMessageSize = defaultMaxMessageSize
	}
	if c.RequestTimeout <= 0 {
		c.RequestTimeout = defaultTimeout
	}
	if c.Auth.Timeout <= 0 {
		c.Auth.Timeout = defaultTimeout
	}
	if c.PhysicalTenant == defaultPhysicalTenant {
		c.PhysicalTenant = "" // a cluster that knows no physical tenants has it, too
	}
	return c
}

func (a *Auth) check() error {
	switch a.Method {
	case "", AuthNone:
		return nil
	case AuthBasic:
		if a.Username == "" || a.Password == "" {
			return errors.New("authentication method basic: a username and a password are expected")
		}
		return nil
	case AuthOIDC:
		if a.ClientID == "" || a.ClientSecret == "" && a.Assertion.Key.IsZero() && a.TLSKey.IsZero() {
			return errors.New("authentication method oidc: a client id and a client secret are expected, or in place of the secret a key for client assertions or a client certificate")
		}
		if where := cmp.Or(a.TokenURL, a.DiscoveryURL); !isWebURL(where) {
			return fmt.Errorf("authentication method oidc: token URL: found %q, expected an http or https URL", printableURL(where))
		}
		return nil
	default:
		return fmt.Errorf("authentication method: found %q, expected %s, %s or %s", a.Method, AuthNone, AuthBasic, AuthOIDC)
	}
}

func isWebURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// printableURL is a URL without a password, its query and its fragment, all of which may be secrets.
func printableURL(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "***"
	}
	u.RawQuery, u.ForceQuery = "", false
	u.Fragment, u.RawFragment = "", ""
	return u.Redacted()
}
