package template

import (
	"strconv"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
)

// properties returns a property for each of the connector's fields, and those that are the template's own.
func properties(t *Template) []Property {
	var all []Property
	for _, f := range connector.Fields() {
		if f.Name == "authentication.roleArn" {
			all = append(all, assumeRole())
		}
		all = append(all, property(f))
	}
	return append(all, labels(t)...)
}

// assumeRole asks whether the fields of a role are shown. Its answer is no field of the connector.
func assumeRole() Property {
	return Property{
		ID: connector.AssumeRole, Label: "Act as a role", Group: string(connector.GroupAuthentication), Type: "Dropdown", Value: "no",
		Description: "Send the event as a role that these credentials may assume (sts:AssumeRole). " + link("authentication"),
		Choices:     []Choice{{"No", "no"}, {"Yes", "yes"}}, Binding: Binding{Type: "zeebe:property", Name: connector.AssumeRole},
	}
}

// descriptions are those of fields of which the panel itself shows what the reference must spell out.
var descriptions = map[string]string{
	"authentication.type": "Which credentials sign the request. The worker's own come from its environment, IRSA or pod identity.",
}

// tooltips are longer examples.
var tooltips = map[string]string{
	"errorExpression": `For example<br><code>= if error.code = "ThrottlingException"<br>then jobError("bus is busy", {}, job.retries - 1, @"PT30S")<br>else if response.failedEntryCount > 0<br>then bpmnError("REJECTED", response.entries[1].errorMessage)<br>else null</code>`,
}

// property returns the property for a field. A field that Camunda's own template has too depends on no field but that of the
// credentials. If it depended on a field that only this template has, Modeler would drop its value when the template is
// applied to a task of Camunda's.
func property(f connector.Field) Property {
	p := Property{ID: f.Name, Label: f.Label, Group: string(f.Group), Description: f.Doc + " " + link(f.Guide), Tooltip: tooltips[f.Name], Binding: binding(f), Value: f.Default}
	if text, ok := descriptions[f.Name]; ok {
		p.Description = text + " " + link(f.Guide)
	}
	required := f.Required
	if f.When != nil {
		p.Condition = shown(f.When)
		required = required || f.When.Required
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
	case connector.Expression: // FEEL begins with =, jq need not
		p.Type, p.Feel, p.Placeholder = "Text", "optional", f.Example
	case connector.Text:
		p.Type, p.Placeholder = "String", f.Example
		if f.Place != connector.InHeader {
			p.Feel = "optional"
		}
	}
	if pattern := patterns[f.Form]; required || pattern != nil {
		p.Constraints = &Constraints{NotEmpty: required, Pattern: pattern}
	}
	p.Optional = !required && f.Place != connector.InTaskDefinition // an empty one leaves nothing in the file
	return p
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

func shown(c *connector.Condition) *Condition {
	if len(c.OneOf) == 1 {
		return &Condition{Property: c.Field, Equals: c.OneOf[0]}
	}
	return &Condition{Property: c.Field, OneOf: c.OneOf}
}

// labels are the headers by which the metrics tell templates apart.
func labels(t *Template) []Property {
	hidden := func(key, value string) Property {
		return Property{ID: key, Type: "Hidden", Value: value, Binding: Binding{Type: "zeebe:taskHeader", Key: key}}
	}
	return []Property{hidden("elementTemplateId", t.ID), hidden("elementTemplateVersion", strconv.Itoa(t.Version))}
}
