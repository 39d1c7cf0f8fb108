package connector

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// maxVariables is the size of variables, in bytes of JSON, that a broker surely takes in one command.
const maxVariables = 3 << 19 // 1.5 MiB

// resultVariables makes the variables of a completed job: the response under the name of the result variable, and the
// fields of the result expression's object over it. Nil = none.
func (w *work) resultVariables(r *eventbridge.Response) (*jsonvalue.Object, *Error) {
	var variables *jsonvalue.Object
	if name := w.headers.ResultVariable; name != "" {
		variables = jsonvalue.ObjectOf(jsonvalue.Member{Key: name, Value: r.Value()})
	}
	if w.headers.ResultExpression == nil {
		return w.checkSize(variables)
	}
	scope := &expression.Scope{Fields: r.Value(), Response: r.Value(), Input: w.inputVariable}
	result, err := w.evaluate("result", w.headers.ResultExpression, scope)
	if err != nil {
		return nil, err
	}
	object, err := w.resultObject(result)
	if err != nil {
		return nil, err
	}
	if variables == nil {
		return w.checkSize(object)
	}
	for k, v := range object.All() {
		variables.Set(k, v)
	}
	return w.checkSize(variables)
}

// inputVariable returns the job's variable input as it came: its secrets are not resolved. Nil if there is none.
func (w *work) inputVariable() jsonvalue.Value {
	variables, fault := readVariables(w.job.Variables)
	if fault != nil {
		return nil
	}
	for _, v := range variables {
		if v.Name != "input" {
			continue
		}
		if value, err := jsonvalue.Parse(v.JSON); err == nil {
			return value
		}
	}
	return nil
}

// resultObject returns the object that a result expression gave, nil for null. A list of exactly one object stands for it.
func (w *work) resultObject(r expression.Result) (*jsonvalue.Object, *Error) {
	v := r.Value
	if list, ok := v.([]jsonvalue.Value); ok && len(list) == 1 {
		v = list[0]
	}
	switch v := v.(type) {
	case nil:
		return nil, nil //nolint:nilnil // null means nothing to merge
	case *jsonvalue.Object:
		return v, nil
	}
	return nil, inputError("Result expression must return a JSON object, but got %s. Expression: '%s'. Expected for example ={eventId: response.entries[1].eventId}.%s",
		jsonvalue.KindOf(r.Value), w.headers.ResultExpression.Source(), expression.Hints(r.Warnings))
}

// checkSize refuses variables that the broker could refuse, and those that ask for one of Camunda's intrinsic functions.
func (w *work) checkSize(variables *jsonvalue.Object) (*jsonvalue.Object, *Error) {
	if variables == nil {
		return nil, nil //nolint:nilnil // no variables
	}
	w.json = jsonvalue.Append(w.json[:0], variables)
	if n := len(w.json); n > maxVariables {
		e := inputError("The result variables are %d bytes of JSON, more than the %d that a command may have: let the result expression pick what the process needs", n, maxVariables)
		e.Code = codeTooLarge
		return nil, e
	}
	return variables, nil
}

// evaluate runs a result or error expression. What it gives must not name an intrinsic function: the broker's other
// workers would call it.
func (w *work) evaluate(which string, p *expression.Program, scope *expression.Scope) (expression.Result, *Error) {
	done := w.tracer.Expression(w.ctx, which)
	ctx, cancel := w.evaluating()
	defer cancel()
	r, err := p.Eval(ctx, scope)
	done(err)
	if err != nil {
		if e, ok := errors.AsType[*expression.EvalError](err); ok {
			w.warned(which, expression.Texts(e.Warnings))
		}
		return r, expressionError(err, w.sent == nil)
	}
	w.warned(which, expression.Texts(r.Warnings))
	if mentions(r.Value, functionKey) {
		return r, inputError("The %s expression '%s' gives the name %s, which is not allowed in process variables", which, p.Source(), functionKey)
	}
	return r, nil
}

// evaluateDrained is how long an evaluation may go on once the drain has ended the job's context. Most need a millisecond,
// and a job whose event was accepted is better settled than left to its lease.
const evaluateDrained = 1500 * time.Millisecond

// evaluating returns the context of an evaluation. It ends in time to settle the job.
func (w *work) evaluating() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), max(w.time(), minMargin/2))
	drained := context.AfterFunc(w.ctx, func() {
		late := time.AfterFunc(evaluateDrained, cancel)
		context.AfterFunc(ctx, func() { late.Stop() })
	})
	return ctx, func() {
		drained()
		cancel()
	}
}

func (w *work) warned(which string, quoting []string) {
	if len(quoting) == 0 {
		return
	}
	warnings := make([]string, len(quoting))
	for i, text := range quoting {
		warnings[i] = w.clean(text) // it may quote what AWS answered
	}
	w.hints = append(w.hints, warnings...)
	if w.sent == nil && slices.ContainsFunc(warnings, asksForSuccess) {
		return // the error expression asked a failure for what only a success has
	}
	w.observer.ExpressionWarnings(which, warnings)
	w.log.Debug("expression warnings", "expression", which, "warnings", warnings)
}

// mentions says whether a text stands anywhere in a value, keys included.
func mentions(v jsonvalue.Value, text string) bool {
	switch v := v.(type) {
	case string:
		return bytes.Contains([]byte(v), []byte(text))
	case []jsonvalue.Value:
		for _, e := range v {
			if mentions(e, text) {
				return true
			}
		}
	case *jsonvalue.Object:
		for k, e := range v.All() {
			if mentions(k, text) || mentions(e, text) {
				return true
			}
		}
	}
	return false
}
