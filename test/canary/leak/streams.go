package leak

import (
	"bytes"
	"maps"
	"slices"
	"sync"
)

// Streams keeps what left a process, by where it left. It is safe for concurrent use.
type Streams struct {
	keep   func(where string, data []byte) []byte
	mu     sync.Mutex
	byName map[string]*bytes.Buffer
}

// NewStreams returns streams that keep what keep returns of all that is written; nil = everything.
func NewStreams(keep func(where string, data []byte) []byte) *Streams {
	return &Streams{keep: keep, byName: map[string]*bytes.Buffer{}}
}

// Write adds what left there. The slice may be used again after it.
func (s *Streams) Write(where string, data []byte) {
	if s.keep != nil {
		data = s.keep(where, data)
	}
	if data == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.byName[where]
	if b == nil {
		b = &bytes.Buffer{}
		s.byName[where] = b
	}
	b.Write(data)
	b.WriteByte('\n')
}

// Names returns where something left, sorted.
func (s *Streams) Names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.byName))
}

// Of returns what left there; nil = nothing did.
func (s *Streams) Of(name string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.byName[name]; b != nil {
		return b.Bytes()
	}
	return nil
}
