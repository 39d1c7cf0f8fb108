package connector

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/endpoint"
	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/expression"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
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

// Handler works on jobs. It is safe for concurrent use.
type Handler struct {
	sender      Sender
	secrets     Secrets
	expressions Expressions
	observer    Observer
	log         *slog.Logger
	tracer      Tracer
	memory      *memory
	told        *told

	rules         rules // but for what differs between jobs
	models        Models
	trustedInputs bool
	endpoints     *endpoint.Policy
	outlet        func(text string) string
	note          func(values ...string)
}

// New returns a handler.
func New(o Options) *Handler {
	h := &Handler{
		sender: o.Sender, secrets: o.Secrets, expressions: o.Expressions, observer: o.Observer, log: o.Log, tracer: o.Tracer, memory: newMemory(), told: &told{},
		rules: rules{saas: o.SaaS, endpoints: o.Endpoints, ambient: o.Ambient}, models: o.Models, trustedInputs: o.TrustedInputs, endpoints: o.Endpoints, outlet: o.Mask, note: o.Note,
	}
	if h.outlet == nil {
		h.outlet = func(text string) string { return text }
	}
	if h.note == nil {
		h.note = func(...string) {}
	}
	if h.observer == nil {
		h.observer = noObserver{}
	}
	if h.tracer == nil {
		h.tracer = noTracer{}
	}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	return h
}

type noObserver struct{}

func (noObserver) ExpressionWarnings(string, []string) {}
func (noObserver) Failed(string)                       {}
func (noObserver) SettledFromMemory()                  {}

type noTracer struct{}

func (noTracer) Expression(context.Context, string) func(error) { return untraced }

func untraced(error) {}

// work is one job on its way through the handler.
type work struct {
	*Handler
	ctx     context.Context
	job     *job.Job
	log     *slog.Logger
	headers Headers
	mask    *secret.Mask // of the job's own secrets; nil = none yet
	sent    *sent        // what AWS accepted; nil as long as it did not
	json    []byte
	hints   []string
}

// Handle works on one job and says how it ends. When ctx is cancelled, a job whose event was not yet on its way is handed
// back, and one whose event was is left to its lease. All panics end in a failed job.
func (h *Handler) Handle(ctx context.Context, j *job.Job) (outcome job.Outcome) {
	w := &work{Handler: h, ctx: ctx, job: j, log: h.log.With("job_key", j.Key, "process_id", j.ProcessID, "element_id", j.ElementID, "tenant", j.TenantID)}
	defer w.recover(&outcome)
	outcome = w.run() //nolint:contextcheck // what a job needs of its context it has
	return outcome
}

// Settled is told that the broker took a command for the job: whatever comes of it next is another try, for which an event
// is sent.
func (h *Handler) Settled(j *job.Job) { h.memory.forget(sentKey{j.Key, j.Retries}) }

// run takes the steps of a job in their order.
func (w *work) run() job.Outcome {
	headers, err := readHeaders(w.ctx, w.job.CustomHeaders, w.expressions)
	w.headers = headers
	recalled := w.recall()
	switch {
	case err != nil && w.ctx.Err() != nil && recalled: // the drain ended a compilation
		return job.Abandon{Reason: job.AbandonDrained}
	case err != nil && w.ctx.Err() != nil:
		return job.HandBack{}
	case err != nil:
		err.Retry = err.Retry && !recalled // an accepted event is not sent again because jq cannot run
		return w.failed(err)
	case recalled:
		return w.conclude()
	}
	if abandon := w.extendLease(); abandon != nil {
		return abandon
	}
	input, err := w.readInput()
	if err != nil {
		if lookUp := err.Code == codeSecrets || err.Code == codeFilter; lookUp && w.ctx.Err() != nil { // the drain ended it
			return job.HandBack{}
		}
		return w.failed(err)
	}
	if stop, err := w.send(input); err != nil {
		return w.failed(err)
	} else if stop != nil {
		return stop
	}
	return w.conclude()
}

// recall finds the response of an event that AWS accepted for this job before.
func (w *work) recall() bool {
	s := w.memory.recall(sentKey{w.job.Key, w.job.Retries})
	if s == nil {
		return false
	}
	w.sent, w.mask = s, s.mask
	w.observer.SettledFromMemory()
	w.log.Info("event was accepted before, settling without sending again")
	return true
}

// extendLease applies the header jobTimeout. A job that the broker says is not ours any more is left alone; if the broker
// does not answer, the earlier deadline counts.
func (w *work) extendLease() job.Outcome {
	if w.headers.JobTimeout == 0 {
		return nil
	}
	err := w.job.Lease.Extend(w.ctx, w.headers.JobTimeout)
	if err == nil {
		return nil
	}
	if w.ctx.Err() != nil {
		return job.HandBack{}
	}
	var refused *job.CommandError
	switch {
	case errors.Is(err, job.ErrLeaseOver):
		return job.Abandon{Reason: job.AbandonLeaseOver}
	case errors.As(err, &refused) && refused.Kind == job.Gone:
		w.log.Warn("job is gone, its event is not sent", "error", refused.Error())
		return job.Abandon{Reason: job.AbandonGone}
	}
	w.log.Warn("job timeout could not be set, going on with the earlier deadline", "error", err.Error())
	return nil
}

// readInput resolves the secrets in the job's variables and reads them.
func (w *work) readInput() (*Input, *Error) {
	variables, fault := readVariables(w.job.Variables)
	if fault != nil {
		return nil, fault
	}
	c := secret.Context{
		TenantID: w.job.TenantID, ProcessID: w.job.ProcessID, ProcessDefinitionKey: w.job.ProcessDefinitionKey, ElementID: w.job.ElementID,
		Deadline: time.Now().Add(w.time()),
	}
	id, fault := w.ownIdentity(w.ctx, c, variables)
	if fault != nil {
		return nil, fault
	}
	w.ignores(id)
	resolved, mask, err := w.secrets.Resolve(w.ctx, c, id.variables)
	w.mask = mask
	if err != nil {
		return nil, secretError(err)
	}
	w.note(ownSecrets(resolved)...)
	b := &binder{rules: w.rules, mask: w.clean, job: w.job, warn: func(format string, args ...any) {
		w.log.Warn("unexpected input", "detail", w.clean(fmt.Sprintf(format, args...)))
	}}
	b.rules.literalEndpoint = id.literalEndpoint
	in, fault := b.bindInput(resolved)
	if fault != nil && len(id.ignored) > 0 {
		fault.Message += "\nIgnored, since the task's own input mappings do not make it: " + strings.Join(id.ignoredNames(), ", ") + ". " + howToCount
	}
	return in, fault
}

// clean takes the secrets of the job, and those of the process, out of a text that leaves the process.
func (w *work) clean(text string) string { return w.outlet(w.mask.Apply(text)) }

// minMargin is the least time that is kept for settling a job after its send.
const minMargin = 2 * time.Second

// LeastLease returns how much of a job's lease must be left for work on it to begin: one try to send its event, with the given
// time, and the margin behind it; at most half of the lease.
func LeastLease(lease, requestTimeout time.Duration) time.Duration {
	return min(lease/2, requestTimeout+max(lease/10, minMargin))
}

// time returns how long may be worked on the job: what its lease leaves, less a margin for the command behind it.
func (w *work) time() time.Duration {
	left := w.job.Lease.Left()
	return left - max(left/10, minMargin)
}

// send sends the event, within the lease less a margin for the command behind it.
func (w *work) send(in *Input) (job.Outcome, *Error) {
	if w.ctx.Err() != nil {
		return job.HandBack{}, nil
	}
	bound := w.time()
	if bound <= 0 {
		return job.Abandon{Reason: job.AbandonLeaseOver}, nil
	}
	ctx, cancel := context.WithTimeout(w.ctx, bound)
	defer cancel()
	in.Request.BeforeAttempt, in.Request.LastTry = w.job.AwaitEffect, w.job.Retries <= 1
	response, err := w.sender.Send(ctx, &in.Request)
	if err == nil {
		w.sent = &sent{response: response, failOnRejected: in.FailOnRejectedEntry, mask: w.mask}
		w.memory.remember(sentKey{w.job.Key, w.job.Retries}, w.sent)
		return nil, nil
	}
	var e *eventbridge.Error
	switch errors.As(err, &e); {
	case e != nil && e.NotSent:
		return job.HandBack{}, nil // no attempt was made that AWS may have accepted: no retry is spent on that
	case e != nil && e.Kind == eventbridge.KindCanceled && w.ctx.Err() != nil && e.Sent:
		return job.Abandon{Reason: job.AbandonDrained}, nil
	case e != nil && e.Kind == eventbridge.KindCanceled && w.ctx.Err() != nil:
		return job.HandBack{}, nil
	}
	return nil, sendError(err)
}

// recover makes a failed job of a panic. The text of the panic could hold a secret, so that it is told to nobody but the
// log, masked, and not even to the log while there is no mask yet.
func (w *work) recover(outcome *job.Outcome) {
	p := recover()
	if p == nil {
		return
	}
	text := fmt.Sprintf("%T", p)
	if w.mask != nil {
		text = w.clean(fmt.Sprint(p))
	}
	w.log.Error("panic while working on a job", "panic", text, "stack", string(debug.Stack()))
	e := internalError()
	e.Retry = w.sent == nil // an accepted event is not sent again for a fault of ours
	*outcome = w.fail(e)
}
