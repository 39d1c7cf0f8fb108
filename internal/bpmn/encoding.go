package bpmn

import (
	"bytes"
	"io"
	"regexp"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
)

// declaredEncoding finds the encoding in the XML declaration of a file.
var declaredEncoding = regexp.MustCompile(`^<\?xml[^>]*?\sencoding\s*=\s*["']([^"']+)["']`)

var errUTF32 = &Error{Pos: Pos{1, 1}, Reason: "the file is in UTF-32, which no broker reads, expected UTF-8"}

// decoded returns a file as UTF-8 without a byte order mark. The encoding is that of the byte order mark, else UTF-16 if the first
// bytes show it, else that of the XML declaration, else UTF-8 (XML 1.0, appendix F). All places in a model are places in this text.
func decoded(data []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")):
		return validUTF8(data[3:])
	case bytes.HasPrefix(data, []byte("\xFF\xFE\x00\x00")), bytes.HasPrefix(data, []byte("<\x00\x00\x00")):
		return nil, errUTF32
	case bytes.HasPrefix(data, []byte("\x00\x00\xFE\xFF")), bytes.HasPrefix(data, []byte("\x00\x00\x00<")):
		return nil, errUTF32
	case bytes.HasPrefix(data, []byte("\xFF\xFE")), bytes.HasPrefix(data, []byte("<\x00")):
		return decode(data, "UTF-16", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM))
	case bytes.HasPrefix(data, []byte("\xFE\xFF")), bytes.HasPrefix(data, []byte("\x00<")):
		return decode(data, "UTF-16", unicode.UTF16(unicode.BigEndian, unicode.UseBOM))
	}
	m := declaredEncoding.FindSubmatch(data)
	if m == nil {
		return validUTF8(data)
	}
	name := string(m[1])
	e, err := ianaindex.IANA.Encoding(name)
	if err != nil || e == nil {
		return nil, &Error{Pos: Pos{1, 1}, Reason: "the file is declared to be in the encoding " + quoted(name) + ", which is not known, expected UTF-8"}
	}
	if canonical, err := ianaindex.MIME.Name(e); err == nil && (canonical == "UTF-8" || canonical == "UTF-16" || canonical == "UTF-16LE" || canonical == "UTF-16BE" || canonical == "US-ASCII") {
		return validUTF8(data) // the declaration can be read byte by byte, so the file is not in UTF-16
	}
	return decode(data, name, e)
}

func decode(data []byte, name string, e encoding.Encoding) ([]byte, error) {
	text, err := e.NewDecoder().Bytes(data)
	if err != nil {
		return nil, failAt(Pos{1, 1}, "the file is not in %s, which it is declared to be in: %s", name, err)
	}
	return validUTF8(text)
}

// validUTF8 finds the first byte that is not UTF-8.
func validUTF8(text []byte) ([]byte, error) {
	if utf8.Valid(text) {
		return text, nil
	}
	at := 0
	for at < len(text) {
		c, size := utf8.DecodeRune(text[at:])
		if c == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	r := ruler{data: text, pos: Pos{1, 1}}
	return nil, failAt(r.at(int64(at)), "the byte 0x%02X is not UTF-8, expected UTF-8 or an XML declaration with the encoding of the file, such as ISO-8859-1", text[at])
}

// alreadyDecoded is a CharsetReader for a text that is UTF-8 whatever its declaration says.
func alreadyDecoded(_ string, text io.Reader) (io.Reader, error) { return text, nil }

func quoted(name string) string {
	if len(name) > 40 {
		name = name[:40]
	}
	return `"` + name + `"`
}
