package secret

import "strings"

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

// bareName returns the name if the whole string is secrets.NAME.
func bareName(s string) (string, bool) {
	name, ok := strings.CutPrefix(s, prefix)
	return name, ok && name != "" && nameLength(name) == len(name)
}

// nameLength returns how many bytes at the start of s can be of a name.
func nameLength(s string) int {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case c == '/', c == '.', c == '_', c == '-':
		default:
			return i
		}
	}
	return len(s)
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
