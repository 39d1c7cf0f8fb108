package feel

import (
	"unicode/utf16"
	"unicode/utf8"
)

// Strings are UTF-8 here and UTF-16 in Java, where characters are counted and compared by their units. Half of a
// surrogate pair, which a substring can leave over, is held as in package jsonvalue: the three bytes of WTF-8.

// lengthUTF16 returns the number of UTF-16 units of s.
func lengthUTF16(s string) int {
	n := 0
	for n < len(s) && s[n] < utf8.RuneSelf {
		n++
	}
	for i := n; i < len(s); {
		r, size := decodeRune(s[i:])
		i += size
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// decodeRune is utf8.DecodeRuneInString that knows lone surrogates.
func decodeRune(s string) (rune, int) {
	if s[0] < utf8.RuneSelf {
		return rune(s[0]), 1
	}
	if len(s) >= 3 && s[0] == 0xED && s[1] >= 0xA0 && s[1] <= 0xBF && s[2]&0xC0 == 0x80 {
		return 0xD000 | rune(s[1]&0x3F)<<6 | rune(s[2]&0x3F), 3
	}
	return utf8.DecodeRuneInString(s)
}

func encodeUTF16(s string) []uint16 {
	units := make([]uint16, 0, len(s))
	for i := 0; i < len(s); {
		r, size := decodeRune(s[i:])
		i += size
		if r > 0xFFFF {
			high, low := utf16.EncodeRune(r)
			units = append(units, uint16(high), uint16(low))
			continue
		}
		units = append(units, uint16(r))
	}
	return units
}

func decodeUTF16(units []uint16) string {
	b := make([]byte, 0, len(units))
	for i := 0; i < len(units); i++ {
		r := rune(units[i])
		if utf16.IsSurrogate(r) {
			if i+1 < len(units) {
				if pair := utf16.DecodeRune(r, rune(units[i+1])); pair != utf8.RuneError {
					b = utf8.AppendRune(b, pair)
					i++
					continue
				}
			}
			b = append(b, 0xE0|byte(r>>12), 0x80|byte(r>>6)&0x3F, 0x80|byte(r)&0x3F)
			continue
		}
		b = utf8.AppendRune(b, r)
	}
	return string(b)
}

// compareUTF16 orders strings by their units: a surrogate pair sorts before U+E000.
func compareUTF16(a, b string) int {
	for len(a) > 0 && len(b) > 0 {
		x, n := decodeRune(a)
		y, m := decodeRune(b)
		if x != y {
			return firstUnit(x) - firstUnit(y) + sameUnit(x, y)
		}
		a, b = a[n:], b[m:]
	}
	return len(a) - len(b)
}

func firstUnit(r rune) int {
	if r > 0xFFFF {
		high, _ := utf16.EncodeRune(r)
		return int(high)
	}
	return int(r)
}

// sameUnit decides between two characters that begin with the same unit, 0 for others.
func sameUnit(x, y rune) int {
	if firstUnit(x) != firstUnit(y) {
		return 0
	}
	return int(x) - int(y)
}

// firstOfSurrogate is the byte with which half a pair begins, and some whole characters.
const firstOfSurrogate = 0xED

// joinText puts two texts together; halves of a pair that meet become one character.
func joinText(a, b string) string {
	if len(a) >= 3 && len(b) >= 3 && b[0] == firstOfSurrogate && a[len(a)-3] == firstOfSurrogate {
		return decodeUTF16(append(encodeUTF16(a), encodeUTF16(b)...))
	}
	return a + b
}
