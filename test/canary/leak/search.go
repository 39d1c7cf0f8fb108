// Package leak searches what leaves a process for secrets, in every form in which a text may be written: as it is, escaped,
// percent-encoded, in base64, in HTML, split over the attributes of a log. [Plant] proves that the search finds them.
package leak

import (
	"bytes"
	"fmt"
)

// Mark is a secret that is searched for.
type Mark struct {
	Name  string
	Value string
	Forms []Form
}

// NewMark returns a secret with all its forms.
func NewMark(name, value string) Mark { return Mark{name, value, formsOf(value)} }

// FormCount returns how many forms of all secrets are searched for.
func FormCount(marks []Mark) int {
	n := 0
	for i := range marks {
		n += len(marks[i].Forms) + 1 // and split
	}
	return n
}

// Hit is a place where a secret was found.
type Hit struct {
	Outlet string
	Mark   string
	Form   string
	around string
}

// String says where the secret was found. It does not repeat the secret.
func (h Hit) String() string {
	return fmt.Sprintf("%s: the secret %q, %s: …%q…", h.Outlet, h.Mark, h.Form, h.around)
}

// Search returns the places in the stream where a secret can be read: one for each secret and form.
func Search(outlet string, stream []byte, marks []Mark) []Hit {
	var hits []Hit
	for i := range marks {
		m := &marks[i]
		for _, f := range m.Forms {
			if at := bytes.Index(stream, []byte(f.Text)); at >= 0 {
				hits = append(hits, Hit{outlet, m.Name, f.Name, around(stream, at)})
			}
		}
		if at := searchSplit(stream, m.Value); at >= 0 {
			hits = append(hits, Hit{outlet, m.Name, split, around(stream, at)})
		}
	}
	return hits
}

// SearchAll searches all streams, and returns how many bytes that were.
func SearchAll(s *Streams, marks []Mark) (hits []Hit, read int) {
	for _, name := range s.Names() {
		stream := s.Of(name)
		read += len(stream)
		hits = append(hits, Search(name, stream, marks)...)
	}
	return hits, read
}

// split is the name of the form of a secret that stands in two parts.
const split = "split"

// How a secret may be split: each part has so many bytes at least, and so many bytes may stand between them: the name of
// an attribute, a line's beginning.
const (
	shortestPart = 4
	widestGap    = 300
)

// searchSplit returns where the secret begins that stands in two parts near each other; below 0 = nowhere.
func searchSplit(stream []byte, secret string) int {
	if len(secret) < 2*shortestPart {
		return -1
	}
	first := []byte(secret[:shortestPart])
	for from := 0; ; {
		i := bytes.Index(stream[from:], first)
		if i < 0 {
			return -1
		}
		at := from + i
		same := shortestPart
		for same < len(secret)-shortestPart && at+same < len(stream) && stream[at+same] == secret[same] {
			same++
		}
		for cut := shortestPart; cut <= same; cut++ {
			end := min(len(stream), at+cut+widestGap+len(secret)-cut)
			if bytes.Contains(stream[at+cut:end], []byte(secret[cut:])) {
				return at
			}
		}
		from = at + 1
	}
}

// around shows what stands before a place; never what stands there.
func around(stream []byte, at int) string {
	return string(stream[max(0, at-160):at])
}
