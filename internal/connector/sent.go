package connector

import (
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// Bounds of the memory of accepted events (contract 3.5).
const (
	maxSent = 10_000
	sentFor = time.Hour
)

// sent is an event that AWS accepted for a job, with what its conclusion needs when the job comes again.
type sent struct {
	response       *eventbridge.Response
	failOnRejected bool
	mask           *secret.Mask
}

// sentKey is a job in one of its tries: while no command reaches the broker, the job comes again with the same retries.
type sentKey struct {
	job     int64
	retries int32
}

// memory remembers which events AWS accepted until the broker has taken a command for their jobs, so that a job that
// comes again is settled without a second event.
type memory = pace.Recent[sentKey, *sent]

func newMemory() *memory { return pace.NewRecent[sentKey, *sent](maxSent, sentFor) }
