package secret

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mapping is an input mapping of a task in the deployed model: a zeebe:input.
type Mapping struct {
	Source string // FEEL if it starts with "=", else a text as it stands
	Target string // a variable's name, or a path of names with dots
}

// maxNames bounds what is kept of a task: the names of secrets, each counted for every mapping that can put it somewhere.
const maxNames = 1000

var errTooManyNames = fmt.Errorf("the input mappings of one of its tasks name secrets more than %d times", maxNames)

// declared are the secrets that a task's input mappings name literally, by where their values can get.
type declared struct {
	targets []target
	made    *Made // what the mappings make, be it without a secret
}

// nothing is what a task declares that names no secret.
var nothing = &declared{}

// target is where an input mapping puts its value.
type target struct {
	path  []string
	names map[string]bool
}

// declaredBy reads the names out of a task's input mappings. A name counts for the place that its mapping makes, and for
// those made by later expressions that use the variable that it went into.
func declaredBy(mappings []Mapping) (*declared, error) {
	d, held, total := &declared{}, map[string]map[string]bool{}, 0
	for _, m := range mappings {
		names := literalNames(m.Source)
		if expression, ok := strings.CutPrefix(m.Source, "="); ok {
			for variable, earlier := range held {
				if mentions(expression, variable) {
					maps.Copy(names, earlier)
				}
			}
		}
		if len(names) == 0 {
			continue
		}
		if total += len(names); total > maxNames {
			return nil, errTooManyNames
		}
		path := strings.Split(strings.TrimSpace(m.Target), ".")
		d.targets = append(d.targets, target{path, names})
		if held[path[0]] == nil {
			held[path[0]] = map[string]bool{}
		}
		maps.Copy(held[path[0]], names)
	}
	if len(d.targets) == 0 {
		return nothing, nil
	}
	return d, nil
}

// allows says whether the model itself names this secret in this place.
func (d *declared) allows(p Placeholder) bool {
	for _, t := range d.targets {
		if t.names[p.Name] && p.within(t.path) {
			return true
		}
	}
	return false
}

// rule resolves what the model names where it names it. Kept is told of all else.
func (d *declared) rule(kept func(Placeholder)) Rule {
	return func(p Placeholder) Decision {
		if d.allows(p) {
			return Allow
		}
		kept(p)
		return Keep
	}
}

// TaskFilter is the filter's mode STRICT for one task whose model is at hand. It is safe for concurrent use.
type TaskFilter struct {
	names *declared
	kept  func(p Placeholder, elsewhere []string)
}

// NewTaskFilter returns a filter for the task with these input mappings. Kept is told of each secret that stays as it is, and
// of the targets of the mappings that do name it; it must be safe for concurrent use.
func NewTaskFilter(mappings []Mapping, kept func(p Placeholder, elsewhere []string)) (*TaskFilter, error) {
	names, err := declaredBy(mappings)
	if err != nil {
		return nil, err
	}
	return &TaskFilter{names, kept}, nil
}

// Rule implements [Filter].
func (f *TaskFilter) Rule(context.Context, Context) (Rule, error) {
	return f.names.rule(func(p Placeholder) {
		var elsewhere []string
		for _, t := range f.names.targets {
			if t.names[p.Name] {
				elsewhere = append(elsewhere, strings.Join(t.path, "."))
			}
		}
		f.kept(p, elsewhere)
	}), nil
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
