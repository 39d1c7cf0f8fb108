package connector

import (
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
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
	until          time.Time
}

// sentKey is a job in one of its tries: while no command reaches the broker, the job comes again with the same retries.
type sentKey struct {
	job     int64
	retries int32
}

// memory remembers which events AWS accepted until the broker has taken a command for their jobs, so that a job that
// comes again is settled without a second event.
type memory struct {
	mu      sync.Mutex
	entries map[sentKey]*sent
	order   []sentKey // by age; those that were forgotten are still in it
}

func newMemory() *memory { return &memory{entries: map[sentKey]*sent{}} }

func (m *memory) remember(k sentKey, s *sent) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s.until = time.Now().Add(sentFor)
	m.entries[k] = s
	m.order = append(m.order, k)
	for len(m.entries) > maxSent || len(m.order) > 2*maxSent || len(m.order) > 0 && m.stale(m.order[0]) {
		delete(m.entries, m.order[0])
		m.order = m.order[1:]
	}
}

// stale says whether an entry at the front of the order is over or was forgotten.
func (m *memory) stale(k sentKey) bool {
	s, ok := m.entries[k]
	return !ok || time.Now().After(s.until)
}

func (m *memory) recall(k sentKey) *sent {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.entries[k]
	if s == nil || time.Now().After(s.until) {
		return nil
	}
	return s
}

func (m *memory) forget(k sentKey) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.entries, k)
}
