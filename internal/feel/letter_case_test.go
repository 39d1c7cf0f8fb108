package feel

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// The text library of Go's own project is what ours is held against; in the binary it would be a quarter of a megabyte.
func TestEveryLetterHasTheCaseThatUnicodeGivesIt(t *testing.T) {
	t.Parallel()
	upper, lower := cases.Upper(language.Und), cases.Lower(language.Und)
	for r := range rune(0x20000) { // above are ideographs and nothing
		s := string(r)
		if got, want := upperCase(s), upper.String(s); got != want && s != "\uFFFD" {
			require.Equal(t, want, got, "upper case of %U", r)
		}
		if got, want := lowerCase(s), lower.String(s); got != want && s != "\uFFFD" {
			require.Equal(t, want, got, "lower case of %U", r)
		}
	}
}

func TestASigmaAtTheEndOfAWordHasItsOwnForm(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "οδυσσευς, ο σοφος", lowerCase("ΟΔΥΣΣΕΥΣ, Ο ΣΟΦΟΣ"))
	assert.Equal(t, "aσʰ", lowerCase("AΣʰ"), "a mark that is a letter too is a letter, as Unicode and Java have it")
	lower := cases.Lower(language.Und)
	parts := []string{"Σ", "Σ", "Α", "a", "B", " ", ".", "'", "1", "\u0301", "\u00AD", "ⓐ", "’", "-", "_", "😀", "ª", "İ"}
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test that repeats
	for range 20_000 {
		var b strings.Builder
		for range 1 + random.IntN(6) {
			b.WriteString(parts[random.IntN(len(parts))])
		}
		require.Equal(t, lower.String(b.String()), lowerCase(b.String()), "%q", b.String())
	}
}

func TestHalfOfAPairHasNoCase(t *testing.T) {
	t.Parallel()
	const half = "\xED\xA0\x80" // U+D800 as a substring leaves it
	assert.Equal(t, "A"+half+"\u00C4", upperCase("a"+half+"\u00E4"))
	assert.Equal(t, "a"+half+"\u00E4", lowerCase("A"+half+"\u00C4"))
}
