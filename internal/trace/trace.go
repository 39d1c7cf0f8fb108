// Package trace follows jobs with OpenTelemetry: a span for each job, and below it one for taking it, resolving its secrets,
// sending its event, evaluating its expressions and settling it.
//
// It is off unless the standard environment variables ask for it, and costs nothing then: it decorates the parts of a worker
// (gateway, handler, observer, secrets, sender), which know nothing of it, and without a [Tracer] nothing is decorated.
package trace

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/contrib/exporters/autoexport"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/time/rate"
)

// Tracer follows jobs. It is safe for concurrent use.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer

	client string    // whose jobs they are; empty = that of the only one
	jobs   *sync.Map // of *job.Job to *following
	byKey  *sync.Map // of a job's key to *following; clusters give the same keys
}

// Client returns the tracer for the jobs of one of several clients, whose name their spans have as an attribute; nil for nil. It is
// shut down with t.
func (t *Tracer) Client(name string) *Tracer {
	if t == nil {
		return nil
	}
	return &Tracer{provider: t.provider, tracer: t.tracer, client: name, jobs: t.jobs, byKey: &sync.Map{}}
}

// Options are what a [Tracer] is made of.
type Options struct {
	Lookup  func(name string) (string, bool) // finds an environment variable
	Service string                           // the name of the service unless OTEL_SERVICE_NAME gives one
	Version string
	Log     *slog.Logger
	Mask    func(text string) string // takes the secrets in use out of a text; nil = there are none
}

// New returns a tracer as OpenTelemetry's environment variables ask for, and nil if they do not: traces are sent if
// OTEL_TRACES_EXPORTER is otlp, or unset while there is an endpoint in OTEL_EXPORTER_OTLP_ENDPOINT or
// OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, and written to the standard output if it is console. How they are sent, sampling, batches,
// limits and the resource follow their own variables, which the library reads from the environment of the process
// (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). The error names the variable that is wrong.
func New(ctx context.Context, o Options) (*Tracer, error) {
	env := environment{o.Lookup}
	on, err := env.on()
	if err != nil || !on {
		return nil, err
	}
	if err := env.check(); err != nil {
		return nil, err
	}
	otel.SetLogger(logr.FromSlogHandler(o.Log.Handler())) // else the library writes to the standard error, past the masking
	exporter, err := autoexport.NewSpanExporter(ctx)
	if err != nil {
		return nil, fmt.Errorf("start the exporter of traces: %w", err)
	}
	described, err := resource.New(ctx, resource.WithTelemetrySDK(),
		resource.WithAttributes(attribute.String("service.name", o.Service), attribute.String("service.version", o.Version)), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	told := rate.Sometimes{Interval: time.Minute}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		told.Do(func() { o.Log.Warn("traces could not be sent", "error", err.Error()) })
	}))
	if o.Mask != nil {
		exporter = maskedExporter{exporter, o.Mask}
	}
	return newTracer(sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(described)), o.Version), nil
}

func newTracer(p *sdk.TracerProvider, version string) *Tracer {
	return &Tracer{provider: p, tracer: p.Tracer("github.com/eventbridge-connector/eventbridge-connector", trace.WithInstrumentationVersion(version)), jobs: &sync.Map{}, byKey: &sync.Map{}}
}

// Shutdown sends what is left and ends the tracer; nil does nothing.
func (t *Tracer) Shutdown(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}
