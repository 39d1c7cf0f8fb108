package connector

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// countedCompiles counts the expressions that it is asked to compile.
type countedCompiles struct{ calls atomic.Int64 }

func (c *countedCompiles) Compile(ctx context.Context, l expression.Language, source string) (*expression.Program, error) {
	c.calls.Add(1)
	return expression.Compile(ctx, l, source)
}

// facts are what an outcome tells the broker.
func facts(o job.Outcome) string {
	switch o := o.(type) {
	case job.Complete:
		return fmt.Sprintf("complete %s", o.Variables)
	case job.Fail:
		return fmt.Sprintf("fail %d %s %s %s", o.Retries, o.Backoff, o.Message, o.Variables)
	case job.Throw:
		return fmt.Sprintf("throw %s %s %s", o.Code, o.Message, o.Variables)
	}
	return o.Name()
}

// TestHeadersAreReadOnceForAllJobsOfATask: two tasks take turns, and each later job ends as the first of its task.
func TestHeadersAreReadOnceForAllJobsOfATask(t *testing.T) {
	t.Parallel()
	long := `={x: "` + strings.Repeat("x", maxHeadersLength) + `"}`
	sound, wrong := with(""), strings.Replace(with(""), `"detailType":"Placed"`, `"detailType":""`, 1)
	unreachable := strings.Replace(with(""), `"BUS"`, `"http://127.0.0.1:1"`, 1)
	for _, tt := range []struct {
		name       string
		one, other []string // headers
		variables  string
		compiles   int64
	}{
		{"result expressions", []string{"resultExpression", "={a: response.failedEntryCount}"}, []string{"resultExpression", "={b: response.failedEntryCount + 1}"}, sound, 2},
		{"error expressions", []string{"errorExpression", `=bpmnError("A", error.code)`}, []string{"errorExpression", `=jobError("b", {}, 2, @"PT9S")`}, wrong, 2},
		{"backoffs", []string{"retryBackoff", "PT7S"}, []string{"retryBackoff", "PT8S"}, unreachable, 0},
		{"faults, which are not kept", []string{"resultExpression", "={a: "}, []string{"retryBackoff", "soon"}, sound, 3},
		{"long ones, which are not kept", []string{"resultExpression", long}, []string{"resultExpression", "={b: 1}"}, sound, 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			compiles := &countedCompiles{}
			r := newRig(t, func(o *Options) { o.Expressions = compiles })
			var key int64
			end := func(pairs []string) string {
				j := r.job(headers(t, pairs...), tt.variables)
				key++
				j.Key = key
				return facts(r.Handle(t.Context(), j))
			}
			one, other := end(tt.one), end(tt.other)
			assert.NotEqual(t, one, other)
			for range 2 {
				assert.Equal(t, one, end(tt.one))
				assert.Equal(t, other, end(tt.other))
			}
			assert.Equal(t, tt.compiles, compiles.calls.Load())
		})
	}
}

func TestTheHeadersOfTheLatestTasksAreKept(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for i := range maxHeaders + 10 {
		r.Handle(t.Context(), r.job(headers(t, "resultVariable", strings.Repeat("v", i+1)), with("")))
	}
	assert.Equal(t, maxHeaders, r.headers.Len())
}

// TestHeadersOfWhichJQWasUnavailableAreReadAgain, for the next job of their task.
func TestHeadersOfWhichJQWasUnavailableAreReadAgain(t *testing.T) {
	t.Parallel()
	jq := &noJQ{}
	r := newRig(t, func(o *Options) { o.Expressions = jq })
	for range 3 {
		failed(t, r.Handle(t.Context(), r.job(headers(t, "expressionLanguage", "jq", "resultExpression", "."), with(""))))
	}
	assert.EqualValues(t, 3, jq.calls.Load())
}
