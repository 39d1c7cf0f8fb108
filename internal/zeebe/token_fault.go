package zeebe

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/oauth2"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// tokenFault is why no token came.
type tokenFault struct {
	kind   job.CommandErrorKind
	reason string
	fault  job.Fault
	status int // of the answer; 0 = there was none
}

// grantFault says what went wrong with a request for a token.
func grantFault(err error) tokenFault {
	if refusal, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		f := answeredFault(refusal.Response.StatusCode, "")
		for _, text := range []string{refusal.ErrorCode, refusal.ErrorDescription} {
			if text != "" {
				f.reason += ": " + text
			}
		}
		return f
	}
	if sent, ok := errors.AsType[*url.Error](err); ok { // it repeats the URL, query and all
		return unansweredFault(sent.Err)
	}
	return tokenFault{kind: job.Denied, status: http.StatusOK, reason: "the answer was HTTP 200 without an access_token: " + strings.TrimPrefix(err.Error(), "oauth2: ")}
}

// answeredFault tells a server that is at fault from one that refuses.
func answeredFault(status int, more string) tokenFault {
	f := tokenFault{kind: job.Denied, status: status, reason: "the answer was HTTP " + strconv.Itoa(status) + more}
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests {
		f.kind = job.Transient
	}
	return f
}

// unansweredFault is that of a request without an answer.
func unansweredFault(err error) tokenFault {
	return tokenFault{kind: job.Transient, reason: err.Error(), fault: connectionFault(err)}
}

// certificateAlerts are the alerts of a TLS server that got no client certificate, or one that it does not take.
var certificateAlerts = [...]tls.AlertError{
	42,  // bad_certificate
	44,  // certificate_revoked
	46,  // certificate_unknown
	48,  // unknown_ca
	116, // certificate_required
}

// connectionFault finds what certificates have to do with a connection that did not come about.
func connectionFault(err error) job.Fault {
	if remote, ok := errors.AsType[*net.OpError](err); ok && remote.Op == "remote error" {
		for _, alert := range certificateAlerts { // crypto/tls exports these errors' texts, but not their type
			if remote.Err.Error() == alert.Error() {
				return job.FaultClientCertificate
			}
		}
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return job.FaultCertificateName
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return job.FaultCertificateTime
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return job.FaultUnknownAuthority
	}
	return job.FaultUnknown
}

// tokenError words a failed request for a token. A server that repeats the secret in its answer does not get it printed.
func tokenError(a *Auth, f tokenFault) error {
	code := "UNAVAILABLE"
	if f.kind == job.Denied {
		code = "UNAUTHENTICATED"
	}
	if a.ClientSecret != "" {
		f.reason = strings.ReplaceAll(f.reason, a.ClientSecret, "***")
	}
	return &job.CommandError{
		Kind: f.kind, Code: code, Fault: f.fault, HTTPStatus: f.status, ForToken: true,
		Reason: fmt.Sprintf("ask %s for a token as client %s: %s", printableURL(a.TokenURL), a.ClientID, f.reason),
	}
}
