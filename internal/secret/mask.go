package secret

import (
	"slices"
	"strings"
	"sync"
)

const stars = "***"

// Mask takes the values of secrets out of texts. A nil mask takes out nothing. It is safe for concurrent use.
type Mask struct {
	values []string
	once   sync.Once
	forms  []string // longest first; made when a text is masked, since most jobs write none
}

// NewMask returns a mask for these values; empty ones mask nothing. A value is found as it is and in each of its [Forms].
func NewMask(values ...string) *Mask { return &Mask{values: values} }

func (m *Mask) prepare() {
	for _, v := range m.values {
		m.forms = append(m.forms, Forms(v)...)
	}
	slices.SortFunc(m.forms, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	m.forms = slices.Compact(m.forms)
}

// String keeps the values out of whatever a mask is printed into.
func (*Mask) String() string { return stars }

// GoString is [Mask.String] for the verb %#v.
func (*Mask) GoString() string { return stars }

// MarshalText is [Mask.String] for encoders.
func (*Mask) MarshalText() ([]byte, error) { return []byte(stars), nil }

// Apply returns text with *** in place of every value. Values that overlap in the text are replaced together, so that
// no end of one is left over. A text must be masked before it is shortened: half a secret is not found.
func (m *Mask) Apply(text string) string {
	if m == nil || text == "" {
		return text
	}
	m.once.Do(m.prepare)
	type span struct{ from, to int }
	var spans []span
	for _, form := range m.forms {
		for at := 0; ; {
			i := strings.Index(text[at:], form)
			if i < 0 {
				break
			}
			from := at + i
			if n := len(spans); n > 0 && spans[n-1].to > from && spans[n-1].from <= from {
				spans[n-1].to = max(spans[n-1].to, from+len(form)) // a value that overlaps itself
			} else {
				spans = append(spans, span{from, from + len(form)})
			}
			at = from + 1
		}
	}
	if len(spans) == 0 {
		return text
	}
	slices.SortFunc(spans, func(a, b span) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return b.to - a.to
	})
	var b strings.Builder
	done := 0
	for i := 0; i < len(spans); {
		from, to := spans[i].from, spans[i].to
		for i++; i < len(spans) && spans[i].from < to; i++ {
			to = max(to, spans[i].to)
		}
		b.WriteString(text[done:from])
		b.WriteString(stars)
		done = to
	}
	b.WriteString(text[done:])
	return b.String()
}
