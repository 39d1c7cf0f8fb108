package config

import (
	"iter"
	"strings"
)

// shared gathers messages about clients.
type shared struct {
	order   []string
	clients map[string][]string // by message
}

func newShared() *shared { return &shared{clients: map[string][]string{}} }

func (s *shared) add(client, text string) {
	if s.clients[text] == nil {
		s.order = append(s.order, text)
	}
	s.clients[text] = append(s.clients[text], client)
}

// texts yields the messages, with the names of the clients that they are about unless these are all.
func (s *shared) texts(all int) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, text := range s.order {
			names := s.clients[text]
			if len(names) < all {
				text = "client " + strings.Join(names, ", ") + ": " + text
			}
			if !yield(text) {
				return
			}
		}
	}
}
