package jsonvalue

import (
	"strings"
	"unsafe"
)

// Members calls f with each key of the JSON object in data, decoded, and the raw bytes of its value, in order and
// with duplicates, and stops at the first error of f. Data that is no JSON object, or that has anything behind it, is
// a *[SyntaxError]; f may have been called before it is found. The raw bytes are a part of data.
func Members(data []byte, f func(key string, raw []byte) error) error {
	s := scanner{text: view(data)}
	s.space()
	if s.pos >= len(s.text) || s.text[s.pos] != '{' {
		return s.fail(s.pos, "found %s, expected an object", s.found())
	}
	return s.each('{', func(key string, from, to int) error { return f(key, data[from:to]) })
}

// Elements calls f with the raw bytes of each element of the JSON array in data, in order; otherwise as [Members].
func Elements(data []byte, f func(raw []byte) error) error {
	s := scanner{text: view(data)}
	s.space()
	if s.pos >= len(s.text) || s.text[s.pos] != '[' {
		return s.fail(s.pos, "found %s, expected an array", s.found())
	}
	return s.each('[', func(_ string, from, to int) error { return f(data[from:to]) })
}

func (s *scanner) each(opening byte, f func(key string, from, to int) error) error {
	closing := opening + 2
	if err := s.enter(); err != nil {
		return err
	}
	if s.empty(closing) {
		return s.end()
	}
	for {
		var key string
		if opening == '{' {
			inner, escaped, err := s.quoted()
			if err != nil {
				return err
			}
			if escaped {
				key = unescape(inner)
			} else {
				key = strings.Clone(inner) // inner is a view of the caller's bytes
			}
			if err := s.colon(); err != nil {
				return err
			}
		}
		from := s.pos
		if err := s.skip(); err != nil {
			return err
		}
		if err := f(key, from, s.pos); err != nil {
			return err
		}
		if again, err := s.more(closing); err != nil {
			return err
		} else if !again {
			return s.end()
		}
	}
}

// Valid checks that data is one JSON value and nothing behind it but white space; the error is a *[SyntaxError].
func Valid(data []byte) error {
	s := scanner{text: view(data)}
	s.space()
	if err := s.skip(); err != nil {
		return err
	}
	return s.end()
}

// AppendCompact appends the JSON value in src to dst without the white space between its tokens. Keys, strings and
// number literals stay byte for byte as they are.
func AppendCompact(dst, src []byte) ([]byte, error) {
	if err := Valid(src); err != nil {
		return dst, err
	}
	from := 0
	inString := false
	for i := 0; i < len(src); i++ {
		switch c := src[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case !inString && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			dst = append(dst, src[from:i]...)
			from = i + 1
		}
	}
	return append(dst, src[from:]...), nil
}

// Unquote decodes the JSON string in raw, quotes included.
func Unquote(raw []byte) (string, error) {
	s := scanner{text: string(raw)}
	s.space()
	inner, escaped, err := s.quoted()
	if err != nil {
		return "", err
	}
	if err := s.end(); err != nil {
		return "", err
	}
	if escaped {
		return unescape(inner), nil
	}
	return inner, nil
}

// view looks at bytes as a string without a copy. It must not outlive the call that was given the bytes.
func view(data []byte) string { return unsafe.String(unsafe.SliceData(data), len(data)) }
