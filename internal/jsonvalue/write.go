package jsonvalue

import (
	"unicode/utf16"
	"unicode/utf8"
)

// Append appends v as compact JSON. It panics on a Go type that is no [Value]: that is a fault in the program.
func Append(dst []byte, v Value) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		if v {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case Number:
		return append(dst, v...)
	case string:
		return AppendString(dst, v)
	case []Value:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = Append(dst, e)
		}
		return append(dst, ']')
	case *Object:
		dst = append(dst, '{')
		for i := range v.Len() {
			if i > 0 {
				dst = append(dst, ',')
			}
			m := v.At(i)
			dst = append(AppendString(dst, m.Key), ':')
			dst = Append(dst, m.Value)
		}
		return append(dst, '}')
	}
	panic("jsonvalue: not a JSON value")
}

// AppendString appends s as a JSON string. Only what JSON demands is escaped; a lone surrogate becomes its escape, two
// that stand side by side their character, and any other byte that is not UTF-8 the replacement character.
func AppendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
			dst = append(dst, s[from:i]...)
			switch u, ok := surrogate(s[i:]); {
			case !ok:
				dst = append(dst, "\uFFFD"...)
				i++
			case pair(s, i) != utf8.RuneError:
				dst = utf8.AppendRune(dst, pair(s, i))
				i += 6
			default:
				dst = append(dst, '\\', 'u', hex[u>>12], hex[u>>8&15], hex[u>>4&15], hex[u&15])
				i += 3
			}
			from = i
			continue
		}
		dst = append(dst, s[from:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		from = i
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"')
}

// pair joins two halves that stand side by side at i, as texts that were put together can have them, to their
// character; utf8.RuneError if there are no two.
func pair(s string, i int) rune {
	high, _ := surrogate(s[i:])
	low, ok := surrogate(s[min(i+3, len(s)):])
	if !ok {
		return utf8.RuneError
	}
	return utf16.DecodeRune(rune(high), rune(low))
}

// surrogate decodes the three WTF-8 bytes of a lone surrogate at the start of s.
func surrogate(s string) (uint16, bool) {
	if len(s) < 3 || s[0] != 0xED || s[1] < 0xA0 || s[1] > 0xBF || s[2]&0xC0 != 0x80 {
		return 0, false
	}
	return 0xD000 | uint16(s[1]&0x3F)<<6 | uint16(s[2]&0x3F), true
}
