package zeebe

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// codeNames are the codes as gRPC's specification spells them; Go's package spells them its own way.
var codeNames = [...]string{
	codes.OK:                 "OK",
	codes.Canceled:           "CANCELLED",
	codes.Unknown:            "UNKNOWN",
	codes.InvalidArgument:    "INVALID_ARGUMENT",
	codes.DeadlineExceeded:   "DEADLINE_EXCEEDED",
	codes.NotFound:           "NOT_FOUND",
	codes.AlreadyExists:      "ALREADY_EXISTS",
	codes.PermissionDenied:   "PERMISSION_DENIED",
	codes.ResourceExhausted:  "RESOURCE_EXHAUSTED",
	codes.FailedPrecondition: "FAILED_PRECONDITION",
	codes.Aborted:            "ABORTED",
	codes.OutOfRange:         "OUT_OF_RANGE",
	codes.Unimplemented:      "UNIMPLEMENTED",
	codes.Internal:           "INTERNAL",
	codes.Unavailable:        "UNAVAILABLE",
	codes.DataLoss:           "DATA_LOSS",
	codes.Unauthenticated:    "UNAUTHENTICATED",
}

func codeName(c codes.Code) string {
	if int(c) < len(codeNames) {
		return codeNames[c]
	}
	return fmt.Sprintf("CODE_%d", c)
}

// commandError turns what a call ended with into what its caller acts on: nil, an error that wraps
// [context.Canceled] if ctx was cancelled, else a *[job.CommandError]. The call tells whether its request was written to a
// connection; nil if that is not known.
func commandError(ctx context.Context, call *writing, err error) error {
	if err == nil {
		return nil
	}
	if cause := ctx.Err(); errors.Is(cause, context.Canceled) {
		return fmt.Errorf("call the gateway: %w", cause)
	}
	unwritten := call != nil && !call.written.Load()
	if own := (*job.CommandError)(nil); errors.As(err, &own) {
		if unwritten {
			own = &job.CommandError{Kind: own.Kind, Code: own.Code, Reason: own.Reason, NotTaken: true}
		}
		return own
	}
	s := status.Convert(err)
	e := &job.CommandError{Kind: kind(s.Code(), s.Message()), Code: codeName(s.Code()), Reason: s.Message()}
	e.NotTaken = unwritten || refused(e, s)
	return e
}

// refused says whether an answer says by itself that the command was not taken: the gateway or the broker looked at it and
// did not want it. What a proxy says tells nothing of what is behind it, nor does a gateway that has lost its broker.
func refused(e *job.CommandError, s *status.Status) bool {
	if fromProxy(s.Message()) {
		return false
	}
	return e.Kind != job.Transient || s.Code() == codes.ResourceExhausted
}

// proxyStatus is what grpc-go says of an answer that was HTTP alone, before its status.
const proxyStatus = "unexpected HTTP status code received from server: "

// fromProxy says whether an answer was no gRPC at all but HTTP: something between us and the gateway gave it, and grpc-go
// made a code of its status (404 becomes UNIMPLEMENTED). It tells of the weather, not of the gateway.
func fromProxy(message string) bool {
	return strings.Contains(message, proxyStatus) || strings.Contains(message, "received unexpected content-type")
}

// known makes a transient refusal of one that says that the gateway does not know the call: all gateways know those that
// every worker needs, so that something else answered in its place.
func known(err error) error {
	e, ok := errors.AsType[*job.CommandError](err)
	if !ok || e.Kind != job.Unsupported {
		return err
	}
	return &job.CommandError{Kind: job.Transient, Code: e.Code, Reason: e.Reason}
}

// kind sorts a refusal (contract 3.6).
func kind(code codes.Code, message string) job.CommandErrorKind {
	if fromProxy(message) {
		return job.Transient
	}
	return job.KindOf(codeName(code), message)
}

func unauthenticated(err error) bool { return status.Code(err) == codes.Unauthenticated }
