package lint

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAValueThatLooksLikeAViolationIsOne: findings are made of what the connector found, not of its message.
func TestAValueThatLooksLikeAViolationIsOne(t *testing.T) {
	t.Parallel()
	found := check(t, `<zeebe:input source="ftp://x&#10; - input.source: must not be blank" target="configuration.endpoint" />`)
	require.Len(t, found, 1)
	assert.Equal(t, "invalid-field", found[0].Rule)
	assert.Equal(t, "configuration.endpoint", found[0].Field)
	assert.Contains(t, found[0].Message, "must be a URL such as http://localhost:4566")

	found = check(t, `<zeebe:input source="must not be blank" target="input.time" />`)
	require.Len(t, found, 1)
	assert.Equal(t, "invalid-field", found[0].Rule)
}

// TestAnExpressionThatDoesNotParseIsToldWithoutItself: its line stands below the finding already.
func TestAnExpressionThatDoesNotParseIsToldWithoutItself(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ pieces, message, excerpt string }{
		"feel": {
			`<zeebe:header key="resultExpression" value="={a:&#10; 1 1}" />`,
			"the expression in resultExpression does not parse: line 2, column 4: found '1', expected", " 1 1}\n   ^",
		},
		"jq": {
			`<zeebe:header key="resultExpression" value="{a:&#10; 1 1}" /><zeebe:header key="expressionLanguage" value="jq" />`,
			"the expression in resultExpression does not parse: line 2, column 4: unexpected token \"1\"", " 1 1}\n   ^",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := check(t, tt.pieces)
			require.Len(t, found, 1)
			assert.Contains(t, found[0].Message, tt.message)
			assert.Equal(t, tt.excerpt, found[0].Excerpt)
		})
	}
}

// TestAnEventMayHaveOneMebibyte: lint counts with the connector's own function, so that both draw the line at the same place.
func TestAnEventMayHaveOneMebibyte(t *testing.T) {
	t.Parallel()
	hundred := strings.Repeat("0123456789", 10)
	of := func(hundreds string) string {
		return `<zeebe:input source="={text: string join(for i in 1..` + hundreds + ` return &#34;` + hundred + `&#34;)}" target="input.detail" />`
	}
	assert.Empty(t, check(t, of("3000")), "300 kB")
	assert.Empty(t, check(t, of("10480")), "less than 1 MiB")
	found := check(t, of("10490"))
	require.Len(t, found, 1)
	assert.Equal(t, "entry-too-large", found[0].Rule)
	assert.Equal(t, "input.detail", found[0].Field)
	assert.Contains(t, found[0].Message, "at most 1048576 bytes")
	found = check(t, `<zeebe:input source="=for i in 1..11 return {detail: {}}" target="input.events" />`)
	require.Len(t, found, 1)
	assert.Equal(t, "invalid-field", found[0].Rule)
}
