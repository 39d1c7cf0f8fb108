package mapping

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// CollectionError is a multi-instance whose collection gives no list: the broker raises an incident.
type CollectionError struct {
	Collection string // the expression
	Found      string // its value as JSON; empty if there is none
	Err        error  // why there is no value; nil if there is one
}

func (e *CollectionError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("the collection %s of the multi-instance: %v", e.Collection, e.Err)
	}
	return fmt.Sprintf("the collection %s of the multi-instance must be a list, but is %s", e.Collection, e.Found)
}

// Unwrap returns why there is no value.
func (e *CollectionError) Unwrap() error { return e.Err }

// Items returns the items of a multi-instance. The error is a *[CollectionError].
func Items(ctx context.Context, loop *bpmn.Loop, scope Scope) ([]jsonvalue.Value, error) {
	source, _ := strings.CutPrefix(loop.Collection, "=")
	r, err := value(ctx, source, scope)
	if err != nil {
		return nil, &CollectionError{Collection: source, Err: err}
	}
	made := feel.ToVariable(r.Value, unchanged(scope.Variables), r.Copies)
	list, ok := made.([]jsonvalue.Value)
	if !ok {
		return nil, &CollectionError{Collection: source, Found: string(jsonvalue.Append(nil, made))}
	}
	return list, nil
}

// LoopVariables returns the variables that the broker makes for an item; number counts from 1.
func LoopVariables(loop *bpmn.Loop, item jsonvalue.Value, number int) *jsonvalue.Object {
	o := jsonvalue.NewObject(2)
	if loop.Element != "" {
		o.Set(loop.Element, item)
	}
	o.Set("loopCounter", jsonvalue.Number(strconv.Itoa(number)))
	return o
}
