package expression

import (
	"sync"

	"github.com/cockroachdb/apd/v3"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Library returns the functions of FEEL and those that Camunda's connector runtime adds to them for error expressions.
var Library = sync.OnceValue(func() *feel.Library { return feel.Standard().With("Connector", connectorFunctions()...) })

// CompileFEEL compiles a FEEL expression that has the functions of [Library]. The errors are those of feel.Compile.
func CompileFEEL(source string) (*feel.Program, error) {
	return feel.Compile(source, feel.WithLibrary(Library()), feel.WithClock(now))
}

func connectorFunctions() []feel.HostFunction {
	const d = "days and time duration"
	return []feel.HostFunction{
		bpmnError("errorCode: string", `bpmnError("X")`, `{"errorType":"bpmnError","errorCode":"X"}`),
		bpmnError("errorCode: string, errorMessage: string", `bpmnError("X", "why")`, `{"errorType":"bpmnError","errorCode":"X","errorMessage":"why"}`),
		bpmnError("errorCode: string, errorMessage: string, variables: context", `bpmnError("X", "why", {a: 1})`, `{"errorType":"bpmnError","errorCode":"X","errorMessage":"why","variables":{"a":1}}`),
		jobError("errorMessage: string", `jobError("why")`, `{"errorMessage":"why","retries":0,"retryBackoff":"PT0S","variables":{},"errorType":"jobError"}`),
		jobError("errorMessage: string, variables: context", `jobError("why", {a: 1}).variables`, `{"a":1}`),
		jobError("errorMessage: string, variables: context, retries: number", `jobError("why", {}, 2).retries`, `2`),
		jobError("errorMessage: string, variables: context, retries: number, retryBackoff: "+d, `jobError("why", {}, 2, @"PT10S").retryBackoff`, `"PT10S"`),
		ignoreError("", `ignoreError()`, `{"errorType":"ignoreError"}`),
		ignoreError("variables: context", `ignoreError({a: 1})`, `{"errorType":"ignoreError","variables":{"a":1}}`),
		backoff("attempt: number", `backoff(1) < @"PT1S"`, `true`),
		backoff("attempt: number, minDelay: "+d, `backoff(1, @"PT1S") < @"PT2S"`, `true`),
		backoff("attempt: number, minDelay: "+d+", factor: number", `backoff(2, @"PT1S", 2) < @"PT3S"`, `true`),
		backoff("attempt: number, minDelay: "+d+", factor: number, maxDelay: "+d, `backoff(9, @"PT1S", 2, @"PT4S") < @"PT5S"`, `true`),
		backoff("attempt: number, minDelay: "+d+", factor: number, maxDelay: "+d+", jitterFactor: number", `backoff(3, @"PT1S", 2, @"PT1M", 0)`, `"PT4S"`),
		createDocument(),
	}
}

// Values that are the same in every jobError or bpmnError, made once.
var (
	noRetries     feel.Value = apd.New(0, 0)
	noDelay       feel.Value = feel.DaysDuration{}
	noVariables   feel.Value = jsonvalue.NewObject(0)
	jobErrorType  feel.Value = "jobError"
	bpmnErrorType feel.Value = "bpmnError"
)

func member(key string, v feel.Value) jsonvalue.Member { return jsonvalue.Member{Key: key, Value: v} }

func bpmnError(params, example, gives string) feel.HostFunction {
	return feel.HostFunction{
		Name: "bpmnError", Params: params, Strict: true, Example: example, Gives: gives,
		Doc: "The result of an error expression that throws a BPMN error. Arguments of a wrong type are an error.",
		Call: func(a []feel.Value) (any, error) {
			members := [...]jsonvalue.Member{{Key: "errorType", Value: bpmnErrorType}, {Key: "errorCode"}, {Key: "errorMessage"}, {Key: "variables"}}
			for i, v := range a {
				members[i+1].Value = v
			}
			return jsonvalue.DistinctObject(members[:len(a)+1]...), nil
		},
	}
}

func jobError(params, example, gives string) feel.HostFunction {
	return feel.HostFunction{
		Name: "jobError", Params: params, Strict: true, Example: example, Gives: gives,
		Doc: "The result of an error expression that fails the job, with these retries left. Arguments of a wrong type are an error.",
		Call: func(a []feel.Value) (any, error) {
			all := [...]feel.Value{nil, noVariables, noRetries, noDelay}
			copy(all[:], a)
			return jsonvalue.DistinctObject(
				member("errorMessage", all[0]), member("retries", all[2]), member("retryBackoff", all[3]), member("variables", all[1]),
				member("errorType", jobErrorType),
			), nil
		},
	}
}

func ignoreError(params, example, gives string) feel.HostFunction {
	return feel.HostFunction{
		Name: "ignoreError", Params: params, Strict: true, Example: example, Gives: gives,
		Doc: "The result of an error expression that completes the job in spite of an error. Arguments of a wrong type are an error.",
		Call: func(a []feel.Value) (any, error) {
			o := jsonvalue.ObjectOf(member("errorType", "ignoreError"))
			if len(a) > 0 {
				o.Set("variables", a[0])
			}
			return o, nil
		},
	}
}
