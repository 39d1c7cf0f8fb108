package eventbridge

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// check says what is wrong with a request whatever client it goes to.
func check(r *Request) *Error {
	switch {
	case strings.TrimSpace(r.Region) == "":
		return inputError("the region must not be blank", nil)
	case len(r.Entries) == 0:
		return inputError("there is no event to send", nil)
	}
	if fault := unusable(r.Region, noBlank); fault != "" {
		return inputError("invalid input region: it "+fault+", expected a name such as eu-central-1", nil)
	}
	c := &r.Credentials
	if !c.DefaultChain {
		if field, fault := unusableKeys(c.AccessKey, c.SecretKey, c.SessionToken); fault != "" {
			return inputError("the "+[]string{"accessKey", "secretKey", "sessionToken"}[field]+" "+fault+", expected letters, digits and signs of ASCII without blanks", nil)
		}
	}
	for i := range r.Entries {
		if fault := unusable(r.Entries[i].TraceHeader, blanks); fault != "" {
			return inputError(fmt.Sprintf("the traceHeader of event %d of %d %s, expected an X-Ray header such as Root=1-5759e988-bd862e3fe1be46a994272793", i+1, len(r.Entries), fault), nil)
		}
	}
	return nil
}

// unusableKeys says what is wrong with the first of the keys that cannot be used, and which one it is. A blank inside the
// secret key is let through: the key itself is never sent, and stand-ins for AWS take any.
func unusableKeys(keys ...string) (field int, fault string) {
	for i, key := range keys {
		allowed := noBlank
		if i == 1 && strings.TrimSpace(key) == key {
			allowed = blanks
		}
		if fault := unusable(key, allowed); fault != "" {
			return i, fault
		}
	}
	return 0, ""
}

// What unusable thinks of blanks.
const (
	blanks  = true
	noBlank = false
)

// unusable says which character of a text cannot stand in a header, by its place but without the text: it may be a
// secret. It is empty if there is none.
func unusable(text string, blanksAllowed bool) string {
	n := 0
	for i, c := range text {
		n++
		what := ""
		switch {
		case c == '\n' || c == '\r':
			what = "a line break"
		case c == ' ' && blanksAllowed:
		case c == ' ', c == '\t' && !blanksAllowed:
			what = "a blank"
		case c < ' ' || c == 0x7f:
			what = "a control character"
		case c == utf8.RuneError || c > 0x7f:
			what = "a character that is not of ASCII"
		}
		if what == "" {
			continue
		}
		place := fmt.Sprintf("as character %d", n)
		switch {
		case strings.TrimSpace(text[i:]) == "" && i > 0:
			place = "at its end"
		case i == 0:
			place = "at its beginning"
		}
		return "has " + what + " " + place
	}
	return ""
}
