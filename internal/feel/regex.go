package feel

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/dlclark/regexp2"
)

// Regular expressions are Java's. Go's own engine, which cannot run away, takes what it can carry; look-around,
// back-references, atomic groups and possessive quantifiers go to a backtracking engine with a limit of time. So do all
// patterns on texts that have ends of lines where the pattern looks at them, and those that can match nothing where all
// matches are wanted: Go's engine leaves out an empty match right behind another one.

// maxPattern bounds a pattern, and with it what its compilation can cost.
const maxPattern = 4096

// maxRegexWork bounds the states times the characters that Go's engine may have to look at.
const maxRegexWork = 20_000_000

// pattern is a compiled regular expression.
type pattern struct {
	source, flags string
	reTree
	linear     *regexp.Regexp // nil where Go's engine cannot carry the pattern
	states     int            // of it, estimated
	simple     *simplePattern // what needs no engine
	looksAtEnd bool           // whether ^, $ or \Z ask for ends of lines
	canBeEmpty bool

	once sync.Once
	back *regexp2.Regexp
	// behindEmpty takes the place of back behind an empty match where the pattern asks for the end of the last match.
	behindEmpty *regexp2.Regexp
}

// patterns keeps what was compiled lately: an expression asks for the same pattern again and again.
var patterns struct {
	sync.RWMutex
	known map[[2]string]*pattern
}

// maxKnownPatterns bounds them; then all are forgotten.
const maxKnownPatterns = 256

// compilePattern compiles a pattern with Java's flags: i, m, s, x; others are ignored.
func compilePattern(source, flags string) (*pattern, error) {
	key := [2]string{source, flags}
	patterns.RLock()
	p := patterns.known[key]
	patterns.RUnlock()
	if p != nil {
		return p, nil
	}
	var set reFlags
	for _, f := range flags {
		if strings.ContainsRune("imsx", f) {
			set.set(f, true)
		}
	}
	tree, err := readRegex(source, set)
	if err != nil {
		return nil, err
	}
	p = &pattern{source: source, flags: flags, reTree: tree, looksAtEnd: looksAtEnd(tree.root), states: weight(tree.root)}
	least, _ := width(tree.root)
	p.canBeEmpty = least == 0
	p.simple = simplify(tree)
	w := reWriter{linear: true, groups: tree.groups}
	if w.write(tree.root); !w.unfit {
		p.linear, err = regexp.Compile(w.String())
	}
	if p.linear == nil && p.backtracking() == nil {
		return nil, err
	}
	patterns.Lock()
	defer patterns.Unlock()
	if patterns.known == nil || len(patterns.known) >= maxKnownPatterns {
		patterns.known = map[[2]string]*pattern{}
	}
	patterns.known[key] = p
	return p, nil
}

// backtracking compiles the pattern for the backtracking engine once; nil if it refuses it.
func (p *pattern) backtracking() *regexp2.Regexp {
	p.once.Do(func() {
		p.back = p.forBacktracking(false)
		if p.back != nil && p.fromLast {
			p.behindEmpty = p.forBacktracking(true)
		}
	})
	return p.back
}

func (p *pattern) forBacktracking(behindEmpty bool) *regexp2.Regexp {
	w := reWriter{groups: p.groups, behindEmpty: behindEmpty}
	w.write(p.root)
	back, err := regexp2.Compile(w.String(), regexp2.None)
	if err != nil {
		return nil
	}
	back.MatchTimeout = regexTime
	return back
}

func looksAtEnd(n reNode) bool {
	switch n := n.(type) {
	case reAnchor:
		return n == "$" || n == "M$" || n == "M^" || n == "Z"
	case reSequence:
		return slices.ContainsFunc(n, looksAtEnd)
	case reChoice:
		return slices.ContainsFunc(n, looksAtEnd)
	case reRepeat:
		return looksAtEnd(n.of)
	case reGroup:
		return looksAtEnd(n.of)
	case reLook:
		return looksAtEnd(n.of)
	case reAtomic:
		return looksAtEnd(n.of)
	}
	return false
}

// matches returns the places of the first matches in s, or of all for limit −1: for each, the start and end of the whole
// and of its groups, −1 where a group took no part. It is false when the matching would take too long.
// What it returns may lie in the room, until that is used again.
func (p *pattern) matches(s string, limit int, room *matchRoom) (found [][]int, ok bool) {
	if p.simple != nil {
		return p.simple.matches(s, limit, room), true
	}
	fits := (limit == 1 || !p.canBeEmpty) && (!p.looksAtEnd || !strings.ContainsAny(s, "\n\r\u0085\u2028\u2029"))
	if p.linear != nil && fits {
		if p.states*len(s) > maxRegexWork {
			return nil, false
		}
		return p.linear.FindAllStringSubmatchIndex(s, limit), true
	}
	back := p.backtracking()
	if back == nil {
		return nil, false
	}
	offsets := runeOffsets(s)
	m, err := patiently(func() (*regexp2.Match, error) { return back.FindStringMatch(s) })
	for ; m != nil && err == nil && (limit < 0 || len(found) < limit); m, err = patiently(func() (*regexp2.Match, error) { return p.next(s, m) }) {
		places := make([]int, 2*(p.groups+1))
		for i := range p.groups + 1 {
			places[2*i], places[2*i+1] = -1, -1
			if g := m.GroupByNumber(i); g != nil && len(g.Captures) > 0 {
				places[2*i], places[2*i+1] = offsets[g.Index], offsets[g.Index+g.Length]
			}
		}
		found = append(found, places)
	}
	return found, err == nil
}

// next finds the match behind another one. Behind an empty match it begins a character further on.
func (p *pattern) next(s string, m *regexp2.Match) (*regexp2.Match, error) {
	if !p.fromLast || m.Length > 0 {
		return p.back.FindNextMatch(m)
	}
	text := []rune(s)
	if m.Index+1 > len(text) {
		return nil, nil
	}
	return p.behindEmpty.FindRunesMatchStartingAt(text, m.Index+1)
}

// runeOffsets returns the byte offset of every rune of s, and the length of s behind them.
func runeOffsets(s string) []int {
	offsets := make([]int, 0, len(s)+1)
	for i := range s {
		offsets = append(offsets, i)
	}
	return append(offsets, len(s))
}
