package main

import (
	"bytes"
	"maps"
	"slices"
	"sync"
)

// streamBuffer is what left in one place.
type streamBuffer = bytes.Buffer

// streams keeps what left the worker and its commands, by where it left.
type streams struct {
	mu     sync.Mutex
	byName map[string]*streamBuffer
}

// write is a [play.Outlet].
func (s *streams) write(where string, data []byte) {
	if permitted(where, data) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.byName[where]
	if b == nil {
		b = &streamBuffer{}
		s.byName[where] = b
	}
	b.Write(withoutPermitted(where, data))
	b.WriteByte('\n')
}

func (s *streams) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.byName))
}

func (s *streams) of(name string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.byName[name]; b != nil {
		return b.Bytes()
	}
	return nil
}
