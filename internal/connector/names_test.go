package connector

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPathsOfFields(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"authentication", "awsCredential", "region", "accessKey", "events", "detail", "traceHeader"} {
		assert.Equal(t, 1, count(names().keys, key), key)
	}
	assert.False(t, slices.Contains(names().keys, "resultExpression"), "a header is no input")
	assert.Equal(t, "authentication.accessKey", pathOf("authentication", "accessKey"))
	assert.Equal(t, "awsCredential.authentication.accessKey", pathOf("awsCredential.authentication", "accessKey"))
	assert.Equal(t, "input.events[1].source", pathOf("input.events[1]", "source"))
}

func count(list []string, of string) (n int) {
	for _, s := range list {
		if s == of {
			n++
		}
	}
	return n
}
