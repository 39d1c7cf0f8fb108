package main

import (
	"fmt"
	"slices"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/test/contract/play"
)

// planted is a profile that has every marked secret by its name.
func planted() play.Profile {
	p := play.Profile{Name: "planted", Secrets: map[string]string{}, Env: map[string]string{
		"CAMUNDA_CONNECTOR_SECRETRESOLVER_SECRETFILTER_MODE": "DISABLED", "AWS_MAX_ATTEMPTS": "1",
	}}
	for _, v := range values {
		p.Secrets["SECRET_"+v.Name] = v.Value
	}
	return p
}

func quoted(s string) string { return string(jsonvalue.AppendString(nil, s)) }

// plantedCases have each marked secret where it could come out again: in what AWS answers, in wrong input, in process data
// that is used as a credential, in what the gateway refuses, in expressions.
func plantedCases() ([]play.Case, error) {
	var all []play.Case
	for _, v := range values {
		name := "{{secrets." + v.Name + "}}"
		add := func(what string, c play.Case) {
			c.Name, c.Section, c.Profile = fmt.Sprintf("%s, %s", what, v.Name), "planted", "planted"
			c.Want = play.Want{Command: "any"}
			if c.Set == nil {
				c.Set = map[string]string{}
			}
			if c.Set["input.detail"] == "" {
				c.Set["input.detail"] = `{"used":` + quoted(name) + `}`
			}
			all = append(all, c)
		}
		body := func(format string, args ...any) []play.Answer {
			return []play.Answer{{Status: 400, Body: fmt.Sprintf(format, args...)}}
		}
		add("in AWS's message", play.Case{Answers: body(`{"__type":"AccessDeniedException","message":%s}`, quoted("no "+v.Value+" here"))})
		add("as AWS's code", play.Case{Answers: body(`{"__type":%s,"message":"no"}`, quoted(v.Value))})
		add("as AWS's code behind a namespace", play.Case{Answers: body(`{"__type":%s,"message":"no"}`, quoted("com.amazon#"+v.Value))})
		add("in an error page", play.Case{Answers: []play.Answer{{Status: 502, Body: "<html>" + v.Value + "</html>"}}})
		add("in an answer that is no JSON", play.Case{Answers: []play.Answer{{Body: v.Value}}})
		add("in an answer of a wrong form", play.Case{Answers: []play.Answer{{Body: `{"FailedEntryCount":` + quoted(v.Value) + `,"Entries":` + quoted(v.Value) + `}`}}})
		add("in an answer with a wrong member", play.Case{Answers: []play.Answer{{Body: `{` + quoted(v.Value) + `:`}}})
		add("in a redirect", play.Case{Answers: []play.Answer{{Status: 307, Headers: map[string]string{"Location": "http://127.0.0.1:1/" + headerText(v.Value)}}}})
		if slices.Contains(headerSafe, v.Name) {
			add("as the request id of an error", play.Case{Answers: []play.Answer{{Error: "AccessDeniedException: no", Headers: map[string]string{"x-amzn-RequestId": v.Value}}}})
			add("as the request id of a success", play.Case{Answers: []play.Answer{{Usual: true, Headers: map[string]string{"x-amzn-RequestId": v.Value}}}})
			add("as the type of an error in a header", play.Case{Answers: []play.Answer{{Status: 400, Body: "{}", Headers: map[string]string{"x-amzn-ErrorType": v.Value}}}})
			add("in further headers", play.Case{Answers: []play.Answer{{Error: "AccessDeniedException: no", Headers: map[string]string{"x-" + "shop": v.Value, "Retry-After": v.Value}}}})
		}
		rejected := []play.Answer{{Body: fmt.Sprintf(`{"FailedEntryCount":1,"Entries":[{"ErrorCode":%s,"ErrorMessage":%s}]}`, quoted(v.Value), quoted("no "+v.Value))}}
		add("in a rejected entry", play.Case{Answers: rejected})
		add("in a rejected entry that is an error", play.Case{Answers: rejected, Set: map[string]string{"input.failOnRejectedEntry": "true"}})
		add("in a warning of an expression", play.Case{Answers: rejected, Headers: map[string]string{
			"resultExpression": `={a: number(response.entries[1].errorMessage), b: response.entries[1].errorMessage + 1, c: date(response.entries[1].errorCode)}`,
		}})
		add("in an error of an expression", play.Case{Answers: rejected, Headers: map[string]string{"resultExpression": `=assert(response.entries[1].errorMessage, false)`}})
		add("in an error of jq", play.Case{Answers: rejected, Headers: map[string]string{"expressionLanguage": "jq", "resultExpression": `.entries[0].errorMessage | error`}})
		add("in a number of jq", play.Case{Answers: rejected, Headers: map[string]string{"expressionLanguage": "jq", "resultExpression": `{a: (.entries[0].errorMessage | tonumber)}`}})
		failing := body(`{"__type":"AccessDeniedException","message":%s}`, quoted(v.Value))
		add("in a BPMN error", play.Case{Answers: failing, Headers: map[string]string{"errorExpression": `=bpmnError(error.message, error.message, {m: error.message, r: response})`}})
		add("in a job error", play.Case{Answers: failing, Headers: map[string]string{"errorExpression": `=jobError(error.message, {m: error.message}, 1)`}})
		add("in a failing error expression", play.Case{Answers: failing, Headers: map[string]string{"errorExpression": `=bpmnError(7, error.message + number(error.message))`}})
		add("in an error that is ignored", play.Case{Answers: failing, Headers: map[string]string{"errorExpression": `=ignoreError({ok: true})`}})

		for _, field := range []string{
			"input.time", "input.failOnRejectedEntry", "configuration.region", "configuration.endpoint", "input.endpointId", "authentication.type",
			"authentication.roleArn", "input.processContext", "input.eventBusName", "input.resources", "input.traceHeader",
		} {
			add("as "+field, play.Case{Set: map[string]string{field: quoted(name)}})
		}
		add("within the endpoint", play.Case{Set: map[string]string{"configuration.endpoint": quoted("http://" + name + ".invalid/")}})
		add("as user of the endpoint", play.Case{Set: map[string]string{"configuration.endpoint": quoted("http://user:" + name + "@127.0.0.1/")}})
		add("as an unknown function", play.Case{Set: map[string]string{"input.detail": `{"a":{"camunda.function.type":` + quoted(name) + `,"params":[]}}`}})
		add("as a parameter of a function", play.Case{Set: map[string]string{"input.detail": `{"a":{"camunda.function.type":"base64","params":[` + quoted(name) + `,1]}}`}})
		add("as a key twice", play.Case{Set: map[string]string{"input.detail": `{` + quoted(name) + `:1,` + quoted(name) + `:2}`}})
		for _, field := range []string{"authentication.accessKey", "authentication.secretKey", "authentication.sessionToken"} {
			add("by its name as "+field, play.Case{Set: map[string]string{field: quoted(name)}, Answers: failing})
			if field == "authentication.accessKey" { // an id, which may be shown where the worker did not resolve it
				continue
			}
			add("resolved by the cluster as "+field, play.Case{Set: map[string]string{field: quoted(v.Value)}, Answers: failing})
			add("as a list in "+field, play.Case{Set: map[string]string{field: `[` + quoted(v.Value) + `,` + quoted(v.Value) + `]`}})
			add("as an object in "+field, play.Case{Set: map[string]string{field: `{` + quoted(v.Value) + `:` + quoted(v.Value) + `}`}})
		}
		add("in a message that is cut", play.Case{Answers: body(`{"__type":"AccessDeniedException","message":"${LONG:5990}%s"}`, quoted(v.Value)[1:len(quoted(v.Value))-1])})
		add("in what the gateway refuses", play.Case{
			Gateway: []play.Reply{{Code: "INVALID_ARGUMENT", Message: "the variables hold " + v.Value}},
			Headers: map[string]string{"resultExpression": `={a: 1}`},
		})
		add("in what the gateway refuses for a moment", play.Case{Gateway: []play.Reply{{Code: "UNAVAILABLE", Message: v.Value, Times: 2}}})
	}
	for i := range all {
		if err := all[i].Complete(); err != nil {
			return nil, fmt.Errorf("%s: %w", all[i].Name, err)
		}
	}
	return all, nil
}
