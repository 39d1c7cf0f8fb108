package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// table writes the values as a Markdown table, in the order of values.yaml.
func table(top []*value) string {
	var b strings.Builder
	b.WriteString("| value | default | meaning |\n| --- | --- | --- |\n")
	rows(&b, top)
	return strings.TrimSuffix(b.String(), "\n")
}

func rows(b *strings.Builder, values []*value) {
	for _, v := range values {
		if !v.leaf() {
			rows(b, v.children)
			continue
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", v.path, code(v.node), cell(v.about+choices(v)))
	}
}

// choices names the values of an enumeration that the description does not.
func choices(v *value) string {
	list, _ := v.schema["enum"].([]any)
	var names []string
	for _, c := range list {
		name := fmt.Sprintf("`%v`", c)
		if c == "" || strings.Contains(v.about, name) {
			continue
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return ""
	}
	return " One of " + strings.Join(names, ", ") + "."
}

// code shows a default on one line, long ones as a reference to values.yaml.
func code(n *yaml.Node) string {
	var decoded any
	if err := n.Decode(&decoded); err != nil {
		return "–"
	}
	text, err := json.Marshal(decoded)
	switch {
	case err != nil || len(text) > 90:
		return "see values.yaml"
	case string(text) == `""`:
		return ""
	case kind(n) == "string":
		return "`" + n.Value + "`"
	default:
		return "`" + string(text) + "`"
	}
}

// cell keeps a text within its column.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
