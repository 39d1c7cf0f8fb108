package bpmn

import "strings"

// variablesOf returns the names of the process variables that a model makes.
func variablesOf(root *node) map[string]bool {
	all := map[string]bool{}
	root.addVariables(all)
	return all
}

// addVariables adds those that an element makes, and those within it. An attribute names the variable, or a path whose first name
// is the variable.
func (n *node) addVariables(all map[string]bool) {
	if n.name.Space == nsZeebe {
		for _, attribute := range []string{"target", "resultVariable", "inputElement", "outputCollection", "outputElement"} {
			name, _, _ := strings.Cut(n.attr("", attribute), ".")
			if name != "" && !strings.HasPrefix(name, "=") {
				all[name] = true
			}
		}
		if n.name.Local == "header" && n.attr("", "key") == "resultVariable" {
			all[n.attr("", "value")] = true
		}
	}
	for _, c := range n.children {
		c.addVariables(all)
	}
}
