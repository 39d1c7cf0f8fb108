package job

import "fmt"

// CommandErrorKind sorts a broker's refusals by what the caller can do about them.
type CommandErrorKind uint8

// The kinds of refusal, with the gRPC codes that mean them (contract 3.6).
const (
	Transient    CommandErrorKind = iota // try again: UNAVAILABLE, RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED, INTERNAL, …
	Gone                                 // the job is gone or taken: NOT_FOUND, FAILED_PRECONDITION
	Unacceptable                         // this command can never be taken: INVALID_ARGUMENT, EXCEEDED_BATCH_RECORD_SIZE
	Unsupported                          // the gateway does not know the call: UNIMPLEMENTED
	Denied                               // not allowed to us: UNAUTHENTICATED, PERMISSION_DENIED
)

// kindOf sorts a refusal by its gRPC code, as the specification of gRPC spells it, and its fault. A code that a gateway has no
// reason to give is taken for transient: to try again a few times is harmless, to give up is not.
func kindOf(code string, fault Fault) CommandErrorKind {
	switch fault {
	case FaultNoGRPC: // it tells of what is between us and the gateway, and nothing of the gateway
		return Transient
	case FaultRecordTooLarge, FaultMessageTooLarge:
		return Unacceptable
	case FaultPhysicalTenant: // it tells nothing of the job
		return Denied
	default:
	}
	switch code {
	case "NOT_FOUND", "FAILED_PRECONDITION":
		return Gone
	case "INVALID_ARGUMENT", "OUT_OF_RANGE":
		return Unacceptable
	case "UNIMPLEMENTED":
		return Unsupported
	case "UNAUTHENTICATED", "PERMISSION_DENIED":
		return Denied
	}
	return Transient
}

// CommandError is a refused or failed call to the gateway.
type CommandError struct {
	Kind   CommandErrorKind
	Code   string // the gRPC code as its specification spells it: "NOT_FOUND"
	Reason string // the gateway's own words, to be shown
	Fault  Fault  // what is known beside the code
	// HTTPStatus is that of an answer that was HTTP alone: of the REST API, of a proxy, or of the authorization server. 0 = there
	// was none.
	HTTPStatus int
	// ForToken says that the gateway was not called, for want of a token.
	ForToken bool
	// NotTaken says that the broker has surely not taken the command: it refused it, or the request never left this process.
	// Where it is false the command may have been taken, although its answer is an error.
	NotTaken bool
}

// Refusal sorts what a call to a gateway ended with, by its gRPC code and what its text tells. A refusal that is not transient
// was looked at and not wanted; so was one for want of resources.
func Refusal(code, reason string) *CommandError {
	fault, status := faultOf(code, reason)
	kind := kindOf(code, fault)
	notTaken := kind != Transient || code == "RESOURCE_EXHAUSTED" && fault != FaultNoGRPC
	return &CommandError{Kind: kind, Code: code, Reason: reason, Fault: fault, HTTPStatus: status, NotTaken: notTaken}
}

func (e *CommandError) Error() string {
	if e.Code == "" {
		return e.Reason
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Reason)
}
