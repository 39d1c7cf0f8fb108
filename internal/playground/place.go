package playground

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// place is one in a text of the page. Lines and columns count from 1, columns in characters; zero = nowhere in particular.
type place struct {
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
}

func placeOf(p bpmn.Pos) place { return place{Line: p.Line, Column: p.Column} }

// mark is what is to be said of a place.
type mark struct {
	place
	Text  string `json:"text"`
	Error bool   `json:"error,omitempty"`
}

// object reads the JSON object in a field of the page. The mark says why the text is none; nil = it is one.
func object(text string) (*jsonvalue.Object, *mark) {
	v, err := jsonvalue.ParseString(text)
	if syntax, ok := errors.AsType[*jsonvalue.SyntaxError](err); ok {
		return nil, &mark{place: placeAt(text, syntax.Offset), Text: "not valid JSON: " + syntax.Reason, Error: true}
	}
	if err != nil {
		return nil, &mark{Text: "not valid JSON: " + err.Error(), Error: true}
	}
	o, ok := v.(*jsonvalue.Object)
	if !ok {
		return nil, &mark{place: place{Line: 1, Column: 1}, Text: "must be a JSON object, but is " + jsonvalue.KindOf(v).String(), Error: true}
	}
	return o, nil
}

// placeAt is the place of an offset in bytes.
func placeAt(text string, offset int) place {
	before := text[:min(max(0, offset), len(text))]
	return place{Line: strings.Count(before, "\n") + 1, Column: utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1}
}
