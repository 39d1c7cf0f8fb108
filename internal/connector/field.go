package connector

import (
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// FieldPlace says where a field stands in a task.
type FieldPlace string

// The places of fields.
const (
	InVariable       FieldPlace = "input"           // a zeebe:input mapping, which becomes a variable of the job
	InHeader         FieldPlace = "header"          // a zeebe:header
	InTaskDefinition FieldPlace = "task definition" // an attribute of zeebe:taskDefinition
)

// Widget is how a modeler edits a field.
type Widget string

// The widgets.
const (
	Text       Widget = "text"       // a line of text, or an expression
	FEEL       Widget = "feel"       // an expression that the broker evaluates
	JSON       Widget = "json"       // JSON, or an expression that the broker evaluates
	Expression Widget = "expression" // an expression that the connector evaluates, in FEEL or jq
	Dropdown   Widget = "dropdown"   // one of the field's choices
	Boolean    Widget = "boolean"    // a box to tick
)

// FieldGroup is the part of the properties panel that a field is in.
type FieldGroup string

// The groups, in their order.
const (
	GroupAuthentication FieldGroup = "authentication"
	GroupRole           FieldGroup = "role"
	GroupDestination    FieldGroup = "destination"
	GroupEvent          FieldGroup = "event"
	GroupMore           FieldGroup = "more"
	GroupOutput         FieldGroup = "output"
	GroupError          FieldGroup = "error"
	GroupRetries        FieldGroup = "retries"
)

// Form is what the text of a field looks like. The element template checks it while a modeler types.
type Form string

// The forms.
const (
	AnyForm        Form = "" // any text
	RegionForm     Form = "region"
	EndpointForm   Form = "endpoint"
	BusForm        Form = "event bus"
	SourceForm     Form = "source"
	DetailTypeForm Form = "detail type"
	ObjectForm     Form = "object" // a JSON object
	RoleForm       Form = "role"
	DurationForm   Form = "duration"
	RetriesForm    Form = "retries"
	VariableForm   Form = "variable"
)

// Choice is an entry of a dropdown.
type Choice struct{ Label, Value string }

// Condition says that another field has one of these values.
type Condition struct {
	Field string
	OneOf []string
}

// Field is one thing that a model can say about an EventBridge task.
type Field struct {
	Name     string     // the target of the mapping, such as input.source, or the key of the header
	Place    FieldPlace // where it stands
	Label    string     // what the properties panel calls it
	Group    FieldGroup // where the properties panel has it
	Guide    string     // the heading of docs/modeling.md that explains it
	Widget   Widget
	Form     Form
	Choices  []Choice // of a dropdown
	Default  any      // what the template begins with; nil = nothing
	Former   []string // what other templates begin with: a task that has one of these keeps it
	Secret   bool     // whether its value is a credential that nobody should see
	Official bool     // whether Camunda's own connector knows it as well

	When         *Condition // when it is shown; nil = always
	Required     bool       // whether a task of one event with an access key must have it
	RequiredWhen *Condition // when else it must be filled in; nil = never
	Unless       string     // the field that makes this one needless once it is filled in; empty = none

	// Plausible is a value that the connector takes, for where only the process knows the real one. Nil for events, whose items
	// are made of the fields of one event, for awsCredential, and for what is no input.
	Plausible jsonvalue.Value

	Doc     string // what it says, in a sentence or two
	Example string // a value as a model has it
}

// FieldNamed returns the field with this name, and whether there is one.
func FieldNamed(name string) (Field, bool) {
	for _, f := range Fields() {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// PlausibleInput returns a value that the connector takes for a field, or for a variable as a whole: an object of its required
// fields. What is no input field of its own is a text.
func PlausibleInput(path string) jsonvalue.Value {
	if field, ok := FieldNamed(path); ok && field.Plausible != nil {
		return field.Plausible
	}
	switch path {
	case "awsCredential":
		return jsonvalue.ObjectOf(
			jsonvalue.Member{Key: "authentication", Value: PlausibleInput("authentication")},
			jsonvalue.Member{Key: "region", Value: PlausibleInput("configuration.region")},
		)
	case "awsCredential.authentication":
		return PlausibleInput("authentication")
	case "awsCredential.region":
		return PlausibleInput("configuration.region")
	case "input.events":
		return []jsonvalue.Value{PlausibleInput("input")}
	}
	section := jsonvalue.NewObject(4)
	for _, f := range Fields() {
		if name, below := strings.CutPrefix(f.Name, path+"."); below && f.Required {
			section.Set(name, f.Plausible)
		}
	}
	if section.Len() == 0 {
		return "x"
	}
	return section
}
