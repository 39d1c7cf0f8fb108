package template

import (
	"bytes"
	"encoding/json"
)

// Template is an element template by the schema of @camunda/zeebe-element-templates-json-schema.
type Template struct {
	Schema           string            `json:"$schema"`
	Name             string            `json:"name"`
	ID               string            `json:"id"`
	Description      string            `json:"description"`
	Version          int               `json:"version"`
	DocumentationRef string            `json:"documentationRef"`
	Keywords         []string          `json:"keywords"`
	Category         map[string]string `json:"category"`
	AppliesTo        []string          `json:"appliesTo"`
	ElementType      ElementType       `json:"elementType"`
	Engines          map[string]string `json:"engines"`
	Icon             Icon              `json:"icon"`
	Groups           []Group           `json:"groups"`
	Properties       []Property        `json:"properties"`
}

// Icon is a picture as a data URL.
type Icon struct {
	Contents string `json:"contents"`
}

// Group is a section of the properties panel.
type Group struct {
	ID            string `json:"id"`
	Label         string `json:"label"`
	Tooltip       string `json:"tooltip,omitempty"`
	OpenByDefault *bool  `json:"openByDefault,omitempty"`
}

// Property is a field of the properties panel, or a value that is written without being shown.
type Property struct {
	ID          string       `json:"id"`
	Label       string       `json:"label,omitempty"`
	Description string       `json:"description,omitempty"`
	Tooltip     string       `json:"tooltip,omitempty"`
	Placeholder string       `json:"placeholder,omitempty"`
	Group       string       `json:"group,omitempty"`
	Type        string       `json:"type"`
	Feel        string       `json:"feel,omitempty"`
	Optional    bool         `json:"optional,omitempty"`
	Secret      bool         `json:"secret,omitempty"` // whether its value is a credential
	Value       any          `json:"value,omitempty"`
	Choices     []Choice     `json:"choices,omitempty"`
	Constraints *Constraints `json:"constraints,omitempty"`
	Binding     Binding      `json:"binding"`
	Condition   *Condition   `json:"condition,omitempty"`
}

// Choice is an entry of a dropdown.
type Choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Constraints are what Modeler checks while a field is filled in.
type Constraints struct {
	NotEmpty bool     `json:"notEmpty"`
	Pattern  *Pattern `json:"pattern,omitempty"`
}

// Pattern is a regular expression, in JavaScript's syntax, and what to say of a value that it does not match.
type Pattern struct {
	Value   string `json:"value"`
	Message string `json:"message"`
}

// Binding says where a value stands in the BPMN file.
type Binding struct {
	Type     string `json:"type"`
	Name     string `json:"name,omitempty"`
	Key      string `json:"key,omitempty"`
	Property string `json:"property,omitempty"`
}

// Condition says when a property is there at all.
type Condition struct {
	AllMatch []Condition `json:"allMatch,omitempty"`
	Property string      `json:"property,omitempty"`
	Equals   string      `json:"equals,omitempty"`
	OneOf    []string    `json:"oneOf,omitempty"` // an empty text stands for an absent or empty field
	IsActive *bool       `json:"isActive,omitempty"`
}

// JSON writes the template as a file has it.
func (t *Template) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(t); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
