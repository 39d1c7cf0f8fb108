package pace

import (
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// complainAgain is how often the log is told of the same thing.
const complainAgain = time.Minute

// Complaints limits the lines in the log about what goes wrong again and again: each subject is told at once, and then once
// a minute. Data from outside can choose subjects, but not how long the log is: once as many are known as there is room for,
// a new one is told once a minute, in place of the one that came up least lately. It is safe for concurrent use.
type Complaints[K comparable] struct {
	room int

	mu    sync.Mutex
	known *lru.Cache[K, *rate.Sometimes]
	fresh rate.Sometimes // new subjects that there is no room for
}

// NewComplaints returns complaints with room for so many subjects, at least one.
func NewComplaints[K comparable](room int) *Complaints[K] {
	room = max(room, 1)
	known, _ := lru.New[K, *rate.Sometimes](room) // the error is of a size below 1
	return &Complaints[K]{room: room, known: known, fresh: rate.Sometimes{Interval: complainAgain}}
}

// Do calls tell, unless the subject was told within the last minute or there is no room for it.
func (c *Complaints[K]) Do(subject K, tell func()) {
	if again := c.of(subject); again != nil {
		again.Do(tell)
	}
}

// of returns what limits the subject; nil = it is not told.
func (c *Complaints[K]) of(subject K) *rate.Sometimes {
	c.mu.Lock()
	defer c.mu.Unlock()
	again, ok := c.known.Get(subject)
	if ok {
		return again
	}
	admit := func() {
		again = &rate.Sometimes{Interval: complainAgain}
		c.known.Add(subject, again)
	}
	if c.known.Len() < c.room {
		admit()
	} else {
		c.fresh.Do(admit)
	}
	return again
}
