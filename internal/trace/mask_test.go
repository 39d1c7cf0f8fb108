package trace

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

// TestNoSpanHoldsASecret: whatever a span says, its texts are exported without the secrets in use.
func TestNoSpanHoldsASecret(t *testing.T) {
	t.Parallel()
	const value = "s3cr3t-12345678"
	exported := tracetest.NewInMemoryExporter()
	mask := func(text string) string {
		return strings.ReplaceAll(strings.ReplaceAll(text, value, "***"), "12345678", "***")
	}
	p := sdk.NewTracerProvider(sdk.WithSyncer(maskedExporter{exported, mask}))
	state, err := trace.ParseTraceState("a=" + value)
	require.NoError(t, err)
	parent := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}, TraceFlags: trace.FlagsSampled, TraceState: state})
	ctx := trace.ContextWithSpanContext(t.Context(), parent)
	_, span := p.Tracer("t").Start(ctx, "process "+value, trace.WithLinks(trace.Link{SpanContext: parent, Attributes: []attribute.KeyValue{attribute.String("l", value)}}))
	span.SetAttributes(attribute.String("a", "b "+value), attribute.StringSlice("s", []string{"x", value}), attribute.Int("n", 12345678), attribute.Int64Slice("ns", []int64{1, 12345678}), attribute.Bool(value, true), attribute.Int("m", 7))
	span.AddEvent("event "+value, trace.WithAttributes(attribute.String("e", value)))
	span.SetStatus(codes.Error, "refused "+value)
	span.End()

	spans := exported.GetSpans()
	require.Len(t, spans, 1)
	all := fmt.Sprintf("%+v %s %s", spans, spans[0].SpanContext.TraceState().String(), spans[0].Links[0].SpanContext.TraceState().String())
	assert.NotContains(t, all, "s3cr3t")
	assert.NotContains(t, all, "12345678")
	assert.Equal(t, "process ***", spans[0].Name)
	assert.Equal(t, "refused ***", spans[0].Status.Description)
	assert.Contains(t, spans[0].Attributes, attribute.String("a", "b ***"))
	assert.Contains(t, spans[0].Attributes, attribute.Int("m", 7), "other values stay as they are")
}
