// Package expression evaluates the result and error expressions of a job, in FEEL or in jq, behind one face: a
// [Program] is compiled once, cached by its language and source, and run with a [Scope] for each job.
package expression

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/expression/jq"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Language is the language of an expression.
type Language string

// The languages, as the header expressionLanguage names them.
const (
	FEEL Language = "feel"
	JQ   Language = "jq"
)

// Program is a compiled expression. It is safe for concurrent use.
type Program struct {
	language Language
	source   string
	eval     func(ctx context.Context, s *Scope) (Result, error)
}

// Source returns the expression as it was written, with its leading = if it had one.
func (p *Program) Source() string { return p.source }

// Result is what an expression gave.
type Result struct {
	Value    jsonvalue.Value
	Warnings []Warning // why nulls came out of it; jq gives none
}

// CompileError is an expression that does not parse. Its text carries the expression and the reason.
type CompileError struct {
	Language Language
	Source   string
	Err      error // a *feel.SyntaxError, *feel.BudgetError or an error of jq.Compile
}

func (e *CompileError) Error() string {
	return fmt.Sprintf("Failed to parse expression '%s' (%s). Reason: %s", e.Source, e.Language, e.Err)
}

func (e *CompileError) Unwrap() error { return e.Err }

// EvalError is an expression whose evaluation failed. Its text carries the expression and the reason.
type EvalError struct {
	Language Language
	Source   string
	Err      error
	Warnings []Warning // those given before it failed
}

func (e *EvalError) Error() string {
	text := fmt.Sprintf("Failed to evaluate expression '%s' (%s). Reason: %s", e.Source, e.Language, e.Err)
	return text + Hints(e.Warnings)
}

func (e *EvalError) Unwrap() error { return e.Err }

// Compile compiles an expression: a leading = is cut off, as Modeler writes it, with the white space around it. The error
// is a *[CompileError], also for an unknown language. The end of ctx ends the compilation of a jq expression, which another
// process makes (see [jq]): the error then wraps that of ctx.
func Compile(ctx context.Context, language Language, source string) (*Program, error) {
	text := trim(source)
	if rest, found := strings.CutPrefix(text, "="); found {
		text = trim(rest)
	}
	p := &Program{language: language, source: source}
	var err error
	switch language {
	case FEEL:
		p.eval, err = compileFEEL(text)
	case JQ:
		p.eval, err = compileJQ(ctx, text)
	default:
		err = fmt.Errorf("the language %q is unknown, expected %q or %q", language, FEEL, JQ)
	}
	if err != nil {
		return nil, &CompileError{language, source, err}
	}
	return p, nil
}

// IsUnavailable says whether jq could not run at all, or not within the time in which an expression waits for its turn. The
// expression is not the cause.
func IsUnavailable(err error) bool {
	unavailable, _ := errors.AsType[*jq.UnavailableError](err)
	return unavailable != nil || errors.Is(err, jq.ErrWait)
}

// IsPassing says whether the same compilation or evaluation may end differently the next time: it was interrupted, it took too
// long, or jq could not run.
func IsPassing(err error) bool {
	return IsUnavailable(err) || errors.Is(err, jq.ErrTime) || errors.Is(err, jq.ErrMemory) || interrupted(err)
}

func interrupted(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// IsBlank says whether a source is no expression at all: blank, as Modeler leaves an emptied field.
func IsBlank(source string) bool { return strings.TrimSpace(source) == "" }

// trim is Java's String.trim.
func trim(s string) string { return strings.TrimFunc(s, func(r rune) bool { return r <= ' ' }) }

// Eval evaluates the program. The error is an *[EvalError]. The end of ctx ends the evaluation at once, and the error then
// wraps that of ctx.
func (p *Program) Eval(ctx context.Context, s *Scope) (Result, error) {
	r, err := p.eval(ctx, s)
	if err != nil {
		return Result{}, &EvalError{p.language, p.source, err, r.Warnings}
	}
	return r, nil
}
