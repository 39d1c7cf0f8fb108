package eventbridge

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"

	"github.com/aws/smithy-go"
)

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
		Message: "no AWS credentials to be had: " + innermost(cause) + ofProxy(cause),
	}
}

// ofProxy says what to do about a proxy that cannot be reached; empty = it was not that.
func ofProxy(cause error) string {
	if op, ok := errors.AsType[*net.OpError](cause); !ok || op.Op != "proxyconnect" {
		return ""
	}
	return "; the request goes through the proxy that HTTPS_PROXY or HTTP_PROXY names: look whether it is up, or add the host to NO_PROXY"
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
	endpoint, code, down := c.target.facts()
	why := "EventBridge at " + endpoint + " fails all recent requests"
	if !down {
		why = "its turn did not come in time, because EventBridge at " + endpoint + " failed recent requests"
	}
	return &Error{
		Kind: KindTimeout, Code: CodeTimeout, cause: c.stopped,
		Message: "the event was not sent: " + why + " (" + code + ")",
	}
}

// leftError is of a call that ended while a request that it shared with others was under way.
func leftError(host string, after time.Duration, cause error) *Error {
	if errors.Is(cause, context.DeadlineExceeded) {
		return timeoutError(host, after, cause)
	}
	return contextError(cause)
}

func contextError(err error) *Error {
	if errors.Is(err, context.DeadlineExceeded) {
		return &Error{Kind: KindTimeout, Code: CodeTimeout, cause: err, Message: "the time for the call ran out before it was made"}
	}
	return &Error{Kind: KindCanceled, Code: CodeCanceled, cause: err, Message: "the call was cancelled"}
}
