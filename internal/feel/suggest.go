package feel

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/eventbridge-connector/eventbridge-connector/internal/spelling"
)

// suggest returns " (did you mean x?)" for the nearest of the candidates, or nothing if none is near.
func suggest(word string, candidates []string) string {
	best := NearestName(word, candidates)
	if best == "" {
		return ""
	}
	return didYouMean(best)
}

func didYouMean(name string) string { return fmt.Sprintf(" (did you mean %s?)", name) }

// The limits of looking for a near name. They bound what a warning costs, whatever the data are.
const (
	maxNearWord = 64    // bytes
	maxNear     = 1_000 // candidates: the first ones
)

// NearestName returns the candidate that a misspelt word may have meant, or nothing if none is near.
func NearestName(word string, candidates []string) string {
	if len(word) > maxNearWord {
		return ""
	}
	best, distance := "", 2 // one slip in a short word
	switch n := utf8.RuneCountInString(word); {
	case n > 8:
		distance = 4
	case n > 5:
		distance = 3
	}
	word = strings.ToLower(word)
	for _, c := range candidates[:min(len(candidates), maxNear)] {
		if len(c) > 2*maxNearWord {
			continue
		}
		name, limit := strings.ToLower(c), distance
		if best == "" && commonStart(word, name) >= max(4, 2*len(word)/3) {
			limit = max(limit, 4) // the end of a word is what people remember least
		}
		if d := spelling.Distance(word, name, limit); d < limit {
			best, distance = c, d
		}
	}
	return best
}

// commonStart returns how many bytes at their start two words have in common.
func commonStart(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
