package connector

import (
	"errors"
	"fmt"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// The codes of errors that do not come from AWS (contract 3.3).
const (
	codeInput    = "INPUT_ERROR"
	codeTooLarge = "RESULT_TOO_LARGE"
	codeSecrets  = "SECRET_PROVIDER_ERROR"
	codeFilter   = "SECRET_FILTER_ERROR"
	codeInternal = "INTERNAL_ERROR"
	codeNoJQ     = "JQ_UNAVAILABLE"
	codeJobError = "JOB_ERROR" // of a written-out job error that does not say what the function would
)

// inputType is the type of errors that no retry can mend, by the name that the official runtime gives them.
const inputType = "io.camunda.connector.api.error.ConnectorInputException"

// maxMessage is the length of error.message in characters, as the official runtime cuts it.
const maxMessage = 6000

// Error is a failed job as its error expression sees it.
type Error struct {
	Type      string
	Code      string
	Message   string
	Variables *jsonvalue.Object // nil = none
	Retry     bool              // whether another try may succeed

	keepsRetries bool // another try, after a pause, costs no retry: what failed passes, and no event was sent
	ofExpression bool // an expression made it; its message has that expression's own hints
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// inputError is an error that no retry can mend.
func inputError(format string, args ...any) *Error {
	return &Error{Type: inputType, Code: codeInput, Message: fmt.Sprintf(format, args...)}
}

// expressionError is an error that the evaluation of an expression ended in, with the warnings as hints.
func expressionError(warnings []expression.Warning, format string, args ...any) *Error {
	e := inputError(format, args...)
	e.Message += expression.Hints(warnings)
	e.ofExpression = true
	return e
}

// ownError is an error by a code of AWS's or ours.
func ownError(code, message string) *Error {
	return &Error{Type: "eventbridge." + code, Code: code, Message: message, Retry: true}
}

// internalError is a fault of ours. Its message is constant: what went wrong is in the log.
func internalError() *Error {
	return ownError(codeInternal, "The connector failed for a reason of its own; its log says more.")
}

// sendError is a call of PutEvents that did not end in a response.
func sendError(err error) *Error {
	e, ok := errors.AsType[*eventbridge.Error](err)
	if !ok {
		return internalError()
	}
	if e.Kind == eventbridge.KindInput {
		return inputError("%s", e.Message)
	}
	out := ownError(e.Code, e.Message)
	out.Retry = !e.Final
	return out
}

// secretError is a secret that could not be resolved. Only a provider, or the cluster with the deployed model, that did not
// answer may do so another time.
func secretError(err error) *Error {
	if _, ok := errors.AsType[*secret.ModelError](err); ok {
		return ownError(codeFilter, err.Error())
	}
	if fault, ok := errors.AsType[*secret.ProviderError](err); ok {
		out := ownError(codeSecrets, err.Error())
		out.keepsRetries = fault.Passes()
		return out
	}
	return inputError("%s", err)
}

// unavailableError is an expression that could not be compiled or evaluated because jq could not run: the expression is not
// the cause. Retry says whether another try is harmless.
func unavailableError(err error, retry bool) *Error {
	e := ownError(codeNoJQ, err.Error())
	e.Retry = retry
	return e
}

// rejected is a response with a rejected entry, for a task that asks for that to be an error.
func rejected(r *eventbridge.Response) *Error {
	entries, _ := r.Value().Get("entries")
	for i, e := range r.Entries() {
		if e.Rejected() {
			code := r.RejectionCode(e)
			message := e.ErrorMessage
			if message == "" {
				message = code
			}
			out := ownError(code, fmt.Sprintf("AWS rejected entry %d of %d: %s", i+1, len(r.Entries()), message))
			out.Variables = jsonvalue.ObjectOf(jsonvalue.Member{Key: "entries", Value: entries})
			return out
		}
	}
	n, _ := r.FailedEntryCount()
	out := ownError("REJECTED", fmt.Sprintf("AWS rejected %d entries without saying which", n))
	out.Variables = jsonvalue.ObjectOf(jsonvalue.Member{Key: "entries", Value: entries})
	return out
}

// masked returns the error with its secrets taken out and its message cut to length, as it may leave the process. Code and
// type are masked as well: what AWS answers can be any text.
func (e *Error) masked(mask func(text string) string) *Error {
	c := *e
	if e.Type != inputType { // else both are words of ours, which AWS cannot choose
		c.Type, c.Code = mask(e.Type), mask(e.Code)
	}
	c.Message = cut(mask(e.Message), maxMessage)
	if e.Variables != nil {
		c.Variables = maskValue(mask, e.Variables).(*jsonvalue.Object)
	}
	return &c
}

// value is the error as expressions see it and as the variable error of a failed job.
func (e *Error) value() *jsonvalue.Object {
	o := jsonvalue.ObjectOf(
		jsonvalue.Member{Key: "type", Value: e.Type},
		jsonvalue.Member{Key: "message", Value: e.Message},
		jsonvalue.Member{Key: "code", Value: e.Code},
	)
	if e.Variables != nil {
		o.Set("variables", e.Variables)
	}
	return o
}

// maskValue takes secrets out of the strings of a value.
func maskValue(mask func(text string) string, v jsonvalue.Value) jsonvalue.Value {
	switch v := v.(type) {
	case string:
		return mask(v)
	case jsonvalue.Number:
		if text := mask(string(v)); text != string(v) {
			return text
		}
	case []jsonvalue.Value:
		out := make([]jsonvalue.Value, len(v))
		for i, e := range v {
			out[i] = maskValue(mask, e)
		}
		return out
	case *jsonvalue.Object:
		out := jsonvalue.NewObject(v.Len())
		for k, e := range v.All() {
			out.Set(mask(k), maskValue(mask, e))
		}
		return out
	}
	return v
}

// cut shortens a text to n characters.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	count := 0
	for i := range text {
		if count == n-1 {
			return strings.ToValidUTF8(text[:i], "\uFFFD") + "…"
		}
		count++
	}
	return text
}
