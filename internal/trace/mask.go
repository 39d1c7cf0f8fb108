package trace

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// maskedExporter takes secrets out of all texts of spans on their way out: names, states, and attributes of spans, events and
// links, whoever set them.
type maskedExporter struct {
	sdk.SpanExporter
	mask func(text string) string
}

// ExportSpans implements [sdk.SpanExporter].
func (e maskedExporter) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	masked := make([]sdk.ReadOnlySpan, len(spans))
	for i, s := range spans {
		masked[i] = maskedSpan{s, e.mask}
	}
	return e.SpanExporter.ExportSpans(ctx, masked)
}

type maskedSpan struct {
	sdk.ReadOnlySpan
	mask func(text string) string
}

func (s maskedSpan) Name() string { return s.mask(s.ReadOnlySpan.Name()) }

func (s maskedSpan) Status() sdk.Status {
	status := s.ReadOnlySpan.Status()
	status.Description = s.mask(status.Description)
	return status
}

func (s maskedSpan) Attributes() []attribute.KeyValue {
	return maskedAttributes(s.ReadOnlySpan.Attributes(), s.mask)
}

func (s maskedSpan) Events() []sdk.Event {
	all := append([]sdk.Event(nil), s.ReadOnlySpan.Events()...)
	for i := range all {
		all[i].Name, all[i].Attributes = s.mask(all[i].Name), maskedAttributes(all[i].Attributes, s.mask)
	}
	return all
}

func (s maskedSpan) Links() []sdk.Link {
	all := append([]sdk.Link(nil), s.ReadOnlySpan.Links()...)
	for i := range all {
		all[i].SpanContext = maskedState(all[i].SpanContext, s.mask)
		all[i].Attributes = maskedAttributes(all[i].Attributes, s.mask)
	}
	return all
}

func (s maskedSpan) SpanContext() trace.SpanContext {
	return maskedState(s.ReadOnlySpan.SpanContext(), s.mask)
}

func (s maskedSpan) Parent() trace.SpanContext { return maskedState(s.ReadOnlySpan.Parent(), s.mask) }

// maskedState leaves out the trace state that a process hands on if there is a secret in it.
func maskedState(c trace.SpanContext, mask func(text string) string) trace.SpanContext {
	if state := c.TraceState().String(); state != "" && mask(state) != state {
		return c.WithTraceState(trace.TraceState{})
	}
	return c
}

func maskedAttributes(all []attribute.KeyValue, mask func(text string) string) []attribute.KeyValue {
	out := make([]attribute.KeyValue, len(all))
	for i, a := range all {
		out[i] = attribute.KeyValue{Key: attribute.Key(mask(string(a.Key))), Value: maskedValue(a.Value, mask)}
	}
	return out
}

// maskedValue masks texts and lists of texts; another value becomes its masked text if that shows a secret.
func maskedValue(v attribute.Value, mask func(text string) string) attribute.Value {
	switch v.Type() {
	case attribute.STRING:
		return attribute.StringValue(mask(v.AsString()))
	case attribute.STRINGSLICE:
		all := v.AsStringSlice()
		for i := range all {
			all[i] = mask(all[i])
		}
		return attribute.StringSliceValue(all)
	default:
		if text := v.String(); mask(text) != text {
			return attribute.StringValue(mask(text))
		}
		return v
	}
}
