package trace

import (
	"context"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// grpcCollector takes traces as an OpenTelemetry collector does on port 4317.
type grpcCollector struct {
	collector.UnimplementedTraceServiceServer
	mu       sync.Mutex
	spans    []string
	metadata metadata.MD
}

func (c *grpcCollector) Export(ctx context.Context, r *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.metadata, _ = metadata.FromIncomingContext(ctx)
	for _, resource := range r.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				c.spans = append(c.spans, span.GetName())
			}
		}
	}
	return &collector.ExportTraceServiceResponse{}, nil
}

// follow has a tracer of the process's environment send one span, whose name holds a secret.
func follow(t *testing.T) {
	t.Helper()
	tracer, err := New(t.Context(), Options{
		Lookup: os.LookupEnv, Service: "s", Version: "v", Log: slog.New(slog.DiscardHandler),
		Mask: func(text string) string { return strings.ReplaceAll(text, "hush", "***") },
	})
	require.NoError(t, err)
	require.NotNil(t, tracer)
	_, span := tracer.tracer.Start(t.Context(), "name hush")
	span.End()
	require.NoError(t, tracer.Shutdown(t.Context()))
}

func TestTracesGoByGRPCWhereTheProtocolIsNamed(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it listens at once
	require.NoError(t, err)
	c, server := &grpcCollector{}, grpc.NewServer()
	collector.RegisterTraceServiceServer(server, c)
	go func() { _ = server.Serve(listener) }()
	defer server.Stop()
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+listener.Addr().String())
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%20key")
	follow(t)
	assert.Equal(t, []string{"name ***"}, c.spans)
	assert.Equal(t, []string{"a key"}, c.metadata.Get("api-key"))
}

// TestTracesOnTheConsoleAreMasked runs itself as a process of its own, whose standard output is the test's.
func TestTracesOnTheConsoleAreMasked(t *testing.T) {
	const child = "TRACE_TEST_CHILD"
	if os.Getenv(child) != "" {
		follow(t)
		return
	}
	itself, err := os.Executable()
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), itself, "-test.run=^TestTracesOnTheConsoleAreMasked$")
	command.Env = append(os.Environ(), child+"=1", "OTEL_TRACES_EXPORTER=console")
	text, err := command.CombinedOutput()
	require.NoError(t, err, "%s", text)
	assert.Contains(t, string(text), `"Name":"name ***"`)
	assert.NotContains(t, string(text), "hush")
}
