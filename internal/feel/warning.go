package feel

import "fmt"

// WarningKind says what a [Warning] is about.
type WarningKind string

// The kinds of warnings.
const (
	UnknownVariable WarningKind = "unknown variable" // the expression names a variable that it does not see
	UnknownField    WarningKind = "unknown field"    // the expression asks a value for a field that it does not have
	UnknownFunction WarningKind = "unknown function" // the expression calls a function that does not exist
	OtherWarning    WarningKind = ""                 // anything else, such as an operand of a wrong type
)

// Warning is a null that an expression gave because of a mistake, as far as one can tell.
type Warning struct {
	Kind WarningKind
	Name string // of the unknown variable, field or function; empty for [OtherWarning]
	Pos  Pos
	Text string // what happened, for people, without the place
}

// At returns the line and the column of the warning in the source that was compiled; both count from 1.
func (w Warning) At(source string) (line, column int) { return lineColumn(source, w.Pos) }

// unknown notes that a null came out at pos because there is nothing of this name. It returns that null.
func (f *frame) unknown(kind WarningKind, pos Pos, name, format string, args ...any) Value {
	return f.note(Warning{Kind: kind, Name: name, Pos: pos, Text: fmt.Sprintf(format, args...)})
}
