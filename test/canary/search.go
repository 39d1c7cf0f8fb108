package main

import (
	"bytes"
	"fmt"
)

// mark is a secret that is searched for.
type mark struct {
	name  string
	value string
	forms []form
}

func newMark(name, value string) mark { return mark{name, value, formsOf(value)} }

// hit is a place where a secret was found.
type hit struct {
	outlet string
	mark   string
	form   string
	around string
}

func (h hit) String() string {
	return fmt.Sprintf("%s: the secret %q, %s: …%q…", h.outlet, h.mark, h.form, h.around)
}

// search returns the places in the stream where a secret can be read: one for each secret and form.
func search(outlet string, stream []byte, marks []mark) []hit {
	var hits []hit
	for i := range marks {
		m := &marks[i]
		for _, f := range m.forms {
			if at := bytes.Index(stream, []byte(f.text)); at >= 0 {
				hits = append(hits, hit{outlet, m.name, f.name, around(stream, at)})
			}
		}
		if at := searchSplit(stream, m.value); at >= 0 {
			hits = append(hits, hit{outlet, m.name, "split", around(stream, at)})
		}
	}
	return hits
}

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
