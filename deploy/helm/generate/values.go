package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// value is one key of values.yaml with its comment.
type value struct {
	path     string // dotted
	name     string
	about    string
	node     *yaml.Node
	schema   map[string]any // what the line @schema says
	children []*value       // of a mapping whose keys are values themselves; else nil
}

// leaf tells whether users set v as a whole: its keys, if it has some, are an example.
func (v *value) leaf() bool { return v.children == nil }

// parse reads values.yaml. Every leaf needs a comment.
func parse(source []byte) ([]*value, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(source, &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("expected a mapping")
	}
	return mapping("", doc.Content[0])
}

func mapping(path string, node *yaml.Node) ([]*value, error) {
	var all []*value
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, content := node.Content[i], node.Content[i+1]
		v := &value{name: key.Value, path: strings.TrimPrefix(path+"."+key.Value, "."), node: content}
		if err := v.comment(key.HeadComment); err != nil {
			return nil, fmt.Errorf("line %d: %s: %w", key.Line, v.path, err)
		}
		// A mapping with a schema of its own, or without keys, is set as a whole.
		if content.Kind == yaml.MappingNode && len(content.Content) > 0 && v.schema == nil {
			var err error
			if v.children, err = mapping(v.path, content); err != nil {
				return nil, err
			}
		} else if v.about == "" {
			return nil, fmt.Errorf("line %d: %s has no comment", key.Line, v.path)
		}
		all = append(all, v)
	}
	return all, nil
}

// comment reads the last paragraph above a key: the line @schema, and the description, which begins with two dashes.
func (v *value) comment(text string) error {
	if i := strings.LastIndex(text, "\n\n"); i >= 0 {
		text = text[i+2:]
	}
	var about []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "#"))
		if more, found := strings.CutPrefix(line, "@schema "); found {
			if err := json.Unmarshal([]byte(more), &v.schema); err != nil {
				return fmt.Errorf("@schema: %w", err)
			}
			continue
		}
		if line, found := strings.CutPrefix(line, "-- "); found || len(about) > 0 {
			about = append(about, line)
		}
	}
	v.about = strings.Join(about, " ")
	return nil
}
