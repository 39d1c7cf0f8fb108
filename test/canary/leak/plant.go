package leak

import (
	"bytes"
	"fmt"
	"strings"
)

// context is how many bytes of a stream stand before a planted secret, and behind it.
const context = 2000

// Plant puts every secret in every form into every stream, between what really stands there, and searches for it. It
// returns how many plants that were, and an error for each that was missed.
func Plant(s *Streams, marks []Mark) (plants int, missed []error) {
	for _, name := range s.Names() {
		stream := s.Of(name)
		before, after := stream[:min(len(stream), context)], stream[max(0, len(stream)-context):]
		for i := range marks {
			m := &marks[i]
			for _, f := range append(m.Forms, Splits(m.Value)...) {
				plants++
				leaking := bytes.Join([][]byte{before, []byte(f.Text), after}, []byte("·"))
				if !found(Search(name, leaking, marks[i:i+1]), m.Name, f.Name) {
					missed = append(missed, fmt.Errorf("the secret %q, planted into %s, was not found: %s", m.Name, name, f.Name))
				}
			}
		}
	}
	return plants, missed
}

// Splits returns ways to split a secret over attributes and lines.
func Splits(secret string) []Form {
	half := len(secret) / 2
	return []Form{
		{split, secret[:half] + `" b="` + secret[half:]},
		{split, secret[:shortestPart] + "\ntime=2026-01-01T00:00:00Z level=INFO msg=\"" + secret[shortestPart:]},
		{split, secret[:len(secret)-shortestPart] + `","error.message":"` + strings.Repeat("x", 200) + secret[len(secret)-shortestPart:]},
	}
}

func found(hits []Hit, mark, form string) bool {
	for _, h := range hits {
		if h.Mark == mark && h.Form == form {
			return true
		}
	}
	return false
}
