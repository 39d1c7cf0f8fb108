package job

import (
	"fmt"
	"strings"
)

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

// KindOf sorts a refusal by its gRPC code, as the specification of gRPC spells it, and its message. A code that a gateway has
// no reason to give is taken for transient: to try again a few times is harmless, to give up is not.
func KindOf(code, message string) CommandErrorKind {
	switch code {
	case "NOT_FOUND", "FAILED_PRECONDITION":
		return Gone
	case "INVALID_ARGUMENT", "OUT_OF_RANGE":
		return Unacceptable
	case "UNIMPLEMENTED":
		return Unsupported
	case "UNAUTHENTICATED", "PERMISSION_DENIED":
		return Denied
	case "UNKNOWN":
		// The broker has no code for a record that its log cannot hold, only this word.
		if strings.Contains(message, "EXCEEDED_BATCH_RECORD_SIZE") {
			return Unacceptable
		}
	case "RESOURCE_EXHAUSTED":
		// A message above someone's limit stays so; a broker that has too much to do does not. GRPC has one code for both.
		// The words are those of its Java and Go implementations.
		if strings.Contains(message, "exceeds maximum size") || strings.Contains(message, "larger than max") {
			return Unacceptable
		}
	}
	return Transient
}

// CommandError is a refused or failed call to the gateway.
type CommandError struct {
	Kind   CommandErrorKind
	Code   string // the gRPC code as its specification spells it: "NOT_FOUND"
	Reason string // the gateway's own words
	// NotTaken says that the broker has surely not taken the command: it refused it, or the request never left this process.
	// Where it is false the command may have been taken, although its answer is an error.
	NotTaken bool
}

// Refusal sorts an answer of a gateway or a broker by its gRPC code, as [KindOf] does. One that is not transient was looked at
// and not wanted; so was one for want of resources.
func Refusal(code, reason string) *CommandError {
	kind := KindOf(code, reason)
	return &CommandError{Kind: kind, Code: code, Reason: reason, NotTaken: kind != Transient || code == "RESOURCE_EXHAUSTED"}
}

func (e *CommandError) Error() string {
	if e.Code == "" {
		return e.Reason
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Reason)
}
