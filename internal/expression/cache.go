package expression

import (
	"context"
	"sync/atomic"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"
)

// Cache keeps compiled programs, and the errors of those that do not compile, by language and source; but no error that
// [IsPassing]. When it is full, the program that was used least lately goes. It is safe for concurrent use.
type Cache struct {
	entries *lru.Cache[key, *entry]
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
	entries, _ := lru.New[key, *entry](size) // the error is of a size below 1
	return &Cache{entries: entries}
}

// Compile is [Compile], once for each source as long as the cache has room for it.
func (c *Cache) Compile(ctx context.Context, language Language, source string) (*Program, error) {
	k := key{language, source}
	if e, ok := c.entries.Get(k); ok {
		c.hits.Add(1)
		return e.program, e.err
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
	if e, ok := c.entries.Get(k); ok {
		return e
	}
	program, err := Compile(ctx, k.language, k.source)
	made := &entry{program, err}
	if !IsPassing(err) {
		c.entries.Add(k, made)
	}
	return made
}

// Stats returns how often an expression was there already, and how often not.
func (c *Cache) Stats() (hits, misses uint64) { return c.hits.Load(), c.misses.Load() }

// Len returns how many programs and errors the cache holds.
func (c *Cache) Len() int { return c.entries.Len() }
