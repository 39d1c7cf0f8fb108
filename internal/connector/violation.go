package connector

import "strings"

// Violation is what is wrong with one field of a task.
type Violation struct {
	Field string        // such as input.source or input.events[2].detail
	Kind  ViolationKind // which rule it breaks
	Found string        // what was found, masked and ready for a sentence; empty where the kind says it
	Want  string        // what is expected, ready for a sentence
	Why   string        // the reason, or the rule; of a refused value the whole sentence
}

// ViolationKind says which rule a field breaks.
type ViolationKind string

// The kinds of violations.
const (
	MissingValue   ViolationKind = "missing"         // null or not there
	BlankValue     ViolationKind = "blank"           // a text of nothing but white space
	InvalidValue   ViolationKind = "invalid"         // of a wrong type or form
	InvalidJSON    ViolationKind = "invalid JSON"    // it does not parse
	WrongSize      ViolationKind = "wrong size"      // too many or too few
	TooLarge       ViolationKind = "too large"       // larger than AWS takes
	RefusedValue   ViolationKind = "refused"         // well formed, but a rule of the connector or its operator forbids it
	UnresolvedName ViolationKind = "unresolved name" // a placeholder of a secret that nobody resolved
)

// Message writes the violation without its field.
func (v Violation) Message() string {
	switch v.Kind {
	case MissingValue:
		return "must not be null, expected " + v.Want
	case BlankValue:
		if v.Want != "" {
			return "must not be blank; " + v.Want
		}
		return "must not be blank"
	case InvalidJSON:
		return "must be JSON: " + v.Why
	case WrongSize, TooLarge:
		return "must have " + v.Want + ", but has " + v.Found
	case RefusedValue:
		return v.Why
	case UnresolvedName:
		return "must be " + v.Want + ", but holds the placeholder " + v.Found + v.because()
	default:
		return "must be " + v.Want + ", but is " + v.Found + v.because()
	}
}

// because writes the reason as the end of a sentence; nothing if there is none.
func (v Violation) because() string {
	if v.Why == "" {
		return ""
	}
	return ": " + v.Why
}

// Violations are all that is wrong with the input of a task.
type Violations []Violation

// Error writes one line for each violation.
func (v Violations) Error() string {
	lines := make([]string, len(v))
	for i, violation := range v {
		lines[i] = violation.Field + ": " + violation.Message()
	}
	return "Found constraints violated while validating input:\n - " + strings.Join(lines, "\n - ")
}
