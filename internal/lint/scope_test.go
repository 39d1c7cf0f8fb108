package lint

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
)

// Lint knows each name that result and error expressions see.
func TestNames(t *testing.T) {
	t.Parallel()
	for _, isError := range []bool{false, true} {
		seen := names(isError, "answer")
		for _, name := range []string{"response", "entries", "failedEntryCount", "error", "input", "answer"} {
			assert.Contains(t, seen, name)
		}
		if !isError {
			assert.NotContains(t, seen, "job")
			continue
		}
		for _, field := range connector.JobFacts() {
			assert.Contains(t, seen["job"].Members, field)
		}
	}
}
