package feel

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEveryLetterHasTheCaseThatUnicodeGivesIt holds each letter against Go's own tables, which know no capital of several letters.
func TestEveryLetterHasTheCaseThatUnicodeGivesIt(t *testing.T) {
	t.Parallel()
	several := 0
	for r := range rune(0x20000) { // above are ideographs and nothing
		if !utf8.ValidRune(r) || r == utf8.RuneError {
			continue
		}
		got := upperCase(string(r))
		if utf8.RuneCountInString(got) > 1 || got != string(unicode.ToUpper(r)) {
			several++
			require.True(t, unicode.IsLetter(r) || unicode.IsMark(r), "%U", r)
		}
		if r != '\u0130' { // a capital I with a dot keeps it
			require.Equal(t, string(unicode.ToLower(r)), lowerCase(string(r)), "lower case of %U", r)
		}
	}
	assert.Equal(t, 102, several, "the unconditional mappings of Unicode's SpecialCasing.txt")
	for letter, want := range map[string]string{
		"ß": "SS", "ŉ": "ʼN", "ΐ": "\u0399\u0308\u0301", "և": "ԵՒ", "ᾳ": "ΑΙ", "ᾼ": "ΑΙ", "ﬃ": "FFI", "ﬅ": "ST", "ﬗ": "ՄԽ", "ı": "I", "ÿ": "Ÿ",
	} {
		assert.Equal(t, want, upperCase(letter), letter)
	}
	assert.Equal(t, "i\u0307", lowerCase("İ"))
}

func TestASigmaAtTheEndOfAWordHasItsOwnForm(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"ΟΔΥΣΣΕΥΣ, Ο ΣΟΦΟΣ": "οδυσσευς, ο σοφος",
		"AΣʰ":               "aσʰ", // a mark that is a letter too is a letter, as Unicode and Java have it
		"Σ":                 "σ", "ΑΣ": "ας", "ΑΣΑ": "ασα", "ΑΣ.Α": "ασ.α", "ΑΣ. Α": "ας. α", "Α'Σ": "α'ς", "1Σ": "1σ", "Α\u0301Σ": "α\u0301ς",
		"ΑΣ\u00ADΑ": "ασ\u00ADα", "ΑΣ-Α": "ας-α", "ⒶΣ": "ⓐς", "😀Σ": "😀σ", "ΣΣ": "σς",
	} {
		assert.Equal(t, want, lowerCase(text), "%q", text)
	}
	long := strings.Repeat("ΑΣ ", 5000) // longer than what is changed at a time
	assert.True(t, strings.Repeat("ας ", 5000) == lowerCase(long))
	assert.True(t, strings.Repeat("ΑΣΣS ", 5000) == upperCase(strings.Repeat("ασςs ", 5000)))
}

func TestHalfOfAPairHasNoCase(t *testing.T) {
	t.Parallel()
	const half = "\xED\xA0\x80" // U+D800 as a substring leaves it
	assert.Equal(t, "A"+half+"\u00C4", upperCase("a"+half+"\u00E4"))
	assert.Equal(t, "a"+half+"\u00E4", lowerCase("A"+half+"\u00C4"))
	assert.Equal(t, half+"ας"+half, lowerCase(half+"ΑΣ"+half))
}
