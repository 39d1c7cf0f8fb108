package feel

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// simplePattern is one of the patterns that most people write, for which no engine is started: a plain text, or a run of
// characters of one set.
type simplePattern struct {
	text  string              // to be found as it is, if it is not empty
	set   runeSet             // one character of it, or as many as there are
	ascii [utf8.RuneSelf]bool // the set's part of ASCII
	run   bool
}

// simplify returns the pattern as a simple one, nil if it is none.
func simplify(tree reTree) *simplePattern {
	if tree.groups > 0 {
		return nil
	}
	root := tree.root
	if s, ok := root.(reSequence); ok && len(s) == 1 {
		root = s[0]
	}
	switch n := root.(type) {
	case reSet:
		if c, ok := n.single(); ok {
			return &simplePattern{text: string(c)}
		}
		return simpleSet(n.of, false)
	case reRepeat:
		if of, ok := n.of.(reSet); ok && n.least == 1 && n.most < 0 && n.mode != 'l' {
			return simpleSet(of.of, true)
		}
	case reSequence:
		var text strings.Builder
		for _, part := range n {
			set, ok := part.(reSet)
			if !ok {
				return nil
			}
			c, ok := set.single()
			if !ok {
				return nil
			}
			text.WriteRune(c)
		}
		if text.Len() > 0 {
			return &simplePattern{text: text.String()}
		}
	}
	return nil
}

// single returns the character of a set that has no other.
func (s reSet) single() (rune, bool) {
	if len(s.of) != 1 || s.of[0][0] != s.of[0][1] || !utf8.ValidRune(s.of[0][0]) {
		return 0, false
	}
	return s.of[0][0], true
}

func simpleSet(set runeSet, run bool) *simplePattern {
	p := &simplePattern{set: set, run: run}
	for c := range p.ascii {
		p.ascii[c] = set.has(rune(c))
	}
	return p
}

func (s runeSet) has(c rune) bool {
	_, found := slices.BinarySearchFunc(s, c, func(r [2]rune, c rune) int {
		switch {
		case r[1] < c:
			return -1
		case r[0] > c:
			return 1
		}
		return 0
	})
	return found
}

// matchRoom is memory for matches, used again and again.
type matchRoom struct {
	found  [][]int
	places []int // of all matches, in one piece
}

// maxMatchRoom is how many matches a room holds that is kept.
const maxMatchRoom = 256

func (p *simplePattern) matches(s string, limit int, room *matchRoom) [][]int {
	found, places := room.found[:0], room.places[:0]
	for at := 0; at < len(s) && (limit < 0 || len(found) < limit); {
		start, end := p.next(s, at)
		if start < 0 {
			break
		}
		places = append(places, start, end)
		n := len(places)
		found = append(found, places[n-2:n:n])
		at = end
	}
	if cap(found) <= maxMatchRoom {
		room.found, room.places = found, places
	}
	return found
}

// count returns how many matches there are.
func (p *simplePattern) count(s string) int {
	if p.text != "" {
		return strings.Count(s, p.text)
	}
	n := 0
	for _, at := p.next(s, 0); at >= 0; _, at = p.next(s, at) {
		n++
	}
	return n
}

// replace appends s to text with a text in the place of every match, and says whether there was any. It stops early once
// more than limit bytes came out.
func (p *simplePattern) replace(text []byte, s, with string, limit int) (replaced []byte, found bool) {
	from := 0
	for len(text) <= limit {
		start, end := p.next(s, from)
		if start < 0 {
			break
		}
		text = append(append(text, s[from:start]...), with...)
		from, found = end, true
	}
	return append(text, s[from:]...), found
}

// next returns the first match from at on, −1 if there is none.
func (p *simplePattern) next(s string, at int) (start, end int) {
	if p.text != "" {
		i := strings.Index(s[at:], p.text)
		if i < 0 {
			return -1, -1
		}
		return at + i, at + i + len(p.text)
	}
	for start = at; start < len(s); {
		if c := s[start]; c < utf8.RuneSelf {
			if p.ascii[c] {
				return start, p.end(s, start+1)
			}
			start++
			continue
		}
		size := p.one(s[start:])
		if size > 0 {
			return start, p.end(s, start+size)
		}
		start -= size
	}
	return -1, -1
}

// end returns where a match ends that goes at least until at.
func (p *simplePattern) end(s string, at int) int {
	for p.run && at < len(s) {
		if c := s[at]; c < utf8.RuneSelf {
			if !p.ascii[c] {
				break
			}
			at++
			continue
		}
		size := p.one(s[at:])
		if size <= 0 {
			break
		}
		at += size
	}
	return at
}

// one returns the size of the first character of s, which is not of ASCII, if the set has it, and minus its size if not.
func (p *simplePattern) one(s string) int {
	c, size := utf8.DecodeRuneInString(s)
	if p.set.has(c) {
		return size
	}
	return -size
}
