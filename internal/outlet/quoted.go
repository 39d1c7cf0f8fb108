package outlet

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// Quoted returns a text in which nothing but visible characters and blanks is left. What a terminal or the log of a build
// would obey stands there as an escape of JSON: escape sequences, line breaks, other controls, marks that turn the
// direction of writing, and commands such as ##vso[…]. It is for texts within a line that others chose, such as names.
func Quoted(text string) string { return withoutCommands(quoted(text, hidden)) }

// Printer writes texts of several lines as [Quoted] does, but for line breaks and tabs, which stay. A line that begins with
// ::name, which GitHub Actions obeys, gets an escape there too. It is safe for concurrent use.
func Printer(w io.Writer) io.Writer { return &printer{w: w} }

type printer struct {
	w      io.Writer
	mu     sync.Mutex
	inLine bool // whether the line that is being written has more than blanks
}

func (p *printer) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := withoutCommands(quoted(string(text), func(c rune) bool { return c != '\n' && c != '\t' && hidden(c) }))
	if n, err := io.WriteString(p.w, p.lines(out)); err != nil {
		return min(n, len(text)), err
	}
	return len(text), nil
}

// lines returns the text with an escape in place of the first colon of each line that begins with ::name.
func (p *printer) lines(text string) string {
	if !p.inLine && !strings.Contains(text, "::") && strings.HasSuffix(text, "\n") {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		said := strings.TrimSpace(line)
		if !p.inLine && lineCommand.MatchString(said) {
			blanks, rest, _ := strings.Cut(line, ":")
			line = blanks + `\u003a` + rest
		}
		p.inLine = (p.inLine || said != "") && !strings.HasSuffix(line, "\n")
		b.WriteString(line)
	}
	return b.String()
}

// What systems that run builds obey in the output of a command. GitHub Actions obeys ::name at the beginning of a line and
// ##[name] anywhere, Azure Pipelines ##vso[…] and ##[name] anywhere, TeamCity ##teamcity[…].
var (
	lineCommand   = regexp.MustCompile(`^::[A-Za-z]`)
	inlineCommand = regexp.MustCompile(`##[A-Za-z]*\[`)
)

// withoutCommands returns the text with an escape in each command that may be anywhere in a line.
func withoutCommands(text string) string {
	if !strings.Contains(text, "##") {
		return text
	}
	return inlineCommand.ReplaceAllStringFunc(text, func(found string) string { return `#\u0023` + found[2:] })
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
