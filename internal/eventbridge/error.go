package eventbridge

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/smithy-go"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge/limit"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Kind says where a call failed.
type Kind uint8

// The kinds of failure, with the rows of contract 3.3 that they stand for.
const (
	KindInput       Kind = iota + 1 // the request cannot be made: INPUT_ERROR; nothing was sent
	KindAPI                         // AWS answered with an error: its code, or HTTP_<status>
	KindResponse                    // AWS answered 200 with a body that cannot be read: INVALID_RESPONSE
	KindConnection                  // no connection, TLS, DNS, reset: CONNECTION_ERROR
	KindTimeout                     // no answer in time: TIMEOUT
	KindCredentials                 // no credentials to be had: CREDENTIALS_ERROR
	KindCanceled                    // the caller's context was cancelled: CANCELED, which no process ever sees
)

// The codes of ours among the values of [Error.Code].
const (
	CodeInput       = "INPUT_ERROR"
	CodeResponse    = "INVALID_RESPONSE"
	CodeConnection  = "CONNECTION_ERROR"
	CodeTimeout     = "TIMEOUT"
	CodeCredentials = "CREDENTIALS_ERROR"
	CodeCanceled    = "CANCELED"
)

// Error is a call of PutEvents that did not end in a response. No secret of the request is in its texts, but AWS's own
// words may quote one: the caller masks them.
type Error struct {
	Kind       Kind
	Code       string // contract 3.3: AWS's own without namespace, HTTP_<status>, or one of ours
	Message    string // as contract 3.3 forms it
	StatusCode int    // of AWS's answer; 0 = none
	RequestID  string // of AWS's answer; empty = none

	// AnswerLost says that AWS may have accepted the events although no readable answer came: in the last attempt or in
	// one before it, the whole request was written and the connection broke, time ran out, or the answer was garbage.
	AnswerLost bool
	// Sent says that at least one attempt got as far as writing its whole request.
	Sent bool
	// NotSent says that the call ended without an attempt that AWS can have accepted: its time ran out, it was cancelled,
	// or BeforeAttempt ended it, and until then none was made, or AWS refused each. The caller may hand the job back
	// without the loss of a retry: another try sends the event for the first time.
	NotSent bool
	// Final says that another try of the same request cannot succeed.
	Final bool

	cause error
}

func (e *Error) Error() string { return e.Message }

// Unwrap returns what the SDK or the network reported; nil if AWS answered.
func (e *Error) Unwrap() error { return e.cause }

// ErrorCode is the error code, for the SDK's retryer.
func (e *Error) ErrorCode() string { return e.Code }

// ErrorMessage is the error message, as [smithy.APIError] wants it.
func (e *Error) ErrorMessage() string { return e.Message }

// ErrorFault says that nobody knows whose fault it was.
func (e *Error) ErrorFault() smithy.ErrorFault { return smithy.FaultUnknown }

// HTTPStatusCode is the status of AWS's answer, for the SDK's retryer.
func (e *Error) HTTPStatusCode() int { return e.StatusCode }

// Timeout says whether time ran out, for the SDK's retryer.
func (e *Error) Timeout() bool { return e.Kind == KindTimeout }

// Throttled says whether AWS asked to slow down.
func (e *Error) Throttled() bool { return e.Kind == KindAPI && throttled(e.Code, e.StatusCode) }

// refused says whether AWS surely did not accept the events of an attempt whose whole request it got: it refused the
// request, or had no capacity for it. After a 500, a time-out or a broken connection nobody knows.
func (e *Error) refused() bool {
	switch {
	case e.Kind != KindAPI:
		return false
	case e.Throttled():
		return true
	case e.StatusCode == http.StatusServiceUnavailable:
		return !strings.HasPrefix(e.Code, httpCode) // AWS's own, not that of a proxy before it
	}
	return e.StatusCode >= 300 && e.StatusCode < 500 && e.StatusCode != http.StatusRequestTimeout
}

// MaxRequestSize is how many bytes AWS takes in one request, all entries together, since 2026-01-29.
const MaxRequestSize = limit.RequestSize

// tooLarge makes the error of an answer 413, from AWS or from a proxy before it.
func (e *Error) tooLarge(size int64) {
	e.Code, e.Final = httpCode+strconv.Itoa(http.StatusRequestEntityTooLarge), true
	e.Message = factual(fmt.Sprintf("the request is too large: it has %d bytes, and EventBridge takes %d; a proxy on the way may take less", size, MaxRequestSize), e)
}

// httpCode begins the code of an answer that has none of AWS's.
const httpCode = "HTTP_"

// apiError reads AWS's error answer.
func apiError(status int, header headers, body string) *Error {
	code, message := errorFacts(header, body)
	e := &Error{Kind: KindAPI, Code: code, StatusCode: status, RequestID: header.requestID()}
	if code == "" {
		e.Code = httpCode + strconv.Itoa(status)
	}
	if message == "" {
		message = e.Code
	}
	e.Message = factual(message, e)
	return e
}

// factual forms the message on which models match (contract 3.3).
func factual(message string, e *Error) string {
	id := e.RequestID
	if id == "" {
		id = "null"
	}
	return message + " (Service: EventBridge, Status Code: " + strconv.Itoa(e.StatusCode) + ", Error Code: " + e.Code +
		", Request ID: " + id + ")"
}

// errorFacts finds the code, without namespace, and the message; either may be missing.
func errorFacts(header headers, body string) (code, message string) {
	code = header.get("X-Amzn-Errortype")
	found := map[string]string{}
	// What is found before the body's end or its first mistake counts: it may have been cut off.
	_ = jsonvalue.Members([]byte(body), func(name string, raw []byte) error {
		switch name {
		case "__type", "code", "Code", "message", "Message", "errorMessage":
			if jsonvalue.RawKind(raw) == jsonvalue.KindString {
				found[name], _ = jsonvalue.Unquote(raw)
			}
		}
		return nil
	})
	text := func(names ...string) string {
		for _, n := range names {
			if found[n] != "" {
				return found[n]
			}
		}
		return ""
	}
	if code == "" {
		code = text("__type", "code", "Code")
	}
	return cleanCode(code), text("message", "Message", "errorMessage")
}

// cleanCode cuts the namespace of a code, and what a proxy may have put behind it. It is empty for what is no code
// (contract 3.3).
func cleanCode(code string) string {
	code, _, _ = strings.Cut(code, ":")
	if i := strings.LastIndexByte(code, '#'); i >= 0 {
		code = code[i+1:]
	}
	code = strings.TrimSpace(code)
	if len(code) > 64 || !isToken(code, "._") {
		return ""
	}
	return code
}

// isToken tells whether a text has nothing but letters and digits of ASCII and the characters of more.
func isToken(text, more string) bool {
	for i := range len(text) {
		c := text[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte(more, c) >= 0:
		default:
			return false
		}
	}
	return true
}

func parseObject(body string) (*jsonvalue.Object, error) {
	v, err := jsonvalue.ParseString(body)
	if err != nil {
		return nil, err
	}
	o, ok := v.(*jsonvalue.Object)
	if !ok {
		return nil, errors.New("found a JSON " + jsonvalue.KindOf(v).String() + ", expected an object")
	}
	return o, nil
}

func invalidResponse(status int, header headers, reason string) *Error {
	e := &Error{
		Kind: KindResponse, Code: CodeResponse, StatusCode: status, RequestID: header.requestID(),
		AnswerLost: true, Sent: true,
	}
	e.Message = factual("EventBridge answered with a body that cannot be read: "+reason, e)
	return e
}

func connectionError(host string, cause error) *Error {
	return &Error{
		Kind: KindConnection, Code: CodeConnection, cause: cause,
		Message: "EventBridge cannot be reached at " + host + ": " + connectionReason(cause),
	}
}

// connectionReason says in the network's words what went wrong, without the SDK's layers around them.
func connectionReason(cause error) string {
	if op, ok := errors.AsType[*net.OpError](cause); ok {
		return op.Error()
	}
	if record, ok := errors.AsType[tls.RecordHeaderError](cause); ok {
		if string(record.RecordHeader[:]) == "HTTP/" {
			return "it speaks http, but the endpoint says https"
		}
		return record.Error()
	}
	switch text := cause.Error(); text {
	case "EOF", "unexpected EOF":
		return "the connection was closed before the answer was complete (" + text + ")"
	default:
		return text
	}
}

func timeoutError(host string, after time.Duration, cause error) *Error {
	return &Error{
		Kind: KindTimeout, Code: CodeTimeout, cause: cause,
		Message: "no answer from EventBridge at " + host + " within " + after.Round(time.Millisecond).String(),
	}
}

func inputError(message string, cause error) *Error {
	return &Error{Kind: KindInput, Code: CodeInput, Message: message, cause: cause}
}

func credentialsError(cause error) *Error {
	return &Error{
		Kind: KindCredentials, Code: CodeCredentials, cause: cause,
		Message: "no AWS credentials to be had: " + innermost(cause),
	}
}

// innermost drops the SDK's layers of "operation error" in front of what was wrong.
func innermost(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		if op, ok := errors.AsType[*smithy.OperationError](err); ok {
			return op.ServiceID + " " + op.OperationName + ": " + api.ErrorCode() + ": " + api.ErrorMessage()
		}
	}
	return err.Error()
}

// waitedError is of a call that has waited for its target until its time was up.
func waitedError(c *call) *Error {
	endpoint, code := c.target.facts()
	return &Error{
		Kind: KindTimeout, Code: CodeTimeout, cause: c.stopped,
		Message: "the event was not sent: EventBridge at " + endpoint + " fails all recent requests (" + code + ")",
	}
}

func contextError(err error) *Error {
	if errors.Is(err, context.DeadlineExceeded) {
		return &Error{Kind: KindTimeout, Code: CodeTimeout, cause: err, Message: "the time for the call ran out before it was made"}
	}
	return &Error{Kind: KindCanceled, Code: CodeCanceled, cause: err, Message: "the call was cancelled"}
}
