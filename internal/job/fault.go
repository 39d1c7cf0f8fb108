package job

import (
	"slices"
	"strconv"
	"strings"
)

// Fault is what is known to be wrong behind a refused or failed call, where its code does not tell it.
type Fault uint8

// The faults. The certificate is that of the server which was called.
const (
	FaultUnknown           Fault = iota
	FaultRecordTooLarge          // the broker's log cannot hold the command
	FaultMessageTooLarge         // a message is above the limit of who sends or receives it
	FaultTenant                  // a tenant is not there, or multi-tenancy is off
	FaultPhysicalTenant          // a physical tenant is not there, or jobs come from another one
	FaultNoLease                 // the gateway knows no lease tokens, and refuses a request that has one or asks for them
	FaultNoGRPC                  // what answered is HTTP alone: a proxy, or another server
	FaultHTTP1                   // what answers speaks HTTP/1.1
	FaultNoHTTP2                 // what answers speaks TLS, but no HTTP/2
	FaultPlaintext               // TLS was asked for, and what answers has none
	FaultClientCertificate       // the server wants a client certificate, or another one
	FaultUnknownAuthority        // who signed the certificate is not trusted
	FaultCertificateTime         // the certificate is over, or not yet valid
	FaultCertificateName         // the certificate is for other names
	FaultNoHost                  // there is no host of this name
	FaultProxy                   // a proxy does not let the connection through
	FaultConnectionEnded         // what answers ends the connection at once
	FaultConnectionRefused       // nothing listens there
	FaultNoAnswer                // nothing answers there
	FaultNoREST                  // what answers is not Camunda's REST API: a proxy, or another server
)

// wording is how somebody else words a fault: gRPC keeps a code and a text of what failed, and no more.
type wording struct {
	fault Fault
	codes []string // the codes it can have; nil = any
	words []string // one of them is in the text
}

// unreached are the codes of a call that came to no server.
var unreached = []string{"UNAVAILABLE", "DEADLINE_EXCEEDED"}

// wordings is the one place that reads texts. The first row that fits counts. Texts of a broker are those of Zeebe 8.6 to
// 8.8, those of gRPC are grpc-go's and grpc-java's, those of connections are of Go's net, crypto/tls and crypto/x509.
var wordings = []wording{
	// grpc-go, internal/transport/http_util.go.
	{FaultNoGRPC, nil, []string{httpStatusWords, "received unexpected content-type"}},
	// Zeebe's RejectionType has no code in gRPC for it.
	{FaultRecordTooLarge, []string{"UNKNOWN"}, []string{"EXCEEDED_BATCH_RECORD_SIZE"}},
	// Camunda 8.10's gateway, of the name in a call's metadata.
	{FaultPhysicalTenant, []string{"NOT_FOUND"}, []string{"Unknown physical tenant", "no physical tenant"}},
	// Zeebe: "Expected to handle gRPC request ActivateJobs with tenant identifiers …".
	{FaultTenant, []string{"INVALID_ARGUMENT"}, []string{"tenant"}},
	// The first is grpc-java's (io.grpc.internal.MessageDeframer), the second grpc-go's (rpc_util.go).
	{FaultMessageTooLarge, []string{"RESOURCE_EXHAUSTED"}, []string{"exceeds maximum size", "larger than max"}},
	// grpc-go, internal/transport/proxy.go.
	{FaultProxy, unreached, []string{"failed to do connect handshake"}},
	{FaultPlaintext, unreached, []string{"does not look like a TLS handshake"}},
	{FaultClientCertificate, unreached, []string{
		"tls: certificate required", "tls: bad certificate", "tls: unknown certificate authority", "tls: unknown certificate", "tls: revoked certificate",
	}},
	{FaultUnknownAuthority, unreached, []string{"unknown authority"}},
	{FaultCertificateTime, unreached, []string{"expired or is not yet valid"}},
	{FaultCertificateName, unreached, []string{
		"certificate is valid for", "certificate is not valid for", "doesn't contain any IP SANs", "x509: cannot validate certificate for",
	}},
	{FaultNoHTTP2, unreached, []string{"missing selected ALPN", "no application protocol"}},
	{FaultNoHost, unreached, []string{"produced zero addresses", "no such host"}},
	{FaultHTTP1, unreached, []string{"HTTP/1.1 header"}},
	{FaultConnectionEnded, unreached, []string{"server preface", "connection reset", "broken pipe", "tls: handshake failure"}},
	{FaultConnectionRefused, unreached, []string{"connection refused"}},
	{FaultNoAnswer, unreached, []string{"waiting for connections", "i/o timeout", "no route to host", "network is unreachable"}},
}

// httpStatusWords are what grpc-go says before the status of an answer that was HTTP alone.
const httpStatusWords = "unexpected HTTP status code received from server: "

// faultOf reads the fault in the text of a call that ended with a code, and the status of an answer that was HTTP alone.
func faultOf(code, text string) (fault Fault, httpStatus int) {
	for _, w := range wordings {
		if (w.codes == nil || slices.Contains(w.codes, code)) && slices.ContainsFunc(w.words, func(words string) bool { return strings.Contains(text, words) }) {
			fault = w.fault
			break
		}
	}
	if fault == FaultNoGRPC {
		if _, rest, found := strings.Cut(text, httpStatusWords); found {
			status, _, _ := strings.Cut(rest, " ")
			httpStatus, _ = strconv.Atoi(status) // it stays 0 where there is no number
		}
	}
	return fault, httpStatus
}
