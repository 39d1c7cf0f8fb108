package config

import (
	"errors"
	"fmt"
	"strings"
)

// maxPlaceholders is how deeply the values of placeholders may name others.
const maxPlaceholders = 20

// unsetError is the error of a placeholder that has no value.
type unsetError struct{ name string }

func (e *unsetError) Error() string { return fmt.Sprintf("${%s} is not set", e.name) }

var errCircle = errors.New("its placeholders name each other in a circle")

// resolve replaces ${NAME} and ${NAME:default} in a value by what NAME gives, as Spring does: a variable of the environment,
// or a key of the file. Names and defaults may hold placeholders themselves; \${ stands for the characters. The error is an
// *[unsetError], or says what is wrong with the text.
func (l *loader) resolve(text string) (string, error) { return l.resolveAt(text, 0) }

func (l *loader) resolveAt(text string, depth int) (string, error) {
	if !strings.Contains(text, "${") {
		return text, nil
	}
	if depth > maxPlaceholders {
		return "", errCircle
	}
	var out strings.Builder
	for {
		start := strings.Index(text, "${")
		if start < 0 {
			out.WriteString(text)
			return out.String(), nil
		}
		if start > 0 && text[start-1] == '\\' {
			out.WriteString(text[:start-1] + "${")
			text = text[start+2:]
			continue
		}
		end := closing(text, start+2)
		if end < 0 {
			return "", errors.New("it holds ${ without its }")
		}
		out.WriteString(text[:start])
		value, err := l.placeholder(text[start+2:end], depth)
		if err != nil {
			return "", err
		}
		out.WriteString(value)
		if out.Len() > maxFileText {
			return "", errCircle
		}
		text = text[end+1:]
	}
}

// closing returns where the brace stands that ends a placeholder; -1 = nowhere.
func closing(text string, from int) int {
	open := 1
	for i := from; i < len(text); i++ {
		switch {
		case strings.HasPrefix(text[i:], "${"):
			open++
			i++
		case text[i] == '}':
			if open--; open == 0 {
				return i
			}
		}
	}
	return -1
}

// placeholder returns the value of what stands between the braces.
func (l *loader) placeholder(inner string, depth int) (string, error) {
	name, instead, hasDefault := inner, "", false
	if at := colonOutside(inner); at >= 0 {
		name, instead, hasDefault = inner[:at], inner[at+1:], true
	}
	name, err := l.resolveAt(name, depth+1)
	if err != nil {
		return "", err
	}
	if value, ok := l.property(name); ok {
		return l.resolveAt(value, depth+1)
	}
	if hasDefault {
		return l.resolveAt(instead, depth+1)
	}
	return "", &unsetError{name}
}

// colonOutside returns where a default begins; -1 = nowhere.
func colonOutside(text string) int {
	open := 0
	for i := range len(text) {
		switch {
		case strings.HasPrefix(text[i:], "${"):
			open++
		case text[i] == '}':
			open--
		case text[i] == ':' && open == 0:
			return i
		}
	}
	return -1
}

// javaProperty returns what Java says of the process by itself.
func (l *loader) javaProperty(name string) (string, bool) {
	switch name {
	case "user.home":
		home, ok := l.env["HOME"]
		return home, ok
	case "user.name":
		user, ok := l.env["USER"]
		return user, ok
	case "java.io.tmpdir":
		return "/tmp", true
	}
	return "", false
}

// property returns what a name gives: SPRING_APPLICATION_JSON wins over system properties, those over the environment, that over
// the files, and those over the default of a setting.
func (l *loader) property(name string) (string, bool) {
	if value, ok := l.ofJSON[plain(name)]; ok {
		return value, true
	}
	if value, ok := l.ofSystem[plain(name)]; ok {
		return value, true
	}
	for _, variable := range append([]string{name}, variablesOf(name)...) {
		if value, ok := l.env[variable]; ok {
			return value, true
		}
	}
	if value, ok := randomProperty(name); ok {
		return value, true
	}
	if value, ok := l.javaProperty(name); ok {
		return value, true
	}
	if value, ok := l.ofFiles[plain(name)]; ok {
		return value, true
	}
	if s, _, known := l.names.key(name); known && (s.client == "" || plain(s.client) == DefaultClient) {
		for _, other := range s.Names() {
			if value, ok := l.ofFiles[plain(other)]; ok {
				return value, true
			}
		}
		for _, variable := range s.Variables() {
			if value, ok := l.env[variable]; ok {
				return value, true
			}
		}
		return s.Default, s.Default != ""
	}
	return "", false
}
