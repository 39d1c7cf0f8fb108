// Package config turns flags, environment variables and files of YAML or Java properties into one validated [Config]. It reads them as Spring does,
// so that what was written for Camunda's connector runtime serves as it is.
//
// There is one list of settings ([Settings]): a setting's key in Camunda's spelling, its kind, default, flag,
// environment variables, documentation and whether it is a secret. Everything else comes from that list: what [Load]
// accepts, what the command config prints ([Config.Print]), the help of the commands, and docs/configuration.md.
//
// A flag wins over the environment, the environment over the files, and a name of Camunda's over one of the Zeebe Go
// client's. What is wrong is reported all together, a line each: the setting, what it was, where it came from and what
// is expected. The values of secrets appear nowhere.
package config

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Config is the whole configuration of the process, validated, with what follows from it filled in.
type Config struct {
	File      string // the file that --config names; empty = none
	Mode      string // ModeSelfManaged or ModeSaaS
	Gateway   Gateway
	Cloud     Cloud
	Auth      Auth
	Worker    Worker
	Connector Connector
	Secrets   Secrets
	Server    Server
	Log       Log

	// Client is the name of the client whose configuration this is: DefaultClient, or that of an entry of camunda.clients.
	Client string

	primary     bool
	enabled     bool      // of a named client; read only while it is loaded
	clients     []*Config // of camunda.clients, by their names; empty = this is the only one
	tenants     []string  // of all clients, if there are several
	values      []Value
	environment map[string]string

	secretProperties map[string]string // by their names
}

// The modes of [Config.Mode].
const (
	ModeSelfManaged = "selfManaged"
	ModeSaaS        = "saas"
)

// Gateway says how to reach the Orchestration Cluster.
type Gateway struct {
	GRPCAddress       string // as configured: a URL, or host:port
	RESTAddress       string // empty = none
	BaseURL           string // of Camunda 8.5 to 8.7; what counts are the two addresses
	Plaintext         bool   // as configured; what counts is TLS
	Host              string // of the Go client's ZEEBE_HOST, used where no address is given
	Port              string // of the Go client's ZEEBE_PORT
	CACertificatePath string // empty = the system's certificates
	ClientKey         Key    // the TLS client certificate for the gateway; zero = none
	RESTKey           Key    // the same for the REST API; zero = ClientKey
	OverrideAuthority string
	KeepAlive         time.Duration
	MaxMessageSize    Size
	RequestTimeout    time.Duration // of a command
	PhysicalTenant    string        // empty = default

	// OverREST says that jobs are taken over the REST API at RESTAddress, which is then there.
	OverREST bool

	Target string // host:port, from GRPCAddress; empty if jobs are taken over REST
	TLS    bool   // from GRPCAddress and Plaintext
}

// Cloud names a cluster of Camunda's SaaS.
type Cloud struct {
	ClusterID, Region, Domain string
	Port                      int
}

// Auth says how to authenticate with the gateway.
type Auth struct {
	Method             string // AuthNone, AuthBasic or AuthOIDC
	ClientID           string
	ClientSecret       string
	TLSKey             Key // the TLS client certificate for the token URL; zero = none
	Truststore         Truststore
	Assertion          Assertion // in place of ClientSecret
	TokenURL           string
	IssuerURL          string // as configured; what counts is DiscoveryURL
	DiscoveryURL       string // of the OpenID configuration; asked where TokenURL is empty
	Audience           string
	Scope              string
	Resource           string
	Username, Password string
	Timeout            time.Duration // of one request for a token
}

// The methods of [Auth.Method].
const (
	AuthNone  = "none"
	AuthBasic = "basic"
	AuthOIDC  = "oidc"
)

// Worker says how jobs are taken.
type Worker struct {
	Name           string
	MaxJobsActive  int
	Lease          time.Duration // how long an activated job is ours
	PollInterval   time.Duration
	RequestTimeout time.Duration // how long a poll waits at the gateway where there is no stream
	StreamEnabled  bool
	StreamTimeout  time.Duration // the greatest age of a stream
	TenantID       string        // as configured; what counts is TenantIDs
	TenantIDs      []string      // empty = the default tenant; with TenantsAssigned they do not decide which jobs are taken
	TenantFilter   string        // TenantsProvided or TenantsAssigned
	WithLease      string        // LeaseOff, LeasePrefer or LeaseRequire
	GracePeriod    time.Duration // how long running jobs may take to finish once a shutdown was asked for
}

// Connector says how the jobs' events are sent.
type Connector struct {
	JobType        string
	RequestTimeout time.Duration // of one attempt to send
	IdleTimeout    time.Duration // after which an unused AWS client and its connections are closed
	MaxEntries     int           // of one request, where jobs share it; 1 = none do
	MaxJobBytes    string        // JobBytesAuto, or a size; see JobBytes
	SaaS           bool          // no default credentials chain

	AllowedEndpoints []string // hosts with stars, beside AWS's own and loopback
}

// JobBytesAuto has the limit of the jobs' size worked out of the memory limit.
const JobBytesAuto = "auto"

// JobBytes returns how many bytes of jobs may be worked on at a time; 0 = there is no limit. It is not given if it is to be worked
// out of the memory limit.
func (c *Connector) JobBytes() (bytes Size, given bool) { return parseSize(c.MaxJobBytes) }

// Secrets says where secrets come from and which of them jobs may use.
type Secrets struct {
	EnvEnabled      bool
	EnvPrefix       string
	EnvTenantAware  bool
	EnvProcessAware bool
	EnvSeparator    string // behind the tenant and the process
	Directory       string // of files, one per secret; empty = none
	Manager         Manager
	FilterMode      string // FilterStrict, FilterLax or FilterDisabled
	LegacyMode      string // LegacyOn, LegacyOff or LegacyFallback
	CacheEnabled    bool
	CacheSize       int
}

// Manager says where in AWS Secrets Manager secrets lie.
type Manager struct {
	Enabled  bool
	Secrets  []string // JSON secrets, whose keys are the names
	Prefix   string   // of one secret per name; empty = none of this kind
	Region   string   // empty = AWS's own settings
	Endpoint string   // empty = AWS's own
	TTL      time.Duration
	Stale    time.Duration // how much longer a value is used while it cannot be asked for
}

// The modes of [Secrets.FilterMode].
const (
	FilterStrict   = "STRICT"
	FilterLax      = "LAX"
	FilterDisabled = "DISABLED"
)

// The values of [Secrets.LegacyMode].
const (
	LegacyOn       = "ON"
	LegacyOff      = "OFF"      // nobody is asked
	LegacyFallback = "FALLBACK" // the cluster is asked for what no provider has
)

// Server says where health and metrics are served.
type Server struct {
	Address  string // empty = all interfaces
	Port     int    // 0 = any free one
	BasePath string // below which the same is served; empty = none

	LoggersAccess string // who may see and change log levels: none, read-only, local or unrestricted

	ActuatorPath string // at which the endpoints answer, too
	Management   *Management

	managementPort, managementAddress, managementBase string // as configured; what counts is Management
}

// Management says where health and metrics are served if they have a port of their own.
type Management struct {
	Address  string // empty = all interfaces
	Port     int    // 0 = any free one
	BasePath string // below which the same is served; empty = none
}

// Log says how to log.
type Log struct {
	Level  string // trace, debug, info, warn, error or off
	Format string // text or json
}

// Value is a setting's effective value.
type Value struct {
	Setting *Setting
	Text    string // as [Load] would read it again; masked if the setting is a secret
	Source  string // where it came from: "flag --mode", "environment variable SERVER_PORT", "app.yaml:3", "default"
	// Key is the setting's key, or that of a named client that has a value of its own: camunda.clients.a.grpc-address.
	Key   string
	given bool
}

// Values returns every setting's effective value in the order of [Settings].
func (c *Config) Values() []Value { return slices.Clone(c.values) }

// Given tells whether the setting with this key was set by flag, environment or file.
func (c *Config) Given(key string) bool {
	for _, v := range c.values {
		if v.Setting.Key == key {
			return v.given
		}
	}
	return false
}

// Wrong is the error of a setting whose value turned out to be no good only when it was used.
func (c *Config) Wrong(key, expected string) *ValueError {
	e := &ValueError{Key: key, Found: "nothing", Source: "not set", Expected: expected}
	for _, v := range c.values {
		if v.Setting.Key == key {
			e.Source = v.Source
			if v.Text != "" {
				e.Key, e.Found = v.Key, strconv.Quote(v.Text)
			}
		}
	}
	if e.Found == "nothing" && c.Client != DefaultClient {
		e.Key = ofClient(c.Client, key)
	}
	return e
}

// Origin tells a setting's value and where it came from: `server.port is "8080" (default)`. Secrets are masked.
func (c *Config) Origin(key string) string {
	e := c.Wrong(key, "")
	if e.Found == "nothing" {
		return e.Key + " is not set"
	}
	return fmt.Sprintf("%s is %s (%s)", e.Key, e.Found, e.Source)
}

// Warning is something that the operator should know and that does not keep the process from starting.
type Warning struct {
	Text  string
	Minor bool // worth a debug line only
}

// Load reads the configuration from the arguments of a command, the environment ("NAME=value") and the files that they
// name, which it reads with readFile. Where they name none, it reads those of Spring's usual names that are there. All faults come
// together in one error, a line each ([errors.Join] of *[ValueError], *[UnknownError] and others). Load writes nothing.
func Load(args, env []string, readFile func(string) ([]byte, error)) (*Config, []Warning, error) {
	c, warnings, _, err := LoadWithAccounts(args, env, Files{Read: readFile})
	return c, warnings, err
}

// LoadWithAccounts is [Load] that tells also what became of each name that was given, an error or not. It reads folders of values
// (configtree:), too.
func LoadWithAccounts(args, env []string, files Files) (*Config, []Warning, []Account, error) {
	l := newLoader(env, files)
	c, err := l.load(args)
	return c, l.warnings, l.accounts, err
}

// ErrHelp is returned by [Load] and [ParseFlags] for --help.
var ErrHelp = errors.New("help asked for")

// ValueError is a value that a setting cannot have.
type ValueError struct {
	Key      string
	Found    string // as given; masked if the setting is a secret
	Source   string
	Expected string
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("%s: found %s (%s), expected %s", e.Key, e.Found, e.Source, e.Expected)
}

// UnknownError is a name that is none of ours.
type UnknownError struct {
	What    string // "flag", "key", "environment variable", "command"
	Name    string
	Source  string // file and line; empty for a flag
	Nearest string // the known name closest to it; empty = none is near
}

func (e *UnknownError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "unknown %s %s", e.What, e.Name)
	if e.Source != "" {
		fmt.Fprintf(&b, " (%s)", e.Source)
	}
	if e.Nearest != "" {
		b.WriteString("; " + e.hint())
	}
	return b.String()
}

// hint names the nearest known name; empty = none is near.
func (e *UnknownError) hint() string {
	if e.Nearest == "" {
		return ""
	}
	return "did you mean " + e.Nearest + "?"
}
