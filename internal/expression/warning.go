package expression

import (
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// Warning says why a null came out of an expression. Its place is that in the source without its leading = and the white space
// around it.
type Warning = feel.Warning

// WarningKind says what a [Warning] is about.
type WarningKind = feel.WarningKind

// The kinds of warnings that name something.
const (
	UnknownVariable = feel.UnknownVariable
	UnknownField    = feel.UnknownField
	UnknownFunction = feel.UnknownFunction
)

// Hints writes warnings as the end of a message; nothing if there are none.
func Hints(warnings []Warning) string {
	if len(warnings) == 0 {
		return ""
	}
	return " Hints: " + strings.Join(Texts(warnings), "; ") + "."
}

// Texts writes each warning with its place: "line 1, column 5: division by zero".
func Texts(warnings []Warning) []string {
	texts := make([]string, len(warnings))
	for i, w := range warnings {
		texts[i] = w.String()
	}
	return texts
}
