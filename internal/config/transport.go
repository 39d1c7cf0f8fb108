package config

import "strings"

// localREST is where the REST API of a cluster on this host is, as a rule.
const localREST = "http://localhost:8080"

const (
	keyPreferREST = "camunda.client.prefer-rest-over-grpc"
	keyStream     = "camunda.client.worker.defaults.stream-enabled"
)

// deriveTransport settles whether jobs are taken over gRPC or over REST: as it is said, else over that whose address is the only
// one that is given. It runs before what follows from the addresses.
func (l *loader) deriveTransport() {
	g := &l.config.Gateway
	onlyREST := g.RESTAddress != "" && l.config.Mode != ModeSaaS && g.BaseURL == "" && l.config.Cloud.ClusterID == "" && !l.givenGRPC()
	switch {
	case onlyREST && !l.config.Given(keyPreferREST):
		g.OverREST = true
		l.derived(keyPreferREST, "follows from "+l.keyOf(keyREST)+", since no gRPC address is given")
	case onlyREST && !g.OverREST:
		l.missing(keyGRPC, "the gateway's gRPC address, since "+l.config.Origin(keyPreferREST)+" and only "+keyREST+" is given; leave that one unset to take jobs over REST")
	case g.OverREST && g.RESTAddress == "" && g.BaseURL != "":
		g.RESTAddress = g.BaseURL
		l.derived(keyREST, "follows from "+l.keyOf(keyBaseURL))
	}
}

// checkREST looks at the address over which jobs are taken, and tells what has no effect there.
func (l *loader) checkREST() {
	g := &l.config.Gateway
	if g.RESTAddress == "" && l.config.Mode == ModeSelfManaged && !l.givenGRPC() {
		g.RESTAddress = localREST
		l.derived(keyREST, "default")
	}
	if g.RESTAddress == "" {
		l.missing(keyREST, "the address of the Orchestration Cluster REST API, since "+l.config.Origin(keyPreferREST))
		return
	}
	g.Target, g.TLS = "", false
	if g.CACertificatePath != "" && !strings.HasPrefix(g.RESTAddress, "https:") {
		l.warnf("camunda.client.ca-certificate-path is set, but the gateway's address %s is plaintext", redact(g.RESTAddress))
	}
	if l.config.Worker.StreamEnabled && l.config.Given(keyStream) {
		l.warnf("%s is true, but jobs cannot be streamed over REST: each poll waits at the gateway for the next job", keyStream)
	}
}
