package expression

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"

	"github.com/cockroachdb/apd/v3"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Library returns the functions of FEEL and those that Camunda's connector runtime adds to them for error expressions.
var Library = sync.OnceValue(func() *feel.Library { return feel.Standard().With("Connector", connectorFunctions()...) })

// CompileFEEL compiles a FEEL expression that has the functions of [Library]. The errors are those of feel.Compile.
func CompileFEEL(source string) (*feel.Program, error) {
	return feel.Compile(source, feel.WithLibrary(Library()))
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

func backoff(params, example, gives string) feel.HostFunction {
	return feel.HostFunction{
		Name: "backoff", Params: params, Strict: true, NoText: true, Call: delay, Example: example, Gives: gives,
		Doc: "The delay before an attempt, counted from 1: minDelay · factor^(attempt−1), at most maxDelay, give or take a random share of it. An attempt below 1, a minDelay above maxDelay or a negative jitterFactor is an error.",
	}
}

// delay is what backoff gives.
func delay(a []feel.Value) (any, error) {
	attempt := feel.Int32(a[0].(*apd.Decimal))
	minDelay, factor, maxDelay, jitter := 0.05, 1.6, 5.0, 0.1
	if len(a) > 1 {
		minDelay = a[1].(feel.DaysDuration).Seconds()
	}
	if len(a) > 2 {
		factor = feel.Float64(a[2].(*apd.Decimal))
	}
	if len(a) > 3 {
		maxDelay = a[3].(feel.DaysDuration).Seconds()
	}
	if len(a) > 4 {
		jitter = feel.Float64(a[4].(*apd.Decimal))
	}
	switch {
	case attempt < 1:
		return nil, fmt.Errorf("backoff: the attempt must be at least 1, but is %d", attempt)
	case minDelay > maxDelay:
		return nil, fmt.Errorf("backoff: minDelay must not be above maxDelay, but %g s is above %g s", minDelay, maxDelay)
	case jitter < 0:
		return nil, fmt.Errorf("backoff: jitterFactor must not be negative, but is %g", jitter)
	}
	seconds := min(maxDelay, minDelay*math.Pow(factor, float64(attempt-1)))
	if spread := seconds * jitter; spread > 0 {
		seconds += spread * (2*rand.Float64() - 1) //nolint:gosec // a delay is no secret
	} else if jitter > 0 {
		return nil, errors.New("backoff: a delay of zero cannot have a jitter")
	}
	if math.IsNaN(seconds) || math.Abs(seconds) > math.MaxInt64/2000 {
		return nil, errors.New("backoff: the delay is out of bounds")
	}
	return feel.Milliseconds(max(0, int64(math.Round(seconds*1000)))), nil
}
