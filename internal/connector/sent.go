package connector

import (
	"slices"
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
	order   []aged // by age; those that were forgotten or replaced are still in it
}

// aged is an entry in the order of age. A job can be sent again with the same retries after its command was taken, so
// that a key alone does not tell the entry of then from the one of now.
type aged struct {
	key   sentKey
	event *sent
}

func newMemory() *memory { return &memory{entries: map[sentKey]*sent{}} }

func (m *memory) remember(k sentKey, s *sent) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	s.until = now.Add(sentFor)
	m.entries[k] = s
	m.order = append(m.order, aged{k, s})
	for len(m.order) > 0 && (len(m.entries) > maxSent || !m.live(m.order[0]) || now.After(m.order[0].event.until)) {
		if m.live(m.order[0]) {
			delete(m.entries, m.order[0].key)
		}
		m.order[0] = aged{}
		m.order = m.order[1:]
	}
	if len(m.order) > 2*maxSent { // an old entry that is still needed keeps those that were forgotten behind it
		m.order = slices.DeleteFunc(m.order, func(a aged) bool { return !m.live(a) })
	}
}

// live says whether an entry was neither forgotten nor replaced.
func (m *memory) live(a aged) bool { return m.entries[a.key] == a.event }

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
