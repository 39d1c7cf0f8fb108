package expression

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTheExamplesOfFunctions holds the examples in the documentation of the connector's functions.
func TestTheExamplesOfFunctions(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, f := range Library().Functions() {
		if f.Family != "Connector" {
			continue
		}
		for _, form := range f.Forms {
			seen++
			got, err := evaluated(t, form.Example, "{}")
			require.NoError(t, err, form.Example)
			assert.JSONEq(t, form.Gives, got, form.Example)
			assert.NotEmpty(t, form.Doc, form.Signature)
		}
	}
	assert.Equal(t, 15, seen)
}

func TestArgumentsOfFunctions(t *testing.T) {
	t.Parallel()
	got, err := evaluated(t, `bpmnError(errorCode: "X", errorMessage: "M")`, "{}")
	require.NoError(t, err)
	assert.JSONEq(t, `{"errorType": "bpmnError", "errorCode": "X", "errorMessage": "M"}`, got)
	for source, want := range map[string]string{
		`bpmnError(1)`:                        "parameter 'errorCode' of function 'bpmnError' must be a string, but is a number",
		`jobError("m", {}, "2")`:              "parameter 'retries' of function 'jobError' must be a number, but is a string",
		`backoff(0)`:                          "line 1, column 1: backoff: the attempt must be at least 1, but is 0",
		`backoff(1, @"PT6S")`:                 "minDelay must not be above maxDelay, but 6000 ms is above 5000 ms",
		`backoff(1, @"PT1S", 2, @"PT9S", -1)`: "jitterFactor must not be negative, but is -1",
		`backoff(1, @"PT0S")`:                 "the jitter has no room",
		`backoff(1, @"PT1S", 0, @"PT9S", 0)`:  "factor must be above 0, but is 0",
		`backoff(1, @"P999999999999D")`:       "minDelay is too long to be counted in milliseconds",
	} {
		_, err := evaluated(t, source, "{}")
		assert.ErrorContains(t, err, want, source)
	}
}
