package feel

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A regular expression of Java is read into a tree of these nodes, from which the pattern for one of our two engines is
// written. The reader follows java.util.regex.Pattern in what it takes and in what it refuses.
type (
	reNode any
	// reSet is one character of a set.
	reSet struct{ of runeSet }
	// reSequence is its parts one after the other; none is the empty match.
	reSequence []reNode
	// reChoice is the first of its parts that leads to a match.
	reChoice []reNode
	// reRepeat repeats a part, greedily, lazily or possessively; most is −1 for no limit.
	reRepeat struct {
		of          reNode
		least, most int
		mode        byte // 'g', 'l', 'p'
	}
	// reGroup captures under a number.
	reGroup struct {
		of     reNode
		number int
	}
	// reLook is a look ahead or behind.
	reLook struct {
		of                  reNode
		behind, mustNotHold bool
	}
	// reAtomic never gives back what it matched.
	reAtomic struct{ of reNode }
	// reAnchor is a place: ^ and $ of the text, M^ and M$ of each line, b B A G Z z as they are written, and Ub UB those of
	// words of all scripts.
	reAnchor string
	// reBack is what a group captured.
	reBack struct {
		number int
		fold   bool
	}
)

// reFlags are the modes of a part of a pattern.
type reFlags struct{ fold, lines, dotAll, comments, unicodeFold, unicodeClasses, unixLines bool }

func (f *reFlags) set(letter rune, on bool) bool {
	switch letter {
	case 'i':
		f.fold = on
	case 'm':
		f.lines = on
	case 's':
		f.dotAll = on
	case 'x':
		f.comments = on
	case 'u':
		f.unicodeFold = on
	case 'U':
		f.unicodeClasses, f.unicodeFold = on, on
	case 'd':
		f.unixLines = on
	default:
		return false
	}
	return true
}

// reTree is a pattern that was read.
type reTree struct {
	root   reNode
	groups int
	names  map[string]int
	// fromLast says that \G, the end of the last match, is in the pattern.
	fromLast bool
}

// maxRegexNesting bounds groups within groups.
const maxRegexNesting = 100

var errRegex = errors.New("no regular expression")

type reReader struct {
	text  []rune
	at    int
	flags reFlags
	depth int
	reTree
}

func readRegex(source string, flags reFlags) (tree reTree, err error) {
	r := &reReader{text: unquote([]rune(source)), flags: flags}
	r.names = map[string]int{}
	if r.root, err = r.choice(); err != nil {
		return reTree{}, err
	}
	if r.at < len(r.text) {
		return reTree{}, r.fault("a ) without its (")
	}
	return r.reTree, nil
}

func (r *reReader) fault(what string) error {
	return fmt.Errorf("%w: %s at character %d", errRegex, what, r.at+1)
}

// unquote replaces \Q…\E by single escapes.
func unquote(text []rune) []rune {
	var out []rune
	quoted := false
	for i := 0; i < len(text); i++ {
		next := rune(0)
		if i+1 < len(text) {
			next = text[i+1]
		}
		switch {
		case quoted && text[i] == '\\' && next == 'E':
			quoted = false
			i++
		case quoted:
			if text[i] < 0x80 && !isASCIILetter(text[i]) && (text[i] < '0' || text[i] > '9') {
				out = append(out, '\\')
			}
			out = append(out, text[i])
		case text[i] == '\\' && next == 'Q':
			quoted = true
			i++
		case text[i] == '\\' && next != 0:
			out = append(out, text[i], next)
			i++
		default:
			out = append(out, text[i])
		}
	}
	return out
}

func isASCIILetter(c rune) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// peek returns the next character, or −1 at the end. With comments it steps over blanks and comments first.
func (r *reReader) peek() rune {
	for r.flags.comments && r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case c == ' ' || c >= '\t' && c <= '\r':
			r.at++
			continue
		case c == '#':
			for r.at < len(r.text) && !isLineEnd(r.text[r.at]) {
				r.at++
			}
			continue
		}
		break
	}
	return r.ahead(0)
}

// ahead returns the character so many places further on, or −1.
func (r *reReader) ahead(n int) rune {
	if r.at+n < len(r.text) {
		return r.text[r.at+n]
	}
	return -1
}

func isLineEnd(c rune) bool {
	return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029
}

func (r *reReader) choice() (reNode, error) {
	if r.depth++; r.depth > maxRegexNesting {
		return nil, r.fault("groups nested too deeply")
	}
	defer func() { r.depth-- }()
	var parts reChoice
	for {
		part, err := r.sequence()
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		if r.peek() != '|' {
			break
		}
		r.at++
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return parts, nil
}

func (r *reReader) sequence() (reNode, error) {
	parts := reSequence{}
	for {
		var part reNode
		var err error
		switch c := r.peek(); c {
		case -1, '|', ')':
			return parts, nil
		case '*', '+', '?':
			return nil, r.fault("a quantifier with nothing before it")
		case '{':
			part = reSequence{}
		default:
			if part, err = r.atom(c); err != nil {
				return nil, err
			}
			if part == nil {
				continue // flags alone
			}
		}
		if part, err = r.quantified(part); err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
}

func (r *reReader) atom(c rune) (reNode, error) {
	switch c {
	case '(':
		return r.group()
	case '[':
		set, err := r.class(true)
		return reSet{set}, err
	case '\\':
		return r.escape()
	}
	r.at++
	switch c {
	case '^':
		if r.flags.lines {
			return reAnchor("M^"), nil
		}
		return reAnchor("^"), nil
	case '$':
		if r.flags.lines {
			return reAnchor("M$"), nil
		}
		return reAnchor("$"), nil
	case '.':
		switch {
		case r.flags.dotAll:
			return reSet{anyRune}, nil
		case r.flags.unixLines:
			return reSet{runeSet{{'\n', '\n'}}.complement()}, nil
		}
		return reSet{lineEnds.complement()}, nil
	}
	return r.literal(c), nil
}

func (r *reReader) literal(c rune) reNode {
	return reSet{r.one(c)}
}

// one is the set of a single character, in the letter cases that the flags allow.
func (r *reReader) one(c rune) runeSet {
	switch {
	case !r.flags.fold:
		return runeSet{{c, c}}
	case r.flags.unicodeFold:
		return sameFold(c)
	}
	return runeSet{{c, c}}.folded()
}

// quantified reads the quantifier behind a part, if there is one.
func (r *reReader) quantified(of reNode) (reNode, error) {
	n := reRepeat{of: of, most: -1, mode: 'g'}
	switch r.peek() {
	case '*':
	case '+':
		n.least = 1
	case '?':
		n.most = 1
	case '{':
		if d := r.ahead(1); d < '0' || d > '9' {
			return nil, r.fault("a { that is no repetition")
		}
		if err := r.bounds(&n); err != nil {
			return nil, err
		}
		r.at--
	default:
		return of, nil
	}
	r.at++
	switch r.peek() {
	case '?':
		n.mode = 'l'
		r.at++
	case '+':
		n.mode = 'p'
		r.at++
	}
	return n, nil
}

// bounds reads {n}, {n,} or {n,m}.
func (r *reReader) bounds(n *reRepeat) error {
	r.at++
	least, ok := r.digits()
	n.least, n.most = least, least
	if ok && r.ahead(0) == ',' {
		r.at++
		n.most = -1
		if r.ahead(0) != '}' {
			n.most, ok = r.digits()
		}
	}
	if !ok || r.ahead(0) != '}' || n.most >= 0 && n.most < n.least {
		return r.fault("a repetition that is not like {2}, {2,} or {2,5}")
	}
	r.at++
	return nil
}

func (r *reReader) digits() (int, bool) {
	start := r.at
	for r.ahead(0) >= '0' && r.ahead(0) <= '9' {
		r.at++
	}
	n, err := strconv.ParseInt(string(r.text[start:r.at]), 10, 32)
	return int(n), err == nil
}

// group reads (…) in all its forms. It is nil for one that only sets flags.
func (r *reReader) group() (reNode, error) {
	r.at++
	saved := r.flags
	if r.ahead(0) != '?' {
		r.groups++
		number := r.groups
		of, err := r.closed()
		r.flags = saved
		return reGroup{of, number}, err
	}
	r.at++
	rest := string(r.text[r.at:min(r.at+2, len(r.text))])
	wrap := func(of reNode) reNode { return of }
	switch {
	case strings.HasPrefix(rest, ":"):
		r.at++
	case strings.HasPrefix(rest, "="), strings.HasPrefix(rest, "!"):
		wrap = func(of reNode) reNode { return reLook{of, false, rest[0] == '!'} }
		r.at++
	case strings.HasPrefix(rest, ">"):
		wrap = func(of reNode) reNode { return reAtomic{of} }
		r.at++
	case rest == "<=", rest == "<!":
		wrap = func(of reNode) reNode { return reLook{of, true, rest == "<!"} }
		r.at += 2
	case strings.HasPrefix(rest, "<"):
		r.at++
		name, err := r.groupName()
		if err != nil {
			return nil, err
		}
		if _, taken := r.names[name]; taken {
			return nil, r.fault("a second group " + name)
		}
		r.groups++
		number := r.groups
		r.names[name] = number
		wrap = func(of reNode) reNode { return reGroup{of, number} }
	default:
		alone, err := r.inlineFlags()
		if err != nil || alone {
			return nil, err
		}
	}
	of, err := r.closed()
	r.flags = saved
	if err != nil {
		return nil, err
	}
	node := wrap(of)
	if look, ok := node.(reLook); ok && look.behind {
		if !hasObviousMaximum(of) {
			return nil, r.fault("a look behind without an obvious maximum length")
		}
	}
	return node, nil
}

// closed reads the inside of a group and its closing parenthesis.
func (r *reReader) closed() (reNode, error) {
	of, err := r.choice()
	if err != nil {
		return nil, err
	}
	if r.peek() != ')' {
		return nil, r.fault("a group without its )")
	}
	r.at++
	return of, nil
}

func (r *reReader) groupName() (string, error) {
	start := r.at
	for isASCIILetter(r.ahead(0)) || r.at > start && r.ahead(0) >= '0' && r.ahead(0) <= '9' {
		r.at++
	}
	name := string(r.text[start:r.at])
	if name == "" || r.ahead(0) != '>' {
		return "", r.fault("a group whose name is not like <name>")
	}
	r.at++
	return name, nil
}

// inlineFlags reads (?i-m) up to its end, or (?i-m: up to the colon.
func (r *reReader) inlineFlags() (alone bool, err error) {
	on := true
	for {
		switch c := r.ahead(0); {
		case c == '-' && on:
			on = false
		case c == ')':
			r.at++
			return true, nil
		case c == ':':
			r.at++
			return false, nil
		case !r.flags.set(c, on):
			return false, r.fault("an unknown kind of group")
		}
		r.at++
	}
}
