package jsonvalue

import (
	"fmt"
	"unicode/utf8"
)

// MaxDepth is how deep objects and arrays may nest, as in Jackson, which the official runtime reads with.
const MaxDepth = 1000

// SyntaxError says where and why a text is no JSON.
type SyntaxError struct {
	Offset int    // in bytes from the start of the text
	Reason string // what was found and what was expected
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid JSON at byte %d: %s", e.Offset, e.Reason)
}

// scanner walks over JSON text without building values. All positions are byte offsets into text.
type scanner struct {
	text  string
	pos   int
	depth int
}

func (s *scanner) fail(at int, format string, args ...any) error {
	return &SyntaxError{Offset: at, Reason: fmt.Sprintf(format, args...)}
}

func (s *scanner) found() string {
	if s.pos >= len(s.text) {
		return "the end of the text"
	}
	r, _ := utf8.DecodeRuneInString(s.text[s.pos:])
	return fmt.Sprintf("%q", r)
}

func (s *scanner) space() {
	for s.pos < len(s.text) {
		switch s.text[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

// enter opens an object or array at the current byte.
func (s *scanner) enter() error {
	s.depth++
	if s.depth > MaxDepth {
		return s.fail(s.pos, "more than %d levels of nesting", MaxDepth)
	}
	s.pos++
	s.space()
	return nil
}

// more stands behind a member or element: it steps over a comma and says whether another one follows.
func (s *scanner) more(closing byte) (bool, error) {
	s.space()
	if s.pos < len(s.text) {
		switch s.text[s.pos] {
		case ',':
			s.pos++
			s.space()
			return true, nil
		case closing:
			s.pos++
			s.depth--
			return false, nil
		}
	}
	return false, s.fail(s.pos, "found %s, expected ',' or '%c'", s.found(), closing)
}

// empty says whether the object or array just entered closes at once, and steps over its end if so.
func (s *scanner) empty(closing byte) bool {
	if s.pos < len(s.text) && s.text[s.pos] == closing {
		s.pos++
		s.depth--
		return true
	}
	return false
}

// colon steps over the colon behind a key, with the white space around it.
func (s *scanner) colon() error {
	s.space()
	if s.pos >= len(s.text) || s.text[s.pos] != ':' {
		return s.fail(s.pos, "found %s, expected ':' after the key", s.found())
	}
	s.pos++
	s.space()
	return nil
}

// quoted steps over a string and returns its text between the quotes and whether it holds escapes.
func (s *scanner) quoted() (inner string, escaped bool, err error) {
	if s.pos >= len(s.text) || s.text[s.pos] != '"' {
		return "", false, s.fail(s.pos, "found %s, expected a string", s.found())
	}
	start := s.pos + 1
	for i := plainEnd(s.text, start); i < len(s.text); i = plainEnd(s.text, i) {
		switch c := s.text[i]; {
		case c == '"':
			s.pos = i + 1
			return s.text[start:i], escaped, nil
		case c == '\\':
			escaped = true
			n, err := s.escape(i)
			if err != nil {
				return "", false, err
			}
			i += n
		case c < ' ':
			return "", false, s.fail(i, "control character U+%04X in a string, expected its escape", c)
		default:
			r, n := utf8.DecodeRuneInString(s.text[i:])
			if r == utf8.RuneError && n <= 1 {
				return "", false, s.fail(i, "byte 0x%02X is not UTF-8", c)
			}
			i += n
		}
	}
	return "", false, s.fail(len(s.text), "the string that begins at byte %d has no closing quote", start-1)
}

// escape checks the escape at i and returns its length.
func (s *scanner) escape(i int) (int, error) {
	if i+1 >= len(s.text) {
		return 0, s.fail(i, "the text ends within an escape")
	}
	switch s.text[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2, nil
	case 'u':
		if _, ok := hex4(s.text, i+2); ok {
			return 6, nil
		}
		return 0, s.fail(i, `\u needs four hexadecimal digits`)
	}
	return 0, s.fail(i, `unknown escape \%c`, s.text[i+1])
}

func hex4(s string, at int) (rune, bool) {
	if at+4 > len(s) {
		return 0, false
	}
	var r rune
	for _, c := range []byte(s[at : at+4]) {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// number steps over a number and returns its literal.
func (s *scanner) number() (string, error) {
	start := s.pos
	if s.pos < len(s.text) && s.text[s.pos] == '-' {
		s.pos++
	}
	switch n := s.digits(); {
	case n == 0:
		return "", s.fail(s.pos, "found %s, expected a digit", s.found())
	case n > 1 && s.text[s.pos-n] == '0':
		return "", s.fail(s.pos-n, "a number must not begin with 0")
	}
	if s.pos < len(s.text) && s.text[s.pos] == '.' {
		s.pos++
		if s.digits() == 0 {
			return "", s.fail(s.pos, "found %s, expected a digit after the decimal point", s.found())
		}
	}
	if s.pos < len(s.text) && (s.text[s.pos] == 'e' || s.text[s.pos] == 'E') {
		s.pos++
		if s.pos < len(s.text) && (s.text[s.pos] == '+' || s.text[s.pos] == '-') {
			s.pos++
		}
		if s.digits() == 0 {
			return "", s.fail(s.pos, "found %s, expected a digit of the exponent", s.found())
		}
	}
	return s.text[start:s.pos], nil
}

func (s *scanner) digits() int {
	start := s.pos
	for s.pos < len(s.text) && s.text[s.pos] >= '0' && s.text[s.pos] <= '9' {
		s.pos++
	}
	return s.pos - start
}

func (s *scanner) word(w string) error {
	if len(s.text)-s.pos < len(w) || s.text[s.pos:s.pos+len(w)] != w {
		return s.fail(s.pos, "found %s, expected a value", s.found())
	}
	s.pos += len(w)
	return nil
}

// skip steps over one value of any kind.
func (s *scanner) skip() error {
	if s.pos >= len(s.text) {
		return s.fail(s.pos, "found %s, expected a value", s.found())
	}
	switch c := s.text[s.pos]; c {
	case '"':
		_, _, err := s.quoted()
		return err
	case '{', '[':
		return s.skipNested(c)
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	default:
		if c != '-' && (c < '0' || c > '9') {
			return s.fail(s.pos, "found %s, expected a value", s.found())
		}
		_, err := s.number()
		return err
	}
}

func (s *scanner) skipNested(opening byte) error {
	closing := opening + 2 // '{' '}' and '[' ']' lie two apart
	if err := s.enter(); err != nil {
		return err
	}
	if s.empty(closing) {
		return nil
	}
	for {
		if opening == '{' {
			if _, _, err := s.quoted(); err != nil {
				return err
			}
			if err := s.colon(); err != nil {
				return err
			}
		}
		if err := s.skip(); err != nil {
			return err
		}
		if again, err := s.more(closing); err != nil || !again {
			return err
		}
	}
}

// end checks that only white space is left.
func (s *scanner) end() error {
	s.space()
	if s.pos < len(s.text) {
		return s.fail(s.pos, "found %s, expected the end of the text", s.found())
	}
	return nil
}
