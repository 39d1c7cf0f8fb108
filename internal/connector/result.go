package connector

import (
	"context"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// maxVariables is the size of variables, in bytes of JSON, that a broker surely takes in one command.
const maxVariables = 3 << 19 // 1.5 MiB

// result is what a job gives to its process.
type result struct {
	object *jsonvalue.Object // nil = no variables
	json   []byte            // the object's
}

// resultVariables makes the variables of a completed job: the response under the name of the result variable, and the
// fields of the result expression's object over it.
func (a attempt) resultVariables(ctx context.Context, so progress) (result, *Error) {
	response := so.sent.response.Value()
	var variables *jsonvalue.Object
	if name := so.headers.ResultVariable; name != "" {
		variables = jsonvalue.ObjectOf(jsonvalue.Member{Key: name, Value: response})
	}
	made, warnings, err := a.resultObject(ctx, so, response)
	if err != nil {
		return result{}, err
	}
	if variables == nil {
		variables = made
	} else {
		for k, v := range made.All() {
			variables.Set(k, v)
		}
	}
	json, err := encode(variables)
	if err != nil {
		err.Message += expression.Hints(warnings)
		return result{}, err
	}
	return result{variables, json}, nil
}

// inputVariable returns the job's variable input as it came, in JSON: its secrets are not resolved. Nil if there is none.
func (a attempt) inputVariable() []byte {
	variables, fault := readVariables(a.job.Variables)
	if fault != nil {
		return nil
	}
	for _, v := range variables {
		if v.Name == "input" {
			return v.JSON
		}
	}
	return nil
}

// resultObject returns the object that the result expression gives, with the warnings of its evaluation. The object is nil for
// null, and where there is no expression. A list of exactly one object stands for it.
func (a attempt) resultObject(ctx context.Context, so progress, response *jsonvalue.Object) (*jsonvalue.Object, []expression.Warning, *Error) {
	program := so.headers.ResultExpression
	if program == nil {
		return nil, nil, nil
	}
	r, err := a.evaluate(ctx, so, "result", program, &expression.Scope{Fields: response, Response: response, Input: a.inputVariable})
	if err != nil {
		return nil, nil, err
	}
	v := r.Value
	if list, ok := v.([]jsonvalue.Value); ok && len(list) == 1 {
		v = list[0]
	}
	object, ok := v.(*jsonvalue.Object)
	if !ok && v != nil {
		return nil, nil, expressionError(r.Warnings, "Result expression must return a JSON object, but got %s. Expression: '%s'. Expected for example ={eventId: response.entries[1].eventId}.",
			jsonvalue.KindOf(r.Value), program.Source())
	}
	return object, r.Warnings, nil
}

// encode writes variables as JSON, nothing for nil. It refuses those that the broker could refuse for their size.
func encode(variables *jsonvalue.Object) ([]byte, *Error) {
	if variables == nil {
		return nil, nil
	}
	json := jsonvalue.Append(nil, variables)
	if n := len(json); n > maxVariables {
		e := inputError("The result variables are %d bytes of JSON, more than the %d that a command may have: let the result expression pick what the process needs", n, maxVariables)
		e.Code, e.ofExpression = codeTooLarge, true
		return nil, e
	}
	return json, nil
}
