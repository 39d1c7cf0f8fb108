package zeebe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// refusal sorts an answer that is not what was asked for. What a gateway gives as problem details, and what HTTP itself says of
// identity and load, is an answer. All else is of something in between, or of another server: it tells nothing of the
// gateway, and the same request may succeed soon.
func (a *restAPI) refusal(r restRequest, answer *restAnswer) *job.CommandError {
	p, told := answer.problem()
	e := a.classify(r, answer, p, told)
	e.HTTPStatus = answer.status
	if e.Reason == "" {
		e.Reason = fmt.Sprintf("%s (HTTP %d)", p.text(), answer.status)
		if !told {
			e.Reason = fmt.Sprintf("%s %s: the answer was HTTP %d", r.method, a.url(r), answer.status)
		}
	}
	e.NotTaken = e.Kind != job.Transient || e.Code == codeExhausted
	return e
}

// The codes of refusals, as gRPC's specification spells them: the worker knows no others.
const (
	codeExhausted   = "RESOURCE_EXHAUSTED"
	codeUnavailable = "UNAVAILABLE"
	codeDeadline    = "DEADLINE_EXCEEDED"
	codeInternal    = "INTERNAL"
	codeUnknown     = "UNKNOWN"
)

// classify fills in the code, the kind and the fault. P is what the answer says of itself, if it is told in the form of a gateway.
func (a *restAPI) classify(r restRequest, answer *restAnswer, p problem, told bool) *job.CommandError {
	status := answer.status
	switch {
	case told && p.has("EXCEEDED_BATCH_RECORD_SIZE"):
		return &job.CommandError{Kind: job.Unacceptable, Code: codeUnknown, Fault: job.FaultRecordTooLarge}
	case status == http.StatusTooManyRequests, told && status >= 500 && p.has(codeExhausted):
		return &job.CommandError{Code: codeExhausted}
	case status == http.StatusGatewayTimeout:
		return &job.CommandError{Code: codeDeadline}
	case status == http.StatusBadGateway, status == http.StatusServiceUnavailable:
		return &job.CommandError{Code: codeUnavailable}
	case status == http.StatusUnauthorized && !answer.refusesToken(): // it is the tenant that is refused
		return &job.CommandError{Kind: job.Denied, Code: "PERMISSION_DENIED", Fault: job.FaultTenant}
	case status == http.StatusUnauthorized:
		return &job.CommandError{Kind: job.Denied, Code: "UNAUTHENTICATED"}
	case status == http.StatusForbidden && (told || len(answer.body) == 0):
		return &job.CommandError{Kind: job.Denied, Code: "PERMISSION_DENIED"}
	case told && status == http.StatusBadRequest:
		e := &job.CommandError{Kind: job.Unacceptable, Code: "INVALID_ARGUMENT"}
		if p.tenant() {
			e.Fault = job.FaultTenant
		}
		return e
	case told && status == http.StatusNotFound && p.physicalTenant():
		return &job.CommandError{Kind: job.Denied, Code: "NOT_FOUND", Fault: job.FaultPhysicalTenant}
	case told && status == http.StatusNotFound && p.has("NOT_FOUND"):
		return &job.CommandError{Kind: job.Gone, Code: "NOT_FOUND"}
	case told && status == http.StatusConflict:
		return &job.CommandError{Kind: job.Gone, Code: "FAILED_PRECONDITION"}
	case told && status >= http.StatusInternalServerError:
		return &job.CommandError{Code: codeInternal}
	}
	return a.stranger(r, answer)
}

// stranger is the answer of what is no gateway.
func (a *restAPI) stranger(r restRequest, answer *restAnswer) *job.CommandError {
	what := ""
	switch {
	case answer.status >= 300 && answer.status < 400:
		what = "; redirects are not followed"
		if answer.location != "" {
			what = " to " + printableURL(answer.location) + what
		}
	case answer.status == http.StatusProxyAuthRequired:
		what = ": a proxy wants a user and a password, which HTTP_PROXY or HTTPS_PROXY can name"
	case answer.cut != nil:
		what = ", cut off: " + answer.cut.Error()
	case (len(answer.body) > 0 || r.consume != nil && answer.status == http.StatusOK) && !strings.Contains(answer.contentType, "json"):
		what = fmt.Sprintf(" with the content type %q", answer.contentType)
	default:
		if p, ok := answer.problem(); ok {
			what = " (" + p.text() + ")"
		}
	}
	return &job.CommandError{
		Code: codeUnknown, Fault: job.FaultNoREST, HTTPStatus: answer.status,
		Reason: fmt.Sprintf("%s %s: the answer was HTTP %d%s, which is not an answer of Camunda's REST API", r.method, a.url(r), answer.status, what),
	}
}

// failure sorts why there is no answer. A fault of the token is a *[job.CommandError] already.
func (a *restAPI) failure(ctx context.Context, r restRequest, err error) error {
	if _, ok := errors.AsType[*job.CommandError](err); ok {
		return err
	}
	e := job.Refusal(codeUnavailable, r.method+" "+a.url(r)+": "+err.Error())
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		e = &job.CommandError{Code: codeDeadline, Reason: r.method + " " + a.url(r) + ": no answer in time"}
		if w, ok := ctx.Value(writingKey{}).(*writing); ok && !w.written.Load() {
			e.Fault, e.Reason = job.FaultNoAnswer, r.method+" "+a.url(r)+": no connection in time"
		}
	case connectionFault(err) != job.FaultUnknown:
		e.Fault = connectionFault(err)
	case errors.Is(err, http.ErrSchemeMismatch):
		e.Fault = job.FaultPlaintext
	case says(err, noHTTP):
		e.Fault = job.FaultNoREST
	case errors.Is(err, errProxy):
		e.Fault = job.FaultProxy
	case e.Fault == job.FaultUnknown && ended(err):
		e.Fault = job.FaultConnectionEnded
	}
	return e
}

// ended says whether a connection came about and was ended by the other side. Go's HTTP client exports few of these errors.
func ended(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || says(err, endings)
}

// What Go's HTTP client says where it exports no error.
var (
	endings = []string{"server closed idle connection", "connection broken", "client connection lost", "GOAWAY"}

	// noHTTP is of a server that does not speak HTTP/1.1. One of gRPC speaks first: the second is what the client says if it reads
	// that before it has sent the request.
	noHTTP = []string{"malformed HTTP response", "readLoopPeekFailLocked: %!w(<nil>)"}
)

func says(err error, anyOf []string) bool {
	return slices.ContainsFunc(anyOf, func(words string) bool { return strings.Contains(err.Error(), words) })
}

// unread is the refusal of an answer that says that all is well, and cannot be read.
func (a *restAPI) unread(r restRequest, answer *restAnswer, err error) *job.CommandError {
	e := a.stranger(r, answer)
	if answer.cut == nil {
		e.Reason += ": " + err.Error()
	}
	return e
}

// withoutLease takes the refusal of a poll that asked for lease tokens for what it is from a gateway that knows none: one before
// Camunda 8.10 refuses all that it does not know. The version is that of the last probe; another gateway may have answered that.
func (c *RESTClient) withoutLease(e *job.CommandError, r job.TakeRequest) error {
	if !r.WithLease || e.Kind != job.Unacceptable || e.HTTPStatus != http.StatusBadRequest || e.Fault != job.FaultUnknown {
		return e
	}
	told := c.version.told.Load()
	if strings.Contains(e.Reason, withLease) || told != nil && OlderThan(told.text, 8, 10) {
		e.Fault = job.FaultNoLease
	}
	return e
}

// withoutToken takes the refusal of a command that had a lease token for what it is from a gateway before Camunda 8.10, which
// refuses all that it does not know: while a cluster is upgraded, the next one may take the command. A refusal that names another
// property of the command, or comes from the broker, is none of that.
func withoutToken(err error, properties []string) error {
	e, ok := errors.AsType[*job.CommandError](err)
	if !ok || e.Kind != job.Unacceptable || e.HTTPStatus != http.StatusBadRequest || e.Fault != job.FaultUnknown {
		return err
	}
	// One name of the token holds the other, but for the case of a letter.
	if !strings.Contains(strings.ToLower(e.Reason), strings.ToLower(oldTokenName)) {
		names := func(property string) bool { return strings.Contains(e.Reason, property) }
		if names("rejected with code") || slices.ContainsFunc(properties, names) {
			return err
		}
	}
	older := *e
	older.Kind, older.Fault = job.Transient, job.FaultNoLease
	return &older
}

// jobPath is the path of a job.
func jobPath(key int64, rest string) string {
	return "/jobs/" + strconv.FormatInt(key, 10) + rest
}
