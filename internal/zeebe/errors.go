package zeebe

import (
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// commandError sorts what a call ended with by what the caller can do (contract 3.6). It is nil for nil.
func commandError(err error) error {
	if err == nil {
		return nil
	}
	s := status.Convert(err)
	return &job.CommandError{Kind: kindOf(s.Code(), s.Message()), Code: codeName(s.Code()), Reason: s.Message()}
}

// batchTooLarge stands in the text with which a broker refuses a command that does not fit into a record of its log. It
// comes with the code UNKNOWN.
const batchTooLarge = "EXCEEDED_BATCH_RECORD_SIZE"

func kindOf(code codes.Code, reason string) job.CommandErrorKind {
	switch code {
	case codes.NotFound, codes.FailedPrecondition:
		return job.Gone
	case codes.InvalidArgument:
		return job.Unacceptable
	case codes.Unimplemented:
		return job.Unsupported
	case codes.Unauthenticated, codes.PermissionDenied:
		return job.Denied
	case codes.Unknown:
		if strings.Contains(reason, batchTooLarge) {
			return job.Unacceptable
		}
	case codes.ResourceExhausted:
		// Our own side refuses a message that is larger than it may send; no other try makes it smaller.
		if strings.Contains(reason, "trying to send message larger than max") {
			return job.Unacceptable
		}
	default:
	}
	return job.Transient
}

// codeName is the name of a code in gRPC's specification, as operators know it from other clients.
func codeName(code codes.Code) string {
	names := [...]string{
		"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
		"RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
	}
	if int(code) < len(names) {
		return names[code]
	}
	return code.String()
}
