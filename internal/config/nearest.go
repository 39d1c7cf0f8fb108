package config

import "strings"

// Nearest returns the known name that is most like the unknown one, or "" if none is like it. Capitals, dashes, dots
// and underscores make no difference.
func Nearest(unknown string, known []string) string {
	u := plain(unknown)
	if len(u) > maxShownKey { // no name is that long
		return ""
	}
	best, bestDistance := "", -1
	for _, k := range known {
		d := distance(u, plain(k))
		if len(u) >= 3 && strings.HasSuffix(plain(k), u) { // the last parts of a longer key
			d = min(d, 1)
		}
		if bestDistance < 0 || d < bestDistance || d == bestDistance && distance(unknown, k) < distance(unknown, best) {
			best, bestDistance = k, d
		}
	}
	if bestDistance > max(2, len(u)/3) {
		return ""
	}
	return best
}

// distance counts the insertions, deletions, replacements and swaps of neighbours that turn a into b.
func distance(a, b string) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(a); i++ {
		above2, above, row := rows[0], rows[1], rows[2]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], above2[j-2]+1)
			}
		}
		rows[0], rows[1], rows[2] = above, row, above2
	}
	return rows[1][len(b)]
}
