package template

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
)

// ID is the template's id: a task says by it which template shows it.
const (
	ID       = "io.github.eventbridge-connector.aws-eventbridge"
	HybridID = ID + ".hybrid"
)

// Version is that of the templates. It rises with every release that changes them; the file of the version before moves
// to element-templates/versioned.
const Version = 2

// TaskType is the type of the jobs that the connector works on.
const TaskType = "io.camunda:aws-eventbridge:1"

const docs = "https://github.com/eventbridge-connector/eventbridge-connector/blob/main/docs/"

//go:embed icon.svg
var icon string

// groupTask is the group of a free task type.
const groupTask = "task"

// AWSEventBridge returns the element template.
func AWSEventBridge() *Template {
	t := frame()
	t.Groups = groups()
	t.Properties = append([]Property{{
		ID: "taskType", Type: "Hidden", Value: TaskType, Binding: Binding{Type: "zeebe:taskDefinition", Property: "type"},
	}}, properties(t)...)
	return t
}

// Hybrid returns the template with a free task type.
func Hybrid() *Template {
	t := frame()
	t.ID, t.Name = HybridID, t.Name+" (hybrid)"
	t.Description = "Send events to an Amazon EventBridge event bus with a worker of its own task type, beside Camunda's connector"
	open := true
	t.Groups = append([]Group{{ID: groupTask, Label: "Task type", OpenByDefault: &open}}, groups()...)
	t.Properties = append([]Property{{
		ID: "taskType", Label: "Task type", Group: groupTask, Type: "String", Value: TaskType + "-go", Feel: "optional",
		Description: "The type for which the worker was started (CONNECTOR_AWS_EVENTBRIDGE_TYPE). " + link("hybrid"),
		Constraints: &Constraints{NotEmpty: true}, Binding: Binding{Type: "zeebe:taskDefinition", Property: "type"},
	}}, properties(t)...)
	return t
}

func frame() *Template {
	return &Template{
		Schema:           "https://unpkg.com/@camunda/zeebe-element-templates-json-schema/resources/schema.json",
		Name:             "Amazon EventBridge event",
		ID:               ID,
		Description:      "Send events to an Amazon EventBridge event bus",
		Version:          Version,
		DocumentationRef: docs + "modeling.md",
		Keywords:         []string{"aws", "amazon", "event bus", "eventbridge", "put events", "publish"},
		Category:         map[string]string{"id": "connectors", "name": "Connectors"},
		AppliesTo:        []string{"bpmn:Task"},
		ElementType:      map[string]string{"value": "bpmn:ServiceTask"},
		Engines:          map[string]string{"camunda": "^8.5"},
		Icon:             Icon{"data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(strings.TrimSpace(icon)))},
	}
}

func groups() []Group {
	open, closed := true, false
	return []Group{
		{ID: string(connector.GroupAuthentication), Label: "Authentication", OpenByDefault: &open},
		{ID: string(connector.GroupDestination), Label: "Event bus", OpenByDefault: &open},
		{ID: string(connector.GroupEvent), Label: "Event", OpenByDefault: &open},
		{ID: string(connector.GroupMore), Label: "More options", OpenByDefault: &closed, Tooltip: "Several events, resources, time, trace, rejected entries, jq: a simple event needs none of them."},
		{ID: string(connector.GroupOutput), Label: "Output mapping", OpenByDefault: &open},
		{ID: string(connector.GroupError), Label: "Error handling", OpenByDefault: &open},
		{ID: string(connector.GroupRetries), Label: "Retries", OpenByDefault: &closed},
	}
}

// link refers to a part of the modeling guide.
func link(anchor string) string {
	return fmt.Sprintf(`<a href="%smodeling.md#%s">Documentation</a>`, docs, anchor)
}
