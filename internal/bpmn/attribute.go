package bpmn

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"strings"
	"unicode/utf8"
)

// withNormalizedAttributes returns the attributes of a start tag with their values as XML has them: a line break or a tab that
// stands in a value as itself is a blank, and only a character reference such as &#10; is a line break (XML 1.0, section 3.3.3).
// The decoder does not do this.
func withNormalizedAttributes(tag []byte, attrs []xml.Attr) []xml.Attr {
	if !bytes.ContainsAny(tag, "\r\n\t") {
		return attrs
	}
	token, err := xml.NewDecoder(bytes.NewReader(normalizedQuotes(tag))).RawToken()
	start, ok := token.(xml.StartElement)
	if err != nil || !ok || len(start.Attr) != len(attrs) {
		return attrs
	}
	for i := range attrs {
		attrs[i].Value = start.Attr[i].Value
	}
	return attrs
}

// normalizedQuotes returns a tag with a blank for each line break and tab in its quotes.
func normalizedQuotes(tag []byte) []byte {
	out := make([]byte, 0, len(tag))
	quote := byte(0)
	for i, c := range tag {
		switch {
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0 && c == '\r' && i+1 < len(tag) && tag[i+1] == '\n':
			continue
		case quote != 0 && (c == '\r' || c == '\n' || c == '\t'):
			c = ' '
		}
		out = append(out, c)
	}
	return out
}

// PlaceIn returns the place in a model's text of a byte in the value of an attribute. Tag is the place of the element, as [Read]
// gives it, and at counts the bytes of the value before it, without escapes. Ok is false if there is no such attribute or byte.
func PlaceIn(text string, tag Pos, attribute string, at int) (pos Pos, ok bool) {
	start, ok := offsetOf(text, tag)
	if !ok {
		return Pos{}, false
	}
	value, ok := valueOffset(text, start, attribute)
	if !ok {
		return Pos{}, false
	}
	quote := text[value-1]
	for at > 0 {
		if value >= len(text) || text[value] == quote {
			return Pos{}, false
		}
		written, means := character(text[value:])
		value += written
		at -= means
	}
	r := ruler{data: []byte(text[:value]), pos: Pos{1, 1}}
	return r.at(int64(value)), true
}

// offsetOf returns where a place is in a text, in bytes.
func offsetOf(text string, p Pos) (int, bool) {
	offset := 0
	for line := 1; line < p.Line; line++ {
		end := strings.IndexByte(text[offset:], '\n')
		if end < 0 {
			return 0, false
		}
		offset += end + 1
	}
	for column := 1; column < p.Column; column++ {
		if offset >= len(text) || text[offset] == '\n' {
			return 0, false
		}
		_, size := utf8.DecodeRuneInString(text[offset:])
		offset += size
	}
	return offset, true
}

// valueOffset returns where the value of an attribute begins, behind its quote, in the tag that begins at start.
func valueOffset(text string, start int, attribute string) (int, bool) {
	const blanks = " \t\r\n"
	rest := func(i int) string { return text[min(i, len(text)):] }
	i := start + strings.IndexAny(rest(start)+" ", blanks+">/")
	for {
		i += len(rest(i)) - len(strings.TrimLeft(rest(i), blanks))
		name, _, found := strings.Cut(rest(i), "=")
		if !found || strings.ContainsAny(name, "<>/\"'") {
			return 0, false
		}
		i += len(name) + 1
		i += len(rest(i)) - len(strings.TrimLeft(rest(i), blanks))
		if quote := rest(i); quote == "" || quote[0] != '"' && quote[0] != '\'' {
			return 0, false
		}
		if strings.TrimRight(name, blanks) == attribute {
			return i + 1, true
		}
		end := strings.IndexByte(rest(i+1), text[i])
		if end < 0 {
			return 0, false
		}
		i += end + 2
	}
}

// character returns how many bytes the first character of an attribute's value takes in the text, and how many in the value.
func character(text string) (written, means int) {
	if name, _, found := strings.Cut(text, ";"); found && strings.HasPrefix(name, "&") {
		code := strings.TrimPrefix(name, "&#")
		base := 10
		if hex, ok := strings.CutPrefix(code, "x"); ok {
			code, base = hex, 16
		}
		if n, err := strconv.ParseInt(code, base, 32); err == nil && len(code) < len(name) {
			return len(name) + 1, max(1, utf8.RuneLen(rune(n)))
		}
		return len(name) + 1, 1 // lt, gt, amp, quot, apos
	}
	if strings.HasPrefix(text, "\r\n") {
		return 2, 1
	}
	_, size := utf8.DecodeRuneInString(text)
	return size, size
}
