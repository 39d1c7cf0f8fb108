package leak

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"
)

// Form is a way in which a text may be written.
type Form struct {
	Name string
	Text string
}

// formsOf returns the ways in which a secret may be written. Those that are the same text are there once.
func formsOf(secret string) []Form {
	var forms []Form
	seen := map[string]bool{}
	add := func(name, text string) {
		if text != "" && !seen[text] {
			seen[text] = true
			forms = append(forms, Form{name, text})
		}
	}
	add("raw", secret)
	add("in small letters", strings.ToLower(secret))
	add("in capitals", strings.ToUpper(secret))
	plain, guarded := jsonText(secret, false), jsonText(secret, true)
	add("JSON", plain)
	add("JSON, escaped for HTML", guarded)
	add("JSON in JSON", jsonText(plain, false))
	add("JSON in JSON, escaped for HTML", jsonText(guarded, true))
	add("JSON of ASCII", jsonText(secret, true))
	add("Go's quotes", inner(strconv.Quote(secret)))
	add("Go's quotes of ASCII", inner(strconv.QuoteToASCII(secret)))
	add("JSON in Go's quotes", inner(strconv.Quote(plain)))
	add("percent-encoded, + for a blank", url.QueryEscape(secret))
	add("percent-encoded in small letters, + for a blank", lowerPercent(url.QueryEscape(secret)))
	add("percent-encoded", strings.ReplaceAll(url.QueryEscape(secret), "+", "%20"))
	add("percent-encoded in small letters", lowerPercent(strings.ReplaceAll(url.QueryEscape(secret), "+", "%20")))
	add("percent-encoded as a path", url.PathEscape(secret))
	add("percent-encoded as a path in small letters", lowerPercent(url.PathEscape(secret)))
	path := strings.TrimPrefix((&url.URL{Path: "/" + secret}).EscapedPath(), "/")
	add("percent-encoded as several segments of a path", path)
	add("percent-encoded as several segments of a path in small letters", lowerPercent(path))
	var every strings.Builder
	for i := range len(secret) {
		fmt.Fprintf(&every, "%%%02X", secret[i])
	}
	add("percent-encoded throughout", every.String())
	add("percent-encoded throughout in small letters", lowerPercent(every.String()))
	for shift := range 3 {
		add(fmt.Sprintf("base64, %d bytes behind a multiple of three", shift), base64Core(base64.RawStdEncoding, secret, shift))
		add(fmt.Sprintf("base64 of URLs, %d bytes behind a multiple of three", shift), base64Core(base64.RawURLEncoding, secret, shift))
	}
	add("hexadecimal", hex.EncodeToString([]byte(secret)))
	add("hexadecimal in capitals", strings.ToUpper(hex.EncodeToString([]byte(secret))))
	add("HTML", html.EscapeString(secret))
	add("HTML with names of quotes", strings.NewReplacer("&#34;", "&quot;", "&#39;", "&apos;").Replace(html.EscapeString(secret)))
	var escaped bytes.Buffer
	_ = xml.EscapeText(&escaped, []byte(secret)) // a buffer takes everything
	add("XML", escaped.String())
	if n := len(secret); n >= 2*piece+8 {
		add("its beginning", secret[:piece])
		add("its end", secret[n-piece:])
	}
	return forms
}

// piece is how many bytes of a long secret are taken for a part of it that was left over.
const piece = 20

func inner(quoted string) string { return quoted[1 : len(quoted)-1] }

func jsonText(s string, guarded bool) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(guarded)
	_ = e.Encode(s) // a text can be encoded
	text := inner(strings.TrimSuffix(b.String(), "\n"))
	if !guarded {
		return text
	}
	return inner(asciiJSON(text))
}

// asciiJSON writes what is no ASCII in JSON text as escapes, in quotes.
func asciiJSON(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case r > 0xffff:
			high, low := (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// lowerPercent writes the digits of percent-encoding in small letters.
func lowerPercent(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], bytes.ToLower(b[i+1:i+3]))
		}
	}
	return string(b)
}

// base64Core returns what base64 makes of the secret whatever stands around it, if shift bytes stand before it in its
// group of three.
func base64Core(e *base64.Encoding, secret string, shift int) string {
	all := e.EncodeToString(append(make([]byte, shift), secret...))
	return all[(8*shift+5)/6 : 8*(shift+len(secret))/6]
}
