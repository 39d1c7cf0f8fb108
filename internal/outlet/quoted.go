package outlet

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Quoted returns a text in which nothing but visible characters and blanks is left. What a terminal or the log of a build
// would obey stands there as an escape: escape sequences, line breaks, other controls, and marks that turn the direction of
// writing.
func Quoted(text string) string {
	if !strings.ContainsFunc(text, hidden) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case c == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case hidden(c):
			q := strconv.QuoteRuneToASCII(c)
			b.WriteString(q[1 : len(q)-1])
		default:
			b.WriteRune(c)
		}
		i += size
	}
	return b.String()
}

// hidden says whether a character is obeyed, or not seen, where it is printed; bytes that are no UTF-8 are among them.
func hidden(c rune) bool { return !strconv.IsGraphic(c) || c == utf8.RuneError }
