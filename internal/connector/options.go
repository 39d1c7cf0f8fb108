package connector

import (
	"context"
	"log/slog"

	"github.com/eventbridge-connector/eventbridge-connector/internal/endpoint"
	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// Sender sends the events of a job; *[eventbridge.Sender] is one.
type Sender interface {
	Send(ctx context.Context, r *eventbridge.Request) (*eventbridge.Response, error)
}

// Secrets resolves the secrets of a job; *[secret.Resolver] is one.
type Secrets interface {
	Resolve(ctx context.Context, c secret.Context, variables []secret.Variable) ([]secret.Variable, *secret.Mask, error)
}

// Expressions compiles the expressions of a job; *[expression.Cache] is one.
type Expressions interface {
	Compile(ctx context.Context, language expression.Language, source string) (*expression.Program, error)
}

// Observer is told what happens to jobs, for metrics. Its methods must not block.
type Observer interface {
	// ExpressionWarnings is called with the warnings of an evaluation of the result or error expression: nulls that look like
	// mistakes, each with its place in the source. They may quote what only the job's process should see.
	ExpressionWarnings(expression string, warnings []string)
	// Failed is called for each job that is failed, with the code of its error.
	Failed(code string)
	// SettledFromMemory is called for a job whose event had been accepted before.
	SettledFromMemory()
}

// Tracer follows the expressions of a job; what else a job does its collaborators tell.
type Tracer interface {
	// Expression is called before the named expression (result or error) is evaluated. What it returns is called after it.
	Expression(ctx context.Context, which string) func(error)
}

// Options are what a [Handler] is made of.
type Options struct {
	Sender      Sender
	Secrets     Secrets
	Expressions Expressions
	Observer    Observer     // nil = none
	Log         *slog.Logger // nil = none
	Tracer      Tracer       // nil = none
	SaaS        bool         // whether the default credentials chain is refused (contract 1.1)

	Models        Models           // nil = no deployed model can be read
	TrustedInputs bool             // whether all inputs count, whoever made them: the secret filter is switched off
	Endpoints     *endpoint.Policy // where requests may go; nil = to AWS's own endpoints and loopback
	Ambient       Ambient
	Mask          func(text string) string // takes the secrets of the whole process out of a text; nil = none
	Note          func(values ...string)   // is told the secrets that a job brings itself, for Mask; nil = nobody
}

type noObserver struct{}

func (noObserver) ExpressionWarnings(string, []string) {}
func (noObserver) Failed(string)                       {}
func (noObserver) SettledFromMemory()                  {}

type noTracer struct{}

func (noTracer) Expression(context.Context, string) func(error) { return untraced }

func untraced(error) {}
