package worker

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSlotsServeTheLongestWaiterFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := NewSlots(1, nil)
		held, err := s.Take(t.Context())
		require.NoError(t, err)
		var order []int
		for i := range 5 {
			go func() {
				slot, err := s.Take(t.Context())
				assert.NoError(t, err)
				order = append(order, i) // the slot is the lock
				slot.Release()
			}()
			synctest.Wait()
		}
		assert.Empty(t, s.TakeFree(1), "nobody goes before those who wait")
		held.Release()
		synctest.Wait()
		assert.Equal(t, []int{0, 1, 2, 3, 4}, order)
		assert.Zero(t, s.InUse())
	})
}

func TestAWaiterThatGivesUpLosesNoSlot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := NewSlots(2, nil)
		slots := s.TakeFree(5)
		require.Len(t, slots, 2, "as many as there are")
		assert.True(t, s.Full())
		for range 20 {
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				if slot, err := s.Take(ctx); err == nil {
					slot.Release()
				}
			}()
			synctest.Wait()
			go cancel()
			slots[0].Release() // at the same time
			synctest.Wait()
			slots[0], _ = s.Take(t.Context())
		}
		slots[0].Release()
		slots[1].Release()
		assert.Zero(t, s.InUse())
		assert.Len(t, s.TakeFree(5), 2)
	})
}

func TestASlotIsReleasedOnce(t *testing.T) {
	t.Parallel()
	freed := 0
	s := NewSlots(1, func() { freed++ })
	slot, err := s.Take(t.Context())
	require.NoError(t, err)
	slot.Release()
	assert.Equal(t, 1, freed)
	assert.Panics(t, slot.Release, "the second release is a bug")
}
