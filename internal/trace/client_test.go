package trace

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/worker"
)

// accepting is a gateway that accepts each completion.
type accepting struct{ worker.Gateway }

func (accepting) Complete(context.Context, job.Ref, []byte) error { return nil }

// quiet is an observer that nobody reads.
type quiet struct{ worker.Observer }

func (quiet) Taken(*job.Job, bool) {}

// TestJobsOfSeveralClientsWithOneKeyAreToldApart: clusters and physical tenants give the same keys.
func TestJobsOfSeveralClientsWithOneKeyAreToldApart(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewSpanRecorder()
	root := newTracer(sdk.NewTracerProvider(sdk.WithSpanProcessor(spans)), "v1")
	jobs := map[string]*job.Job{}
	clients := map[string]*Tracer{"a": root.Client("a"), "b": root.Client("b")}
	for name, tracer := range clients {
		jobs[name] = &job.Job{Key: 1, Type: "t", CustomHeaders: "{}"}
		tracer.Observer(quiet{}).Taken(jobs[name], false)
	}
	for name, tracer := range clients {
		require.NoError(t, tracer.Gateway(accepting{}, false).Complete(t.Context(), job.Ref{Key: 1}, nil))
		command := spans.Ended()[len(spans.Ended())-1]
		traceID, spanID := root.IDs(jobs[name])
		assert.Equal(t, traceID, command.SpanContext().TraceID().String(), name)
		assert.Equal(t, spanID, command.Parent().SpanID().String(), name)
	}
	for _, span := range spans.Started() {
		if span.Name() != "process t" {
			continue
		}
		var client string
		for _, a := range span.Attributes() {
			if a.Key == "camunda.client.name" {
				client = a.Value.AsString()
			}
		}
		_, spanID := root.IDs(jobs[client])
		assert.Equal(t, spanID, span.SpanContext().SpanID().String())
	}
	assert.Nil(t, (*Tracer)(nil).Client("a"))
}
