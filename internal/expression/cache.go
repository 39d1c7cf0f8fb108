package expression

import (
	"context"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/singleflight"
)

// Cache keeps compiled programs, and the errors of those that do not compile, by language and source; but no error that
// [IsPassing]. It is safe for concurrent use.
type Cache struct {
	max     int64
	entries sync.Map // of key to *entry
	count   atomic.Int64
	hits    atomic.Uint64
	misses  atomic.Uint64
	flight  singleflight.Group
}

type key struct {
	language Language
	source   string
}

type entry struct {
	program *Program
	err     error
}

// NewCache returns a cache of at most so many programs; 0 = 4,096.
func NewCache(size int) *Cache {
	if size <= 0 {
		size = 4096
	}
	return &Cache{max: int64(size)}
}

// Compile is [Compile], once for each source as long as the cache has room for it.
func (c *Cache) Compile(ctx context.Context, language Language, source string) (*Program, error) {
	k := key{language, source}
	if e, ok := c.entries.Load(k); ok {
		c.hits.Add(1)
		return e.(*entry).program, e.(*entry).err
	}
	c.misses.Add(1)
	for {
		e, _, _ := c.flight.Do(string(language)+"\x00"+source, func() (any, error) { return c.compile(ctx, k), nil })
		program, err := e.(*entry).program, e.(*entry).err
		if interrupted(err) && ctx.Err() == nil {
			continue // it was the context of somebody else who asked at the same time
		}
		return program, err
	}
}

func (c *Cache) compile(ctx context.Context, k key) *entry {
	if e, ok := c.entries.Load(k); ok {
		return e.(*entry)
	}
	program, err := Compile(ctx, k.language, k.source)
	made := &entry{program, err}
	if !IsPassing(err) {
		c.makeRoom()
		c.entries.Store(k, made)
		c.count.Add(1)
	}
	return made
}

// Stats returns how often an expression was there already, and how often not.
func (c *Cache) Stats() (hits, misses uint64) { return c.hits.Load(), c.misses.Load() }

// Len returns how many programs and errors the cache holds.
func (c *Cache) Len() int { return int(c.count.Load()) }

// makeRoom drops an eighth of the entries, whichever come first, when the cache is full: an expression in use comes back
// at the cost of one compilation.
func (c *Cache) makeRoom() {
	if c.count.Load() < c.max {
		return
	}
	drop := c.max/8 + 1
	c.entries.Range(func(k, _ any) bool {
		if _, found := c.entries.LoadAndDelete(k); found {
			c.count.Add(-1)
			drop--
		}
		return drop > 0
	})
}
