package connector

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// evaluate runs a result or error expression, as long as its context lasts (see [attempt.evaluating]). What it gives must not name an
// intrinsic function: the broker's other workers would call it.
func (a attempt) evaluate(ctx context.Context, so progress, which string, p *expression.Program, scope *expression.Scope) (expression.Result, *Error) {
	done := a.tracer.Expression(ctx, which)
	r, err := p.Eval(ctx, scope)
	done(err)
	if failed, ok := errors.AsType[*expression.EvalError](err); ok {
		r.Warnings = failed.Warnings
	}
	a.tellWarnings(so, which, mistakes(scope, r.Warnings))
	if err != nil {
		return r, evaluationError(so, err)
	}
	if mentions(r.Value, functionKey) {
		return r, expressionError(r.Warnings, "The %s expression '%s' gives the name %s, which is not allowed in process variables", which, p.Source(), functionKey)
	}
	return r, nil
}

// evaluationError is the error of an evaluation that failed. An accepted event is not sent again because jq could not run.
func evaluationError(so progress, err error) *Error {
	if expression.IsUnavailable(err) {
		return unavailableError(err, so.sent == nil)
	}
	return expressionError(nil, "%s", err) // the text of the error has the warnings
}

// evaluateDrained is how long an evaluation may go on once the drain has ended the job's context. Most need a millisecond,
// and a job whose event was accepted is better settled than left to its lease.
const evaluateDrained = 1500 * time.Millisecond

// evaluating returns the context of the evaluations at the end of a job. It ends in time to settle the job.
func (a attempt) evaluating(ctx context.Context) (context.Context, context.CancelFunc) {
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), max(a.timeLeft(), minMargin/2))
	drained := context.AfterFunc(ctx, func() {
		late := time.AfterFunc(evaluateDrained, cancel)
		context.AfterFunc(bounded, func() { late.Stop() })
	})
	return bounded, func() {
		drained()
		cancel()
	}
}

// tellWarnings tells the log and the metrics of the warnings of an evaluation, masked: they may quote what AWS answered.
func (a attempt) tellWarnings(so progress, which string, warnings []expression.Warning) {
	if len(warnings) == 0 {
		return
	}
	texts, clean := expression.Texts(warnings), a.cleaner(so.mask)
	for i := range texts {
		texts[i] = clean(texts[i])
	}
	a.observer.ExpressionWarnings(which, texts)
	a.logger().Debug("expression warnings", "expression", which, "warnings", texts)
}

// mistakes returns the warnings that point to mistakes in an expression. An error expression is asked of errors and of
// successes, so on an error it may ask for what only a success has. Such a warning is left out, and with it those that tell
// of no unknown name: they may follow from the null.
func mistakes(scope *expression.Scope, warnings []expression.Warning) []expression.Warning {
	if scope.Error == nil || !slices.ContainsFunc(warnings, asksForSuccess) {
		return warnings
	}
	return slices.DeleteFunc(slices.Clone(warnings), func(w expression.Warning) bool { return w.Name == "" || asksForSuccess(w) })
}

// asksForSuccess says whether a warning is about a field that only a success has.
func asksForSuccess(w expression.Warning) bool {
	if w.Kind != expression.UnknownField && w.Kind != expression.UnknownVariable {
		return false
	}
	return slices.Contains([]string{"entries", "failedEntryCount", "sdkHttpMetadata", "sdkResponseMetadata"}, w.Name)
}

// mentions says whether a text stands anywhere in a value, keys included.
func mentions(v jsonvalue.Value, text string) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(v, text)
	case []jsonvalue.Value:
		for _, e := range v {
			if mentions(e, text) {
				return true
			}
		}
	case *jsonvalue.Object:
		for k, e := range v.All() {
			if mentions(k, text) || mentions(e, text) {
				return true
			}
		}
	}
	return false
}
