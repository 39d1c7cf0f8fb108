package expression

import _ "embed" // for the introduction of the reference

//go:embed reference.md
var introduction string

// Reference returns docs/feel.md: FEEL with every function that an expression can call.
func Reference() string {
	return "<!-- DO NOT EDIT: written by make generate from internal/expression and internal/feel. -->\n\n" + Library().Reference(introduction)
}
