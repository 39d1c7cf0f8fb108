package feel

import (
	"regexp"
	"strings"
	"time"

	"github.com/dlclark/regexp2"
)

// Regular expressions are Java's. Where Go's own engine gives a pattern the same meaning it is taken, since it cannot
// run away; look-around, back-references, possessive quantifiers and class intersections go to a backtracking engine
// with a time limit.

// maxPattern bounds a pattern, and with it what its compilation can cost.
const maxPattern = 4096

// regexTime bounds one match of the backtracking engine.
const regexTime = 100 * time.Millisecond

// pattern is a compiled regular expression of either engine.
type pattern struct {
	linear *regexp.Regexp
	back   *regexp2.Regexp
}

// compilePattern compiles a pattern with Java's flags: i, m, s, x, others are ignored. It is nil for a broken pattern.
func compilePattern(source, flags string) *pattern {
	if len(source) > maxPattern {
		return nil
	}
	if !needsBacktracking(source) {
		prefix := ""
		for _, f := range flags {
			if strings.ContainsRune("ims", f) && !strings.ContainsRune(prefix, f) {
				prefix += string(f)
			}
		}
		text := source
		if prefix != "" {
			text = "(?" + prefix + ")" + text
		}
		if !strings.ContainsRune(flags, 'x') && (!strings.ContainsRune(flags, 'i') || isASCII(source)) {
			if re, err := regexp.Compile(text); err == nil {
				return &pattern{linear: re}
			}
		}
	}
	options := regexp2.RegexOptions(regexp2.None)
	for _, f := range flags {
		switch f {
		case 'i':
			options |= regexp2.IgnoreCase
		case 'm':
			options |= regexp2.Multiline
		case 's':
			options |= regexp2.Singleline
		case 'x':
			options |= regexp2.IgnorePatternWhitespace
		}
	}
	re, err := regexp2.Compile(translatePattern(source), options)
	if err != nil {
		return nil
	}
	re.MatchTimeout = regexTime
	return &pattern{back: re}
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// needsBacktracking says whether a pattern has something that Go's engine does not know, or gives another meaning.
func needsBacktracking(p string) bool {
	class := 0
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c == '\\':
			if i+1 < len(p) {
				if n := p[i+1]; n >= '1' && n <= '9' || strings.IndexByte("kGZRXhHvVNuce0", n) >= 0 {
					return true
				}
			}
			i++
		case class > 0 && c == ']':
			class--
		case c == '[':
			if class++; class > 1 {
				return true
			}
		case class > 0 && c == '&' && strings.HasPrefix(p[i:], "&&"):
			return true
		case class > 0:
		case c == '(' && strings.HasPrefix(p[i:], "(?"):
			rest := p[i+2:]
			if strings.HasPrefix(rest, "=") || strings.HasPrefix(rest, "!") || strings.HasPrefix(rest, "<=") || strings.HasPrefix(rest, "<!") || strings.HasPrefix(rest, ">") {
				return true
			}
		case strings.IndexByte("*+?}", c) >= 0 && i+1 < len(p) && p[i+1] == '+':
			return true
		}
	}
	return false
}

// translatePattern writes a Java pattern in the syntax of the backtracking engine: possessive quantifiers as atomic
// groups, class intersections as look-aheads.
func translatePattern(p string) string {
	t := patternTranslator{source: p}
	return t.sequence()
}

type patternTranslator struct {
	source string
	pos    int
}

// sequence translates up to the end or an unmatched closing parenthesis.
func (t *patternTranslator) sequence() string {
	var out strings.Builder
	for t.pos < len(t.source) && t.source[t.pos] != ')' {
		atom := t.atom()
		quantifier := t.quantifier()
		if strings.HasSuffix(quantifier, "+") && len(quantifier) > 1 {
			out.WriteString("(?>" + atom + quantifier[:len(quantifier)-1] + ")")
			continue
		}
		out.WriteString(atom + quantifier)
	}
	return out.String()
}

func (t *patternTranslator) atom() string {
	c := t.source[t.pos]
	switch c {
	case '\\':
		return t.escape()
	case '[':
		return t.class()
	case '(':
		start := t.pos
		t.pos++
		if strings.HasPrefix(t.source[t.pos:], "?") {
			for t.pos < len(t.source) && strings.IndexByte(":=!>)", t.source[t.pos]) < 0 {
				if t.source[t.pos] == '<' && t.pos+1 < len(t.source) && strings.IndexByte("=!", t.source[t.pos+1]) >= 0 {
					t.pos++
					break
				}
				t.pos++
			}
			if t.pos < len(t.source) && t.source[t.pos] != ')' {
				t.pos++
			}
		}
		head := t.source[start:t.pos]
		body := t.sequence()
		if t.pos < len(t.source) {
			t.pos++
			return head + body + ")"
		}
		return head + body
	}
	size := 1
	for t.pos+size < len(t.source) && t.source[t.pos+size]&0xC0 == 0x80 {
		size++
	}
	t.pos += size
	return t.source[t.pos-size : t.pos]
}

func (t *patternTranslator) escape() string {
	start := t.pos
	t.pos = min(t.pos+2, len(t.source))
	esc := t.source[start:t.pos]
	switch esc {
	case `\d`:
		return "[0-9]"
	case `\D`:
		return "[^0-9]"
	case `\w`:
		return "[a-zA-Z_0-9]"
	case `\W`:
		return "[^a-zA-Z_0-9]"
	case `\s`:
		return `[ \t\n\x0B\f\r]`
	case `\S`:
		return `[^ \t\n\x0B\f\r]`
	case `\h`:
		return `[ \t\xA0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000]`
	case `\R`:
		return `(?:\r\n|[\n\x0B\f\r\x85\u2028\u2029])`
	case `\Q`:
		end := strings.Index(t.source[t.pos:], `\E`)
		quoted := t.source[t.pos:]
		if end >= 0 {
			quoted = t.source[t.pos : t.pos+end]
			t.pos += end + 2
		} else {
			t.pos = len(t.source)
		}
		return regexp2.Escape(quoted)
	}
	return esc
}

// class translates [...]: nested classes become alternatives, intersections look-aheads.
func (t *patternTranslator) class() string {
	t.pos++
	negated := false
	if t.pos < len(t.source) && t.source[t.pos] == '^' {
		negated = true
		t.pos++
	}
	var operands []string
	var members, nested strings.Builder
	flush := func() {
		parts := []string{}
		if members.Len() > 0 {
			parts = append(parts, "["+members.String()+"]")
		}
		if nested.Len() > 0 {
			parts = append(parts, nested.String())
		}
		if len(parts) > 0 {
			operands = append(operands, "(?:"+strings.Join(parts, "|")+")")
		}
		members.Reset()
		nested.Reset()
	}
	first := true
	for t.pos < len(t.source) && (t.source[t.pos] != ']' || first && members.Len() == 0 && nested.Len() == 0 && false) {
		first = false
		switch {
		case t.source[t.pos] == '[':
			if nested.Len() > 0 {
				nested.WriteByte('|')
			}
			nested.WriteString(t.class())
		case strings.HasPrefix(t.source[t.pos:], "&&"):
			t.pos += 2
			flush()
		case t.source[t.pos] == '\\':
			e := t.escape()
			if strings.HasPrefix(e, "[^") {
				if nested.Len() > 0 {
					nested.WriteByte('|')
				}
				nested.WriteString(e)
			} else {
				members.WriteString(strings.TrimSuffix(strings.TrimPrefix(e, "["), "]"))
			}
		default:
			members.WriteString(t.atom())
		}
	}
	if t.pos < len(t.source) {
		t.pos++
	} else {
		return "[" // unclosed: let the engine refuse it
	}
	flush()
	if len(operands) == 0 {
		return "[]"
	}
	var out strings.Builder
	for _, o := range operands[:len(operands)-1] {
		out.WriteString("(?=" + o + ")")
	}
	out.WriteString(operands[len(operands)-1])
	if negated {
		return `(?:(?!` + out.String() + `)[\s\S])`
	}
	return "(?:" + out.String() + ")"
}

func (t *patternTranslator) quantifier() string {
	start := t.pos
	if t.pos >= len(t.source) {
		return ""
	}
	switch t.source[t.pos] {
	case '*', '+', '?':
		t.pos++
	case '{':
		end := strings.IndexByte(t.source[t.pos:], '}')
		if end < 0 {
			return ""
		}
		t.pos += end + 1
	default:
		return ""
	}
	if t.pos < len(t.source) && (t.source[t.pos] == '+' || t.source[t.pos] == '?') {
		t.pos++
	}
	return t.source[start:t.pos]
}

// matches returns the places of all matches in s: for each, the start and end of the whole and of its groups, −1 where a
// group took no part. It is false when the time is over.
func (p *pattern) matches(s string, limit int) (found [][]int, ok bool) {
	if p.linear != nil {
		return p.linear.FindAllStringSubmatchIndex(s, limit), true
	}
	offsets := runeOffsets(s)
	m, err := p.back.FindStringMatch(s)
	for ; m != nil && err == nil && (limit < 0 || len(found) < limit); m, err = p.back.FindNextMatch(m) {
		places := []int{}
		for _, g := range m.Groups() {
			if len(g.Captures) == 0 {
				places = append(places, -1, -1)
				continue
			}
			places = append(places, offsets[g.Index], offsets[g.Index+g.Length])
		}
		found = append(found, places)
	}
	return found, err == nil
}

// runeOffsets returns the byte offset of every rune of s, and the length of s behind them.
func runeOffsets(s string) []int {
	offsets := make([]int, 0, len(s)+1)
	for i := range s {
		offsets = append(offsets, i)
	}
	return append(offsets, len(s))
}

// group returns the number of a named group, −1 if there is none.
func (p *pattern) group(name string) int {
	if p.linear != nil {
		return p.linear.SubexpIndex(name)
	}
	return p.back.GroupNumberFromName(name)
}

func (p *pattern) groups() int {
	if p.linear != nil {
		return p.linear.NumSubexp()
	}
	return len(p.back.GetGroupNumbers()) - 1
}
