package template

// element is a kind of BPMN element that becomes an EventBridge task. Zeebe makes the same job of each. The message events have
// no message: Zeebe does not read it, and Camunda's modeling rules refuse one without a subscription.
type element struct {
	suffix     string // of file names and, with a dot before it, of template ids
	name       string // in the menu of templates
	appliesTo  string // the element that a modeler draws
	becomes    string // the element that it becomes
	definition string // the event definition that it gets; empty for tasks
}

var (
	serviceTask = element{name: "", appliesTo: "bpmn:Task", becomes: "bpmn:ServiceTask"}
	sendTask    = element{suffix: "send-task", name: "send task", appliesTo: "bpmn:Task", becomes: "bpmn:SendTask"}
	throwEvent  = element{
		suffix: "throw-event", name: "throw event", appliesTo: "bpmn:IntermediateThrowEvent", becomes: "bpmn:IntermediateThrowEvent",
		definition: "bpmn:MessageEventDefinition",
	}
	endEvent = element{
		suffix: "end-event", name: "end event", appliesTo: "bpmn:EndEvent", becomes: "bpmn:EndEvent",
		definition: "bpmn:MessageEventDefinition",
	}
)

// elements are all kinds of elements, the usual one first.
var elements = []element{serviceTask, sendTask, throwEvent, endEvent}

// ElementType is the BPMN element that a template makes.
type ElementType struct {
	Value           string `json:"value"`
	EventDefinition string `json:"eventDefinition,omitempty"`
}
