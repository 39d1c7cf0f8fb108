package worker

import (
	"context"
	"sync"
)

// Slots is a worker's capacity: a semaphore that serves its waiters in the order in which they came.
type Slots struct {
	size  int
	freed func() // called after a slot was released, without the lock

	mu      sync.Mutex
	free    int
	waiters []chan struct{} // each has one reader and room for one
}

// Slot is the right to have one job in this process.
type Slot struct {
	slots    *Slots
	mu       sync.Mutex
	released bool
}

// NewSlots returns so many free slots; freed is called after each release, and may be nil.
func NewSlots(n int, freed func()) *Slots { return &Slots{size: n, free: n, freed: freed} }

// Take waits for a slot. Its error is the context's.
func (s *Slots) Take(ctx context.Context) (*Slot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	if s.free > 0 && len(s.waiters) == 0 {
		s.free--
		s.mu.Unlock()
		return &Slot{slots: s}, nil
	}
	turn := make(chan struct{}, 1)
	s.waiters = append(s.waiters, turn)
	s.mu.Unlock()
	select {
	case <-turn:
		return &Slot{slots: s}, nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	for i, c := range s.waiters {
		if c == turn {
			s.waiters = append(s.waiters[:i], s.waiters[i+1:]...)
			s.mu.Unlock()
			return nil, ctx.Err()
		}
	}
	s.mu.Unlock()
	s.give() // our turn came in the meantime: it is the next one's
	return nil, ctx.Err()
}

// TakeFree takes at most n slots that are free now and for which nobody waits.
func (s *Slots) TakeFree(n int) []*Slot {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiters) > 0 {
		return nil
	}
	n = min(n, s.free)
	s.free -= n
	taken := make([]*Slot, n)
	for i := range taken {
		taken[i] = &Slot{slots: s}
	}
	return taken
}

// InUse returns how many slots are taken.
func (s *Slots) InUse() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.size - s.free
}

// Full says whether all slots are taken.
func (s *Slots) Full() bool { return s.InUse() == s.size }

// Release gives the slot back and wakes the longest waiter. The second call is a bug and panics.
func (t *Slot) Release() {
	t.mu.Lock()
	if t.released {
		t.mu.Unlock()
		panic("worker: a slot was released twice")
	}
	t.released = true
	t.mu.Unlock()
	t.slots.give()
	if t.slots.freed != nil {
		t.slots.freed()
	}
}

func (s *Slots) give() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiters) > 0 {
		turn := s.waiters[0]
		s.waiters = s.waiters[1:]
		turn <- struct{}{}
		return
	}
	s.free++
}
