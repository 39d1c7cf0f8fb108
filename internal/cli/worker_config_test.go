package cli

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
)

// TestTheWorkerSaysThatNoEventWasSent: the engine does not know what its handler does.
func TestTheWorkerSaysThatNoEventWasSent(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "No event was sent.", workerConfig(&config.Config{}).NotWorkedOn)
}
