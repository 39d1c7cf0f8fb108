package connector

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// verdict is what an error expression makes of a job's end: one of noVerdict, bpmnError, jobError and ignoreError.
type verdict interface{ verdict() }

type (
	// noVerdict lets the job end as it would have.
	noVerdict struct{}
	// bpmnError throws a BPMN error.
	bpmnError struct {
		code, message string
		variables     *jsonvalue.Object // nil = none
	}
	// jobError fails the job with exactly these retries and this backoff.
	jobError struct {
		message   string
		variables *jsonvalue.Object // nil = none
		retries   int32
		backoff   time.Duration
		// complete says that the number of retries was given. Where it is not (the official runtime breaks there), the
		// process gets the error as an object, as from a failure without an error expression.
		complete bool
	}
	// ignoreError completes the job with these variables alone.
	ignoreError struct{ variables *jsonvalue.Object }
)

func (noVerdict) verdict()   {}
func (bpmnError) verdict()   {}
func (jobError) verdict()    {}
func (ignoreError) verdict() {}

// VerdictError is a result of an error expression that the connector does not understand.
type VerdictError struct {
	Found string // what the expression gives, ready for a sentence
}

// Error goes on after "the error expression".
func (e *VerdictError) Error() string {
	return "gives " + e.Found + "; expected null, bpmnError(…), jobError(…) or ignoreError(…)"
}

// readVerdict reads the result of an error expression, from one of its functions or written out.
func readVerdict(value jsonvalue.Value) (verdict, *VerdictError) {
	if value == nil {
		return noVerdict{}, nil
	}
	refuse := func(found string) (verdict, *VerdictError) { return nil, &VerdictError{found} }
	o, ok := value.(*jsonvalue.Object)
	if !ok {
		return refuse(withArticle(jsonvalue.KindOf(value)))
	}
	if o.Len() == 0 {
		return noVerdict{}, nil
	}
	kind, ok := o.Get("errorType")
	if !ok {
		return refuse("an object without errorType")
	}
	v := verdictFields{object: o}
	var out verdict
	switch kind {
	case "bpmnError":
		code, given := v.text("errorCode")
		if !given && v.fault == "" {
			return noVerdict{}, nil // a BPMN error without a code is none, as in the official runtime
		}
		message, _ := v.text("errorMessage")
		out = bpmnError{code: code, message: message, variables: v.variables()}
	case "jobError":
		message, _ := v.text("errorMessage")
		_, complete := o.Get("retries")
		out = jobError{message: message, variables: v.variables(), retries: v.retries(), backoff: v.backoff(), complete: complete}
	case "ignoreError":
		out = ignoreError{variables: v.variables()}
	default:
		return refuse("the errorType " + string(jsonvalue.Append(nil, kind)))
	}
	if v.fault != "" {
		return refuse("a " + v.fault)
	}
	return out, nil
}

// verdictFields reads the fields of an error expression's result and keeps what is wrong with the first bad one.
type verdictFields struct {
	object *jsonvalue.Object
	fault  string
}

func (f *verdictFields) bad(field, expected string, found jsonvalue.Value) {
	if f.fault == "" {
		f.fault = field + " that is " + withArticle(jsonvalue.KindOf(found)) + " and not " + expected
	}
}

// text reads a string; numbers and booleans count as their text. It is false for null and none.
func (f *verdictFields) text(field string) (string, bool) {
	switch v, _ := f.object.Get(field); v := v.(type) {
	case nil:
		return "", false
	case string:
		return v, true
	case jsonvalue.Number:
		return v.Text(), true
	case bool:
		return string(jsonvalue.Append(nil, v)), true
	default:
		f.bad(field, "a string", v)
		return "", true
	}
}

func (f *verdictFields) variables() *jsonvalue.Object {
	switch v, _ := f.object.Get("variables"); v := v.(type) {
	case nil:
		return nil
	case *jsonvalue.Object:
		return v
	default:
		f.bad("variables", "an object", v)
		return nil
	}
}

// retries reads a number: a fraction is cut off, a negative one is 0.
func (f *verdictFields) retries() int32 {
	given, _ := f.object.Get("retries")
	v := given
	if s, ok := v.(string); ok {
		v = jsonvalue.Number(strings.TrimSpace(s))
	}
	switch v := v.(type) {
	case nil:
		return 0
	case jsonvalue.Number:
		n, ok := wholePart(v)
		if ok && n <= math.MaxInt32 {
			return int32(max(0, n))
		}
	}
	f.bad("retries", "a number of at most 2147483647", given)
	return 0
}

func (f *verdictFields) backoff() time.Duration {
	v, _ := f.object.Get("retryBackoff")
	switch v := v.(type) {
	case nil:
		return 0
	case string:
		if d, err := parseDuration(v); err == nil {
			return max(0, d)
		}
	}
	f.bad("retryBackoff", "a duration of days and time such as PT10S", v)
	return 0
}

// wholePart returns a number without its fraction, if that is within bounds.
func wholePart(n jsonvalue.Number) (int64, bool) {
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) >= 1<<53 {
		return 0, false
	}
	return int64(f), true
}
