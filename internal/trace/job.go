package trace

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/worker"
)

// following is a job with its span, from its being taken until it is settled or left.
type following struct {
	ctx   context.Context // with the span
	span  trace.Span
	way   string
	taken time.Time
}

// Observer decorates an observer of the worker: a job's span begins when it is taken, and ends when it is settled or left.
func (t *Tracer) Observer(o worker.Observer) worker.Observer { return &observer{o, t} }

type observer struct {
	worker.Observer
	t *Tracer
}

func (o *observer) Taken(j *job.Job, streamed bool) {
	o.Observer.Taken(j, streamed)
	o.t.begin(j, streamed)
}

func (o *observer) Settled(j *job.Job, outcome job.Outcome, worked, settling time.Duration) {
	o.Observer.Settled(j, outcome, worked, settling)
	f := o.t.end(j)
	if f == nil {
		return
	}
	f.span.SetAttributes(attribute.String("camunda.job.outcome", outcome.Name()))
	switch outcome := outcome.(type) {
	case job.Fail:
		f.span.SetAttributes(attribute.Int("camunda.job.retries_left", int(outcome.Retries)))
		f.span.SetStatus(codes.Error, outcome.Message)
	case job.Throw:
		f.span.SetAttributes(attribute.String("error.type", outcome.Code))
	}
	f.span.End()
}

func (o *observer) Abandoned(j *job.Job, reason job.AbandonReason) {
	o.Observer.Abandoned(j, reason)
	if f := o.t.end(j); f != nil {
		f.span.SetAttributes(attribute.String("camunda.job.outcome", "abandon"))
		f.span.SetStatus(codes.Error, "left to its lease: "+string(reason))
		f.span.End()
	}
}

func (t *Tracer) begin(j *job.Job, streamed bool) {
	f := &following{way: "poll", taken: time.Now()}
	if streamed {
		f.way = "stream"
	}
	parent := propagation.TraceContext{}.Extract(context.Background(), carrier{j}) //nolint:forbidigo // a job comes with no context but its own trace's
	f.ctx, f.span = t.tracer.Start(parent, "process "+j.Type, trace.WithSpanKind(trace.SpanKindConsumer), trace.WithTimestamp(f.taken), trace.WithAttributes(
		attribute.String("messaging.system", "zeebe"), attribute.String("messaging.operation.type", "process"), attribute.String("messaging.destination.name", j.Type),
		attribute.Int64("camunda.job.key", j.Key), attribute.Int("camunda.job.retries", int(j.Retries)), attribute.String("camunda.tenant.id", j.TenantID),
		attribute.String("camunda.process.id", j.ProcessID), attribute.Int64("camunda.process_instance.key", j.ProcessInstanceKey),
		attribute.String("camunda.element.id", j.ElementID), attribute.Int64("camunda.element_instance.key", j.ElementInstanceKey)))
	if t.client != "" {
		f.span.SetAttributes(attribute.String("camunda.client.name", t.client))
	}
	t.jobs.Store(j, f)
	t.byKey.Store(j.Key, f)
}

func (t *Tracer) end(j *job.Job) *following {
	f, ok := t.jobs.LoadAndDelete(j)
	if !ok {
		return nil
	}
	t.byKey.CompareAndDelete(j.Key, f) // unless the same job has come again meanwhile
	return f.(*following)
}

// IDs returns the ids of the trace and the span of a job that is being worked on; empty if it is not sampled.
func (t *Tracer) IDs(j *job.Job) (traceID, spanID string) {
	if t == nil {
		return "", ""
	}
	f, ok := t.jobs.Load(j)
	if !ok {
		return "", ""
	}
	return idsOf(f.(*following).span.SpanContext())
}

// SpanIDs returns the ids of the trace and the span of a context; empty if it is not sampled.
func SpanIDs(ctx context.Context) (traceID, spanID string) {
	return idsOf(trace.SpanContextFromContext(ctx))
}

func idsOf(c trace.SpanContext) (traceID, spanID string) {
	if !c.IsSampled() {
		return "", ""
	}
	return c.TraceID().String(), c.SpanID().String()
}

// Handler decorates a handler: what it does is below the job's span.
func (t *Tracer) Handler(h worker.Handler) worker.Handler { return &handler{h, t} }

type handler struct {
	worker.Handler
	t *Tracer
}

func (h *handler) Handle(ctx context.Context, j *job.Job) job.Outcome {
	f, ok := h.t.jobs.Load(j)
	if !ok {
		return h.Handler.Handle(ctx, j)
	}
	following := f.(*following)
	_, span := h.t.tracer.Start(following.ctx, "take", trace.WithTimestamp(following.taken), trace.WithAttributes(attribute.String("camunda.job.way", following.way)))
	span.End()
	return h.Handler.Handle(trace.ContextWithSpan(ctx, following.span), j)
}

// Gateway decorates a gateway: each command for a job is a span below the job's, as OpenTelemetry's conventions have it for a call of
// gRPC, or for a request of HTTP where the gateway is called over REST.
func (t *Tracer) Gateway(g worker.Gateway, overREST bool) worker.Gateway {
	return &gateway{g, t, overREST}
}

type gateway struct {
	worker.Gateway
	t        *Tracer
	overREST bool
}

// command is a call of the gateway for a job, over each transport.
type command struct {
	rpc        string // the method of gRPC
	http, path string // the method of HTTP, and the path with the key's place
}

var (
	complete      = command{"CompleteJob", "POST", "/v2/jobs/{jobKey}/completion"}
	fail          = command{"FailJob", "POST", "/v2/jobs/{jobKey}/failure"}
	throw         = command{"ThrowError", "POST", "/v2/jobs/{jobKey}/error"}
	updateTimeout = command{"UpdateJobTimeout", "PATCH", "/v2/jobs/{jobKey}"}
)

// span returns the name and the attributes of the command's span.
func (c command) span(overREST bool) (name string, about []attribute.KeyValue) {
	if overREST {
		return c.http + " " + c.path, []attribute.KeyValue{
			attribute.String("http.request.method", c.http), attribute.String("url.template", c.path),
		}
	}
	return c.rpc, []attribute.KeyValue{
		attribute.String("rpc.system", "grpc"), attribute.String("rpc.service", "gateway_protocol.Gateway"), attribute.String("rpc.method", c.rpc),
	}
}

// refused notes what a command that failed was answered.
func refused(span trace.Span, err error, overREST bool) {
	e, ok := errors.AsType[*job.CommandError](err)
	switch {
	case ok && overREST && e.HTTPStatus > 0:
		span.SetAttributes(attribute.Int("http.response.status_code", e.HTTPStatus), attribute.String("error.type", strconv.Itoa(e.HTTPStatus)))
	case ok && e.Code != "":
		span.SetAttributes(attribute.String("error.type", e.Code))
	}
	span.SetStatus(codes.Error, "the gateway refused the command")
}

func (g *gateway) Complete(ctx context.Context, r job.Ref, variables []byte) error {
	ctx, end := g.command(ctx, r.Key, complete)
	return end(g.Gateway.Complete(ctx, r, variables))
}

func (g *gateway) Fail(ctx context.Context, r job.Ref, retries int32, backoff time.Duration, message string, variables []byte) error {
	ctx, end := g.command(ctx, r.Key, fail)
	return end(g.Gateway.Fail(ctx, r, retries, backoff, message, variables))
}

func (g *gateway) Throw(ctx context.Context, r job.Ref, code, message string, variables []byte) error {
	ctx, end := g.command(ctx, r.Key, throw)
	return end(g.Gateway.Throw(ctx, r, code, message, variables))
}

func (g *gateway) UpdateTimeout(ctx context.Context, r job.Ref, d time.Duration) error {
	ctx, end := g.command(ctx, r.Key, updateTimeout)
	return end(g.Gateway.UpdateTimeout(ctx, r, d))
}

func (g *gateway) command(ctx context.Context, key int64, c command) (context.Context, func(error) error) {
	f, ok := g.t.byKey.Load(key)
	if !ok {
		return ctx, func(err error) error { return err }
	}
	name, about := c.span(g.overREST)
	ctx, span := g.t.tracer.Start(trace.ContextWithSpan(ctx, f.(*following).span), name, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(about...))
	return ctx, func(err error) error {
		if err != nil {
			refused(span, err, g.overREST)
		}
		span.End()
		return err
	}
}

// carrier finds a job's W3C trace context: in its custom headers, else in its variables.
type carrier struct{ j *job.Job }

// Variables are those in which a process hands its trace context on.
func Variables() []string { return []string{"traceparent", "tracestate"} }

// Get implements [propagation.TextMapCarrier].
func (c carrier) Get(name string) string {
	for _, text := range []string{c.j.CustomHeaders, c.j.Variables} {
		if !strings.Contains(text, name) {
			continue
		}
		if value := jsonvalue.RawMember([]byte(text), name); jsonvalue.RawKind(value) == jsonvalue.KindString {
			if found, _ := jsonvalue.Unquote(value); found != "" {
				return found
			}
		}
	}
	return ""
}

// Set implements [propagation.TextMapCarrier]; nothing is ever injected into a job.
func (carrier) Set(string, string) {}

// Keys implements [propagation.TextMapCarrier].
func (carrier) Keys() []string { return Variables() }
