package trace

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/worker"
)

// answers is a gateway that gives each command the same answer.
type answers struct {
	worker.Gateway
	err error
}

func (a answers) Complete(context.Context, job.Ref, []byte) error { return a.err }

func TestTheSpanOfACommandFollowsTheConventionsOfItsTransport(t *testing.T) {
	t.Parallel()
	rpc := []attribute.KeyValue{attribute.String("rpc.system", "grpc"), attribute.String("rpc.service", "gateway_protocol.Gateway"), attribute.String("rpc.method", "CompleteJob")}
	http := []attribute.KeyValue{attribute.String("http.request.method", "POST"), attribute.String("url.template", "/v2/jobs/{jobKey}/completion")}
	for _, tt := range []struct {
		name     string
		overREST bool
		err      error
		span     string
		want     []attribute.KeyValue
	}{
		{"gRPC", false, nil, "CompleteJob", rpc},
		{"gRPC, refused", false, job.Refusal("NOT_FOUND", "no"), "CompleteJob", append(rpc, attribute.String("error.type", "NOT_FOUND"))},
		{"REST", true, nil, "POST /v2/jobs/{jobKey}/completion", http},
		{
			"REST, refused", true, &job.CommandError{Code: "NOT_FOUND", HTTPStatus: 404}, "POST /v2/jobs/{jobKey}/completion",
			append(http, attribute.Int("http.response.status_code", 404), attribute.String("error.type", "404")),
		},
		{
			"REST, no answer", true, &job.CommandError{Code: "UNAVAILABLE"}, "POST /v2/jobs/{jobKey}/completion",
			append(http, attribute.String("error.type", "UNAVAILABLE")),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			spans := tracetest.NewSpanRecorder()
			tracer := newTracer(sdk.NewTracerProvider(sdk.WithSpanProcessor(spans)), "v")
			j := &job.Job{Key: 1, Type: "t"}
			tracer.begin(j, false)
			require.Equal(t, tt.err, tracer.Gateway(answers{err: tt.err}, tt.overREST).Complete(t.Context(), j.Ref(), nil))
			require.Len(t, spans.Ended(), 1)
			assert.Equal(t, tt.span, spans.Ended()[0].Name())
			assert.ElementsMatch(t, tt.want, spans.Ended()[0].Attributes())
		})
	}
}
