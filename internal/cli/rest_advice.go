package cli

import (
	"net/http"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

const keyREST = "camunda.client.rest-address"

// strangerAdvice is that of an answer which is not one of the REST API.
func strangerAdvice(c *config.Config, status int) string {
	address, end := c.Origin(keyREST), gatewayEnd(c)
	switch {
	case status >= 300 && status < 400:
		return address + ": give the final address; if it is a page to log in, the API is protected in another way than camunda.client.auth says"
	case status == http.StatusBadRequest && !end.secured:
		return address + ": if what answers there is TLS, write https://"
	case status == 0:
		return address + ": what answers there speaks no HTTP/1.1; is it the port of the REST API (8080), not that of gRPC?"
	case status == http.StatusNotFound && c.Gateway.PhysicalTenant != "":
		return c.Origin(keyPhysical) + ", " + address + ": a cluster of Camunda 8.10 or later answers so if it has no physical tenant of this id, an older one always; if both fit, look at what stands before the gateway"
	case status == http.StatusRequestEntityTooLarge:
		return address + ": a proxy before the gateway takes no request of this size; raise its limit"
	}
	return address + ": what answers there is not the Orchestration Cluster REST API of Camunda 8.8 or later; look at the address and its path, and at what stands before the gateway"
}

// restConnectAdvice is that of a connection to the REST API that does not come about.
func restConnectAdvice(c *config.Config, fault job.Fault) string {
	address, end := c.Origin(keyREST), gatewayEnd(c)
	if proxy, ok := c.ProxyFor(c.Gateway.RESTAddress); ok {
		switch fault {
		case job.FaultProxy, job.FaultNoHost, job.FaultConnectionEnded, job.FaultConnectionRefused, job.FaultNoAnswer:
			return address + ": " + proxyAdvice(proxy, end.address, fault == job.FaultProxy)
		default:
		}
	}
	switch fault {
	case job.FaultPlaintext:
		return address + ": TLS is asked for, but the server there speaks plaintext; write http://"
	case job.FaultClientCertificate:
		return c.Origin(keyRESTClient) + ", " + c.Origin(keyClient) + ": the server wants a client certificate that its own authority signed, and takes no other"
	case job.FaultUnknownAuthority:
		return c.Origin(keyCA) + ": give a PEM file with the authority that signed the server's certificate"
	case job.FaultCertificateTime, job.FaultCertificateName, job.FaultNoHost:
		return nameAdvice(c, fault, address, "server")
	case job.FaultConnectionEnded:
		if end.secured {
			return address + ", " + c.Origin(keyRESTClient) + ": what answers there ends the connection at once; does the server want a client certificate, or another one?"
		}
		return address + ": what answers there ends the connection; if it is TLS, write https://"
	case job.FaultConnectionRefused:
		return address + ": nothing listens there; is the gateway up, and this the port of its REST API (8080)?"
	case job.FaultNoAnswer:
		return address + ": nothing answers there; look at the network and its policies"
	default:
		return ""
	}
}

const keyRESTClient = "camunda.client.rest-client-certificate-path"
