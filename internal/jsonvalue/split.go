package jsonvalue

import (
	"iter"
	"slices"
	"strings"
	"unsafe"
)

// Members calls f with each key of the JSON object in data, decoded, and the raw bytes of its value, in order and
// with duplicates, and stops at the first error of f. Data that is no JSON object, or that has anything behind it, is
// a *[SyntaxError]; f may have been called before it is found. The raw bytes are a part of data; to append to them makes a copy.
func Members(data []byte, f func(key string, raw []byte) error) error {
	s := scanner{text: view(data)}
	s.space()
	if s.pos >= len(s.text) || s.text[s.pos] != '{' {
		return s.fail(s.pos, "found %s, expected an object", s.found())
	}
	return s.each('{', ownKey, func(key string, from, to int) error { return f(key, data[from:to:to]) })
}

// MembersNamed is [Members] for the members with these names. It calls f with the name out of the list, which costs no copy of the key.
func MembersNamed(data []byte, names []string, f func(name string, raw []byte) error) error {
	s := scanner{text: view(data)}
	s.space()
	if s.pos >= len(s.text) || s.text[s.pos] != '{' {
		return s.fail(s.pos, "found %s, expected an object", s.found())
	}
	named := func(key string) (string, bool) {
		i := slices.Index(names, key)
		if i < 0 {
			return "", false
		}
		return names[i], true
	}
	return s.each('{', named, func(name string, from, to int) error { return f(name, data[from:to:to]) })
}

// TextMembersNamed is [MembersNamed] for a text, of which it makes no copy: the raw bytes are the text's own and must not be changed.
func TextMembersNamed(text string, names []string, f func(name string, raw []byte) error) error {
	return MembersNamed(unsafe.Slice(unsafe.StringData(text), len(text)), names, f)
}

// ownKey is each key, as a text of its own.
func ownKey(key string) (string, bool) { return strings.Clone(key), true }

// Elements calls f with the raw bytes of each element of the JSON array in data, in order; otherwise as [Members].
func Elements(data []byte, f func(raw []byte) error) error {
	s := scanner{text: view(data)}
	s.space()
	if s.pos >= len(s.text) || s.text[s.pos] != '[' {
		return s.fail(s.pos, "found %s, expected an array", s.found())
	}
	return s.each('[', nil, func(_ string, from, to int) error { return f(data[from:to:to]) })
}

// each calls f for the members of an object whose key is taken, or for the elements of an array. Take is called with a view of the
// caller's bytes.
func (s *scanner) each(opening byte, take func(key string) (string, bool), f func(key string, from, to int) error) error {
	closing := opening + 2
	if err := s.enter(); err != nil {
		return err
	}
	if s.empty(closing) {
		return s.end()
	}
	for {
		key, taken := "", true
		if opening == '{' {
			inner, escaped, err := s.quoted()
			if err != nil {
				return err
			}
			if escaped {
				inner = unescape(inner)
			}
			key, taken = take(inner)
			if err := s.colon(); err != nil {
				return err
			}
		}
		from := s.pos
		if err := s.skip(); err != nil {
			return err
		}
		if taken {
			if err := f(key, from, s.pos); err != nil {
				return err
			}
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
	for part := range compactParts(view(src)) {
		dst = append(dst, part...)
	}
	return dst, nil
}

// Compact is [AppendCompact] that makes a text.
func Compact(src []byte) (string, error) {
	if err := Valid(src); err != nil {
		return "", err
	}
	return CompactPart(src), nil
}

// CompactPart is [Compact] of JSON that was checked already: the raw bytes that [Members] and [Elements] give.
func CompactPart(src []byte) string {
	var b strings.Builder
	b.Grow(len(src))
	for part := range compactParts(view(src)) {
		b.WriteString(part)
	}
	return b.String()
}

// compactParts returns what lies between the white space of JSON that is valid.
func compactParts(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		from := 0
		for i := 0; i < len(text); i++ {
			switch text[i] {
			case '"':
				i = stringEnd(text, i)
			case ' ', '\t', '\n', '\r':
				if !yield(text[from:i]) {
					return
				}
				from = i + 1
			}
		}
		yield(text[from:])
	}
}

// stringEnd returns the place of the closing quote of the string that opens at i, in JSON that is valid.
func stringEnd(text string, i int) int {
	for {
		i = plainEnd(text, i+1)
		switch {
		case i >= len(text), text[i] == '"':
			return i
		case text[i] == '\\':
			i++
		}
	}
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
