package worker

import (
	"context"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
)

// Slots is a worker's capacity: a semaphore that serves its waiters in the order in which they came.
type Slots struct {
	size  int
	freed func() // called after a slot was released
	free  *semaphore.Weighted
	taken atomic.Int64
}

// Slot is the right to have one job in this process.
type Slot struct {
	slots    *Slots
	released atomic.Bool
}

// NewSlots returns so many free slots; freed is called after each release, and may be nil.
func NewSlots(n int, freed func()) *Slots {
	return &Slots{size: n, freed: freed, free: semaphore.NewWeighted(int64(n))}
}

// Take waits for a slot. Its error is the context's.
func (s *Slots) Take(ctx context.Context) (*Slot, error) {
	if err := s.free.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	return s.slot(), nil
}

// TakeFree takes at most n slots that are free now and for which nobody waits.
func (s *Slots) TakeFree(n int) []*Slot {
	var taken []*Slot
	for len(taken) < n && s.free.TryAcquire(1) {
		taken = append(taken, s.slot())
	}
	return taken
}

func (s *Slots) slot() *Slot {
	s.taken.Add(1)
	return &Slot{slots: s}
}

// InUse returns how many slots are taken.
func (s *Slots) InUse() int { return min(s.size, int(s.taken.Load())) } // one that changes hands counts twice for a moment

// Full says whether all slots are taken.
func (s *Slots) Full() bool { return s.InUse() == s.size }

// Release gives the slot back and wakes the longest waiter. The second call is a bug and panics.
func (t *Slot) Release() {
	if t.released.Swap(true) {
		panic("worker: a slot was released twice")
	}
	t.slots.free.Release(1)
	t.slots.taken.Add(-1)
	if t.slots.freed != nil {
		t.slots.freed()
	}
}
