// Package spelling tells how near a misspelt word is to a known one.
package spelling

import (
	"unicode/utf8"

	"github.com/hbollon/go-edlib"
)

// maxLetters is the length of the longest word that is compared. No known name is longer.
const maxLetters = 128

// Distance returns how many letters must be added, dropped, changed or swapped with their neighbour to turn a into b (the
// optimal string alignment distance), or limit if they are that many or more. A word of more than 128 letters is near none.
func Distance(a, b string, limit int) int {
	x, y := utf8.RuneCountInString(a), utf8.RuneCountInString(b)
	if max(x, y)-min(x, y) >= limit || max(x, y) > maxLetters {
		return limit
	}
	return min(edlib.OSADamerauLevenshteinDistance(a, b), limit)
}
