package jsonvalue

import (
	"math/bits"
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
			dst = AppendKey(dst, m.Key)
			dst = Append(dst, m.Value)
		}
		return append(dst, '}')
	}
	panic("jsonvalue: not a JSON value")
}

// AppendString appends s as a JSON string. Only what JSON demands is escaped; a lone surrogate becomes its escape, two
// that stand side by side their character, and any other byte that is not UTF-8 the replacement character.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	if isPlain(s) {
		dst = append(dst, s...)
	} else {
		dst = appendEscaped(dst, s)
	}
	return append(dst, '"')
}

// AppendKey appends a key of an object with its colon.
func AppendKey(dst []byte, key string) []byte {
	if !isPlain(key) {
		return append(AppendString(dst, key), ':')
	}
	dst = append(dst, '"')
	dst = append(dst, key...)
	return append(dst, '"', ':')
}

// isPlain says whether a text is ASCII that stands in a JSON string as it is.
func isPlain(s string) bool {
	n := len(s)
	switch {
	case n >= 8:
		marked := marks(eightBytes(s[n-8:])) // those behind the last whole eight, some of them twice
		for ; len(s) > 8; s = s[8:] {
			marked |= marks(eightBytes(s))
		}
		return marked&highs == 0
	case n >= 4:
		return marks(fourBytes(s)|fourBytes(s[n-4:])<<32)&highs == 0
	}
	for i := range n {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// ones and highs have the lowest and the highest bit of each of eight bytes.
const (
	ones  uint64 = 0x0101010101010101
	highs        = 0x80 * ones
)

// marks sets the high bit of each of eight bytes that is not ASCII, a control character, a quote or a backslash. A subtraction
// borrows from it; the borrow reaches the next byte as well, but only if there is such a byte.
func marks(x uint64) uint64 {
	return x | (x - ' '*ones) | ((x ^ '"'*ones) - ones) | ((x ^ '\\'*ones) - ones)
}

// plainEnd returns where the plain ASCII (see [isPlain]) that begins at from ends.
func plainEnd(s string, from int) int {
	for ; len(s)-from >= 8; from += 8 {
		if marked := marks(eightBytes(s[from:])) & highs; marked != 0 {
			return from + bits.TrailingZeros64(marked)/8 // the first one is surely none that a borrow reached
		}
	}
	for ; from < len(s); from++ {
		if c := s[from]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			break
		}
	}
	return from
}

// eightBytes and fourBytes return the first bytes of a text. The compiler makes one load of them.
func eightBytes(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func fourBytes(s string) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}

// appendEscaped appends what stands between the quotes.
func appendEscaped(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	from := 0
	for i := plainEnd(s, 0); i < len(s); i = plainEnd(s, i) {
		c := s[i]
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
	return append(dst, s[from:]...)
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
