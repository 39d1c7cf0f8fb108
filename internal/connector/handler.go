package connector

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/eventbridge-connector/eventbridge-connector/internal/endpoint"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// Handler works on jobs. It is safe for concurrent use.
type Handler struct {
	sender      Sender
	secrets     Secrets
	expressions Expressions
	observer    Observer
	log         *slog.Logger
	tracer      Tracer
	memory      *memory
	told        *lru.Cache[toldOf, struct{}]
	headers     *lru.Cache[string, Headers] // by their text

	rules         rules // but for what differs between jobs
	models        Models
	trustedInputs bool
	endpoints     *endpoint.Policy
	outlet        func(text string) string
	note          func(values ...string)
}

// New returns a handler.
func New(o Options) *Handler {
	told, _ := lru.New[toldOf, struct{}](maxTold)      // the error is of a size below 1
	headers, _ := lru.New[string, Headers](maxHeaders) // as above
	h := &Handler{
		sender: o.Sender, secrets: o.Secrets, expressions: o.Expressions, observer: o.Observer, log: o.Log, tracer: o.Tracer, memory: newMemory(), told: told, headers: headers,
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

// attempt is one try of a job. It does not change while the job is worked on.
type attempt struct {
	*Handler
	job *job.Job
}

// logger returns the log with the job's attributes. Most jobs log nothing.
func (a attempt) logger() *slog.Logger {
	j := a.job
	return a.log.With("job_key", j.Key, "process_id", j.ProcessID, "element_id", j.ElementID, "tenant", j.TenantID)
}

// progress is what the steps of an attempt have found so far. The end of the job is made of it, wherever it comes.
type progress struct {
	headers Headers      // zero before they are read; after an error in them, those that could be read
	mask    *secret.Mask // of the job's secrets; nil before they are resolved
	sent    *sent        // the event that AWS accepted; nil = none
}

// Handle works on one job and says how it ends. When ctx is cancelled, a job whose event was not yet on its way is handed
// back, and one whose event was is left to its lease. All panics end in a failed job.
func (h *Handler) Handle(ctx context.Context, j *job.Job) (outcome job.Outcome) {
	a := attempt{h, j}
	so := a.recall()
	defer func() {
		if p := recover(); p != nil {
			outcome = a.failPanic(so, p)
		}
	}()
	var err error
	if so.headers, err = a.readHeaders(ctx, so); err != nil {
		return a.concludeError(ctx, so, err)
	}
	if so.sent != nil {
		return a.conclude(ctx, so)
	}
	if err = a.extendLease(ctx, so.headers.JobTimeout); err != nil {
		return a.concludeError(ctx, so, err)
	}
	variables, err := a.resolveSecrets(ctx)
	if so.mask = variables.mask; err != nil {
		return a.concludeError(ctx, so, err)
	}
	input, err := a.bindInput(variables)
	if err != nil {
		return a.concludeError(ctx, so, err)
	}
	if so.sent, err = a.send(ctx, input, so.mask); err != nil {
		return a.concludeError(ctx, so, err)
	}
	return a.conclude(ctx, so)
}

// Settled is told that the broker took a command for the job: whatever comes of it next is another try, for which an event
// is sent.
func (h *Handler) Settled(j *job.Job) { h.memory.Remove(sentKey{j.Key, j.Retries}) }

// cleaner returns a function that takes a job's secrets, and those of the process, out of a text that leaves the process.
func (h *Handler) cleaner(mask *secret.Mask) func(text string) string {
	return func(text string) string { return h.outlet(mask.Apply(text)) }
}

// failPanic makes a failed job of a panic. The text of the panic could hold a secret, so only the log gets it, masked. While
// there is no mask, the log gets no more than its type.
func (a attempt) failPanic(so progress, p any) job.Outcome {
	text := fmt.Sprintf("%T", p)
	if so.mask != nil {
		text = a.cleaner(so.mask)(fmt.Sprint(p))
	}
	a.logger().Error("panic while working on a job", "panic", text, "stack", string(debug.Stack()))
	e := internalError()
	e.Retry = so.sent == nil // an accepted event is not sent again for a fault of ours
	return a.fail(so, e)
}
