package template

import (
	"fmt"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
)

// Reference writes the fields of a task as a Markdown page, for those who read or write BPMN without the template.
func Reference() []byte {
	var b strings.Builder
	b.WriteString("<!-- Written by go generate from the connector's list of fields. DO NOT EDIT. -->\n\n# Fields of an EventBridge task\n\n")
	b.WriteString("What a task or message event of type `" + TaskType + "` can say. The element templates show the same under the labels that\n")
	b.WriteString("[modeling.md](modeling.md) uses. Texts may hold `{{secrets.NAME}}`; fields beyond Camunda's own connector are marked [+].\n\n")
	for _, part := range []struct {
		place         connector.FieldPlace
		heading, text string
	}{
		{connector.InVariable, "Input mappings", "Targets of `zeebe:input`, with a text or an expression as their source."},
		{connector.InHeader, "Headers", "Keys of `zeebe:header`. A header is a text: expressions in it are evaluated by the connector."},
		{connector.InTaskDefinition, "Task definition", "Attributes of `zeebe:taskDefinition`, beside its type."},
	} {
		fmt.Fprintf(&b, "## %s\n\n%s\n\n| field | required | meaning | example |\n| --- | --- | --- | --- |\n", part.heading, part.text)
		for _, f := range connector.Fields() {
			if f.Place != part.place {
				continue
			}
			mark := " [+]"
			if f.Official {
				mark = ""
			}
			fmt.Fprintf(&b, "| `%s`%s | %s | %s | `%s` |\n", f.Name, mark, required(f), f.Doc, strings.ReplaceAll(f.Example, "|", "\\|"))
		}
		b.WriteString("\n")
	}
	b.WriteString("The access key and secret key are not required for the default chain.\n")
	return []byte(b.String())
}

// required says whether a task must have a field.
func required(f connector.Field) string {
	switch {
	case !f.Required:
		return ""
	case f.Unless != "":
		return "yes, without `" + f.Unless + "`"
	}
	return "yes"
}
