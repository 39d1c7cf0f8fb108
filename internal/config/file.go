package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// entry is one key of the file with its value.
type entry struct {
	key  string // dotted, as written
	text string
	line int
}

// readYAML flattens a file's document: nested keys are joined by dots, lists by commas. Keys without a value are left out.
// A file beyond the limits is refused.
func readYAML(data []byte) ([]entry, error) {
	if err := checkFile(data); err != nil {
		return nil, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, yamlError(err)
	}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, errors.New("expected one document, found another behind a line of ---")
	}
	return flatten(nil, "", &doc, 0, new(fileBudget))
}

func yamlError(err error) error {
	return errors.New("not valid YAML: " + strings.TrimPrefix(err.Error(), "yaml: "))
}

func flatten(entries []entry, key string, n *yaml.Node, depth int, budget *fileBudget) ([]entry, error) {
	if depth > maxFileDepth {
		return nil, fmt.Errorf("line %d: nested too deeply, expected at most %d levels", n.Line, maxFileDepth)
	}
	err := budget.take(n, key)
	if err != nil {
		return nil, err
	}
	switch n.Kind {
	case yaml.DocumentNode:
		return flatten(entries, key, n.Content[0], depth+1, budget)
	case yaml.AliasNode:
		return flatten(entries, key, n.Alias, depth+1, budget)
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			inner := n.Content[i].Value
			if key != "" {
				inner = key + "." + inner
			}
			if entries, err = flatten(entries, inner, n.Content[i+1], depth+1, budget); err != nil {
				return nil, err
			}
		}
		return entries, nil
	case yaml.SequenceNode:
		if key == "" {
			return nil, errNoKeys(n)
		}
		texts := make([]string, len(n.Content))
		for i, item := range n.Content {
			if item.Kind == yaml.AliasNode {
				item = item.Alias
			}
			if item.Kind != yaml.ScalarNode {
				return nil, fmt.Errorf("line %d: %s[%d]: expected a plain value", item.Line, shownKey(key), i)
			}
			if err := budget.take(item, ""); err != nil {
				return nil, err
			}
			texts[i] = item.Value
		}
		return append(entries, entry{key, strings.Join(texts, ","), n.Line}), nil
	case yaml.ScalarNode:
		if key == "" {
			return nil, errNoKeys(n)
		}
		if n.Tag == "!!null" {
			return entries, nil
		}
		return append(entries, entry{key, n.Value, n.Line}), nil
	}
	return entries, nil
}

func errNoKeys(n *yaml.Node) error {
	return fmt.Errorf("line %d: expected keys with values, such as server.port: 8080", n.Line)
}

// file is a configuration file taken apart by the names of settings.
type file struct {
	path   string
	values map[string]entry // by plain name
}

// readFile reads the file and reports keys that nobody knows and keys that stand in it twice.
func (l *loader) readFile(s *Setting, v given, read func(string) ([]byte, error)) *file {
	f := &file{path: v.text, values: map[string]entry{}}
	data, err := read(v.text)
	if err != nil {
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			err = e.Err // its path is said already
		}
		l.fail(&ValueError{Key: s.Key, Found: strconv.Quote(v.text), Source: v.source, Expected: "a file that can be read: " + err.Error()})
		return f
	}
	entries, err := readYAML(data)
	if err != nil {
		l.fail(fmt.Errorf("configuration file %s (%s): %w", v.text, v.source, err))
		return f
	}
	known, shown := map[string]bool{}, []string(nil)
	for _, s := range l.settings {
		if s.flagOnly {
			continue
		}
		shown = append(shown, s.Key)
		for _, name := range s.Names() {
			known[plain(name)] = true
		}
	}
	earlier := len(l.errs)
	for i, e := range entries {
		if len(l.errs)-earlier >= maxFileFaults {
			l.fail(fmt.Errorf("%s: %d more keys were not looked at, since so many are wrong already", f.path, len(entries)-i))
			break
		}
		name := plain(e.key)
		if before, twice := f.values[name]; twice {
			l.fail(fmt.Errorf("%s: set twice in %s, in the lines %d and %d", shownKey(e.key), f.path, before.line, e.line))
			continue
		}
		if known[name] {
			f.values[name] = e
			continue
		}
		if note, camundas := unusedName(e.key); camundas {
			l.warn(Warning{Text: fmt.Sprintf("key %s (%s) has no effect here%s", shownKey(e.key), f.at(e), note), Minor: note == ""})
			continue
		}
		if i := slices.IndexFunc(shown, func(key string) bool { return strings.HasPrefix(key, e.key+".") }); i >= 0 {
			l.fail(fmt.Errorf("%s: found a value (%s), expected keys under it, such as %s", e.key, f.at(e), shown[i]))
			continue
		}
		l.fail(&UnknownError{What: "key", Name: shownKey(e.key), Source: f.at(e), Nearest: Nearest(e.key, shown)})
	}
	return f
}

func (f *file) at(e entry) string { return f.path + ":" + strconv.Itoa(e.line) }

// lookup returns a setting's value in the file and where it stands.
func (f *file) lookup(s *Setting) (value, source string, ok bool) {
	for _, name := range s.Names() {
		if e, found := f.values[plain(name)]; found && !s.flagOnly && (e.text != "" || s.keepEmpty) {
			return e.text, f.at(e), true
		}
	}
	return "", "", false
}
