package trace

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdk "go.opentelemetry.io/otel/sdk/trace"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

func TestTheIDsOfAJobAreThoseOfItsSampledSpan(t *testing.T) {
	t.Parallel()
	const trace = "0af7651916cd43dd8448eb211c80319c"
	tracer := newTracer(sdk.NewTracerProvider(), "v")
	sampled := &job.Job{Key: 1, Type: "t", CustomHeaders: `{"traceparent": "00-` + trace + `-b7ad6b7169203331-01"}`}
	other := &job.Job{Key: 2, Type: "t", CustomHeaders: `{"traceparent": "00-` + trace + `-b7ad6b7169203331-00"}`}
	tracer.begin(sampled, true)
	tracer.begin(other, true)
	traceID, spanID := tracer.IDs(sampled)
	assert.Equal(t, trace, traceID)
	assert.Len(t, spanID, 16)
	assert.NotEqual(t, "b7ad6b7169203331", spanID, "the job's own span, not the one before it")
	for name, j := range map[string]*job.Job{"one that is not sampled": other, "one that is not worked on": {Key: 3}} {
		traceID, spanID = tracer.IDs(j)
		assert.Empty(t, traceID+spanID, name)
	}
	require.NotNil(t, tracer.end(sampled))
	traceID, _ = tracer.IDs(sampled)
	assert.Empty(t, traceID, "it has ended")
	traceID, _ = (*Tracer)(nil).IDs(sampled)
	assert.Empty(t, traceID, "tracing is off")
}
