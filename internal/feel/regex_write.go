package feel

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

// reWriter writes a tree as a pattern of one of the engines: of package regexp (linear), which knows the ends of a text
// but not those of a line, or of the backtracking one.
type reWriter struct {
	strings.Builder
	linear bool
	// behindEmpty says that the match before was empty: the next one begins further on, so that no place is the end of it.
	behindEmpty bool
	// unfit says that the engine cannot carry the pattern.
	unfit bool
	// groups counts the groups of the pattern: what refers to another one never matches.
	groups int
}

func (w *reWriter) write(n reNode) {
	switch n := n.(type) {
	case reSet:
		w.set(n.of)
	case reSequence:
		for _, part := range n {
			w.part(part)
		}
	case reChoice:
		for i, part := range n {
			if i > 0 {
				w.WriteByte('|')
			}
			w.write(part)
		}
	case reRepeat:
		w.repeat(n)
	case reGroup:
		if w.linear {
			w.enclosed("(", n.of)
		} else {
			w.enclosed("(?<"+strconv.Itoa(n.number)+">", n.of)
		}
	case reLook:
		open := "(?"
		if n.behind {
			open += "<"
		}
		if n.mustNotHold {
			open += "!"
		} else {
			open += "="
		}
		w.unfit = w.unfit || w.linear
		w.enclosed(open, n.of)
	case reAtomic:
		w.unfit = w.unfit || w.linear
		w.enclosed("(?>", n.of)
	case reAnchor:
		w.anchor(n)
	case reBack:
		if n.number > w.groups {
			w.set(nil)
			return
		}
		w.unfit = w.unfit || w.linear
		if n.fold {
			fmt.Fprintf(w, `(?i:\k<%d>)`, n.number)
		} else {
			fmt.Fprintf(w, `\k<%d>`, n.number)
		}
	}
}

func (w *reWriter) enclosed(open string, of reNode) {
	w.WriteString(open)
	w.write(of)
	w.WriteByte(')')
}

// part writes a node so that it can stand beside others and be quantified.
func (w *reWriter) part(n reNode) {
	switch n.(type) {
	case reChoice, reSequence, reRepeat, reAnchor:
		w.enclosed("(?:", n)
	default:
		w.write(n)
	}
}

func (w *reWriter) repeat(n reRepeat) {
	if n.mode == 'p' {
		w.unfit = w.unfit || w.linear
		w.WriteString("(?>")
		defer w.WriteByte(')')
	}
	w.part(n.of)
	switch {
	case n.least == 0 && n.most < 0:
		w.WriteByte('*')
	case n.least == 1 && n.most < 0:
		w.WriteByte('+')
	case n.least == 0 && n.most == 1:
		w.WriteByte('?')
	case n.most < 0:
		fmt.Fprintf(w, "{%d,}", n.least)
	default:
		fmt.Fprintf(w, "{%d,%d}", n.least, n.most)
	}
	if n.mode == 'l' {
		w.WriteByte('?')
	}
}

// The ends of lines as the backtracking engine is told of them; \r\n is one end.
const (
	anEnd     = `[\n\r\u0085\u2028\u2029]`
	notInside = `(?!(?<=\r)\n)`
)

func (w *reWriter) anchor(a reAnchor) {
	switch a {
	case "b", "B", "Ub", "UB":
		if w.linear && len(a) == 1 {
			w.WriteString(`\` + string(a))
			return
		}
		in := `[0-9A-Za-z_]`
		if len(a) == 2 {
			w.unfit = w.unfit || w.linear
			in = unicodeWordClass()
		}
		if a[len(a)-1] == 'b' {
			w.WriteString(`(?:(?<=` + in + `)(?!` + in + `)|(?<!` + in + `)(?=` + in + `))`)
		} else {
			w.WriteString(`(?:(?<=` + in + `)(?=` + in + `)|(?<!` + in + `)(?!` + in + `))`)
		}
		return
	case "A", "^":
		w.WriteString(`\A`)
		return
	case "z":
		w.WriteString(`\z`)
		return
	case "G":
		w.unfit = w.unfit || w.linear
		if w.behindEmpty {
			w.WriteString(`(?!)`)
		} else {
			w.WriteString(`\G`)
		}
		return
	}
	if w.linear { // no ends of lines in the text, so the others are those of the text
		if a == "M^" {
			// Java finds no start of a line at the end of a text, but in an empty one.
			w.WriteString(`\A`)
		} else {
			w.WriteString(`\z`)
		}
		return
	}
	switch a {
	case "M^":
		w.WriteString(`(?:\A|(?<=` + anEnd + `)` + notInside + `(?!\z))`)
	case "M$":
		w.WriteString(`(?:` + notInside + `(?=` + anEnd + `|\z))`)
	case "$", "Z":
		w.WriteString(`(?:` + notInside + `(?=(?:\r\n|` + anEnd + `)?\z))`)
	}
}

// set writes a set of characters, as what it has or what it has not.
func (w *reWriter) set(s runeSet) {
	switch {
	case len(s) == 0:
		if w.linear {
			w.WriteString(`[^\x{0}-\x{10FFFF}]`)
		} else {
			w.WriteString(`(?!)`)
		}
		return
	case len(s) == 1 && s[0][0] == s[0][1] && isASCIILetter(s[0][0]):
		w.WriteRune(s[0][0])
		return
	case len(s) == 1 && s[0] == anyRune[0]:
		if w.linear {
			w.WriteString(`(?s:.)`)
		} else {
			w.WriteString(`[\s\S]`)
		}
		return
	}
	w.WriteByte('[')
	if other := s.complement(); len(other) < len(s) && s[len(s)-1][1] == unicode.MaxRune {
		w.WriteByte('^')
		s = other
	}
	for _, r := range s {
		w.character(r[0])
		if r[1] > r[0] {
			w.WriteByte('-')
			w.character(r[1])
		}
	}
	w.WriteByte(']')
}

func (w *reWriter) character(c rune) {
	switch {
	case w.linear:
		fmt.Fprintf(w, `\x{%x}`, c)
	case c < 0x10000:
		fmt.Fprintf(w, `\u%04X`, c)
	default:
		w.WriteRune(c)
	}
}

// width returns how many characters a part matches at the least and at the most, −1 for no limit.
func width(n reNode) (least, most int) {
	const enough = 1 << 20
	switch n := n.(type) {
	case reSet:
		return 1, 1
	case reSequence:
		for _, part := range n {
			l, m := width(part)
			least = min(least+l, enough)
			if most >= 0 && m >= 0 {
				most = min(most+m, enough)
			} else {
				most = -1
			}
		}
		return least, most
	case reChoice:
		least, most = width(n[0])
		for _, part := range n[1:] {
			l, m := width(part)
			least = min(least, l)
			if most >= 0 && m >= 0 {
				most = max(most, m)
			} else {
				most = -1
			}
		}
		return least, most
	case reRepeat:
		l, m := width(n.of)
		least = min(l*min(n.least, enough), enough)
		if n.most < 0 || m < 0 {
			return least, -1
		}
		return least, min(m*min(n.most, enough), enough)
	case reGroup:
		return width(n.of)
	case reAtomic:
		return width(n.of)
	case reBack:
		return 0, -1
	}
	return 0, 0
}

// hasObviousMaximum says whether a look behind may have this inside. What counts as obvious is as accidental as in Java,
// where a repetition without an end is fine on one character, and none is on what can match in several ways.
func hasObviousMaximum(n reNode) bool {
	switch n := n.(type) {
	case reSequence:
		return !slices.ContainsFunc(n, func(part reNode) bool { return !hasObviousMaximum(part) })
	case reChoice:
		return !slices.ContainsFunc(n, func(part reNode) bool { return !hasObviousMaximum(part) })
	case reGroup:
		return hasObviousMaximum(n.of)
	case reAtomic:
		return hasObviousMaximum(n.of)
	case reBack:
		return false
	case reRepeat:
		if !hasObviousMaximum(n.of) {
			return false
		}
		if n.least == 0 && n.most == 1 {
			return true
		}
		_, most := width(n.of)
		return (n.mode == 'p' || isOneWay(n.of)) && (n.most >= 0 || most >= 0 && most <= 1)
	}
	return true
}

// isOneWay says whether a part can match in one way only.
func isOneWay(n reNode) bool {
	switch n := n.(type) {
	case reSequence:
		return !slices.ContainsFunc(n, func(part reNode) bool { return !isOneWay(part) })
	case reChoice:
		return false
	case reGroup:
		return isOneWay(n.of)
	case reRepeat:
		return n.least == n.most && isOneWay(n.of)
	}
	return true
}

// weight estimates how many states the linear engine has for a part.
func weight(n reNode) int {
	const enough = 1 << 20
	switch n := n.(type) {
	case reSequence:
		sum := 1
		for _, part := range n {
			sum = min(sum+weight(part), enough)
		}
		return sum
	case reChoice:
		sum := 1
		for _, part := range n {
			sum = min(sum+weight(part), enough)
		}
		return sum
	case reRepeat:
		return min(weight(n.of)*max(min(max(n.least, n.most), enough), 1), enough)
	case reGroup:
		return 2 + weight(n.of)
	}
	return 1
}

// unicodeWordClass is the class of what (?U) takes for a part of a word.
var unicodeWordClass = sync.OnceValue(func() string {
	var w reWriter
	w.set(unicodeWord())
	return w.String()
})
