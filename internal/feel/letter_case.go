package feel

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// upper is the upper case of the root language. It keeps no state, so that all goroutines share it.
var upper = cases.Upper(language.Und)

// upperCase writes a text in capitals as Unicode and Java do, whatever the language: a letter without a capital of its own
// becomes several. Halves of surrogate pairs, which a substring can leave and the library would replace, stay as they are.
func upperCase(s string) string {
	if isASCII(s) {
		return strings.ToUpper(s)
	}
	var b strings.Builder
	start := 0
	for at := 0; at < len(s); {
		r, size := decodeRune(s[at:])
		if r >= 0xD800 && r <= 0xDFFF {
			b.WriteString(upper.String(s[start:at]))
			b.WriteString(s[at : at+size])
			start = at + size
		}
		at += size
	}
	b.WriteString(upper.String(s[start:]))
	return b.String()
}

// writeOther writes what became of a character, which is left as it was if nothing did: it may be half of a pair.
func writeOther(b *strings.Builder, was string, r, now rune) {
	if now == r {
		b.WriteString(was)
	} else {
		b.WriteRune(now)
	}
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// lowerCase writes a text in small letters as Unicode and Java do: a sigma at the end of a word has a form of its own. The text
// library (v0.43.0) gives that form to a sigma before a letter that is a mark too, and loses it in a text longer than its buffer.
func lowerCase(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for at := 0; at < len(s); {
		r, size := decodeRune(s[at:])
		switch {
		case r == '\u0130': // a capital I with a dot keeps it
			b.WriteString("i\u0307")
		case r == '\u03A3' && endsWord(s[:at], s[at+len("\u03A3"):]):
			b.WriteRune('\u03C2')
		default:
			writeOther(&b, s[at:at+size], r, unicode.ToLower(r))
		}
		at += size
	}
	return b.String()
}

// endsWord tells whether a letter between the texts is the last of a word (Final_Sigma in Unicode's SpecialCasing.txt):
// behind a letter and before none, whatever marks stand between. Some characters are letters and marks.
func endsWord(before, after string) bool {
	for {
		r, size := utf8.DecodeLastRuneInString(before)
		if cased(r) {
			break
		}
		if size == 0 || !caseIgnorable(r) {
			return false
		}
		before = before[:len(before)-size]
	}
	for _, r := range after {
		if cased(r) {
			return false
		}
		if !caseIgnorable(r) {
			break
		}
	}
	return true
}

// cased is Unicode's property Cased.
func cased(r rune) bool {
	return unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lt, unicode.Other_Lowercase, unicode.Other_Uppercase)
}

// caseIgnorable is Unicode's property Case_Ignorable.
func caseIgnorable(r rune) bool {
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk) || strings.ContainsRune("'.:^`\u00B7\u0387\u055F\u05F4\u2018\u2019\u2024\u2027\uFE13\uFE52\uFE55\uFF07\uFF0E\uFF1A", r)
}
