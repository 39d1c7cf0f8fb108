package feel_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

func TestHelpFunction(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, function string
		known          bool
		want           []string
	}{
		{"all forms of a function stand in its help", "substring", true, []string{
			"substring(string: string, start position: number)\n", "substring(string: string, start position: number, length: number)\n",
			`substring("foobar", 3) → "obar"`,
		}},
		{"blanks and a call's parentheses do not matter", "  string   join() ", true, []string{"string join(list: list"}},
		{"letters of either case do not matter", "TRIM", true, []string{"trim(string: string)"}},
		{"a misspelt name gets the nearest one", "substrin", false, []string{"there is no function substrin (did you mean substring?)"}},
		{"no name is no function", "", false, []string{"there is no function"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text, known := feel.Standard().Help(tt.function)
			assert.Equal(t, tt.known, known)
			for _, want := range tt.want {
				assert.Contains(t, text, want)
			}
			assert.True(t, strings.HasSuffix(text, "\n"))
		})
	}
}
