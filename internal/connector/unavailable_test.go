package connector

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression/jq"
)

// noJQ compiles no jq: its child process cannot be started.
type noJQ struct{ calls atomic.Int64 }

func (n *noJQ) Compile(ctx context.Context, l expression.Language, source string) (*expression.Program, error) {
	if l != expression.JQ {
		return expression.Compile(ctx, l, source)
	}
	n.calls.Add(1)
	return nil, &expression.CompileError{Language: l, Source: source, Err: &jq.UnavailableError{Err: fmt.Errorf("fork/exec: %w", syscall.EAGAIN)}}
}

// TestJQThatCannotRunCostsOneRetry: the expression is not the cause, so that another try may succeed. Nothing was sent.
func TestJQThatCannotRunCostsOneRetry(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"resultExpression", "errorExpression"} {
		t.Run(header, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(o *Options) { o.Expressions = &noJQ{} })
			f, e := failed(t, r.Handle(t.Context(), r.job(headers(t, "expressionLanguage", "jq", header, ".", "retryBackoff", "PT7S"), with(""))))
			assert.EqualValues(t, 2, f.Retries)
			assert.Equal(t, "7s", f.Backoff.String())
			assert.Equal(t, "JQ_UNAVAILABLE", e["code"])
			assert.Equal(t, "eventbridge.JQ_UNAVAILABLE", e["type"])
			assert.Contains(t, e["message"], "header "+header)
			assert.Contains(t, e["message"], "resource temporarily unavailable")
			assert.Empty(t, r.bus.Events())
		})
	}
}

func TestAFaultOfAnotherHeaderIsAnInputErrorThoughJQCannotRun(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Expressions = &noJQ{} })
	f, e := failed(t, r.Handle(t.Context(), r.job(headers(t, "expressionLanguage", "jq", "resultExpression", ".", "retryBackoff", "soon"), with(""))))
	assert.Zero(t, f.Retries)
	assert.Equal(t, "INPUT_ERROR", e["code"])
}

func TestAnAcceptedEventIsNotSentAgainBecauseJQCannotRun(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.Expressions = &noJQ{} })
	j := r.job(headers(t, "expressionLanguage", "jq", "resultExpression", "."), with(""))
	r.memory.Add(sentKey{j.Key, j.Retries}, &sent{})
	f, e := failed(t, r.Handle(t.Context(), j))
	assert.Zero(t, f.Retries)
	assert.True(t, f.EffectDone)
	assert.Equal(t, "JQ_UNAVAILABLE", e["code"])
}

// TestAnEvaluationThatJQCannotRunIsTriedAgainWhileNothingWasSent: the program was compiled before, and then the child is lost.
func TestAnEvaluationThatJQCannotRunIsTriedAgainWhileNothingWasSent(t *testing.T) {
	t.Parallel()
	lost := &expression.EvalError{Language: expression.JQ, Source: ".", Err: &jq.UnavailableError{Err: syscall.EAGAIN}}
	for _, tt := range []struct {
		name  string
		so    progress
		err   error
		code  string
		retry bool
	}{
		{"nothing was sent", progress{}, lost, "JQ_UNAVAILABLE", true},
		{"an event was accepted", progress{sent: &sent{}}, lost, "JQ_UNAVAILABLE", false},
		{"no turn came", progress{}, &expression.EvalError{Language: expression.JQ, Source: ".", Err: jq.ErrWait}, "JQ_UNAVAILABLE", true},
		{"the expression is the cause", progress{}, &expression.EvalError{Language: expression.JQ, Source: ".", Err: jq.ErrTime}, "INPUT_ERROR", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := evaluationError(tt.so, tt.err)
			assert.Equal(t, tt.code, e.Code)
			assert.Equal(t, tt.retry, e.Retry)
			assert.Contains(t, e.Message, "Failed to evaluate expression '.' (jq)")
		})
	}
}

// TestARejectedEntrysCodeIsTakenOnlyIfItIsOne: what AWS answers can be any text (contract 3.3).
func TestARejectedEntrysCodeIsTakenOnlyIfItIsOne(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"InternalFailure":                          "InternalFailure",
		"com.amazonaws.events#ThrottlingException": "ThrottlingException",
		"A.b_9":                 "A.b_9",
		"AKIA literal":          "HTTP_200",
		"wJalrXUtnFEMI/K7MDENG": "HTTP_200",
		"<script>":              "HTTP_200",
		"a\nb":                  "HTTP_200",
		"ключ":                  "HTTP_200",
		" ":                     "HTTP_200",
		"x#":                    "HTTP_200",
		strings.Repeat("x", 65): "HTTP_200",
		strings.Repeat("x", 64): strings.Repeat("x", 64),
		"literal":               "***", // the job's own secret key
		"ThrottlingException:http://internal.amazon.com/coral/": "ThrottlingException",
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			quoted, err := json.Marshal(code)
			require.NoError(t, err)
			r.bus.Script(embedded.Answer{Status: 200, Body: `{"FailedEntryCount":1,"Entries":[{"ErrorCode":` + string(quoted) + `,"ErrorMessage":"no"}]}`})
			f, e := failed(t, r.Handle(t.Context(), r.job("{}", with(`,"failOnRejectedEntry":true`))))
			assert.Equal(t, want, e["code"])
			assert.Equal(t, "eventbridge."+want, e["type"])
			assert.EqualValues(t, 2, f.Retries)
		})
	}
}
