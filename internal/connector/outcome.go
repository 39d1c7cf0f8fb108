package connector

import (
	"slices"
	"strconv"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// conclude makes the outcome of a job whose event was accepted: the result variables, then the error expression, which is
// asked after a success too.
func (w *work) conclude() job.Outcome {
	if w.sent.failOnRejected {
		if n, ok := w.sent.response.FailedEntryCount(); ok && n > 0 {
			return w.failed(rejected(w.sent.response))
		}
	}
	variables, err := w.resultVariables(w.sent.response)
	if err != nil {
		return w.failed(err)
	}
	result := append([]byte(nil), w.json...) // before the error expression's variables take its place
	if variables == nil {
		result = nil
	}
	verdict, err := w.judge(&expression.Scope{Fields: w.sent.response.Value(), Variables: variables, Response: w.sent.response.Value(), Input: w.inputVariable})
	if err != nil {
		return w.fail(err)
	}
	if _, none := verdict.(noVerdict); none {
		return job.Complete{Settling: w.settling(), Variables: result}
	}
	return w.judged(verdict)
}

// failed makes the outcome of a job that ended in an error, which its error expression may turn into something else.
func (w *work) failed(e *Error) job.Outcome {
	e = e.masked(w.clean)
	seen := e.value()
	verdict, err := w.judge(&expression.Scope{
		Input:    w.inputVariable,
		Response: jsonvalue.ObjectOf(jsonvalue.Member{Key: "error", Value: seen}),
		Error:    seen,
	})
	if err != nil {
		err.Message += "\nThe error that it was asked about: " + e.Message
		return w.fail(err)
	}
	if _, none := verdict.(noVerdict); none {
		return w.fail(e)
	}
	return w.judged(verdict)
}

// judge asks the error expression, if there is one.
func (w *work) judge(scope *expression.Scope) (verdict, *Error) {
	if w.headers.ErrorExpression == nil {
		return noVerdict{}, nil
	}
	scope.Job = jobFacts(w.job)
	r, err := w.evaluate("error", w.headers.ErrorExpression, scope)
	if err != nil {
		return nil, err
	}
	return readVerdict(r, w.headers.ErrorExpression.Source())
}

// jobFacts is job in an error expression: the retries as activated and, as texts, whose job it is.
func jobFacts(j *job.Job) *jsonvalue.Object {
	o := jsonvalue.ObjectOf(
		jsonvalue.Member{Key: "retries", Value: jsonvalue.Number(strconv.Itoa(int(j.Retries)))},
		jsonvalue.Member{Key: "key", Value: strconv.FormatInt(j.Key, 10)},
	)
	for name, value := range processOf(j).All() {
		if name != "jobKey" {
			o.Set(name, value)
		}
	}
	return o
}

// judged makes the outcome that the error expression asks for.
func (w *work) judged(v verdict) job.Outcome {
	switch v := v.(type) {
	case bpmnError:
		variables, err := w.variables(v.variables)
		if err != nil {
			return w.fail(err)
		}
		return job.Throw{Settling: w.settling(), Code: v.code, Message: cut(w.clean(v.message), maxMessage), Variables: variables}
	case jobError:
		message := cut(w.clean(v.message), maxMessage)
		all := v.variables.Clone()
		all.Set("error", message)
		if !v.complete {
			e := &Error{Type: "eventbridge." + codeJobError, Code: codeJobError, Message: message}
			all.Set("error", e.value())
		}
		variables, err := w.variables(all)
		if err != nil {
			return w.fail(err)
		}
		w.failing(codeJobError, message)
		return job.Fail{Settling: w.settling(), Retries: v.retries, Backoff: v.backoff, Message: message, Variables: variables}
	case ignoreError:
		variables, err := w.variables(v.variables)
		if err != nil {
			return w.fail(err)
		}
		return job.Complete{Settling: w.settling(), Variables: variables}
	}
	return w.fail(internalError())
}

// variables writes the variables that the error expression gave.
func (w *work) variables(o *jsonvalue.Object) ([]byte, *Error) {
	if _, err := w.checkSize(o); err != nil || o == nil {
		return nil, err
	}
	return append([]byte(nil), w.json...), nil
}

// failing tells the log and the metrics of a job that is failed; the message is masked.
func (w *work) failing(code, message string) {
	w.observer.Failed(code)
	w.log.Warn("job failed", "error_code", code, "error", message)
}

// fail fails the job with an error as it stands. Once an event was accepted no failure leads to another try by itself: it
// would send the event again; but for a task that asks for all entries to be accepted, and there one was not.
func (w *work) fail(e *Error) job.Outcome {
	told := *e
	if hints := w.untold(e.Message); len(hints) > 0 {
		told.Message += " Hints: " + strings.Join(hints, "; ") + "."
	}
	e = told.masked(w.clean)
	w.failing(e.Code, e.Message)
	out := job.Fail{Settling: w.settling(), Message: e.Message, Backoff: w.headers.RetryBackoff}
	if e.Retry {
		out.Retries = max(0, w.job.Retries-1)
	}
	if out.Variables = e.variable(); len(out.Variables) > maxVariables {
		e.Variables = nil
		out.Variables = e.variable()
	}
	return out
}

// variable writes the variable error that a failed job leaves.
func (e *Error) variable() []byte {
	return jsonvalue.Append(nil, jsonvalue.ObjectOf(jsonvalue.Member{Key: "error", Value: e.value()}))
}

// untold returns the warnings of the job's expressions that a message does not have yet: why a null came out of an
// expression is often why the job failed, or why its error expression saw nothing in the error.
func (w *work) untold(message string) []string {
	if slices.ContainsFunc(w.hints, asksForSuccess) {
		return nil // nor are the nulls that follow from it
	}
	var hints []string
	for _, h := range w.hints {
		if !strings.Contains(message, h) && !slices.Contains(hints, h) {
			hints = append(hints, h)
		}
	}
	return hints
}

// asksForSuccess says whether a warning is about a field that only a success has. An error expression serves both, so that
// asking for it on an error is no mistake.
func asksForSuccess(hint string) bool {
	_, name, found := strings.Cut(hint, "there is no ")
	if !found {
		return false
	}
	words := strings.Fields(name) // field entries, variable failedEntryCount
	return len(words) > 1 && slices.Contains([]string{"entries", "failedEntryCount", "sdkHttpMetadata", "sdkResponseMetadata"}, words[1])
}

// settling is what the settler must know of this job's command.
func (w *work) settling() job.Settling {
	return job.Settling{EventAccepted: w.sent != nil, Redact: w.clean}
}
