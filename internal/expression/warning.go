package expression

import (
	"fmt"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// WarningKind says what a [Warning] is about.
type WarningKind = feel.WarningKind

// The kinds of warnings that name something.
const (
	UnknownVariable = feel.UnknownVariable
	UnknownField    = feel.UnknownField
	UnknownFunction = feel.UnknownFunction
)

// Warning says why a null came out of an expression.
type Warning struct {
	Kind         WarningKind
	Name         string // of the unknown variable, field or function; empty for other kinds
	Line, Column int    // where, from 1, in the source without its leading = and the white space around it
	Text         string // what happened, for people, without the place. It may quote what the expression saw
}

// String writes the warning with its place.
func (w Warning) String() string {
	return fmt.Sprintf("line %d, column %d: %s", w.Line, w.Column, w.Text)
}

// Hints writes warnings as the end of a message; nothing if there are none.
func Hints(warnings []Warning) string {
	if len(warnings) == 0 {
		return ""
	}
	return " Hints: " + strings.Join(Texts(warnings), "; ") + "."
}

// Texts writes each warning with its place.
func Texts(warnings []Warning) []string {
	texts := make([]string, len(warnings))
	for i, w := range warnings {
		texts[i] = w.String()
	}
	return texts
}
