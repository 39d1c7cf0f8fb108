package feel

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// fromBase64 reads what java.util.Base64's decoder reads: the padding may be absent, but then as a whole, and no white space
// is skipped.
func fromBase64(f *frame, pos Pos, a []Value) Value {
	text := a[0].(string)
	encoding := base64.StdEncoding
	if !strings.HasSuffix(text, "=") {
		encoding = base64.RawStdEncoding
	}
	decoded, err := encoding.DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") { // which Go's decoder skips
		return f.warn(pos, InvalidText, "from base64", "the text is not base64")
	}
	return javaUTF8(decoded)
}

// javaUTF8 reads bytes as Java's new String(bytes, UTF_8) does: what is malformed gives one U+FFFD for each of its longest
// beginnings of a character, and one for a whole surrogate.
func javaUTF8(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	var out strings.Builder
	for len(b) > 0 {
		if r, size := utf8.DecodeRune(b); r != utf8.RuneError || size > 1 {
			out.WriteRune(r)
			b = b[size:]
			continue
		}
		out.WriteRune(utf8.RuneError)
		b = b[malformed(b):]
	}
	return out.String()
}

// malformed returns how many bytes one U+FFFD stands for at the start of b, where no character is.
func malformed(b []byte) int {
	continues := func(i int, low, high byte) bool { return i < len(b) && b[i] >= low && b[i] <= high }
	const low, high = 0x80, 0xBF
	switch first := b[0]; {
	case first == 0xED && continues(1, 0xA0, high):
		if continues(2, low, high) {
			return 3 // a surrogate
		}
		return min(2, len(b))
	case first == 0xE0 && continues(1, 0xA0, high), first > 0xE0 && first <= 0xEF && continues(1, low, high):
		return 2
	case first == 0xF0 && continues(1, 0x90, high), first > 0xF0 && first < 0xF4 && continues(1, low, high), first == 0xF4 && continues(1, low, 0x8F):
		if continues(2, low, high) {
			return 3
		}
		return 2
	}
	return 1
}
