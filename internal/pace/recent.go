package pace

import (
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Recent remembers what was done lately, so that it is not done again: the newest entries, each for a while. It is safe for
// concurrent use.
//
// The library's own list with a time for its entries is not used: it starts a goroutine that cannot be stopped.
type Recent[K comparable, V any] struct {
	age time.Duration

	mu      sync.Mutex
	entries *simplelru.LRU[K, dated[V]] // by age: nothing in it is ever used, only looked at
}

type dated[V any] struct {
	value V
	until time.Time
}

// NewRecent returns a memory of at most so many entries, at least one, each of which is kept for so long.
func NewRecent[K comparable, V any](room int, age time.Duration) *Recent[K, V] {
	entries, _ := simplelru.NewLRU[K, dated[V]](max(room, 1), nil) // the error is of a size below 1
	return &Recent[K, V]{age: age, entries: entries}
}

// Add remembers a value, in place of an earlier one of the same key. What is over, and the oldest beyond the room, goes.
func (r *Recent[K, V]) Add(key K, value V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	r.entries.Add(key, dated[V]{value, now.Add(r.age)})
	for {
		_, oldest, ok := r.entries.GetOldest()
		if !ok || !now.After(oldest.until) {
			return
		}
		r.entries.RemoveOldest()
	}
}

// Get returns the value of a key; false if there is none, or it is over.
func (r *Recent[K, V]) Get(key K) (value V, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found, ok := r.entries.Peek(key)
	if !ok || time.Now().After(found.until) {
		return value, false
	}
	return found.value, true
}

// Remove forgets a key.
func (r *Recent[K, V]) Remove(key K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries.Remove(key)
}

// Len returns how many entries are kept, with those that are over but were not dropped yet.
func (r *Recent[K, V]) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.entries.Len()
}
