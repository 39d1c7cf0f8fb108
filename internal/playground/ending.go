package playground

import (
	"bytes"
	"encoding/json"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/simulate"
)

// ending is how a job ends.
type ending struct {
	If        string          `json:"if,omitempty"` // what AWS did
	Kind      simulate.Ending `json:"kind,omitempty"`
	Code      string          `json:"code,omitempty"`     // of a BPMN error
	CaughtBy  *element        `json:"caughtBy,omitempty"` // the event that catches it; nil if the model has none
	Message   string          `json:"message,omitempty"`
	Retries   int32           `json:"retries"`
	Backoff   string          `json:"backoff,omitempty"`
	Error     string          `json:"error,omitempty"`     // the type of an error that is all that the process gets
	Lost      bool            `json:"lost,omitempty"`      // an entry was rejected, and the process goes on as if it had not been
	Variables string          `json:"variables,omitempty"` // JSON
}

// element is a part of the model, and its place there.
type element struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	place
}

// endingOf shows a result, its texts without secrets.
func endingOf(answer string, r *simulate.Result, mask func(string) string) ending {
	e := ending{If: answer, Kind: r.Ending, Code: r.Code, Message: mask(r.Message), Retries: r.Retries, Lost: r.Lost()}
	if r.Caught != nil {
		e.CaughtBy = &element{ID: r.Caught.ID, Name: r.Caught.Name, place: placeOf(r.Caught.Pos)}
	}
	if r.Backoff > 0 {
		e.Backoff = r.Backoff.String()
	}
	if e.Error = r.ErrorAlone(); e.Error == "" && r.Variables.Len() > 0 {
		e.Variables = indented(mask(string(jsonvalue.Append(nil, r.Variables))))
	}
	return e
}

// indented spreads JSON over lines. It changes no number or text in it.
func indented(text string) string {
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(text), "", "  "); err != nil {
		return text // a mask made it no JSON
	}
	return b.String()
}
