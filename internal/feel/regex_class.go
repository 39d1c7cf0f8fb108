package feel

import (
	"slices"
	"strings"
	"unicode"
)

// runeSet is a set of characters as ranges, sorted and apart from each other.
type runeSet [][2]rune

var (
	anyRune         = runeSet{{0, unicode.MaxRune}}
	lineEnds        = runeSet{{'\n', '\n'}, {'\r', '\r'}, {0x85, 0x85}, {0x2028, 0x2029}}
	digitSet        = runeSet{{'0', '9'}}
	wordSet         = runeSet{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}
	spaceSet        = runeSet{{'\t', '\r'}, {' ', ' '}}
	verticalSpace   = runeSet{{'\n', '\r'}, {0x85, 0x85}, {0x2028, 0x2029}}
	horizontalSpace = runeSet{{'\t', '\t'}, {' ', ' '}, {0xA0, 0xA0}, {0x1680, 0x1680}, {0x180E, 0x180E}, {0x2000, 0x200A}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}}
)

// normal sorts and joins the ranges.
func (s runeSet) normal() runeSet {
	s = slices.Clone(s)
	slices.SortFunc(s, func(a, b [2]rune) int { return int(a[0] - b[0]) })
	out := s[:0]
	for _, r := range s {
		if n := len(out); n > 0 && r[0] <= out[n-1][1]+1 {
			out[n-1][1] = max(out[n-1][1], r[1])
			continue
		}
		out = append(out, r)
	}
	return out
}

func (s runeSet) union(t runeSet) runeSet { return append(slices.Clone(s), t...).normal() }

func (s runeSet) complement() runeSet {
	out := runeSet{}
	next := rune(0)
	for _, r := range s {
		if r[0] > next {
			out = append(out, [2]rune{next, r[0] - 1})
		}
		next = r[1] + 1
	}
	if next <= unicode.MaxRune {
		out = append(out, [2]rune{next, unicode.MaxRune})
	}
	return out
}

func (s runeSet) intersection(t runeSet) runeSet {
	return s.complement().union(t.complement()).complement()
}

// folded adds the other case of ASCII's letters, as Java does without (?u).
func (s runeSet) folded() runeSet {
	out := slices.Clone(s)
	for _, r := range s {
		for _, letters := range [...][2]rune{{'a', 'z'}, {'A', 'Z'}} {
			low, high := max(r[0], letters[0]), min(r[1], letters[1])
			if low <= high {
				out = append(out, [2]rune{low ^ 0x20, high ^ 0x20})
			}
		}
	}
	return out.normal()
}

// class reads […], or what stands behind && up to the closing bracket, which it then leaves.
func (r *reReader) class(bracketed bool) (runeSet, error) {
	if r.depth++; r.depth > maxRegexNesting {
		return nil, r.fault("classes nested too deeply")
	}
	defer func() { r.depth-- }()
	negated := false
	if bracketed {
		r.at++
		if r.peek() == '^' && r.text[r.at-1] == '[' {
			r.at++
			negated = true
		}
	}
	var set runeSet
	some := false
	for {
		switch c := r.peek(); {
		case c < 0:
			return nil, r.fault("a class without its ]")
		case c == ']' && some:
			if bracketed {
				r.at++
			}
			if negated {
				set = set.complement()
			}
			return set, nil
		case c == '[':
			inner, err := r.class(true)
			if err != nil {
				return nil, err
			}
			set, some = set.union(inner), true
		case c == '&' && r.ahead(1) == '&':
			r.at += 2
			right, err := r.intersected()
			if err != nil {
				return nil, err
			}
			switch {
			case right == nil && !some:
				return nil, r.fault("a && with nothing around it")
			case right == nil:
			case some:
				set = set.intersection(right)
			default:
				set, some = right, true
			}
		default:
			part, err := r.classRange()
			if err != nil {
				return nil, err
			}
			set, some = set.union(part), true
		}
	}
}

// intersected reads what stands behind &&, up to the next && or the end of the class. It is nil for nothing.
func (r *reReader) intersected() (runeSet, error) {
	var set runeSet
	for {
		switch c := r.peek(); {
		case c < 0:
			return nil, r.fault("a class without its ]")
		case c == ']' || c == '&':
			return set, nil
		default:
			part, err := r.class(c == '[')
			if err != nil {
				return nil, err
			}
			set = append(runeSet{}, set.union(part)...)
		}
	}
}

// classRange reads a character, a range of them or an escape.
func (r *reReader) classRange() (runeSet, error) {
	low, set, err := r.classCharacter()
	if err != nil || set != nil {
		return set, err
	}
	if r.peek() != '-' || r.ahead(1) == '[' || r.ahead(1) == ']' || r.ahead(1) < 0 {
		return r.one(low), nil
	}
	r.at++
	r.peek()
	high, set, err := r.classCharacter()
	if err != nil {
		return nil, err
	}
	if set != nil || high < low {
		return nil, r.fault("a range that goes backwards")
	}
	part := runeSet{{low, high}}
	switch {
	case !r.flags.fold:
		return part, nil
	case r.flags.unicodeFold:
		return part.withCases(), nil
	}
	return part.folded(), nil
}

func (r *reReader) classCharacter() (rune, runeSet, error) {
	c := r.ahead(0)
	if c == '\\' {
		set, single, err := r.classEscape()
		return single, set, err
	}
	r.at++
	return c, nil, nil
}

// property reads what stands behind \p.
func (r *reReader) property() (runeSet, error) {
	var name string
	switch c := r.ahead(0); {
	case c < 0:
		return nil, r.fault(`a \p without a name`)
	case c != '{':
		name = string(c)
		r.at++
	default:
		end := r.at
		for end < len(r.text) && r.text[end] != '}' {
			end++
		}
		if end >= len(r.text) {
			return nil, r.fault(`a \p{ without its }`)
		}
		name = string(r.text[r.at+1 : end])
		r.at = end + 1
	}
	set := propertySet(name, r.flags)
	if set == nil {
		return nil, r.fault("no property " + name)
	}
	return set, nil
}

func scriptSet(name string) runeSet {
	for script, t := range unicode.Scripts {
		if strings.EqualFold(script, name) {
			return fromTable(t)
		}
	}
	return nil
}

func fromTable(t *unicode.RangeTable) runeSet {
	var s runeSet
	add := func(low, high, stride rune) {
		if stride == 1 {
			s = append(s, [2]rune{low, high})
			return
		}
		for c := low; c <= high; c += stride {
			s = append(s, [2]rune{c, c})
		}
	}
	for _, r := range t.R16 {
		add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	for _, r := range t.R32 {
		add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	return s.normal()
}
