package cli

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/worker"
)

// advisedGateway is a gateway whose refusals to give jobs say which setting they are about, what it is, where it came from
// and what to do. The log and the readiness probe show them.
type advisedGateway struct {
	worker.Gateway
	config *config.Config
}

func (g advisedGateway) Activate(ctx context.Context, r job.PollRequest, yield func(*job.Job)) error {
	began := time.Now()
	err := g.Gateway.Activate(ctx, r, yield)
	if e, ok := errors.AsType[*job.CommandError](err); ok {
		if advice := pollAdvice(g.config, e, r.Wait, time.Since(began)); advice != "" {
			return &advisedError{e, advice}
		}
	}
	return g.advise(err)
}

func (g advisedGateway) Stream(ctx context.Context, r job.TakeRequest) (job.Stream, error) {
	s, err := g.Gateway.Stream(ctx, r)
	if err != nil {
		return nil, g.advise(err)
	}
	return advisedStream{s, g}, nil
}

// advisedStream says the same of what ends a stream.
type advisedStream struct {
	job.Stream
	gateway advisedGateway
}

func (s advisedStream) Recv() (*job.Job, error) {
	j, err := s.Stream.Recv()
	return j, s.gateway.advise(err)
}

func (g advisedGateway) Probe(ctx context.Context) error { return g.advise(g.Gateway.Probe(ctx)) }

func (g advisedGateway) advise(err error) error {
	refusal, ok := errors.AsType[*job.CommandError](err)
	if !ok {
		return err
	}
	if advice := advice(g.config, refusal); advice != "" {
		return &advisedError{refusal, advice}
	}
	return err
}

// advisedError is a refusal with what to do about it.
type advisedError struct {
	*job.CommandError
	advice string
}

func (e *advisedError) Error() string { return e.CommandError.Error() + "; " + e.advice }

func (e *advisedError) Unwrap() error { return e.CommandError }

// The settings that refusals are about.
const (
	keyAddress   = "camunda.client.grpc-address"
	keyCA        = "camunda.client.ca-certificate-path"
	keyAuthority = "camunda.client.override-authority"
	keyMethod    = "camunda.client.auth.method"
	keyClientID  = "camunda.client.auth.client-id"
	keyUsername  = "camunda.client.auth.username"
	keySecret    = "camunda.client.auth.client-secret"
	keyTokenURL  = "camunda.client.auth.token-url" //nolint:gosec // the name of a setting
	keyDiscovery = "camunda.client.auth.well-known-configuration-url"
	keyAudience  = "camunda.client.auth.audience"
	keyClient    = "camunda.client.client-certificate-path"
	keyTokenTLS  = "camunda.client.auth.client-certificate-path"
	keyTokenP12  = "camunda.client.auth.keystore-path"
	keyAssertion = "camunda.client.auth.client-assertion.keystore-path"
	keySigning   = "camunda.client.auth.client-assertion.certificate-path"
	keyTenants   = "camunda.client.worker.defaults.tenant-ids"
	keyMessage   = "camunda.client.max-message-size"
	keyPollWait  = "camunda.client.worker.defaults.request-timeout"
)

// advice tells what to do about a refusal, and which setting it is about; empty = nothing that a setting could mend.
func advice(c *config.Config, e *job.CommandError) string {
	if c.Auth.Method == config.AuthOIDC && e.ForToken {
		return tokenAdvice(c, e)
	}
	if e.Fault == job.FaultNoLease {
		return c.Origin(keyWithLease) + ": this gateway is older than Camunda 8.10 and gives no lease tokens; upgrade the cluster, or set it to prefer (tokens where there are any) or off"
	}
	if e.Fault == job.FaultPhysicalTenant {
		return physicalTenantAdvice(c, e)
	}
	if e.Fault == job.FaultNoREST {
		return strangerAdvice(c, e.HTTPStatus)
	}
	switch e.Code {
	case "UNAUTHENTICATED":
		return credentialsAdvice(c)
	case "PERMISSION_DENIED":
		who := keyClientID
		if c.Auth.Method == config.AuthBasic {
			who = keyUsername
		}
		return c.Origin(who) + ": grant it UPDATE_PROCESS_INSTANCE on the process definitions whose jobs it is to work on" + tenantAdvice(c)
	case "INVALID_ARGUMENT":
		if e.Fault == job.FaultTenant && c.Worker.TenantFilter == config.TenantsAssigned {
			return c.Origin(keyTenantFilter) + ": a cluster older than Camunda 8.9 does not know this filter; name the tenants in " + keyTenants + " and leave the filter unset"
		}
		if e.Fault == job.FaultTenant {
			return c.Origin(keyTenants) + ": name tenants that are there, or none where multi-tenancy is off"
		}
	case "UNIMPLEMENTED":
		return c.Origin(keyAddress) + ": what answers there knows no Zeebe jobs; is it the gateway's gRPC port (26500), not its REST port?"
	case "RESOURCE_EXHAUSTED":
		if e.Kind == job.Unacceptable {
			return c.Origin(keyMessage) + ": the jobs of one answer are larger than this; fewer are asked for at a time, and one that is larger by itself needs a greater size, here and at the gateway"
		}
	case "UNAVAILABLE", "DEADLINE_EXCEEDED":
		if c.Gateway.OverREST {
			return restConnectAdvice(c, e.Fault)
		}
		return connectAdvice(c, e.Fault)
	}
	return ""
}

// credentialsAdvice is that of a gateway that does not know who calls it.
func credentialsAdvice(c *config.Config) string {
	tenant := ""
	if c.Gateway.PhysicalTenant != "" {
		tenant = ". A gateway that asks who calls also refuses a physical tenant that it does not have in this way; " + c.Origin(keyPhysical)
	}
	if c.Auth.Method == config.AuthOIDC {
		return c.Origin(keyAudience) + ", " + c.Origin(keyClientID) + ": the gateway does not take the token that this gives; look at its audience, and whether the gateway trusts who issued it" + tenant
	}
	return c.Origin(keyMethod) + ": the gateway wants other credentials; set client-id, client-secret and token-url, or username and password" + tenant
}

// physicalTenantAdvice is that of a physical tenant that is not there, or whose name does not get through.
func physicalTenantAdvice(c *config.Config, e *job.CommandError) string {
	if e.Code == "NOT_FOUND" {
		return c.Origin(keyPhysical) + ": the cluster has no physical tenant of this id; look for a slip, or leave the setting out for the tenant default"
	}
	return c.Origin(keyPhysical) + ": physical tenants need gateways of Camunda 8.10 or later; a proxy must pass on the metadata Camunda-Physical-Tenant (gRPC) or the path as it is (REST)"
}

// leastProxyTime is how long a poll must have lasted for something that ends long requests to be the likely reason for its end.
const leastProxyTime = time.Second

// pollAdvice is that of a poll that was ended while the gateway let it wait for jobs; empty = it was not.
func pollAdvice(c *config.Config, e *job.CommandError, wait, took time.Duration) string {
	ended := e.HTTPStatus == http.StatusGatewayTimeout || e.Fault == job.FaultConnectionEnded
	if !ended || wait < 0 || took < leastProxyTime || wait > 0 && took >= wait {
		return ""
	}
	return c.Origin(keyPollWait) + ": the poll was ended after " + took.Round(time.Second).String() + ", before the gateway had to answer: the gateway stopped, or a proxy before it gives a request no more time. " +
		"Jobs can be lost with it until their lease is over. If it comes again and again, raise the time of the proxy, or set this to less"
}

func tenantAdvice(c *config.Config) string {
	if c.Worker.TenantFilter == config.TenantsAssigned {
		return ", and assign it to the tenants; " + c.Origin(keyTenantFilter)
	}
	if len(c.Worker.TenantIDs) == 0 {
		return ""
	}
	return ", and assign it to the tenants; " + c.Origin(keyTenants)
}

func tokenAdvice(c *config.Config, e *job.CommandError) string {
	where := c.Origin(keyTokenURL)
	if c.Auth.TokenURL == "" {
		where = c.Origin(keyDiscovery)
	}
	switch {
	case e.HTTPStatus == http.StatusUnauthorized, e.HTTPStatus == http.StatusBadRequest, e.HTTPStatus == http.StatusForbidden:
		return refusedClientAdvice(c)
	case e.HTTPStatus >= http.StatusInternalServerError:
		return where + ": the authorization server is at fault; look at its log, it is asked again"
	case e.Fault == job.FaultClientCertificate:
		return tokenCertificate(c) + ": the authorization server takes no other client certificate; without one it refuses the connection"
	case e.Fault == job.FaultUnknownAuthority, e.Fault == job.FaultCertificateTime, e.Fault == job.FaultCertificateName:
		return where + ", " + c.Origin(keyCA) + ": give the authority that signed its certificate"
	case e.Code == "UNAUTHENTICATED":
		return where + ": what answers there is no token endpoint; with Keycloak a token URL ends in /protocol/openid-connect/token, an issuer in /realms/NAME"
	}
	address := c.Auth.TokenURL
	if address == "" {
		address = c.Auth.DiscoveryURL
	}
	if proxy, ok := c.ProxyFor(address); ok {
		return where + ": " + proxyAdvice(proxy, address, false)
	}
	return where + ": look whether it can be reached from here (network, proxy, name)"
}

// proxyAdvice is that of a connection that fails on its way through a proxy. Answered says that the proxy is there.
func proxyAdvice(p config.Proxy, target string, answered bool) string {
	host := target
	if u, err := url.Parse(target); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	} else if h, _, err := net.SplitHostPort(target); err == nil {
		host = h
	}
	what := "look whether that proxy is up"
	if answered {
		what = "that proxy does not let it through"
	}
	return "connections there go through the proxy " + p.Address + " (" + p.Variable + "); " + what + ", or add " + host + " to NO_PROXY to connect directly"
}

// refusedClientAdvice is that of a client that the authorization server does not know by what it sends.
func refusedClientAdvice(c *config.Config) string {
	who := c.Origin(keyClientID) + ", "
	switch {
	case c.Auth.Assertion.Key.KeystorePath != "":
		return who + c.Origin(keyAssertion) + ": the authorization server does not take the client assertion; look whether it has this key's certificate, at the assertion's audience and algorithm, and at the clocks"
	case !c.Auth.Assertion.Key.IsZero():
		return who + c.Origin(keySigning) + ": the authorization server does not take the client assertion; look whether it has this certificate, at the assertion's audience and algorithm, and at the clocks"
	case c.Auth.ClientSecret == "":
		return who + tokenCertificate(c) + ": the authorization server does not take the client certificate; look whether it knows its subject or its authority for this client"
	}
	return who + c.Origin(keySecret) + ": the authorization server does not take them; was the secret rotated?"
}

// tokenCertificate tells where the client certificate for the token URL comes from.
func tokenCertificate(c *config.Config) string {
	if c.Auth.TLSKey.KeystorePath != "" {
		return c.Origin(keyTokenP12)
	}
	return c.Origin(keyTokenTLS)
}

// connectAdvice is that of a connection that does not come about.
func connectAdvice(c *config.Config, fault job.Fault) string {
	address := c.Origin(keyAddress)
	if proxy, ok := c.ProxyFor("https://" + c.Gateway.Target); ok {
		switch fault {
		case job.FaultProxy, job.FaultNoHost, job.FaultConnectionEnded, job.FaultConnectionRefused, job.FaultNoAnswer:
			return address + ": " + proxyAdvice(proxy, c.Gateway.Target, fault == job.FaultProxy)
		default:
		}
	}
	switch fault {
	case job.FaultPlaintext:
		return address + ": TLS is asked for, but the gateway there speaks plaintext; write http://" + c.Gateway.Target
	case job.FaultClientCertificate:
		return c.Origin(keyClient) + ": the gateway wants a client certificate that its own authority signed, and takes no other"
	case job.FaultUnknownAuthority:
		if c.Gateway.CACertificatePath == "" {
			return c.Origin(keyCA) + ", so the system's certificates are trusted: give a PEM file with the authority that signed the gateway's certificate"
		}
		return c.Origin(keyCA) + ": it does not hold the authority that signed the gateway's certificate"
	case job.FaultCertificateTime, job.FaultCertificateName, job.FaultNoHost:
		return nameAdvice(c, fault, address, "gateway")
	case job.FaultNoHTTP2:
		return address + ": what answers there speaks TLS but no HTTP/2; an ingress must pass gRPC on"
	case job.FaultHTTP1:
		return address + ": an HTTP server answers there, not gRPC; the gateway's gRPC port is 26500 as a rule"
	case job.FaultConnectionEnded:
		if c.Gateway.TLS {
			return address + ", " + c.Origin(keyClient) + ": what answers there ends the connection at once; does the gateway want a client certificate, or another one?"
		}
		return address + ": what answers there ends the connection at once; if it is TLS, write https://" + c.Gateway.Target
	case job.FaultConnectionRefused:
		return address + ": nothing listens there; is the gateway up, and this its gRPC port?"
	case job.FaultNoAnswer:
		return address + ": nothing answers there; look at the network and its policies, and whether this is the gateway's gRPC port"
	default:
		return ""
	}
}

// nameAdvice is about an address whose host is not found, or whose certificate is not, or no longer, for it. Who is what should
// answer there.
func nameAdvice(c *config.Config, fault job.Fault, address, who string) string {
	switch fault {
	case job.FaultCertificateTime:
		return address + ": renew the " + who + "'s certificate, or set this host's clock right"
	case job.FaultCertificateName:
		return address + ", " + c.Origin(keyAuthority) + ": use the name in the " + who + "'s certificate, as one or the other"
	default:
		return address + ": there is no host of this name; look for a slip, or at the DNS of this host"
	}
}
