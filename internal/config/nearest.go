package config

import (
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/spelling"
)

// Nearest returns the known name that is most like the unknown one, or "" if none is like it. Capitals, dashes, dots
// and underscores make no difference.
func Nearest(unknown string, known []string) string {
	u := plain(unknown)
	limit := max(3, len(u)/3+1)
	best, bestDistance, bestAsGiven := "", limit, 0
	for _, k := range known {
		d := spelling.Distance(u, plain(k), limit)
		if len(u) >= 3 && strings.HasSuffix(plain(k), u) { // the last parts of a longer key
			d = min(d, 1)
		}
		if d > bestDistance || d == limit {
			continue
		}
		asGiven := spelling.Distance(unknown, k, len(unknown)+len(k))
		if d < bestDistance || asGiven < bestAsGiven {
			best, bestDistance, bestAsGiven = k, d, asGiven
		}
	}
	return best
}
