package feel

import (
	"encoding/base64"
	"strings"
	"unicode"

	"github.com/google/uuid"
)

func stringBuiltins() []builtin {
	return []builtin{
		{
			name: "substring", params: params("string: string, start position: number"), text: substring,
			doc:     "The text from a position. Positions count UTF-16 units, as in Java, from 1; negative ones count from the end. A position outside the text is an error.",
			example: `substring("foobar", 3)`, gives: `"obar"`,
		},
		{
			name: "substring", params: params("string: string, start position: number, length: number"), text: substring,
			doc:     "The text from a position, at most as many characters as the length says. A negative length or a position outside the text is an error.",
			example: `substring("foobar", 3, 3)`, gives: `"oba"`,
		},
		{name: "string length", params: params("string: string"), eval: func(_ *frame, _ Pos, a []Value) Value {
			return newInt(int64(lengthUTF16(a[0].(string))))
		}, doc: "The number of UTF-16 units.", example: `string length("foo")`, gives: `3`},
		{
			name: "upper case", params: params("string: string"), text: inCase(upperCase),
			doc: "The text in capitals.", example: `upper case("aBc4")`, gives: `"ABC4"`,
		},
		{
			name: "lower case", params: params("string: string"), text: inCase(lowerCase),
			doc: "The text in small letters.", example: `lower case("aBc4")`, gives: `"abc4"`,
		},
		{name: "substring before", params: params("string: string, match: string"), text: func(_ *frame, _ Pos, s string, a []Value) (string, bool) {
			before, _, found := strings.Cut(s, a[0].(string))
			if !found {
				return "", true
			}
			return before, true
		}, doc: "What stands before the first match; the empty text if there is none.", example: `substring before("foobar", "bar")`, gives: `"foo"`},
		{name: "substring after", params: params("string: string, match: string"), text: func(_ *frame, _ Pos, s string, a []Value) (string, bool) {
			_, after, _ := strings.Cut(s, a[0].(string))
			return after, true
		}, doc: "What stands behind the first match; the empty text if there is none.", example: `substring after("foobar", "ob")`, gives: `"ar"`},
		{
			name: "contains", params: params("string: string, match: string"), eval: textTest(strings.Contains),
			doc: "Whether the text has the match in it.", example: `contains("foobar", "ob")`, gives: `true`,
		},
		{
			name: "starts with", params: params("string: string, match: string"), eval: textTest(strings.HasPrefix),
			doc: "Whether the text begins with the match.", example: `starts with("foobar", "fo")`, gives: `true`,
		},
		{
			name: "ends with", params: params("string: string, match: string"), eval: textTest(strings.HasSuffix),
			doc: "Whether the text ends with the match.", example: `ends with("foobar", "r")`, gives: `true`,
		},
		{name: "trim", params: params("string: string"), text: func(_ *frame, _ Pos, s string, _ []Value) (string, bool) {
			return strings.TrimFunc(s, func(r rune) bool { return r <= ' ' }), true
		}, doc: "The text without the blanks and control characters at its ends.", example: `trim("  hello world  ")`, gives: `"hello world"`},
		{name: "is blank", params: params("string: string"), eval: func(_ *frame, _ Pos, a []Value) Value {
			return strings.TrimFunc(a[0].(string), isBlank) == ""
		}, doc: "Whether the text has nothing but white space.", example: `is blank("  ")`, gives: `true`},
		{
			name: "string join", params: params("list: list"), eval: stringJoin,
			doc: "The texts of a list in one; nulls are left out. Anything but texts and nulls in it gives null.", example: `string join(["a", null, "c"])`, gives: `"ac"`,
		},
		{
			name: "string join", params: params("list: list, delimiter: any"), eval: stringJoin,
			doc: "The texts of a list with a delimiter between them.", example: `string join(["a", "b", "c"], ", ")`, gives: `"a, b, c"`,
		},
		{
			name: "string join", params: params("list: list, delimiter: any, prefix: any, suffix: any"), eval: stringJoin,
			doc: "The texts of a list with a delimiter between them, a prefix before and a suffix behind.", example: `string join(["a", "b"], ", ", "[", "]")`, gives: `"[a, b]"`,
		},
		{
			name: "uuid", params: nil, eval: func(f *frame, pos Pos, _ []Value) Value {
				id, err := uuid.NewV7()
				if err != nil {
					return f.fail(pos, "uuid: %s", err)
				}
				return id.String()
			},
			doc: "A UUID of version 7: the time in milliseconds, then random bits.", example: `string length(uuid())`, gives: `36`,
		},
		{name: "to base64", params: params("value: string"), eval: func(_ *frame, _ Pos, a []Value) Value {
			return base64.StdEncoding.EncodeToString([]byte(a[0].(string)))
		}, doc: "The UTF-8 bytes of the text in base64.", example: `to base64("FEEL")`, gives: `"RkVFTA=="`},
		{
			name: "from base64", params: params("value: string"), eval: fromBase64,
			doc: "The text whose UTF-8 bytes are encoded; null if the encoding is broken.", example: `from base64("RkVFTA==")`, gives: `"FEEL"`,
		},
	}
}

// isBlank is Character.isWhitespace of Java: no no-break spaces, but the separators of files, groups, records and units.
func isBlank(r rune) bool {
	switch r {
	case 0xA0, 0x2007, 0x202F:
		return false
	case 0x1C, 0x1D, 0x1E, 0x1F, '\t', '\n', '\v', '\f', '\r':
		return true
	}
	return unicode.In(r, unicode.Zs, unicode.Zl, unicode.Zp)
}

func substring(f *frame, pos Pos, s string, a []Value) (string, bool) {
	if isASCII(s) { // where bytes are units
		start, stop, ok := f.cut(pos, len(s), a)
		if !ok {
			return "", false
		}
		return s[start:stop], true
	}
	units := encodeUTF16(s)
	if !f.spend(len(units)/64) || !f.produce(2*len(units)) {
		return "", false
	}
	start, stop, ok := f.cut(pos, len(units), a)
	if !ok {
		return "", false
	}
	return decodeUTF16(units[start:stop]), true
}

// cut says which of n units a position and a length, if there is one, take; it fails for those outside.
func (f *frame) cut(pos Pos, n int, a []Value) (start, stop int64, ok bool) {
	start, stop = integer(a[0]), int64(n)
	switch {
	case start > 0:
		start--
	case start < 0:
		start += stop
	default:
		start = stop // the position 0 is behind the end
	}
	if start < 0 || start > stop {
		f.fail(pos, "substring begins at %d, outside a text of %d characters", integer(a[0]), n)
		return 0, 0, false
	}
	if len(a) == 2 {
		length := integer(a[1])
		if length < 0 {
			f.fail(pos, "substring of length %d", length)
			return 0, 0, false
		}
		stop = min(stop, start+length)
	}
	return start, stop, true
}

func inCase(change func(string) string) func(*frame, Pos, string, []Value) (string, bool) {
	return func(f *frame, _ Pos, s string, _ []Value) (string, bool) {
		if !f.produce(2 * len(s)) {
			return "", false
		}
		return change(s), true
	}
}

func textTest(test func(s, match string) bool) func(*frame, Pos, []Value) Value {
	return func(_ *frame, _ Pos, a []Value) Value { return test(a[0].(string), a[1].(string)) }
}

func stringJoin(f *frame, pos Pos, a []Value) Value {
	var around [3]string // delimiter, prefix, suffix
	for i, v := range a[1:] {
		s, ok := v.(string)
		if v != nil && !ok {
			return f.warn(pos, WrongType, "string join", "string join needs strings around the items, but got %s", article(v))
		}
		around[i] = s
	}
	if len(a) == 4 && (a[2] == nil) != (a[3] == nil) {
		return f.warn(pos, WrongType, "string join", "string join needs both a prefix and a suffix, or neither")
	}
	delimiter := around[0]
	size, count := 0, 0
	for _, v := range a[0].([]Value) {
		if v == nil {
			continue
		}
		s, ok := v.(string)
		if !ok {
			return f.warn(pos, WrongType, "string join", "string join joins strings, but one item is a %s", typeName(v))
		}
		size, count = size+len(s)+len(delimiter), count+1
	}
	if !f.spend(count) || !f.produce(size) {
		return nil
	}
	var b strings.Builder
	b.Grow(size)
	b.WriteString(around[1])
	first := true
	for _, v := range a[0].([]Value) {
		s, ok := v.(string)
		if !ok {
			continue
		}
		if !first {
			b.WriteString(delimiter)
		}
		first = false
		b.WriteString(s)
	}
	b.WriteString(around[2])
	return b.String()
}
