package connector

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPanicked(t *testing.T) {
	t.Parallel()
	f := Panicked()
	const message = "The connector failed for a reason of its own; its log says more."
	assert.Equal(t, message, f.Message)
	assert.JSONEq(t, `{"error":{"type":"eventbridge.INTERNAL_ERROR","message":"`+message+`","code":"INTERNAL_ERROR"}}`, string(f.Variables))
}
