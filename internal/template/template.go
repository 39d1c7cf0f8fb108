package template

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
)

// The ids of the templates for service tasks: a task says by it which template shows it. The other templates add a dot and
// the kind of element to one of them, such as .send-task.
const (
	ID       = "io.github.eventbridge-connector.aws-eventbridge"
	HybridID = ID + ".hybrid"
)

// Version is that of the templates. It rises with every release that changes them; the file of the version before moves
// to element-templates/versioned.
const Version = 3

// TaskType is the type of the jobs that the connector works on.
const TaskType = "io.camunda:aws-eventbridge:1"

// formerHybridType is the task type with which version 2 of the hybrid template began.
const formerHybridType = TaskType + "-go"

const docs = "https://github.com/eventbridge-connector/eventbridge-connector/blob/main/docs/"

//go:embed icon.svg
var icon string

// groupTask is the group of a free task type.
const groupTask = "task"

// All returns the templates by the names of their files, without .json.
func All() map[string]*Template {
	all := map[string]*Template{}
	for _, e := range elements {
		for name, t := range map[string]*Template{"aws-eventbridge": fixed(e), "aws-eventbridge-hybrid": hybrid(e)} {
			if e.suffix != "" {
				name += "-" + e.suffix
			}
			all[name] = t
		}
	}
	return all
}

// fixed returns the template of an element whose jobs have the connector's own type.
func fixed(e element) *Template {
	t := frame(e, ID)
	t.Name, t.Description = name(e.name), "Send events to an Amazon EventBridge event bus"
	t.Groups = groups()
	t.Properties = append([]Property{{ID: "taskType", Type: "Hidden", Value: TaskType, Binding: typeBinding}}, properties(t)...)
	return t
}

// hybrid returns the template of an element whose task type a modeler chooses.
func hybrid(e element) *Template {
	t := frame(e, HybridID)
	t.Name = name(strings.TrimSpace("hybrid " + e.name))
	t.Description = "Send events to an Amazon EventBridge event bus with a worker of its own task type, beside Camunda's connector"
	open := true
	t.Groups = append([]Group{{ID: groupTask, Label: "Task type", OpenByDefault: &open}}, groups()...)
	t.Properties = append(keepFormer(Property{
		ID: "taskType", Label: "Task type", Group: groupTask, Type: "String", Value: TaskType, Feel: "optional", Placeholder: "io.example:aws-eventbridge:1",
		Tooltip:     "The type for which the worker was started (CONNECTOR_AWS_EVENTBRIDGE_TYPE). " + link("hybrid"),
		Constraints: &Constraints{NotEmpty: true}, Binding: typeBinding,
	}, formerHybridType), properties(t)...)
	return t
}

var typeBinding = Binding{Type: "zeebe:taskDefinition", Property: "type"}

// name is what the menu of templates says.
func name(kind string) string {
	const base = "Amazon EventBridge event"
	if kind == "" {
		return base
	}
	return base + " (" + kind + ")"
}

func frame(e element, id string) *Template {
	if e.suffix != "" {
		id += "." + e.suffix
	}
	return &Template{
		Schema:           "https://unpkg.com/@camunda/zeebe-element-templates-json-schema/resources/schema.json",
		ID:               id,
		Version:          Version,
		DocumentationRef: docs + "modeling.md",
		Keywords:         []string{"aws", "amazon", "event bus", "eventbridge", "put events", "publish"},
		Category:         map[string]string{"id": "connectors", "name": "Connectors"},
		AppliesTo:        []string{e.appliesTo},
		ElementType:      ElementType{Value: e.becomes, EventDefinition: e.definition},
		Engines:          map[string]string{"camunda": "^8.5"},
		Icon:             Icon{"data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(strings.TrimSpace(icon)))},
	}
}

func groups() []Group {
	open, closed := true, false
	return []Group{
		{ID: string(connector.GroupAuthentication), Label: "Authentication", OpenByDefault: &open},
		{ID: string(connector.GroupRole), Label: "Act as a role", OpenByDefault: &closed, Tooltip: "Send the event as a role that the credentials may assume (sts:AssumeRole). " + link("role")},
		{ID: string(connector.GroupDestination), Label: "Event bus", OpenByDefault: &open},
		{ID: string(connector.GroupEvent), Label: "Event", OpenByDefault: &open},
		{ID: string(connector.GroupMore), Label: "More options", OpenByDefault: &closed, Tooltip: "Several events, resources, time, trace, process context, rejected entries, jq: a simple event needs none of them."},
		{ID: string(connector.GroupOutput), Label: "Output mapping", OpenByDefault: &open},
		{ID: string(connector.GroupError), Label: "Error handling", OpenByDefault: &open},
		{ID: string(connector.GroupRetries), Label: "Retries", OpenByDefault: &closed},
	}
}

// link refers to a part of the modeling guide.
func link(anchor string) string {
	return fmt.Sprintf(`<a href="%smodeling.md#%s">Documentation</a>`, docs, anchor)
}
