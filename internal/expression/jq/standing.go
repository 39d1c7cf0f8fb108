package jq

import (
	"crypto/sha256"
	"sync"
	"sync/atomic"
)

// standing is what is known of an expression from its last evaluation.
type standing int32

const (
	isNew      standing = iota // it was never evaluated, or the evaluation was interrupted
	endsItself                 // it ended by itself
	hitLimit                   // it reached a limit
)

// record is the standing of one expression. It is safe for concurrent use.
type record struct{ value atomic.Int32 }

func (r *record) get() standing  { return standing(r.value.Load()) }
func (r *record) set(s standing) { r.value.Store(int32(s)) }

// compilations remember programs whose compilation reached a limit: nobody keeps those, so that each job compiles them anew.
// They are safe for concurrent use.
type compilations struct {
	mu      sync.Mutex
	limited map[[sha256.Size]byte]struct{}
}

// maxLimited bounds how many are remembered.
const maxLimited = 1000

func (c *compilations) of(program []byte) standing {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.limited[sha256.Sum256(program)]; ok {
		return hitLimit
	}
	return isNew
}

func (c *compilations) failed(program []byte, s standing) {
	if s != hitLimit {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.limited == nil || len(c.limited) >= maxLimited {
		c.limited = map[[sha256.Size]byte]struct{}{}
	}
	c.limited[sha256.Sum256(program)] = struct{}{}
}
