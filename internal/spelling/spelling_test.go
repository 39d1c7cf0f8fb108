package spelling_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/spelling"
)

func TestDistance(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 128)
	for _, tt := range []struct {
		name, a, b  string
		limit, want int
	}{
		{"equal words", "port", "port", 3, 0},
		{"a letter too many", "portt", "port", 3, 1},
		{"a letter too few", "prt", "port", 3, 1},
		{"another letter", "pert", "port", 3, 1},
		{"two neighbours swapped", "prot", "port", 3, 1},
		{"two swaps", "rpot", "port", 4, 2},
		{"letters, not bytes", "größe", "grosse", 4, 3},
		{"no word", "", "port", 9, 4},
		{"no words", "", "", 1, 0},
		{"the limit", "server", "worker", 2, 2},
		{"lengths that differ by the limit", "x", "xxxx", 3, 3},
		{"the longest word", long, long, 3, 0},
		{"a word that is too long", long + "x", long + "x", 3, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, spelling.Distance(tt.a, tt.b, tt.limit))
			assert.Equal(t, tt.want, spelling.Distance(tt.b, tt.a, tt.limit))
		})
	}
}
