package connector

import (
	"context"
	"strconv"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// conclude makes the outcome of a job whose event was accepted: the result variables, then the error expression, which is
// asked after a success too.
func (a attempt) conclude(ctx context.Context, so progress) job.Outcome {
	response := so.sent.response
	if so.sent.failOnRejected {
		if n, ok := response.FailedEntryCount(); ok && n > 0 {
			return a.concludeError(ctx, so, rejected(response))
		}
	}
	evaluating := ctx
	if so.headers.ResultExpression != nil || so.headers.ErrorExpression != nil {
		var done context.CancelFunc
		evaluating, done = a.evaluating(ctx)
		defer done()
	}
	result, err := a.resultVariables(evaluating, so)
	if err != nil {
		return a.concludeError(ctx, so, err)
	}
	scope := &expression.Scope{Fields: response.Value(), Variables: result.object, Response: response.Value(), Input: a.inputVariable}
	said, err := a.askErrorExpression(evaluating, so, scope)
	if err != nil {
		return a.fail(so, err)
	}
	if _, none := said.verdict.(noVerdict); none {
		return job.Complete{Settling: a.settling(so), Variables: result.json}
	}
	return a.carryOut(so, said.verdict)
}

// concludeError makes the outcome of a job that a step ended. The error expression is asked of an *[Error], and may make
// something else of it.
func (a attempt) concludeError(ctx context.Context, so progress, err error) job.Outcome {
	var e *Error
	switch err := err.(type) { //nolint:errorlint // the steps return them unwrapped
	case *endedError:
		return err.outcome
	case *Error:
		e = err.masked(a.cleaner(so.mask))
	default:
		e = internalError()
	}
	seen := e.value()
	evaluating, done := a.evaluating(ctx)
	defer done()
	said, fault := a.askErrorExpression(evaluating, so, &expression.Scope{
		Input:    a.inputVariable,
		Response: jsonvalue.ObjectOf(jsonvalue.Member{Key: "error", Value: seen}),
		Error:    seen,
	})
	if fault != nil {
		fault.Message += "\nThe error that it was asked about: " + e.Message
		return a.fail(so, fault)
	}
	if _, none := said.verdict.(noVerdict); !none {
		return a.carryOut(so, said.verdict)
	}
	if !e.ofExpression {
		e.Message += expression.Hints(said.warnings) // why the error expression may have seen nothing in the error
	}
	return a.fail(so, e)
}

// answer is what an error expression says, and the warnings of its evaluation.
type answer struct {
	verdict  verdict
	warnings []expression.Warning
}

// askErrorExpression evaluates the error expression, if there is one. The message of an error has the expression's own hints.
func (a attempt) askErrorExpression(ctx context.Context, so progress, scope *expression.Scope) (answer, *Error) {
	program := so.headers.ErrorExpression
	if program == nil {
		return answer{verdict: noVerdict{}}, nil
	}
	scope.Job = jobFacts(a.job)
	r, err := a.evaluate(ctx, so, "error", program, scope)
	if err != nil {
		return answer{}, err
	}
	v, fault := readVerdict(r.Value)
	if fault != nil {
		return answer{}, expressionError(r.Warnings, "Error expression '%s' %s.", program.Source(), fault)
	}
	return answer{v, mistakes(scope, r.Warnings)}, nil
}

// JobFacts returns the names of the fields of job in an error expression.
func JobFacts() []string {
	return []string{"retries", "key", "processInstanceKey", "processDefinitionId", "elementId", "tenantId"}
}

// jobFacts is job in an error expression: the retries as activated and, as texts, whose job it is. [JobFacts] are its fields.
func jobFacts(j *job.Job) *jsonvalue.Object {
	o := jsonvalue.NewObject(6)
	o.Set("retries", jsonvalue.Number(strconv.Itoa(int(j.Retries))))
	o.Set("key", strconv.FormatInt(j.Key, 10))
	if j.ProcessInstanceKey != 0 {
		o.Set("processInstanceKey", strconv.FormatInt(j.ProcessInstanceKey, 10))
	}
	for _, fact := range [...]struct{ name, value string }{{"processDefinitionId", j.ProcessID}, {"elementId", j.ElementID}, {"tenantId", j.TenantID}} {
		if fact.value != "" {
			o.Set(fact.name, fact.value)
		}
	}
	return o
}

// carryOut makes the outcome that the error expression asks for.
func (a attempt) carryOut(so progress, v verdict) job.Outcome {
	clean := a.cleaner(so.mask)
	switch v := v.(type) {
	case bpmnError:
		variables, err := encode(v.variables)
		if err != nil {
			return a.fail(so, err)
		}
		return job.Throw{Settling: a.settling(so), Code: v.code, Message: cut(clean(v.message), maxMessage), Variables: variables}
	case jobError:
		message := cut(clean(v.message), maxMessage)
		all := v.variables.Clone()
		all.Set("error", message)
		if !v.complete {
			e := &Error{Type: "eventbridge." + codeJobError, Code: codeJobError, Message: message}
			all.Set("error", e.value())
		}
		variables, err := encode(all)
		if err != nil {
			return a.fail(so, err)
		}
		a.tellFailure(codeJobError, message)
		return job.Fail{Settling: a.settling(so), Retries: v.retries, Backoff: v.backoff, Message: message, Variables: variables}
	case ignoreError:
		variables, err := encode(v.variables)
		if err != nil {
			return a.fail(so, err)
		}
		return job.Complete{Settling: a.settling(so), Variables: variables}
	}
	return a.fail(so, internalError())
}

// tellFailure tells the log and the metrics of a job that is failed; the message is masked.
func (a attempt) tellFailure(code, message string) {
	a.observer.Failed(code)
	a.logger().Warn("job failed", "error_code", code, "error", message)
}

// fail fails the job with an error as it stands. Once an event was accepted no failure leads to another try by itself: it
// would send the event again; but for a task that asks for all entries to be accepted, and there one was not.
func (a attempt) fail(so progress, e *Error) job.Outcome {
	e = e.masked(a.cleaner(so.mask))
	a.tellFailure(e.Code, e.Message)
	out := job.Fail{Settling: a.settling(so), Message: e.Message, Backoff: so.headers.RetryBackoff}
	if e.Retry {
		out.Retries = max(0, a.job.Retries-1)
	}
	if e.keepsRetries {
		out.Retries = max(1, a.job.Retries)
	}
	if e.Code == codeFilter && !so.headers.GivesBackoff || e.keepsRetries && out.Backoff == 0 {
		out.Backoff = filterBackoff
	}
	if out.Variables = e.variable(); len(out.Variables) > maxVariables {
		e.Variables = nil
		out.Variables = e.variable()
	}
	return out
}

// filterBackoff is the backoff of a job whose model cannot be read, or whose secrets the cluster cannot resolve now, where the task
// gives none: it would be tried again within milliseconds. No event was sent.
const filterBackoff = 10 * time.Second

// variable writes the variable error that a failed job leaves.
func (e *Error) variable() []byte {
	return jsonvalue.Append(nil, jsonvalue.ObjectOf(jsonvalue.Member{Key: "error", Value: e.value()}))
}

// settling is what the settler must know of this job's command.
func (a attempt) settling(so progress) job.Settling {
	return job.Settling{EffectDone: so.sent != nil, Redact: a.cleaner(so.mask)}
}
