package outlet

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Quoted returns a text in which nothing but visible characters and blanks is left. What a terminal or the log of a build
// would obey stands there as an escape of JSON: escape sequences, line breaks, other controls, and marks that turn the
// direction of writing. It is for texts within a line that others chose, such as names.
func Quoted(text string) string { return quoted(text, hidden) }

// Printer writes texts of several lines as [Quoted] does, but for line breaks and tabs, which stay.
func Printer(w io.Writer) io.Writer { return printer{w} }

type printer struct{ w io.Writer }

func (p printer) Write(text []byte) (int, error) {
	if n, err := io.WriteString(p.w, quoted(string(text), func(c rune) bool { return c != '\n' && c != '\t' && hidden(c) })); err != nil {
		return min(n, len(text)), err
	}
	return len(text), nil
}

func quoted(text string, hidden func(rune) bool) string {
	if !strings.ContainsFunc(text, hidden) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case c == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case !hidden(c):
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		default:
			for _, u := range utf16.AppendRune(nil, c) {
				fmt.Fprintf(&b, `\u%04x`, u)
			}
		}
		i += size
	}
	return b.String()
}

// hidden says whether a character is obeyed, or not seen, where it is printed; bytes that are no UTF-8 are among them.
func hidden(c rune) bool { return !strconv.IsGraphic(c) || c == utf8.RuneError }
