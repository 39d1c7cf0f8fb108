package secret

import (
	"encoding/base64"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Forms returns the ways in which a value can be written in a text:
//
//   - as it is, and in Go's quotes,
//   - in JSON, as several writers escape it, and in JSON within JSON,
//   - percent-encoded, with upper and lower case of hex digits,
//   - in HTML and XML,
//   - in base64, alone or within a longer text.
//
// Each form is there once. An empty value has none.
func Forms(value string) []string {
	if value == "" {
		return nil
	}
	forms := []string{value}
	forms = append(forms, jsonForms(value)...)
	forms = append(forms, quotedForms(value)...)
	forms = append(forms, urlForms(value)...)
	forms = append(forms, htmlForms(value)...)
	forms = append(forms, base64Forms(value)...)
	slices.Sort(forms)
	return slices.Compact(forms)
}

// jsonForms are those of the inside of a JSON string: plain, guarded against HTML as Go's own writer and others do it, with
// escaped slashes, and in ASCII alone. Each is also escaped once more.
func jsonForms(value string) []string {
	plain := jsonInner(value)
	ascii := asciiInner(plain)
	forms := []string{
		plain, ascii, slashed.Replace(plain), slashed.Replace(ascii), htmlGuarded.Replace(plain), htmlGuarded.Replace(ascii), allGuarded.Replace(plain), allGuarded.Replace(ascii),
	}
	for _, f := range slices.Clone(forms) {
		forms = append(forms, upperUnicode(f))
	}
	for _, f := range slices.Clone(forms) {
		forms = append(forms, jsonInner(f))
	}
	return forms
}

var (
	slashed     = strings.NewReplacer("/", `\/`)
	htmlGuarded = strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`)
	allGuarded  = strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`, "'", `\u0027`, `\"`, `\u0022`, "=", `\u003d`, "+", `\u002b`)
)

func jsonInner(s string) string {
	quoted := jsonvalue.AppendString(nil, s)
	return string(quoted[1 : len(quoted)-1])
}

// asciiInner escapes, in the inside of a JSON string, all that is not ASCII.
func asciiInner(inner string) string {
	if !strings.ContainsFunc(inner, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return inner
	}
	const hex = "0123456789abcdef"
	var b strings.Builder
	for _, r := range inner {
		if r < utf8.RuneSelf {
			b.WriteByte(byte(r))
			continue
		}
		for _, u := range utf16.AppendRune(nil, r) {
			b.Write([]byte{'\\', 'u', hex[u>>12], hex[u>>8&15], hex[u>>4&15], hex[u&15]})
		}
	}
	return b.String()
}

// upperUnicode writes the hex digits of \u00fc as capitals, in the inside of a JSON string.
func upperUnicode(inner string) string {
	b := []byte(inner)
	for i := 0; i+1 < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		if i++; b[i] == 'u' && i+4 < len(b) {
			copy(b[i+1:], strings.ToUpper(string(b[i+1:i+5])))
		}
	}
	return string(b)
}

// quotedForms are those in Go's quotes.
func quotedForms(value string) []string {
	plain, ascii := strconv.Quote(value), strconv.QuoteToASCII(value)
	return []string{plain[1 : len(plain)-1], ascii[1 : len(ascii)-1]}
}

// urlForms are the percent-encoded forms: those of the parts of a URL; that of signatures, which keeps letters, digits and
// - . _ ~ alone; that of browsers, which keeps ! ' ( ) * too; and each of them encoded a second time.
func urlForms(value string) []string {
	strict := strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
	browser := strings.NewReplacer("%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*").Replace(strict)
	password := strings.TrimPrefix(url.UserPassword("", value).String(), ":")
	forms := []string{url.QueryEscape(value), url.PathEscape(value), (&url.URL{Path: value}).EscapedPath(), password, strict, browser}
	for _, f := range slices.Clone(forms) {
		forms = append(forms, lowerPercent(f))
	}
	return append(forms, url.QueryEscape(strict), url.QueryEscape(lowerPercent(strict)), lowerPercent(url.QueryEscape(strict)))
}

// lowerPercent writes the hex digits of %2F in small letters.
func lowerPercent(encoded string) string {
	b := []byte(encoded)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:], strings.ToLower(string(b[i+1:i+3])))
			i += 2
		}
	}
	return string(b)
}

// htmlForms are those in HTML and XML, whose writers differ in how they escape quotes, slashes and line breaks.
func htmlForms(value string) []string {
	basic := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(value)
	return []string{
		html.EscapeString(value), basic,
		strings.NewReplacer(`"`, "&quot;").Replace(basic),
		strings.NewReplacer(`"`, "&quot;", "'", "&#39;").Replace(basic),
		strings.NewReplacer(`"`, "&quot;", "'", "&#x27;").Replace(basic),
		strings.NewReplacer(`"`, "&quot;", "'", "&#x27;", "/", "&#x2F;").Replace(basic),
		strings.NewReplacer(`"`, "&quot;", "'", "&apos;").Replace(basic),
		strings.NewReplacer(`"`, "&#34;", "'", "&#39;", "\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;").Replace(basic),
	}
}

// minInBase64 is the length in bytes from which a value is looked for within the base64 of a longer text. What a shorter one
// leaves there could be anything.
const minInBase64 = 6

// base64Forms are the encodings in both alphabets, with and without padding, and the part that stays the same when the value
// is within a longer text, at each of its three places.
func base64Forms(value string) []string {
	var forms []string
	for _, e := range [...]*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		forms = append(forms, e.EncodeToString([]byte(value)))
		if len(value) < minInBase64 {
			continue
		}
		bare := e.WithPadding(base64.NoPadding)
		forms = append(forms, bare.EncodeToString([]byte(value)))
		for before := range 3 {
			encoded := bare.EncodeToString(append(make([]byte, before), value...))
			first := (before*8 + 5) / 6 // characters that hold bits of what is before
			last := (before + len(value)) * 8 / 6
			forms = append(forms, encoded[first:last])
		}
	}
	return forms
}

// Forms returns every form in which the mask finds its values, none of them empty, the longest first.
func (m *Mask) Forms() []string {
	if m == nil {
		return nil
	}
	m.once.Do(m.prepare)
	return slices.Clone(m.forms)
}
