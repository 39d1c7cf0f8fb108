package worker

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestAnOpenStreamAloneIsNoAnswer: a gateway lets a stream be opened before it looks at the request.
func TestAnOpenStreamAloneIsNoAnswer(t *testing.T) {
	t.Parallel()
	var h health
	ready := func() bool {
		ok, reason := h.ready()
		assert.Equal(t, ok, reason == "")
		return ok
	}
	assert.False(t, ready())
	h.stream(true, nil)
	assert.False(t, ready(), "nothing was answered yet")
	h.polled(errors.New("no right"))
	assert.False(t, ready())
	h.polled(nil)
	assert.True(t, ready())
	h.polled(errors.New("busy"))
	assert.True(t, ready(), "jobs come by the stream")
	h.stream(false, errors.New("broken"))
	assert.False(t, ready())
}
