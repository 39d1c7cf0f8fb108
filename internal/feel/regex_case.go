package feel

import (
	"sync"
	"unicode"
)

// Letters of either case match with the flag i, as in java.util.regex: those of ASCII, or with (?u) and (?U) all letters whose
// small letters of their capitals are the same.

// foldOf is what letters of either case have in common.
func foldOf(c rune) rune { return unicode.ToLower(unicode.ToUpper(c)) }

// casedRunes are the characters with another case.
var casedRunes = sync.OnceValue(func() []rune {
	var all []rune
	for c := rune(0); c <= unicode.MaxRune; c++ {
		if unicode.ToUpper(c) != c || unicode.ToLower(c) != c {
			all = append(all, c)
		}
	}
	return all
})

// sameFold returns the characters that match a character in either case.
func sameFold(c rune) runeSet {
	fold := foldOf(c)
	set := runeSet{{c, c}, {fold, fold}}
	for _, other := range casedRunes() {
		if foldOf(other) == fold {
			set = append(set, [2]rune{other, other})
		}
	}
	return set.normal()
}

// withCases adds the characters whose capital, or the small letter of it, is in the set.
func (s runeSet) withCases() runeSet {
	out := append(runeSet{}, s...)
	for _, c := range casedRunes() {
		upper := unicode.ToUpper(c)
		if s.has(upper) || s.has(unicode.ToLower(upper)) {
			out = append(out, [2]rune{c, c})
		}
	}
	return out.normal()
}
