package job

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestARefusalTellsWhatItsTextTells(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		code, text string
		want       CommandError
	}{
		{"UNKNOWN", "Command 'COMPLETE' rejected with code 'EXCEEDED_BATCH_RECORD_SIZE'", CommandError{Kind: Unacceptable, Fault: FaultRecordTooLarge, NotTaken: true}},
		{"INTERNAL", "EXCEEDED_BATCH_RECORD_SIZE", CommandError{Kind: Transient}},
		{"RESOURCE_EXHAUSTED", "gRPC message exceeds maximum size 4194304: 5000000", CommandError{Kind: Unacceptable, Fault: FaultMessageTooLarge, NotTaken: true}},
		{"RESOURCE_EXHAUSTED", "grpc: received message larger than max (5 vs. 4)", CommandError{Kind: Unacceptable, Fault: FaultMessageTooLarge, NotTaken: true}},
		{"RESOURCE_EXHAUSTED", "Reached maximum capacity of requests handled", CommandError{Kind: Transient, NotTaken: true}},
		{"INVALID_ARGUMENT", "Expected to handle gRPC request ActivateJobs with tenant identifiers [a]", CommandError{Kind: Unacceptable, Fault: FaultTenant, NotTaken: true}},
		{"PERMISSION_DENIED", "the caller may not act for tenant a", CommandError{Kind: Denied, NotTaken: true}},
		{"UNIMPLEMENTED", "unexpected HTTP status code received from server: 404 (Not Found); transport: …", CommandError{Kind: Transient, Fault: FaultNoGRPC, HTTPStatus: 404}},
		{"RESOURCE_EXHAUSTED", "unexpected HTTP status code received from server: 429", CommandError{Kind: Transient, Fault: FaultNoGRPC, HTTPStatus: 429}},
		{"RESOURCE_EXHAUSTED", "unexpected HTTP status code received from server: 429 (…); it exceeds maximum size", CommandError{Kind: Transient, Fault: FaultNoGRPC, HTTPStatus: 429}},
		{"UNKNOWN", `transport: received unexpected content-type "text/html"`, CommandError{Kind: Transient, Fault: FaultNoGRPC}},
		{"UNIMPLEMENTED", "unknown service", CommandError{Kind: Unsupported, NotTaken: true}},
		{"NOT_FOUND", "Unknown physical tenant: tenant9", CommandError{Kind: Denied, Fault: FaultPhysicalTenant, NotTaken: true}},
		{"INVALID_ARGUMENT", "Request property [timeout] cannot be parsed", CommandError{Kind: Unacceptable, NotTaken: true}},
		{"UNAVAILABLE", `connection error: desc = "transport: authentication handshake failed: tls: first record does not look like a TLS handshake"`, CommandError{Fault: FaultPlaintext}},
		{"UNAVAILABLE", "remote error: tls: unknown certificate authority", CommandError{Fault: FaultClientCertificate}},
		{"UNAVAILABLE", "tls: failed to verify certificate: x509: certificate signed by unknown authority", CommandError{Fault: FaultUnknownAuthority}},
		{"UNAVAILABLE", "x509: certificate has expired or is not yet valid: current time …", CommandError{Fault: FaultCertificateTime}},
		{"UNAVAILABLE", "x509: certificate is valid for zeebe.example.com, not localhost", CommandError{Fault: FaultCertificateName}},
		{"UNAVAILABLE", "credentials: cannot check peer: missing selected ALPN property", CommandError{Fault: FaultNoHTTP2}},
		{"UNAVAILABLE", "name resolver error: produced zero addresses", CommandError{Fault: FaultNoHost}},
		{"UNAVAILABLE", "dial tcp 127.0.0.1:1: connect: connection refused", CommandError{Fault: FaultConnectionRefused}},
		{"DEADLINE_EXCEEDED", "context deadline exceeded while waiting for connections to become ready", CommandError{Fault: FaultNoAnswer}},
		{"INTERNAL", "connection refused", CommandError{Kind: Transient}},
	} {
		tt.want.Code, tt.want.Reason = tt.code, tt.text
		assert.Equal(t, &tt.want, Refusal(tt.code, tt.text))
	}
}
