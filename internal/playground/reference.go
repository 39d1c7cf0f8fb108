package playground

import (
	"net/http"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// sampleInput is the variable input of a task before a task is chosen. The page begins with it.
const sampleInput = `{
  "eventBusName": "default",
  "source": "com.example.orders",
  "detailType": "OrderPlaced",
  "detail": {"orderId": "A-1"}
}`

// reference is what the page's editor completes with, and what its fields begin with.
type reference struct {
	Functions []function `json:"functions"`
	Input     string     `json:"input"`
}

// function is one that an expression may call.
type function struct {
	Name      string `json:"name"`
	Connector bool   `json:"connector,omitempty"` // it is the connector's own: the broker's mappings do not have it
	Forms     []form `json:"forms"`
}

// form is a way to call a function.
type form struct {
	Signature string `json:"signature"`
	Doc       string `json:"doc"`
	Example   string `json:"example"`
	Gives     string `json:"gives"`
}

func referenceData(*http.Request) (*reference, error) {
	standard := map[string]bool{}
	for _, f := range feel.Standard().Functions() {
		standard[f.Name] = true
	}
	out := &reference{Input: sampleInput}
	for _, f := range expression.Library().Functions() {
		shown := function{Name: f.Name, Connector: !standard[f.Name]}
		for _, written := range f.Forms {
			shown.Forms = append(shown.Forms, form{Signature: written.Signature, Doc: written.Doc, Example: written.Example, Gives: written.Gives})
		}
		out.Functions = append(out.Functions, shown)
	}
	return out, nil
}
