package trace

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// start begins a span below that of the context; false = there is none, and none is begun.
func (t *Tracer) start(ctx context.Context, name string, o ...trace.SpanStartOption) (context.Context, trace.Span, bool) {
	if !trace.SpanContextFromContext(ctx).IsValid() {
		return ctx, nil, false
	}
	ctx, span := t.tracer.Start(ctx, name, o...)
	return ctx, span, true
}

// step begins a span as start does. What it returns ends it; of an error the span says no more than what failed.
func (t *Tracer) step(ctx context.Context, name, failed string, o ...trace.SpanStartOption) (context.Context, func(error)) {
	ctx, span, ok := t.start(ctx, name, o...)
	if !ok {
		return ctx, func(error) {}
	}
	return ctx, func(err error) {
		if err != nil {
			span.SetStatus(codes.Error, failed)
		}
		span.End()
	}
}

// Secrets decorates a resolver of secrets.
func (t *Tracer) Secrets(s connector.Secrets) connector.Secrets { return &secrets{s, t} }

type secrets struct {
	connector.Secrets
	t *Tracer
}

func (s *secrets) Resolve(ctx context.Context, c secret.Context, variables []secret.Variable) ([]secret.Variable, *secret.Mask, error) {
	ctx, end := s.t.step(ctx, "secrets", "a secret could not be resolved")
	resolved, mask, err := s.Secrets.Resolve(ctx, c, variables)
	end(err)
	return resolved, mask, err
}

// Definitions decorates what reads deployed process definitions.
func (t *Tracer) Definitions(d secret.Definitions) secret.Definitions { return &definitions{d, t} }

type definitions struct {
	secret.Definitions
	t *Tracer
}

func (d *definitions) InputMappings(ctx context.Context, key int64) (map[string][]secret.Mapping, error) {
	ctx, end := d.t.step(ctx, "read process definition", "the definition could not be read", trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		attribute.String("http.request.method", "GET"), attribute.String("url.template", "/v2/process-definitions/{processDefinitionKey}/xml"),
		attribute.Int64("camunda.process_definition.key", key)))
	mappings, err := d.Definitions.InputMappings(ctx, key)
	end(err)
	return mappings, err
}

// Expression begins the span of an expression of the context's job, which ends with what it returns. The message of an error may
// quote what only the process should see, and is left out.
func (t *Tracer) Expression(ctx context.Context, which string) func(error) {
	_, end := t.step(ctx, which+" expression", "the expression failed")
	return end
}

// Sender decorates a sender: events without a trace header of their own get that of the request's span, so that AWS X-Ray goes on
// from it.
func (t *Tracer) Sender(s connector.Sender) connector.Sender { return &sender{s, t} }

type sender struct {
	connector.Sender
	t *Tracer
}

func (s *sender) Send(ctx context.Context, r *eventbridge.Request) (*eventbridge.Response, error) {
	ctx, span, ok := s.t.start(ctx, "EventBridge.PutEvents", trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		attribute.String("rpc.system", "aws-api"), attribute.String("rpc.service", "EventBridge"), attribute.String("rpc.method", "PutEvents"),
		attribute.String("cloud.region", r.Region), attribute.Int("messaging.batch.message_count", len(r.Entries))))
	if !ok {
		return s.Sender.Send(ctx, r)
	}
	defer span.End()
	response, err := s.Sender.Send(ctx, withTraceHeader(r, span.SpanContext()))
	if e, ok := errors.AsType[*eventbridge.Error](err); ok {
		span.SetAttributes(attribute.String("error.type", e.Code))
		if e.StatusCode > 0 {
			span.SetAttributes(attribute.Int("http.response.status_code", e.StatusCode))
		}
		if e.RequestID != "" {
			span.SetAttributes(attribute.String("aws.request_id", e.RequestID))
		}
		if e.Entries > 0 {
			span.SetAttributes(attribute.Int(requestEntries, e.Entries))
		}
	}
	if response != nil {
		span.SetAttributes(attribute.Int(requestEntries, response.SentEntries()))
	}
	if err != nil {
		span.SetStatus(codes.Error, "the event was not accepted")
	}
	return response, err
}

// requestEntries is the attribute for how many entries the latest request had. Other jobs may share it.
const requestEntries = "eventbridge.request.entries"

// withTraceHeader returns the request with the span's X-Ray header in each entry that has none.
func withTraceHeader(r *eventbridge.Request, c trace.SpanContext) *eventbridge.Request {
	header := xray(c)
	out := *r
	out.Entries = slices.Clone(r.Entries)
	for i := range out.Entries {
		if out.Entries[i].TraceHeader == "" {
			out.Entries[i].TraceHeader = header
		}
	}
	return &out
}

// xray writes a span's context as AWS X-Ray's trace header: Root=1-<8 hex digits>-<24>;Parent=<16>;Sampled=<0 or 1>
// (https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader).
func xray(c trace.SpanContext) string {
	id := c.TraceID().String()
	sampled := 0
	if c.IsSampled() {
		sampled = 1
	}
	return fmt.Sprintf("Root=1-%s-%s;Parent=%s;Sampled=%d", id[:8], id[8:], c.SpanID(), sampled)
}
