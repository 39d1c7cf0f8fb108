package feel

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// WarningKind is the kind of mistake that a [Warning] tells of.
type WarningKind string

// The kinds of warnings.
const (
	UnknownVariable WarningKind = "unknown variable"   // the scope has no such name
	UnknownField    WarningKind = "unknown field"      // the value has no such field
	UnknownFunction WarningKind = "unknown function"   // there is no such function
	WrongArguments  WarningKind = "wrong arguments"    // the function takes another number of arguments, or other names
	WrongType       WarningKind = "wrong type"         // the operation does not take a value of this type
	InvalidText     WarningKind = "invalid text"       // the text has not the form that the operation reads
	OutOfRange      WarningKind = "out of range"       // the number is too large or too small for the operation
	EmptyList       WarningKind = "empty list"         // the operation needs at least one item
	DivisionByZero  WarningKind = "division by zero"   // the divisor is 0
	MissingInput    WarningKind = "missing input"      // there is no value to compare with
	ErrorValue      WarningKind = "error made to null" // an operation failed, and null stands in its place
	UnknownType     WarningKind = "unknown type"       // there is no such type
	PlainText       WarningKind = "plain text"         // a text looks like a template of another language, but is taken as it stands
)

// Warning is a null that an expression gave because of a mistake, as far as one can tell.
type Warning struct {
	Kind         WarningKind
	Name         string // the unknown variable, field or function; empty for other kinds
	Nearest      string // the known name that Name may have meant; empty = none is near
	Instead      string // what FEEL writes for what another language has under Name or Operation; empty = nothing is known
	Operation    string // the function, operator or keyword that gave null; empty for unknown names and error values
	Pos          Pos
	Line, Column int    // the place of Pos in the source; both count from 1, columns in characters
	Text         string // what happened, for people, without the place. It may quote values of the evaluation
}

// String returns the place and the text: "line 1, column 5: division by zero".
func (w Warning) String() string {
	return fmt.Sprintf("line %d, column %d: %s", w.Line, w.Column, w.Text)
}

// maxWarnings is how many warnings an evaluation keeps.
const maxWarnings = 20

// warn notes why an operation gave null at pos. It returns that null.
func (f *frame) warn(pos Pos, kind WarningKind, operation, format string, args ...any) Value {
	if len(f.warnings) < maxWarnings { // a text costs time
		f.note(Warning{Kind: kind, Operation: operation, Pos: pos, Text: fmt.Sprintf(format, args...)})
	}
	return nil
}

// unknown notes a name at pos that is none of the known ones. It returns the null that came out.
func (f *frame) unknown(pos Pos, kind WarningKind, name string, known []string, format string, args ...any) Value {
	if len(f.warnings) < maxWarnings {
		w := Warning{Kind: kind, Name: name, Nearest: NearestName(name, known), Pos: pos, Text: fmt.Sprintf(format, args...)}
		w.Instead = instead(kind, name)
		w.Text += w.advice(known)
		f.note(w)
	}
	return nil
}

// Advice returns the end of a message about a name that is none of the known ones: what FEEL writes instead, which name was probably
// meant, or which names there are, such as " (did you mean items?)". It is empty if there is nothing to say.
func Advice(kind WarningKind, name string, known []string) string {
	w := Warning{Kind: kind, Name: name, Nearest: NearestName(name, known), Instead: instead(kind, name)}
	return w.advice(known)
}

// instead returns what FEEL writes for a name of another language.
func instead(kind WarningKind, name string) string {
	lower := strings.ToLower(name)
	if kind == UnknownFunction {
		return insteadOfFunction("", name)
	}
	if kind == UnknownField {
		return foreignFields[lower]
	}
	return foreignNames[lower]
}

// listed writes the first of some names.
func (f *frame) listed(names []string) string {
	if len(names) > maxListed {
		return strings.Join(names[:maxListed], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// maxListed is how many names a warning lists.
const maxListed = 8

// advice is the end of a warning about an unknown name: what FEEL writes, what was probably meant, or which names there are.
func (w *Warning) advice(known []string) string {
	lower := strings.ToLower(w.Name)
	switch {
	case w.Kind == UnknownField && signed(w.Name, known) != "":
		return " (a name with signs stands in backticks: `" + signed(w.Name, known) + "`)"
	case w.Nearest != "" && strings.EqualFold(w.Nearest, w.Name):
		return didYouMean(w.Nearest)
	case w.Instead != "":
		return writes(w.Instead)
	case w.Nearest != "":
		return didYouMean(w.Nearest)
	case w.Kind == UnknownVariable && isFunction(w.Name):
		return " (a function is called with parentheses: " + w.Name + "(…))"
	case w.Kind == UnknownVariable && unseen[lower] != "":
		return " (" + unseen[lower] + ")"
	case w.Kind == UnknownField && httpFields[lower] && slices.Contains(known, "failedEntryCount"):
		return " (" + unseen[lower] + ")"
	case w.Kind == UnknownVariable && durationName.MatchString(w.Name):
		return fmt.Sprintf(" (a duration is written @%q)", w.Name)
	case w.Kind == UnknownVariable && looksLikeText(w.Name):
		return fmt.Sprintf(" (a text stands in double quotes: %q)", w.Name)
	case w.Kind != UnknownFunction && len(known) > 0 && len(known) <= maxListed:
		return " (there are: " + strings.Join(known, ", ") + ")"
	}
	return ""
}

// durationName is a duration without its quotes.
var durationName = regexp.MustCompile(`^P[T0-9][0-9YMDTHS]*$`)

// signed returns the name of a field that goes on with a - behind this one.
func signed(name string, known []string) string {
	for _, k := range known {
		if strings.HasPrefix(k, name+"-") {
			return k
		}
	}
	return ""
}

// looksLikeText says whether a name begins with a capital, as constants do and variables seldom.
func looksLikeText(name string) bool {
	r, _ := utf8.DecodeRuneInString(name)
	return unicode.IsUpper(r)
}

// note keeps a warning, once for each place and text.
func (f *frame) note(w Warning) {
	if !slices.ContainsFunc(f.warnings, func(o Warning) bool { return o.Pos == w.Pos && o.Text == w.Text }) {
		w.Line, w.Column = w.Pos.In(f.program.source)
		f.warnings = append(f.warnings, w)
	}
}
