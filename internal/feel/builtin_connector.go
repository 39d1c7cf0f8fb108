package feel

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/cockroachdb/apd/v3"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// The functions that Camunda's connector runtime adds to FEEL for error expressions.
func connectorBuiltins() []builtin {
	member := func(key string, v Value) jsonvalue.Member { return jsonvalue.Member{Key: key, Value: v} }
	bpmnError := func(p string, example, gives string) builtin {
		return builtin{
			name: "bpmnError", params: params(p), strict: true, example: example, gives: gives,
			doc: "The result of an error expression that throws a BPMN error. Arguments of a wrong type are an error.",
			eval: func(_ *frame, _ Pos, a []Value) Value {
				members := [...]jsonvalue.Member{{Key: "errorType", Value: bpmnErrorType}, {Key: "errorCode"}, {Key: "errorMessage"}, {Key: "variables"}}
				for i, v := range a {
					members[i+1].Value = v
				}
				return jsonvalue.DistinctObject(members[:len(a)+1]...)
			},
		}
	}
	jobError := func(p string, example, gives string) builtin {
		return builtin{
			name: "jobError", params: params(p), strict: true, example: example, gives: gives,
			doc: "The result of an error expression that fails the job, with these retries left. Arguments of a wrong type are an error.",
			eval: func(_ *frame, _ Pos, a []Value) Value {
				all := [...]Value{nil, noVariables, newInt(0), noDelay}
				copy(all[:], a)
				return jsonvalue.DistinctObject(
					member("errorMessage", all[0]), member("retries", all[2]), member("retryBackoff", all[3]), member("variables", all[1]),
					member("errorType", jobErrorType),
				)
			},
		}
	}
	ignoreError := func(p string, example, gives string) builtin {
		return builtin{
			name: "ignoreError", params: params(p), strict: true, example: example, gives: gives,
			doc: "The result of an error expression that completes the job in spite of an error. Arguments of a wrong type are an error.",
			eval: func(_ *frame, _ Pos, a []Value) Value {
				o := jsonvalue.ObjectOf(member("errorType", "ignoreError"))
				if len(a) > 0 {
					o.Set("variables", a[0])
				}
				return o
			},
		}
	}
	backoffRow := func(p string, example, gives string) builtin {
		return builtin{
			name: "backoff", params: params(p), strict: true, eval: backoff, example: example, gives: gives,
			doc: "The delay before an attempt, counted from 1: minDelay · factor^(attempt−1), at most maxDelay, give or take a random share of it. An attempt below 1, a minDelay above maxDelay or a negative jitterFactor is an error.",
		}
	}
	const d = "days and time duration"
	return []builtin{
		bpmnError("errorCode: string", `bpmnError("X")`, `{"errorType":"bpmnError","errorCode":"X"}`),
		bpmnError("errorCode: string, errorMessage: string", `bpmnError("X", "why")`, `{"errorType":"bpmnError","errorCode":"X","errorMessage":"why"}`),
		bpmnError("errorCode: string, errorMessage: string, variables: context", `bpmnError("X", "why", {a: 1})`, `{"errorType":"bpmnError","errorCode":"X","errorMessage":"why","variables":{"a":1}}`),
		jobError("errorMessage: string", `jobError("why")`, `{"errorMessage":"why","retries":0,"retryBackoff":"PT0S","variables":{},"errorType":"jobError"}`),
		jobError("errorMessage: string, variables: context", `jobError("why", {a: 1}).variables`, `{"a":1}`),
		jobError("errorMessage: string, variables: context, retries: number", `jobError("why", {}, 2).retries`, `2`),
		jobError("errorMessage: string, variables: context, retries: number, retryBackoff: "+d, `jobError("why", {}, 2, @"PT10S").retryBackoff`, `"PT10S"`),
		ignoreError("", `ignoreError()`, `{"errorType":"ignoreError"}`),
		ignoreError("variables: context", `ignoreError({a: 1})`, `{"errorType":"ignoreError","variables":{"a":1}}`),
		backoffRow("attempt: number", `backoff(1) < @"PT1S"`, `true`),
		backoffRow("attempt: number, minDelay: "+d, `backoff(1, @"PT1S") < @"PT2S"`, `true`),
		backoffRow("attempt: number, minDelay: "+d+", factor: number", `backoff(2, @"PT1S", 2) < @"PT3S"`, `true`),
		backoffRow("attempt: number, minDelay: "+d+", factor: number, maxDelay: "+d, `backoff(9, @"PT1S", 2, @"PT4S") < @"PT5S"`, `true`),
		backoffRow("attempt: number, minDelay: "+d+", factor: number, maxDelay: "+d+", jitterFactor: number", `backoff(3, @"PT1S", 2, @"PT1M", 0)`, `"PT4S"`),
	}
}

// Values that are the same in every jobError or bpmnError, made once.
var (
	noDelay       Value = DaysDuration{}
	noVariables   Value = jsonvalue.NewObject(0)
	jobErrorType  Value = "jobError"
	bpmnErrorType Value = "bpmnError"
)

func backoff(f *frame, pos Pos, a []Value) Value {
	attempt := integer(a[0])
	minDelay, factor, maxDelay, jitter := 50*time.Millisecond.Seconds(), 1.6, 5.0, 0.1
	if len(a) > 1 {
		minDelay = a[1].(DaysDuration).asSeconds()
	}
	if len(a) > 2 {
		factor = toFloat64(a[2].(*apd.Decimal))
	}
	if len(a) > 3 {
		maxDelay = a[3].(DaysDuration).asSeconds()
	}
	if len(a) > 4 {
		jitter = toFloat64(a[4].(*apd.Decimal))
	}
	switch {
	case attempt < 1:
		return f.fail(pos, "backoff: the attempt must be at least 1, but is %d", attempt)
	case minDelay > maxDelay:
		return f.fail(pos, "backoff: minDelay must not be above maxDelay, but %g s is above %g s", minDelay, maxDelay)
	case jitter < 0:
		return f.fail(pos, "backoff: jitterFactor must not be negative, but is %g", jitter)
	}
	delay := min(maxDelay, minDelay*math.Pow(factor, float64(attempt-1)))
	if spread := delay * jitter; spread > 0 {
		delay += spread * (2*rand.Float64() - 1) //nolint:gosec // a delay is no secret
	} else if jitter > 0 {
		return f.fail(pos, "backoff: a delay of zero cannot have a jitter")
	}
	if math.IsNaN(delay) || math.Abs(delay) > math.MaxInt64/2000 {
		return f.fail(pos, "backoff: the delay is out of bounds")
	}
	millis := max(0, int64(math.Round(delay*1000)))
	return duration(floorDiv(millis, 1000), floorMod(millis, 1000)*1_000_000)
}

func (d DaysDuration) asSeconds() float64 { return float64(d.seconds) + float64(d.nanos)/1e9 }
