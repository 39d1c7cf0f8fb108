package feel

import (
	"fmt"
	"strings"
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

// NearestName returns the candidate that a misspelt word may have meant, or nothing if none is near.
func NearestName(word string, candidates []string) string {
	best, distance := "", min(len(word)/2+2, 4)
	if len(word) < 4 {
		distance = 2
	}
	for _, c := range candidates {
		if d := editDistance(strings.ToLower(word), strings.ToLower(c), distance); d < distance {
			best, distance = c, d
		}
	}
	return best
}

// editDistance is the number of letters to add, drop, change or swap with their neighbour, or limit if that is less.
func editDistance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) >= limit || len(y)-len(x) >= limit || len(x) > 64 || len(y) > 64 {
		return limit
	}
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(y)], limit)
}
