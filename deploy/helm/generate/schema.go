package main

import (
	"maps"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// document is the schema of the whole: what is not named is a mistake, but for what a chart is given that is part of
// another: "global", and "enabled" if that is the other's condition. others are names of other charts with the value that they
// are here; the templates refuse them with a hint.
func document(top []*value, others map[string]string) map[string]any {
	whole := object(top)
	whole["$schema"] = "http://json-schema.org/draft-07/schema#"
	whole["title"] = "Values of the chart eventbridge-connector"
	whole["$comment"] = `DO NOT EDIT: written from values.yaml by "make generate"`
	properties := whole["properties"].(map[string]any)
	for name, here := range others {
		properties[name] = map[string]any{"deprecated": true, "description": "Refused: the value is called " + here + " here."}
	}
	whole["definitions"] = definitions()
	properties["enabled"] = map[string]any{"type": "boolean", "description": "For a chart that this one is part of, as its condition; not used here."}
	return whole
}

func object(values []*value) map[string]any {
	properties := map[string]any{}
	for _, v := range values {
		properties[v.name] = v.property()
	}
	return map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
}

func (v *value) property() map[string]any {
	property := map[string]any{}
	if v.leaf() {
		property["type"] = kind(v.node)
		if property["type"] == "object" {
			property["additionalProperties"] = true
		}
		if d, ok := fallback(v.node); ok {
			property["default"] = d
		}
	} else {
		property = object(v.children)
	}
	if v.about != "" {
		property["description"] = strings.ReplaceAll(v.about, "`", "")
	}
	maps.Copy(property, v.schema)
	return expanded(property)
}

// kind is the JSON schema's type of a default.
func kind(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "object"
	case yaml.SequenceNode:
		return "array"
	default:
		switch n.Tag {
		case "!!int":
			return "integer"
		case "!!float":
			return "number"
		case "!!bool":
			return "boolean"
		case "!!null":
			return "null"
		default:
			return "string"
		}
	}
}

// fallback is a scalar default; longer ones are read in values.yaml.
func fallback(n *yaml.Node) (any, bool) {
	switch kind(n) {
	case "integer":
		i, err := strconv.Atoi(n.Value)
		return i, err == nil
	case "boolean":
		return n.Value == "true", true
	case "string":
		return n.Value, n.Value != ""
	default:
		return nil, false
	}
}
