package jsonvalue

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Parse reads one JSON value and nothing behind it but white space. Of equal keys the last wins, at the place of the
// first. The error is a *[SyntaxError].
func Parse(data []byte) (Value, error) { return ParseString(string(data)) }

// ParseString is [Parse] of a string, whose memory the strings and numbers of the value share.
func ParseString(text string) (Value, error) {
	v, rest, err := ParsePrefix(text)
	if err != nil {
		return nil, err
	}
	s := scanner{text: text, pos: len(text) - len(rest)}
	if err := s.end(); err != nil {
		return nil, err
	}
	return v, nil
}

// ParsePrefix reads the JSON value at the start of the text and returns what stands behind it, unread.
func ParsePrefix(text string) (v Value, rest string, err error) {
	r := reader{scanner: scanner{text: text}}
	r.space()
	v, err = r.value()
	if err != nil {
		return nil, text, err
	}
	return v, text[r.pos:], nil
}

type reader struct {
	scanner
	members []Member // stacks on which nested objects and arrays grow before they are copied to size
	values  []Value
	builder *Builder // makes numbers and objects; nil = they are a Number and an *Object
}

func (r *reader) value() (Value, error) {
	if r.pos < len(r.text) {
		switch r.text[r.pos] {
		case '"':
			return r.string()
		case '{':
			return r.object()
		case '[':
			return r.array()
		case 't':
			return true, r.word("true")
		case 'f':
			return false, r.word("false")
		case 'n':
			return nil, r.word("null")
		case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			n, err := r.number()
			if r.builder != nil && err == nil {
				return r.builder.Number(n), nil
			}
			return Number(n), err
		}
	}
	return nil, r.fail(r.pos, "found %s, expected a value", r.found())
}

func (r *reader) string() (string, error) {
	inner, escaped, err := r.quoted()
	if err != nil || !escaped {
		return inner, err
	}
	return unescape(inner), nil
}

func (r *reader) object() (Value, error) {
	if err := r.enter(); err != nil {
		return nil, err
	}
	if r.empty('}') {
		if r.builder != nil {
			return r.builder.Object(nil), nil
		}
		return NewObject(0), nil
	}
	base := len(r.members)
	for {
		key, err := r.string()
		if err != nil {
			return nil, err
		}
		if err := r.colon(); err != nil {
			return nil, err
		}
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		r.members = append(r.members, Member{key, v})
		if again, err := r.more('}'); err != nil {
			return nil, err
		} else if !again {
			break
		}
	}
	var o Value
	if r.builder != nil {
		o = r.builder.Object(r.members[base:])
	} else {
		o = ObjectOf(r.members[base:]...)
	}
	clear(r.members[base:])
	r.members = r.members[:base]
	return o, nil
}

func (r *reader) array() (Value, error) {
	if err := r.enter(); err != nil {
		return nil, err
	}
	if r.empty(']') {
		return []Value{}, nil
	}
	base := len(r.values)
	for {
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		r.values = append(r.values, v)
		if again, err := r.more(']'); err != nil {
			return nil, err
		} else if !again {
			break
		}
	}
	list := make([]Value, len(r.values)-base)
	copy(list, r.values[base:])
	clear(r.values[base:])
	r.values = r.values[:base]
	return list, nil
}

// unescape decodes the inside of a string that the scanner has checked.
func unescape(inner string) string {
	var b strings.Builder
	b.Grow(len(inner))
	for i := 0; i < len(inner); {
		next := strings.IndexByte(inner[i:], '\\')
		if next < 0 {
			b.WriteString(inner[i:])
			break
		}
		b.WriteString(inner[i : i+next])
		i += next
		c := inner[i+1]
		i += 2
		switch c {
		case 'b':
			b.WriteByte('\b')
		case 'f':
			b.WriteByte('\f')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case 'u':
			r, _ := hex4(inner, i)
			i += 4
			if utf16.IsSurrogate(r) && i+1 < len(inner) && inner[i] == '\\' && inner[i+1] == 'u' {
				if low, ok := hex4(inner, i+2); ok {
					if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
						r = pair
						i += 6
					}
				}
			}
			writeRune(&b, r)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// writeRune writes r as UTF-8; half of a surrogate pair as its three bytes (WTF-8).
func writeRune(b *strings.Builder, r rune) {
	if utf16.IsSurrogate(r) {
		b.Write([]byte{0xE0 | byte(r>>12), 0x80 | byte(r>>6)&0x3F, 0x80 | byte(r)&0x3F})
		return
	}
	b.WriteRune(r)
}
