package connector

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

var rejectedAnswer = embedded.Answer{Status: 200, Body: `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure","ErrorMessage":"oops"}]}`}

// tooLarge gives more than 4 MB.
const tooLarge = `={a: "0123456789012345678901234567890123456789", b: a+a+a+a+a+a+a+a+a+a, c: b+b+b+b+b+b+b+b+b+b, d: c+c+c+c+c+c+c+c+c+c, e: d+d+d+d+d+d+d+d+d+d, f: e+e+e+e+e+e+e+e+e+e}`

// TestHowAJobEnds holds the rules of contract 3.2 to 3.4.
func TestHowAJobEnds(t *testing.T) {
	t.Parallel()
	denied := embedded.AWSError(400, "AccessDeniedException", "no access")
	for _, tt := range []struct {
		name      string
		headers   []string
		input     string
		answer    *embedded.Answer
		want      job.Outcome // without Settling; Message is a part of it
		variables string
	}{
		{name: "no headers, no variables", want: job.Complete{}},
		{name: "a result expression that is null merges nothing", headers: []string{"resultExpression", "=null"}, want: job.Complete{}},
		{name: "a list of one object stands for it", headers: []string{"resultExpression", "=[{a: 1}]"}, want: job.Complete{}, variables: `{"a":1}`},
		{name: "the expression wins over the variable of the same name", headers: []string{"resultVariable", "a", "resultExpression", "={a: 1}"}, want: job.Complete{}, variables: `{"a":1}`},
		{name: "a result that is no object", headers: []string{"resultExpression", "=42"}, want: job.Fail{Message: "Result expression must return a JSON object, but got number"}},
		{name: "a result that names an intrinsic function", headers: []string{"resultExpression", `={x: {"camunda.function.type": "base64"}}`}, want: job.Fail{Message: "camunda.function.type"}},
		{name: "a failing result expression is not retried: the event was accepted", headers: []string{"resultExpression", "=assert(1, false, \"boom\")"}, want: job.Fail{Message: "boom"}},
		{name: "a null that should have been an object says why", headers: []string{"resultExpression", "=count(response.entrys)"}, want: job.Complete{}},
		{name: "an error expression sees the success", headers: []string{"errorExpression", `=if failedEntryCount = 0 and error = null then bpmnError("C", "m " + string(job.retries), {a: 1}) else null`}, want: job.Throw{Code: "C", Message: "m 3"}, variables: `{"a":1}`},
		{name: "and the response beside the result variables", headers: []string{"resultExpression", "={x: 1}", "errorExpression", `=bpmnError(string(x) + string(response.failedEntryCount))`}, want: job.Throw{Code: "10"}},
		{name: "an empty code is a code", headers: []string{"errorExpression", `=bpmnError("")`}, want: job.Throw{}},
		{name: "no code is no error", headers: []string{"errorExpression", `={errorType: "bpmnError", errorMessage: "m"}`}, want: job.Complete{}},
		{name: "ignoreError drops the result variables", headers: []string{"resultExpression", "={x: 1}", "errorExpression", `=ignoreError({y: 2})`}, want: job.Complete{}, variables: `{"y":2}`},
		{name: "jobError by its function", headers: []string{"errorExpression", `=jobError("m", {a: 1}, 1.9, @"PT1M")`, "retryBackoff", "PT9S"}, want: job.Fail{Retries: 1, Backoff: time.Minute, Message: "m"}, variables: `{"a":1,"error":"m"}`},
		{name: "jobError with negative retries", headers: []string{"errorExpression", `=jobError("m", {}, -3)`}, want: job.Fail{Message: "m"}, variables: `{"error":"m"}`},
		{name: "a job error whose variables are no object", headers: []string{"errorExpression", `={errorType: "jobError", errorMessage: "m", variables: 1}`}, want: job.Fail{Message: "variables that is a number and not an object"}},
		{name: "anything else from the error expression", headers: []string{"errorExpression", `=true`}, want: job.Fail{Message: "gives a boolean"}},
		{name: "an unknown error type", headers: []string{"errorExpression", `={errorType: "weird"}`}, want: job.Fail{Message: `errorType "weird"`}},
		{name: "an AWS error takes one retry and the backoff", headers: []string{"retryBackoff", "pt5s"}, answer: &denied, want: job.Fail{Retries: 2, Backoff: 5 * time.Second, Message: "no access (Service: EventBridge, Status Code: 400, Error Code: AccessDeniedException, Request ID: "}},
		{name: "an error expression by the code", headers: []string{"errorExpression", `=if error.code = "AccessDeniedException" then bpmnError("D", response.error.message) else null`}, answer: &denied, want: job.Throw{Code: "D", Message: "no access (Service"}},
		{name: "an error expression that fails says of which error", headers: []string{"errorExpression", `=modulo(1, 0)`}, answer: &denied, want: job.Fail{Message: "The error that it was asked about: no access"}},
		{name: "what an error expression missed is a hint in the message", headers: []string{"errorExpression", `=if error.kode = "X" then bpmnError("D") else null`}, answer: &denied, want: job.Fail{Retries: 2, Message: "there is no field kode (did you mean code?)"}},
		{name: "a rejected entry is a success", answer: &rejectedAnswer, want: job.Complete{}},
		{name: "but for a task that asks for an error", input: `,"failOnRejectedEntry":true`, answer: &rejectedAnswer, want: job.Fail{Retries: 2, Message: "AWS rejected entry 1 of 1: oops"}},
		{name: "which an error expression sees with all entries", input: `,"failOnRejectedEntry":"true"`, headers: []string{"errorExpression", `=bpmnError(error.code, "m", {n: count(error.variables.entries)})`}, answer: &rejectedAnswer, want: job.Throw{Code: "InternalFailure", Message: "m"}, variables: `{"n":1}`},
		{name: "a written-out job error without retries", headers: []string{"errorExpression", `={errorType: "jobError", errorMessage: "m"}`}, want: job.Fail{Message: "m"}, variables: `{"error":{"type":"eventbridge.JOB_ERROR","message":"m","code":"JOB_ERROR"}}`},
		{name: "a BPMN error with variables that are too large", headers: []string{"errorExpression", `=bpmnError("C", "m", ` + tooLarge[1:] + `)`}, want: job.Fail{Message: "more than the 1572864"}},
		{name: "a job error with variables that are too large", headers: []string{"errorExpression", `=jobError("m", ` + tooLarge[1:] + `)`}, want: job.Fail{Message: "more than the 1572864"}},
		{name: "an ignored error with variables that are too large", headers: []string{"errorExpression", `=ignoreError(` + tooLarge[1:] + `)`}, want: job.Fail{Message: "more than the 1572864"}},
		{name: "an entry that is rejected without a reason", input: `,"failOnRejectedEntry":true`, answer: &embedded.Answer{Status: 200, Body: `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"E"}]}`}, want: job.Fail{Retries: 2, Message: "AWS rejected entry 1 of 1: E"}},
		{name: "entries that are rejected without saying which", input: `,"failOnRejectedEntry":true`, answer: &embedded.Answer{Status: 200, Body: `{"FailedEntryCount":1,"Entries":[{"EventId":"e"}]}`}, want: job.Fail{Retries: 2, Message: "AWS rejected 1 entries without saying which"}},
		{name: "a message that is too long", headers: []string{"errorExpression", `=bpmnError("C", string join(for i in 1..7000 return "ä"))`}, want: job.Throw{Code: "C", Message: "ä…"}},
		{name: "variables that are too large", headers: []string{"resultExpression", tooLarge}, want: job.Fail{Message: "more than the 1572864"}},
		{name: "jq", headers: []string{"expressionLanguage", "jq", "resultExpression", "{n: (.entries | length)}", "errorExpression", `if $error then {errorType: "bpmnError", errorCode: "X"} else null end`}, want: job.Complete{}, variables: `{"n":1}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			if tt.answer != nil {
				r.bus.Script(*tt.answer)
			}
			got := r.Handle(t.Context(), r.job(headers(t, tt.headers...), with(tt.input)))
			var variables []byte
			switch want := tt.want.(type) {
			case job.Complete:
				variables = []byte(completed(t, got))
			case job.Fail:
				f, _ := failed(t, got)
				assert.Equal(t, want.Retries, f.Retries)
				assert.Equal(t, want.Backoff, f.Backoff)
				assert.Contains(t, f.Message, want.Message)
				variables = f.Variables
			case job.Throw:
				th, ok := got.(job.Throw)
				require.True(t, ok, "want a BPMN error, got %T %+v", got, got)
				assert.Equal(t, want.Code, th.Code)
				assert.Contains(t, th.Message, want.Message)
				variables = th.Variables
			}
			if tt.variables != "" {
				assert.JSONEq(t, tt.variables, string(variables))
			}
			assert.EqualValues(t, 1, r.bus.Counts().Requests)
		})
	}
}

func TestAnErrorExpressionMayAskForWhatOnlyASuccessHas(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.bus.Script(embedded.AWSError(400, "AccessDeniedException", "no access"))
	h := headers(t, "errorExpression", `=if response.failedEntryCount > 0 or count(entries) > 1 then bpmnError("R") else null`)
	f, _ := failed(t, r.Handle(t.Context(), r.job(h, with(""))))
	assert.NotContains(t, f.Message, "Hints")
}

func TestAResultThatIsTooLargeHasACodeOfItsOwn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	h := headers(t, "resultExpression", tooLarge)
	f, e := failed(t, r.Handle(t.Context(), r.job(h, with(""))))
	assert.Equal(t, "RESULT_TOO_LARGE", e["code"])
	assert.Zero(t, f.Retries)
	assert.True(t, f.EffectDone, "its command is worth sending late, too")
}

func TestSecretsAreMaskedOnTheWayOut(t *testing.T) {
	t.Parallel()
	for _, h := range []string{
		`{}`,
		`{"errorExpression":"=bpmnError(\"E\", error.message, {m: error.message})"}`,
		`{"errorExpression":"=jobError(error.message, {m: error.message}, 1)"}`,
		`{"errorExpression":"=error.message"}`,
	} {
		r := newRig(t)
		r.bus.Script(embedded.AWSError(400, "ValidationException", `key AKIATESTTESTTEST0000 and se"cret\of-test are bad`))
		got := r.Handle(t.Context(), r.job(h, strings.NewReplacer("AKIDLITERAL", "{{secrets.KEY}}", "literal", "{{secrets.SECRET}}").Replace(with(""))))
		out, err := json.Marshal(got)
		if err != nil { // Redact is a function
			switch o := got.(type) {
			case job.Fail:
				out = []byte(o.Message + string(o.Variables))
			case job.Throw:
				out = []byte(o.Message + string(o.Variables))
			}
		}
		text := string(out) + r.log.String()
		assert.NotContains(t, text, "AKIATESTTESTTEST0000")
		assert.NotContains(t, text, "cret\\\\of-test")
		assert.Contains(t, string(out), "key *** and *** are bad", h)
	}
}
