package secret

import (
	"regexp"
	"strings"
)

const prefix = "secrets."

// nextPlaceholder finds the first {{secrets.NAME}} in s at or behind from. Its text is s[start:end]; start is -1 if
// there is none.
func nextPlaceholder(s string, from int) (name string, start, end int) {
	for {
		i := strings.Index(s[from:], "{{")
		if i < 0 {
			return "", -1, -1
		}
		start = from + i
		from = start + 1 // of three braces the inner two count
		rest := strings.TrimLeft(s[start+2:], blanks)
		if !strings.HasPrefix(rest, prefix) {
			continue
		}
		rest = rest[len(prefix):]
		n := nameLength(rest)
		if n == 0 {
			continue
		}
		behind := strings.TrimLeft(rest[n:], blanks)
		if strings.HasPrefix(behind, "}}") {
			return rest[:n], start, len(s) - len(behind) + 2
		}
	}
}

const blanks = " \t\r\n\f\v"

// nameLength returns how many bytes at the start of s can be of a name in braces: all up to a blank, to the closing braces
// or to other opening ones.
func nameLength(s string) int {
	for i := range len(s) {
		switch c := s[i]; {
		case strings.IndexByte(blanks, c) >= 0:
			return i
		case (c == '{' || c == '}') && i+1 < len(s) && s[i+1] == c:
			return i
		}
	}
	return len(s)
}

// bareName returns the name if the whole string is secrets.NAME. In this form a name has only letters, digits and / . _ -.
func bareName(s string) (string, bool) {
	name, ok := strings.CutPrefix(s, prefix)
	if !ok || name == "" {
		return "", false
	}
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case c == '/', c == '.', c == '_', c == '-':
		default:
			return "", false
		}
	}
	return name, true
}

// clusterReference is a secret as the cluster itself resolves it, from Camunda 8.10 on.
var clusterReference = regexp.MustCompile("(?:^|[^A-Za-z0-9_.])(camunda\\.secrets\\.(?:[A-Za-z0-9_-]+|`[^`]+`))")

// clusterReferenceIn returns the first camunda.secrets.NAME in a text; empty = none.
func clusterReferenceIn(s string) string {
	if !strings.Contains(s, "camunda."+prefix) {
		return ""
	}
	if found := clusterReference.FindStringSubmatch(s); found != nil {
		return found[1]
	}
	return ""
}

// holdsPlaceholder says whether a text is a secret's name in any form, or has one in it.
func holdsPlaceholder(s string) bool {
	if _, start, _ := nextPlaceholder(s, 0); start >= 0 {
		return true
	}
	_, bare := bareName(s)
	return bare || clusterReferenceIn(s) != ""
}

// namesIn returns the secrets that a text names: {{secrets.NAME}} anywhere in it, and secrets.NAME where it is the whole text.
func namesIn(text string) []string {
	if !strings.Contains(text, prefix) {
		return nil
	}
	if name, ok := bareName(text); ok {
		return []string{strings.Clone(name)} // a clone, or it would keep the whole text
	}
	var names []string
	for from := 0; ; {
		name, start, end := nextPlaceholder(text, from)
		if start < 0 {
			return names
		}
		names, from = append(names, strings.Clone(name)), end
	}
}

// substitute replaces the placeholders in a decoded string; false = none was replaced. What is put in is not looked
// at again.
func substitute(s string, place Placeholder, replace func(Placeholder) (string, bool, error)) (string, bool, error) {
	if !strings.Contains(s, prefix) {
		return s, false, nil
	}
	if name, ok := bareName(s); ok {
		place.Name, place.Bare = name, true
		return replace(place)
	}
	var b strings.Builder
	done, from, changed := 0, 0, false
	for {
		name, start, end := nextPlaceholder(s, from)
		if start < 0 {
			break
		}
		from = end
		place.Name = name
		value, ok, err := replace(place)
		if err != nil {
			return "", false, err
		}
		if ok {
			b.WriteString(s[done:start])
			b.WriteString(value)
			done, changed = end, true
		}
	}
	if !changed {
		return s, false, nil
	}
	b.WriteString(s[done:])
	return b.String(), true, nil
}
