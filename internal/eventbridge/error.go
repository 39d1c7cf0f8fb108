package eventbridge

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge/limit"
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

	// Entries is how many entries the latest request had, those of other calls that shared it included; 0 = none was made, or the
	// call did not see its end.
	Entries int

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

// withoutWords takes AWS's own words out of the refusal of a request that several calls shared: they may quote an entry of another one.
// Throttling is no entry's fault.
func (e *Error) withoutWords() {
	if e.Kind == KindAPI && !e.Throttled() {
		e.Message = factual(e.Code, e)
	}
}

// tooLarge makes the error of an answer 413, from AWS or from a proxy before it.
func (e *Error) tooLarge(size int64) {
	e.Code, e.Final = httpCode+strconv.Itoa(http.StatusRequestEntityTooLarge), true
	e.Message = factual(fmt.Sprintf("the request is too large: it has %d bytes, and EventBridge takes %d; a proxy on the way may take less", size, MaxRequestSize), e)
}
