package template

import (
	"strconv"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
)

// properties returns the properties of the connector's fields, and those that are the template's own.
func properties(t *Template) []Property {
	var made []Property
	for _, f := range connector.Fields() {
		made = append(made, variants(f)...)
	}
	return append(made, labels(t)...)
}

// meanings are those of fields of which the panel itself shows what the reference must spell out.
var meanings = map[string]string{
	"authentication.type": "Which credentials sign the request. The worker's own come from its environment, IRSA or pod identity.",
}

// examples are longer than a placeholder can be.
var examples = map[string]string{
	"errorExpression": `<br>For example<br><code>= if error.code = "ThrottlingException"<br>then jobError("bus is busy", {}, job.retries - 1, @"PT30S")<br>else if response.failedEntryCount > 0<br>then bpmnError("REJECTED", response.entries[1].errorMessage)<br>else null</code>`,
}

// property returns the property for a field that is always shown.
func property(f connector.Field) Property {
	meaning := f.Doc
	if text, ok := meanings[f.Name]; ok {
		meaning = text
	}
	p := Property{
		ID: f.Name, Label: f.Label, Group: string(f.Group), Tooltip: meaning + " " + link(f.Guide) + examples[f.Name],
		Binding: binding(f), Value: f.Default, Secret: f.Secret,
	}
	switch f.Widget {
	case connector.Dropdown:
		p.Type, p.Choices = "Dropdown", choices(f.Choices)
		return p
	case connector.Boolean:
		p.Type, p.Feel = "Boolean", "static"
		return p
	case connector.FEEL: // the editor shows the = itself
		p.Type, p.Feel, p.Placeholder = "Text", "required", strings.TrimSpace(strings.TrimPrefix(f.Example, "="))
	case connector.Expression, connector.JSON: // an expression begins with =, but jq and JSON need not
		p.Type, p.Feel, p.Placeholder = "Text", "optional", f.Example
	case connector.Text:
		p.Type, p.Placeholder = "String", f.Example
		if f.Place != connector.InHeader {
			p.Feel = "optional"
		}
	}
	if pattern := patterns[f.Form]; pattern != nil {
		p.Constraints = &Constraints{Pattern: pattern}
	}
	switch {
	case f.Required:
		p.require()
	case f.Place != connector.InTaskDefinition:
		p.permitEmpty()
	}
	return p
}

// require makes a property one that must be filled in.
func (p *Property) require() {
	constraints := Constraints{NotEmpty: true}
	if p.Constraints != nil {
		constraints.Pattern = p.Constraints.Pattern
	}
	p.Constraints, p.Optional = &constraints, false
}

// permitEmpty makes a property one that leaves nothing in the file while it is empty.
func (p *Property) permitEmpty() {
	p.Optional = true
	if c := p.Constraints; c != nil && c.Pattern != nil {
		p.Constraints = &Constraints{Pattern: c.Pattern}
	} else {
		p.Constraints = nil
	}
}

// binding says where the value of a field stands in the BPMN file.
func binding(f connector.Field) Binding {
	switch f.Place {
	case connector.InHeader:
		return Binding{Type: "zeebe:taskHeader", Key: f.Name}
	case connector.InTaskDefinition:
		return Binding{Type: "zeebe:taskDefinition", Property: f.Name}
	default:
		return Binding{Type: "zeebe:input", Name: f.Name}
	}
}

func choices(all []connector.Choice) []Choice {
	out := make([]Choice, len(all))
	for i, c := range all {
		out[i] = Choice{c.Label, c.Value}
	}
	return out
}

// labels are the headers by which the metrics tell templates apart.
func labels(t *Template) []Property {
	hidden := func(key, value string) Property {
		return Property{ID: key, Type: "Hidden", Value: value, Binding: Binding{Type: "zeebe:taskHeader", Key: key}}
	}
	return []Property{hidden("elementTemplateId", t.ID), hidden("elementTemplateVersion", strconv.Itoa(t.Version))}
}
