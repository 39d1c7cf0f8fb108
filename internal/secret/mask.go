package secret

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

const stars = "***"

// Mask takes the values of secrets out of texts. A nil mask takes out nothing. It is safe for concurrent use.
type Mask struct {
	values []string
	once   sync.Once
	forms  []string // longest first; made when a text is masked, since most jobs write none
}

// NewMask returns a mask for these values; empty ones mask nothing. A value is found as it is and as it looks inside
// JSON text, in a JSON text inside JSON text, in Go's quotes, and in a URL.
func NewMask(values ...string) *Mask { return &Mask{values: values} }

func (m *Mask) prepare() {
	for _, v := range m.values {
		if v == "" {
			continue
		}
		once := jsonInner(v)
		m.forms = append(m.forms, v, once, jsonInner(once), forHTML.Replace(once), asciiInner(v), quotedInner(v), url.QueryEscape(v), url.PathEscape(v))
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

// forHTML makes of JSON text what writers make of it that guard against HTML, as Go's own does.
var forHTML = strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`)

func jsonInner(s string) string {
	quoted := jsonvalue.AppendString(nil, s)
	return string(quoted[1 : len(quoted)-1])
}

// asciiInner is jsonInner as writers do it that let nothing but ASCII through.
func asciiInner(s string) string {
	inner := jsonInner(s)
	if !strings.ContainsFunc(inner, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return inner
	}
	const hex = "0123456789abcdef"
	var b strings.Builder
	for _, r := range inner {
		if r < utf8.RuneSelf {
			b.WriteByte(byte(r))
			continue
		}
		for _, u := range utf16.AppendRune(nil, r) {
			b.Write([]byte{'\\', 'u', hex[u>>12], hex[u>>8&15], hex[u>>4&15], hex[u&15]})
		}
	}
	return b.String()
}

func quotedInner(s string) string {
	q := strconv.Quote(s)
	return q[1 : len(q)-1]
}
