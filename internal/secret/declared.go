package secret

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mapping is an input mapping of a task in the deployed model: a zeebe:input.
type Mapping struct {
	Source string // FEEL if it starts with "=", else a text as it stands
	Target string // a variable's name, or a path of names with dots
}

// jobVariables are those that a connector's job is taken with. What a mapping makes under any other name reaches the job
// only through another mapping.
var jobVariables = []string{"authentication", "configuration", "input", "awsCredential"}

// declared are the secrets that a task's input mappings name literally, by where their values can get.
type declared struct {
	anywhere map[string]bool // named in mappings to variables that are none of the job's own
	targets  []target
}

// target is where an input mapping puts its value.
type target struct {
	path  []string
	names map[string]bool
}

// declaredBy reads the names out of a task's input mappings. A name counts for the place that its mapping makes, and for
// those made by later expressions that use the variable that it went into.
func declaredBy(mappings []Mapping) *declared {
	d := &declared{anywhere: map[string]bool{}}
	for _, m := range mappings {
		names := literalNames(m.Source)
		if expression, ok := strings.CutPrefix(m.Source, "="); ok {
			for _, earlier := range d.targets {
				if mentions(expression, earlier.path[0]) {
					for name := range earlier.names {
						names[name] = true
					}
				}
			}
		}
		if len(names) == 0 {
			continue
		}
		path := strings.Split(strings.TrimSpace(m.Target), ".")
		d.targets = append(d.targets, target{path, names})
		if !slices.Contains(jobVariables, path[0]) {
			for name := range names {
				d.anywhere[name] = true
			}
		}
	}
	return d
}

// allows says whether the model itself names this secret in this place.
func (d *declared) allows(p Placeholder) bool {
	if d.anywhere[p.Name] {
		return true
	}
	for _, t := range d.targets {
		if t.names[p.Name] && p.within(t.path) {
			return true
		}
	}
	return false
}

// literalNames returns the secrets that a mapping's source names: {{secrets.NAME}} anywhere in it, and secrets.NAME where a
// text, or a string of an expression, is nothing but that. A name that an expression only makes up is not among them.
func literalNames(source string) map[string]bool {
	names := map[string]bool{}
	for from := 0; ; {
		name, start, end := nextPlaceholder(source, from)
		if start < 0 {
			break
		}
		names[strings.Clone(name)], from = true, end // a clone, or it would keep the whole source
	}
	expression, ok := strings.CutPrefix(source, "=")
	if !ok {
		if name, whole := bareName(source); whole {
			names[strings.Clone(name)] = true
		}
		return names
	}
	const opening = `"` + prefix
	for rest := expression; ; {
		i := strings.Index(rest, opening)
		if i < 0 {
			return names
		}
		rest = rest[i+len(opening):]
		if n := nameLength(rest); n > 0 && strings.HasPrefix(rest[n:], `"`) {
			names[strings.Clone(rest[:n])] = true
		}
	}
}

// mentions says whether an expression holds this word, be it as a variable or by chance.
func mentions(expression, word string) bool {
	if word == "" {
		return false
	}
	part := func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
	for from := 0; ; {
		i := strings.Index(expression[from:], word)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(word)
		before, _ := utf8.DecodeLastRuneInString(expression[:start])
		behind, _ := utf8.DecodeRuneInString(expression[end:])
		if (start == 0 || !part(before)) && (end == len(expression) || !part(behind)) {
			return true
		}
		from = start + 1
	}
}
