package lint

import (
	"context"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// situation is how a try can end, as the expressions of a task see it.
type situation struct {
	name     string
	response string // JSON; on an error its only field is error
	code     string // of an error, empty on success
}

const metadata = `"sdkResponseMetadata":{"requestId":"7d1c5e9a-4d37-4f0e-9e53-3f1c0d8f2a11"},"sdkHttpMetadata":{"httpHeaders":{"Content-Type":"application/x-amz-json-1.1"},"httpStatusCode":200,"allHttpHeaders":{"Content-Type":["application/x-amz-json-1.1"]}},`

// The situations that a task meets sooner or later.
var (
	accepted  = situation{name: "an accepted event", response: `{` + metadata + `"failedEntryCount":0,"entries":[{"eventId":"11710aed-b79e-4468-a20b-bb3c0c3b4860","errorCode":null,"errorMessage":null}]}`}
	rejected  = situation{name: "a rejected entry", response: `{` + metadata + `"failedEntryCount":1,"entries":[{"eventId":null,"errorCode":"InternalFailure","errorMessage":"internal failure"}]}`}
	throttled = failed("ThrottlingException", "Rate exceeded", "throttling")
	denied    = failed("AccessDeniedException", "User is not authorized to perform: events:PutEvents", "access denied")
	badInput  = failed("INPUT_ERROR", "Result expression must return a JSON object", "a result expression that fails")
	timeout   = failed("TIMEOUT", "no answer within 10s", "no answer in time")
)

var situations = []situation{accepted, rejected, throttled, denied, timeout, badInput}

func failed(code, message, name string) situation {
	kind := "eventbridge." + code
	if code == "INPUT_ERROR" {
		kind = "io.camunda.connector.api.error.ConnectorInputException"
	}
	text := func(s string) string { return string(jsonvalue.Append(nil, s)) }
	return situation{name: name, code: code, response: `{"error":{"type":` + text(kind) + `,"code":` + text(code) + `,"message":` + text(message) + `}}`}
}

// scope is what the expressions see; job is nil for a result expression. Input is null: lint knows no data.
func (s situation) scope(job jsonvalue.Value) *expression.Scope {
	v, _ := jsonvalue.ParseString(s.response) // it is ours
	o, _ := v.(*jsonvalue.Object)
	out := &expression.Scope{Response: o, Job: job, Input: func() []byte { return nil }}
	if s.code == "" {
		out.Fields = o
		return out
	}
	out.Error, _ = o.Get("error")
	return out
}

// eval evaluates an expression in the situation. Known is false for a result that depends on input: nothing can be said of it.
func (s situation) eval(ctx context.Context, program *expression.Program, scope *expression.Scope) (r expression.Result, known bool, err error) {
	known = true
	scope.Input = func() []byte {
		known = false
		return nil
	}
	r, err = program.Eval(ctx, scope)
	return r, known, err
}
