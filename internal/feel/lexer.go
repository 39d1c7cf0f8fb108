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
	start, end int
	value      string
}

// lexer cuts tokens off a source on demand. The parser moves it back and forth freely; a token depends on its place
// only. The last one is kept, since it is asked for many times.
type lexer struct {
	source string
	at     int   // where lookup last looked
	last   token // what it found there
	known  bool
}

// symbols in the order in which they are tried: longer ones first.
var symbols = [...]string{"**", "..", "!=", "<=", ">=", "(", ")", "[", "]", "{", "}", ",", ":", ".", "+", "-", "*", "/", "=", "<", ">", "?", "@"}

// look returns the first token at or behind pos.
func (l *lexer) look(pos int) token {
	if l.known && l.at == pos {
		return l.last
	}
	l.at, l.last, l.known = pos, l.scan(pos), true
	return l.last
}

func (l *lexer) scan(pos int) token {
	start, ok := l.skipSpace(pos)
	if !ok {
		return token{kind: broken, start: start, end: len(l.source), value: "a comment without its end"}
	}
	if start >= len(l.source) {
		return token{kind: end, start: len(l.source), end: len(l.source)}
	}
	switch c := l.source[start]; {
	case c >= '0' && c <= '9', c == '.' && start+1 < len(l.source) && isDigit(l.source[start+1]):
		return l.number(start)
	case c == '"':
		return l.string(start)
	case c == '`':
		return l.quotedName(start)
	}
	r, size := utf8.DecodeRuneInString(l.source[start:])
	if isNameStart(r) {
		stop := start + size
		for stop < len(l.source) {
			r, size := utf8.DecodeRuneInString(l.source[stop:])
			if !isNamePart(r) {
				break
			}
			stop += size
		}
		return token{kind: word, start: start, end: stop, value: l.source[start:stop]}
	}
	for _, s := range symbols {
		if strings.HasPrefix(l.source[start:], s) {
			return token{kind: symbol, start: start, end: start + len(s), value: s}
		}
	}
	return token{kind: broken, start: start, end: start + size, value: "the character " + quoteRune(r)}
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
	return token{kind: number, start: start, end: i, value: l.source[start:i]}
}

func (l *lexer) string(start int) token {
	for i := start + 1; i < len(l.source); i++ {
		switch l.source[i] {
		case '\\':
			i++
		case '"':
			return token{kind: text, start: start, end: i + 1, value: l.source[start+1 : i]}
		}
	}
	return token{kind: broken, start: start, end: len(l.source), value: "a string without its closing quote"}
}

func (l *lexer) quotedName(start int) token {
	i := strings.IndexByte(l.source[start+1:], '`')
	if i < 0 {
		return token{kind: broken, start: start, end: len(l.source), value: "a name without its closing backtick"}
	}
	if i == 0 {
		return token{kind: broken, start: start, end: start + 2, value: "a name without letters"}
	}
	stop := start + 1 + i
	return token{kind: quotedName, start: start, end: stop + 1, value: l.source[start+1 : stop]}
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
