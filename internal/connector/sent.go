package connector

import (
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

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
	mu     sync.Mutex
	events *simplelru.LRU[sentKey, *sent] // by age: nothing in it is ever used, only looked at
}

func newMemory() *memory {
	events, _ := simplelru.NewLRU[sentKey, *sent](maxSent, nil) // the error is of a size below 1
	return &memory{events: events}
}

func (m *memory) remember(k sentKey, s *sent) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	s.until = now.Add(sentFor)
	m.events.Add(k, s)
	for {
		_, oldest, ok := m.events.GetOldest()
		if !ok || !now.After(oldest.until) {
			return
		}
		m.events.RemoveOldest()
	}
}

func (m *memory) recall(k sentKey) *sent {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.events.Peek(k)
	if !ok || time.Now().After(s.until) {
		return nil
	}
	return s
}

func (m *memory) forget(k sentKey) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.events.Remove(k)
}
