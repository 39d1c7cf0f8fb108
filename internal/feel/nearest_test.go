package feel

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNearestName(t *testing.T) {
	t.Parallel()
	many := make([]string, maxNear)
	for i := range many {
		many[i] = "other" + strconv.Itoa(i)
	}
	long := strings.Repeat("x", maxNearWord)
	for _, tt := range []struct {
		name, word string
		candidates []string
		want       string
	}{
		{"a slip", "entrys", []string{"error", "entries"}, "entries"},
		{"capitals do not count", "ENTRIES", []string{"error", "entries"}, "entries"},
		{"neighbours swapped", "ip", []string{"pi"}, "pi"},
		{"a short word, far off", "ab", []string{"cd"}, ""},
		{"the first of equals", "bat", []string{"cat", "hat"}, "cat"},
		{"the last of those looked at", "id", append(many[1:maxNear:maxNear], "ids"), "ids"},
		{"one behind them", "id", append(many[:maxNear:maxNear], "ids"), ""},
		{"the longest word", long, []string{long + "y"}, long + "y"},
		{"a word too long", long + "x", []string{long + "y"}, ""},
		{"no candidates", "id", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, NearestName(tt.word, tt.candidates))
		})
	}
}
