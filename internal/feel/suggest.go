package feel

import (
	"fmt"
	"strings"

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
	best, distance := "", min(len(word)/2+2, 4)
	if len(word) < 4 {
		distance = 2
	}
	word = strings.ToLower(word)
	for _, c := range candidates[:min(len(candidates), maxNear)] {
		if len(c) > 2*maxNearWord {
			continue
		}
		if d := spelling.Distance(word, strings.ToLower(c), distance); d < distance {
			best, distance = c, d
		}
	}
	return best
}
