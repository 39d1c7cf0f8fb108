package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/knadh/koanf/maps"
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

// fileParser is the koanf.Parser of the configuration file. What it returns holds a [given] under the key of each setting
// that the file gives, nested.
type fileParser struct {
	*loader
	path given
}

// Unmarshal reads the file. It reports keys that nobody knows and keys that stand in the file twice.
func (p fileParser) Unmarshal(data []byte) (map[string]any, error) {
	entries, err := readYAML(data)
	if err != nil {
		return nil, fmt.Errorf("configuration file %s (%s): %w", p.path.Text, p.path.Source, err)
	}
	values, ranks, seen := map[string]any{}, map[*Setting]int{}, map[string]entry{}
	earlier := len(p.errs)
	for i, e := range entries {
		if len(p.errs)-earlier >= maxFileFaults {
			p.fail(fmt.Errorf("%s: %d more keys were not looked at, since so many are wrong already", p.path.Text, len(entries)-i))
			break
		}
		s, known := p.names.key(e.key)
		if !known {
			p.unknownKey(e)
			continue
		}
		if before, twice := seen[plain(e.key)]; twice {
			p.fail(fmt.Errorf("%s: set twice in %s, in the lines %d and %d", shownKey(e.key), p.path.Text, before.line, e.line))
			continue
		}
		seen[plain(e.key)] = e
		if rank, taken := ranks[s.Setting]; (taken && rank < s.rank) || (e.text == "" && !s.keepEmpty) {
			continue
		}
		values[s.Key], ranks[s.Setting] = given{Text: e.text, Source: p.at(e)}, s.rank
	}
	return maps.Unflatten(values, "."), nil
}

// Marshal is not supported: [Config.Print] writes files.
func (fileParser) Marshal(map[string]any) ([]byte, error) { return nil, errors.ErrUnsupported }

// unknownKey reports a key of no setting, unless it is one of Camunda's that mean nothing here.
func (p fileParser) unknownKey(e entry) {
	if p.passOver(e.key, fmt.Sprintf("key %s (%s)", shownKey(e.key), p.at(e))) {
		return
	}
	if i := slices.IndexFunc(p.names.shownKeys, func(key string) bool { return strings.HasPrefix(key, e.key+".") }); i >= 0 {
		p.fail(fmt.Errorf("%s: found a value (%s), expected keys under it, such as %s", e.key, p.at(e), p.names.shownKeys[i]))
		return
	}
	p.fail(&UnknownError{What: "key", Name: shownKey(e.key), Source: p.at(e), Nearest: Nearest(e.key, p.names.shownKeys)})
}

func (p fileParser) at(e entry) string { return p.path.Text + ":" + strconv.Itoa(e.line) }
