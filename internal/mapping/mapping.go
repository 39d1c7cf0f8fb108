package mapping

import (
	"context"
	"fmt"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Error is a mapping that gives no value: the broker raises an incident of the type IO_MAPPING_ERROR.
type Error struct {
	Mapping bpmn.Mapping
	Err     error
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s: mapping to %q: %v", e.Mapping.Pos, e.Mapping.Target, e.Err)
}

// Unwrap returns why.
func (e *Error) Unwrap() error { return e.Err }

// Warning is why a null came out of a mapping. Its place is that in the expression, without its leading = and the white space
// around it.
type Warning struct {
	Mapping bpmn.Mapping
	feel.Warning
}

// String returns the target, the place and the text.
func (w Warning) String() string { return w.Mapping.Target + ": " + w.Warning.String() }

// Result is what the mappings of an element made.
type Result struct {
	Variables   *jsonvalue.Object
	Warnings    []Warning
	Differences []Difference // of input mappings
}

// Inputs evaluates the input mappings of an element, in an order. The error is an *[Error], a *[RefusedError] of a model that
// cannot be deployed, an *[IntegerError], or wraps that of ctx.
func Inputs(ctx context.Context, mappings []bpmn.Mapping, scope Scope, order Order) (*Result, error) {
	if err := refusal(checkInputs(mappings, order)); err != nil {
		return nil, err
	}
	if scope.Now.IsZero() {
		scope.Now = time.Now() // both orders have the same
	}
	if order == OneByOne {
		made, warnings, err := oneByOne(ctx, mappings, scope)
		if err != nil {
			return nil, err
		}
		return &Result{Variables: made, Warnings: warnings}, nil
	}
	r, err := evaluateText(ctx, inputText(mappings), scope)
	if err != nil {
		return nil, err
	}
	if order == AnyOrder {
		r.Differences = differences(ctx, mappings, scope, r.Variables)
	}
	return r, nil
}

// Outputs evaluates the output mappings of an element, and returns the variables that the scope around it gets. The scope has
// the variables of the completed job. The errors are those of [Inputs].
func Outputs(ctx context.Context, mappings []bpmn.Mapping, scope Scope) (*Result, error) {
	if err := refusal(checkOutputs(mappings)); err != nil {
		return nil, err
	}
	return evaluateText(ctx, outputText(mappings), scope)
}

func evaluateText(ctx context.Context, t *text, scope Scope) (*Result, error) {
	program, err := scope.compile(t.String())
	if err != nil {
		return nil, t.failure(err)
	}
	l := &lookup{scope: scope, constants: t.constants}
	r, err := program.Eval(ctx, l)
	if l.tooLarge != nil {
		err = l.tooLarge
	}
	if err != nil {
		return nil, t.failure(err)
	}
	made, _ := feel.ToVariable(r.Value, unchanged(scope.Variables), r.Copies).(*jsonvalue.Object)
	out := &Result{Variables: made}
	seen := map[string]bool{}
	for _, w := range r.Warnings {
		if one := t.warning(w); !seen[one.String()] { // the context of an output mapping stands twice
			seen[one.String()] = true
			out.Warnings = append(out.Warnings, one)
		}
	}
	return out, nil
}

// value evaluates one expression, without its leading =.
func value(ctx context.Context, source string, scope Scope) (feel.Result, error) {
	return evaluate(ctx, source, &lookup{scope: scope})
}

func evaluate(ctx context.Context, source string, l *lookup) (feel.Result, error) {
	program, err := l.scope.compile(source)
	if err != nil {
		return feel.Result{}, err
	}
	r, err := program.Eval(ctx, l)
	if l.tooLarge != nil {
		err = l.tooLarge
	}
	return r, err
}
