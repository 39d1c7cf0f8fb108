package feel

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what sort of token stands at a place.
type kind uint8

const (
	end kind = iota
	word
	quotedName
	number
	text
	symbol // one of the operators and brackets; its text tells which
	broken // a character that begins no token, or a string or name without its end
)

// token is a piece of the source: source[start:end]. Value is the decoded text of names and strings.
type token struct {
	kind       kind
	failed     productions // those that are known not to stand here
	start, end int
	value      string
}

// lexer cuts tokens off a source on demand, each of them once. The parser moves it back and forth freely, also into the middle
// of a word; a token depends on its place only.
type lexer struct {
	source string
	tokens []token
	// known has for each place of the source the number of the token that is the first there or behind, counted from 1; 0 = the
	// place was not looked at yet.
	known []int32
}

func newLexer(source string) lexer {
	return lexer{source: source, tokens: make([]token, 0, len(source)/3+4), known: make([]int32, len(source)+1)}
}

// look returns the first token at or behind pos.
func (l *lexer) look(pos int) *token {
	n := l.known[pos]
	if n == 0 {
		n = l.read(pos)
	}
	return &l.tokens[n-1]
}

// read reads the first token at or behind pos, which was not looked at yet, and returns its number.
func (l *lexer) read(pos int) int32 {
	start, ok := l.skipSpace(pos)
	n := l.known[start]
	if n == 0 {
		t := token{kind: broken, end: len(l.source), value: "a comment without its end"}
		if ok {
			t = l.scan(start)
		}
		t.start = start
		l.tokens = append(l.tokens, t)
		n = int32(len(l.tokens)) //nolint:gosec // no more than bytes of a source, see maxSource
		l.known[start] = n
	}
	l.known[pos] = n
	return n
}

// scan reads the token that begins at start.
func (l *lexer) scan(start int) token {
	if start >= len(l.source) {
		return token{kind: end, end: len(l.source)}
	}
	c, next := l.source[start], byte(0)
	if start+1 < len(l.source) {
		next = l.source[start+1]
	}
	switch c {
	case '"':
		return l.string(start)
	case '`':
		return l.quotedName(start)
	case '(', ')', '[', ']', '{', '}', ',', ':', '+', '-', '/', '=', '?', '@':
		return l.symbol(start, 1)
	case '<', '>':
		if next == '=' {
			return l.symbol(start, 2)
		}
		return l.symbol(start, 1)
	case '*':
		if next == '*' {
			return l.symbol(start, 2)
		}
		return l.symbol(start, 1)
	case '!':
		if next == '=' {
			return l.symbol(start, 2)
		}
	case '.':
		switch {
		case isDigit(next):
			return l.number(start)
		case next == '.':
			return l.symbol(start, 2)
		}
		return l.symbol(start, 1)
	}
	if isDigit(c) {
		return l.number(start)
	}
	r, size := utf8.DecodeRuneInString(l.source[start:])
	if !isNameStart(r) {
		return token{kind: broken, end: start + size, value: "the character " + quoteRune(r)}
	}
	stop := start + size
	for stop < len(l.source) {
		r, size := utf8.DecodeRuneInString(l.source[stop:])
		if !isNamePart(r) {
			break
		}
		stop += size
	}
	return token{kind: word, end: stop, value: l.source[start:stop]}
}

func (l *lexer) symbol(start, size int) token {
	return token{kind: symbol, end: start + size, value: l.source[start : start+size]}
}

func quoteRune(r rune) string { return "'" + string(r) + "'" }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isNameStart and isNamePart say what a Java identifier is made of.
func isNameStart(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' || r == '$'
	}
	return unicode.IsLetter(r) || unicode.In(r, unicode.Nl, unicode.Sc, unicode.Pc)
}

func isNamePart(r rune) bool {
	if r < utf8.RuneSelf {
		return isNameStart(r) || r >= '0' && r <= '9'
	}
	return isNameStart(r) || unicode.In(r, unicode.Nd, unicode.Mc, unicode.Mn) || unicode.Is(unicode.Cf, r) && r != '\uFEFF' && r != '\u200B'
}

// skipSpace steps over white space and comments. It is false for a comment without its end.
func (l *lexer) skipSpace(pos int) (int, bool) {
	s := l.source
	for pos < len(s) {
		if c := s[pos]; c > ' ' && c < utf8.RuneSelf && c != '/' {
			break
		}
		switch {
		case strings.HasPrefix(s[pos:], "//"):
			i := strings.IndexByte(s[pos:], '\n')
			if i < 0 {
				return len(s), true
			}
			pos += i + 1
			continue
		case strings.HasPrefix(s[pos:], "/*"):
			i := strings.Index(s[pos+2:], "*/")
			if i < 0 {
				return pos, false
			}
			pos += i + 4
			continue
		}
		r, size := utf8.DecodeRuneInString(s[pos:])
		if !isSpace(r) {
			break
		}
		pos += size
	}
	return pos, true
}

// isSpace says what FEEL counts as white space (DMN 1.3, grammar rules 61 and 62).
func isSpace(r rune) bool {
	switch {
	case r >= 0x09 && r <= 0x0D, r == 0x20, r == 0x85, r == 0xA0, r == 0x1680, r == 0x180E,
		r >= 0x2000 && r <= 0x200B, r == 0x2028, r == 0x2029, r == 0x202F, r == 0x205F, r == 0x3000, r == 0xFEFF:
		return true
	}
	return false
}

func (l *lexer) number(start int) token {
	i := start
	for i < len(l.source) && isDigit(l.source[i]) {
		i++
	}
	if i+1 < len(l.source) && l.source[i] == '.' && isDigit(l.source[i+1]) {
		i++
		for i < len(l.source) && isDigit(l.source[i]) {
			i++
		}
	}
	return token{kind: number, end: i, value: l.source[start:i]}
}

func (l *lexer) string(start int) token {
	for i := start + 1; i < len(l.source); i++ {
		switch l.source[i] {
		case '\\':
			i++
		case '"':
			return token{kind: text, end: i + 1, value: l.source[start+1 : i]}
		}
	}
	return token{kind: broken, end: len(l.source), value: "a string without its closing quote"}
}

func (l *lexer) quotedName(start int) token {
	i := strings.IndexByte(l.source[start+1:], '`')
	if i < 0 {
		return token{kind: broken, end: len(l.source), value: "a name without its closing backtick"}
	}
	if i == 0 {
		return token{kind: broken, end: start + 2, value: "a name without letters"}
	}
	stop := start + 1 + i
	return token{kind: quotedName, end: stop + 1, value: l.source[start+1 : stop]}
}

// unescape decodes the inside of a string literal. The escapes are those that the official engine knows, decoded as it
// does: one kind after the other, so that "\\n" is a backslash and an n only because \n is not decoded behind a
// backslash; any other backslash stays, \u0041 included.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	for _, e := range [...]struct {
		letter  byte
		decoded string
	}{{'n', "\n"}, {'r', "\r"}, {'t', "\t"}, {'b', "\b"}, {'f', "\f"}, {'\'', "'"}, {'"', `"`}} {
		s = unescapeOne(s, e.letter, e.decoded)
	}
	return strings.ReplaceAll(s, `\\`, `\`)
}

// unescapeOne decodes \letter wherever no backslash stands before it.
func unescapeOne(s string, letter byte, decoded string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && s[i+1] == letter && (i == 0 || s[i-1] != '\\') {
			b.WriteString(decoded)
			i++
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
