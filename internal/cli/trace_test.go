package cli

import (
	"compress/gzip"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/eventbridge-connector/eventbridge-connector/internal/actuator"
	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
	"github.com/eventbridge-connector/eventbridge-connector/internal/trace"
)

// collector takes traces as an OpenTelemetry collector does.
type collector struct {
	*httptest.Server
	mu      sync.Mutex
	headers http.Header
	service map[string]string
	spans   []*tracepb.Span
}

func startCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{service: map[string]string{}}
	c.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		unpacked, err := gzip.NewReader(r.Body)
		if !assert.NoError(t, err) {
			return
		}
		body, err := io.ReadAll(unpacked)
		assert.NoError(t, err)
		var data tracepb.TracesData
		assert.NoError(t, proto.Unmarshal(body, &data))
		assert.Equal(t, "/v1/traces", r.URL.Path)
		c.headers = r.Header
		for _, resource := range data.GetResourceSpans() {
			for _, a := range resource.GetResource().GetAttributes() {
				c.service[a.GetKey()] = a.GetValue().GetStringValue()
			}
			for _, scope := range resource.GetScopeSpans() {
				c.spans = append(c.spans, scope.GetSpans()...)
			}
		}
	}))
	t.Cleanup(c.Close)
	return c
}

// traced has one job be worked on with tracing on, and returns its event.
func traced(t *testing.T, c *collector, bus *embedded.Bus, custom embedded.Job, more ...string) embedded.Ending {
	t.Helper()
	gateway, err := embedded.StartGateway(embedded.GatewayOptions{Version: "8.8.0"})
	require.NoError(t, err)
	defer gateway.Close()
	s := &session{env: append([]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.URL, "OTEL_EXPORTER_OTLP_HEADERS=api-key=a%20key,x=y", "OTEL_EXPORTER_OTLP_COMPRESSION=gzip",
		"SECRET_AWS_ACCESS_KEY=AKIATRACED0000000000", "SECRET_AWS_SECRET_KEY=never-in-a-trace",
	}, more...)}
	inProcess(t, s.env)
	settings, _, err := config.Load(nil, append(more, "CAMUNDA_CLIENT_GRPCADDRESS=http://"+gateway.Address()), nil)
	require.NoError(t, err)
	log := slog.New(slog.DiscardHandler)
	tracer, err := trace.New(t.Context(), trace.Options{Lookup: s.lookup, Service: Name, Version: "v1.2.3", Log: log})
	require.NoError(t, err)
	parts, err := buildWorker(t.Context(), settings, s.lookup, actuator.NewMetrics("v", "g"), tracer, log, outlet.New())
	require.NoError(t, err)
	defer parts.end()
	taking, drain := context.WithCancel(t.Context())
	defer drain()
	ended := make(chan error, 1)
	go func() { ended <- parts.engine.Run(taking) }()

	custom.Type, custom.ProcessID, custom.ElementID = "io.camunda:aws-eventbridge:1", "order", "announce"
	custom.Variables = fmt.Sprintf(`{
		"authentication": {"type": "credentials", "accessKey": "{{secrets.AWS_ACCESS_KEY}}", "secretKey": "{{secrets.AWS_SECRET_KEY}}"},
		"configuration": {"region": "eu-central-1", "endpoint": %q},
		"input": {"eventBusName": "orders", "source": "shop", "detailType": "placed", "detail": {"orderId": 1}}%s}`, bus.URL(), custom.Variables)
	keys, err := gateway.AddJobs(custom)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	ending, err := gateway.Wait(ctx, keys[0])
	require.NoError(t, err)
	drain()
	require.NoError(t, <-ended)
	require.NoError(t, tracer.Shutdown(ctx))
	return ending
}

// inProcess sets OpenTelemetry's variables for the process, whose library knows no other environment.
func inProcess(t *testing.T, env []string) {
	t.Helper()
	for _, variable := range env {
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "OTEL_") {
			t.Setenv(name, value)
		}
	}
}

func startBus(t *testing.T) *embedded.Bus {
	t.Helper()
	bus, err := embedded.StartBus(embedded.BusOptions{})
	require.NoError(t, err)
	t.Cleanup(bus.Close)
	return bus
}

// byName returns the spans by their names, of which each must be there once.
func (c *collector) byName(t *testing.T) map[string]*tracepb.Span {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[string]*tracepb.Span{}
	for _, s := range c.spans {
		require.NotContains(t, out, s.GetName())
		out[s.GetName()] = s
	}
	return out
}

func attributes(s *tracepb.Span) map[string]string {
	out := map[string]string{}
	for _, a := range s.GetAttributes() {
		out[a.GetKey()] = a.GetValue().GetStringValue()
	}
	return out
}

func TestAJobIsFollowedFromTheProcessIntoTheEvent(t *testing.T) {
	c, bus := startCollector(t), startBus(t)
	const traceID, caller = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	ending := traced(t, c, bus, embedded.Job{
		CustomHeaders: `{"resultExpression": "={id: response.entries[1].eventId}", "errorExpression": "=if error != null then bpmnError(\"E\") else null"}`,
		Variables:     `, "traceparent": "00-` + traceID + `-` + caller + `-01"`,
	})
	require.Equal(t, embedded.Complete, ending.Command.Kind)

	spans := c.byName(t)
	const root = "process io.camunda:aws-eventbridge:1"
	require.Contains(t, spans, root)
	assert.Equal(t, caller, hex.EncodeToString(spans[root].GetParentSpanId()), "the process's own span is the parent")
	for _, name := range []string{"take", "secrets", "EventBridge.PutEvents", "result expression", "error expression", "CompleteJob"} {
		require.Contains(t, spans, name)
		s := spans[name]
		assert.Equal(t, traceID, hex.EncodeToString(s.GetTraceId()), name)
		assert.Equal(t, spans[root].GetSpanId(), s.GetParentSpanId(), name)
		assert.LessOrEqual(t, spans[root].GetStartTimeUnixNano(), s.GetStartTimeUnixNano(), name)
		assert.GreaterOrEqual(t, spans[root].GetEndTimeUnixNano(), s.GetEndTimeUnixNano(), name)
	}
	assert.Len(t, spans, 7)
	about := attributes(spans[root])
	assert.Equal(t, "complete", about["camunda.job.outcome"])
	assert.Equal(t, "order", about["camunda.process.id"])
	assert.Equal(t, "announce", about["camunda.element.id"])

	events := bus.Events()
	require.Len(t, events, 1)
	assert.Equal(t, "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent="+hex.EncodeToString(spans["EventBridge.PutEvents"].GetSpanId())+";Sampled=1", events[0].TraceHeader)

	assert.Equal(t, Name, c.service["service.name"])
	assert.Equal(t, "v1.2.3", c.service["service.version"])
	assert.Equal(t, "a key", c.headers.Get("Api-Key"))
	for _, s := range c.spans {
		assert.NotContains(t, s.String(), "never-in-a-trace")
	}
}

func TestReadingTheDeployedModelIsASpanBelowTheSecrets(t *testing.T) {
	c, bus := startCollector(t), startBus(t)
	rest := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(nestedModel)) }))
	defer rest.Close()
	ending := traced(t, c, bus, embedded.Job{ProcessDefinitionKey: 4711}, "CAMUNDA_CLIENT_RESTADDRESS="+rest.URL)
	require.Equal(t, embedded.Complete, ending.Command.Kind, ending.Command.Message)
	spans := c.byName(t)
	require.Contains(t, spans, "read process definition")
	read := spans["read process definition"]
	assert.Equal(t, spans["secrets"].GetSpanId(), read.GetParentSpanId())
	assert.Equal(t, tracepb.Span_SPAN_KIND_CLIENT, read.GetKind())
	assert.Contains(t, read.String(), "4711")
	for _, s := range c.spans {
		assert.NotContains(t, s.String(), "never-in-a-trace")
	}
}

func TestAFailedJobIsAFailedSpan(t *testing.T) {
	c, bus := startCollector(t), startBus(t)
	bus.Respond(func(*embedded.BusRequest) *embedded.Answer {
		a := embedded.AWSError(http.StatusBadRequest, "AccessDeniedException", "not you")
		return &a
	})
	ending := traced(t, c, bus, embedded.Job{Retries: 1, CustomHeaders: `{"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}`})
	require.Equal(t, embedded.Fail, ending.Command.Kind)
	spans := c.byName(t)
	send, root := spans["EventBridge.PutEvents"], spans["process io.camunda:aws-eventbridge:1"]
	require.NotNil(t, send)
	require.NotNil(t, root)
	assert.Equal(t, "4bf92f3577b34da6a3ce929d0e0e4736", hex.EncodeToString(root.GetTraceId()), "headers carry it, too")
	assert.Equal(t, tracepb.Status_STATUS_CODE_ERROR, send.GetStatus().GetCode())
	assert.Equal(t, "AccessDeniedException", attributes(send)["error.type"])
	assert.NotEmpty(t, attributes(send)["aws.request_id"])
	assert.Equal(t, tracepb.Status_STATUS_CODE_ERROR, root.GetStatus().GetCode())
	assert.Contains(t, root.GetStatus().GetMessage(), "not you")
	assert.Equal(t, "fail", attributes(root)["camunda.job.outcome"])
	assert.Contains(t, spans, "FailJob")
}

func TestTracesAreOffUnlessAskedFor(t *testing.T) {
	for _, tt := range []struct {
		env  string
		on   bool
		want string // part of the error
	}{
		{"", false, ""},
		{"OTEL_SERVICE_NAME=x", false, ""},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318", true, ""},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=https://c/traces", true, ""},
		{"OTEL_TRACES_EXPORTER=otlp", true, ""},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318 OTEL_TRACES_EXPORTER=none", false, ""},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318 OTEL_SDK_DISABLED=true", false, ""},
		{"OTEL_TRACES_EXPORTER=console", true, ""},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_PROTOCOL=grpc", true, ""},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_TRACES_SAMPLER=parentbased_traceidratio OTEL_TRACES_SAMPLER_ARG=0.01 OTEL_BSP_MAX_QUEUE_SIZE=10", true, ""},
		{"OTEL_TRACES_EXPORTER=jaeger", false, `OTEL_TRACES_EXPORTER is "jaeger"; expected otlp, console or none`},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=c:4318", false, `OTEL_EXPORTER_OTLP_ENDPOINT is "c:4318"; expected a URL`},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://u:hidden@c:4318", false, `OTEL_EXPORTER_OTLP_ENDPOINT holds a user; expected the user in OTEL_EXPORTER_OTLP_HEADERS`},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=u:hidden@c:4318", false, `OTEL_EXPORTER_OTLP_ENDPOINT is no URL`},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://c:4318/?key=hidden", false, `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT holds a query`},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_PROTOCOL=http/json", false, `OTEL_EXPORTER_OTLP_PROTOCOL is "http/json"; expected http/protobuf`},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=grpc OTEL_EXPORTER_OTLP_PROTOCOL=x", false, `OTEL_EXPORTER_OTLP_PROTOCOL is "x"`},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_TIMEOUT=10s", false, `OTEL_EXPORTER_OTLP_TIMEOUT is "10s"; expected milliseconds`},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_COMPRESSION=zip", false, `expected gzip or none`},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_INSECURE=yes", false, `OTEL_EXPORTER_OTLP_INSECURE is "yes"; expected true or false`},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_HEADERS=hidden", false, `OTEL_EXPORTER_OTLP_HEADERS: pair 1 is not key=value`},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_HEADERS=a=b,c=%hidden", false, `OTEL_EXPORTER_OTLP_HEADERS: pair 2 is not key=value`},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_HEADERS=a=b,(=hidden", false, `OTEL_EXPORTER_OTLP_HEADERS: pair 2 is not key=value`},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_CERTIFICATE=/nowhere.pem", false, `OTEL_EXPORTER_OTLP_CERTIFICATE: open /nowhere.pem`},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE=/nowhere.pem", false, `OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and its key: open /nowhere.pem`},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_TRACES_SAMPLER=foo", false, `OTEL_TRACES_SAMPLER is "foo"; expected one of always_on, always_off`},
		{"OTEL_TRACES_EXPORTER=console OTEL_TRACES_SAMPLER=traceidratio OTEL_TRACES_SAMPLER_ARG=1.5", false, `OTEL_TRACES_SAMPLER_ARG is "1.5"; expected a number from 0 to 1`},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_BSP_SCHEDULE_DELAY=5s", false, `OTEL_BSP_SCHEDULE_DELAY is "5s"; expected a whole number`},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_SPAN_LINK_COUNT_LIMIT=many", false, `OTEL_SPAN_LINK_COUNT_LIMIT is "many"`},
	} {
		t.Run(tt.env, func(t *testing.T) {
			s := &session{env: strings.Fields(tt.env)}
			inProcess(t, s.env)
			tracer, err := trace.New(t.Context(), trace.Options{Lookup: s.lookup, Service: Name, Log: slog.New(slog.DiscardHandler)})
			if tt.want != "" {
				require.ErrorContains(t, err, tt.want)
				assert.NotContains(t, err.Error(), "hidden")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.on, tracer != nil)
			require.NoError(t, tracer.Shutdown(t.Context()))
		})
	}
}

// Off means that nothing is decorated: a worker without a tracer is made of the same parts as one before there were traces.
func TestTracesThatAreOffDecorateNothing(t *testing.T) {
	t.Parallel()
	settings, _, err := config.Load([]string{"--grpc-address=http://127.0.0.1:1"}, nil, nil)
	require.NoError(t, err)
	s := &session{}
	tracer, err := trace.New(t.Context(), trace.Options{Lookup: s.lookup, Service: Name, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	require.Nil(t, tracer)
	parts, err := buildWorker(t.Context(), settings, s.lookup, actuator.NewMetrics("v", "g"), tracer, slog.New(slog.DiscardHandler), outlet.New())
	require.NoError(t, err)
	defer parts.end()
	for name, part := range map[string]any{"gateway": parts.gateway, "handler": parts.handler} {
		assert.NotContains(t, fmt.Sprintf("%T", part), "trace", name)
	}
}

func TestATraceHeaderOfTheTaskIsKept(t *testing.T) {
	c, bus := startCollector(t), startBus(t)
	const own = "Root=1-5759e988-bd862e3fe1be46a994272793"
	ending := traced(t, c, bus, embedded.Job{
		Variables: `, "input": {"eventBusName": "orders", "source": "shop", "detailType": "placed", "detail": {}, "traceHeader": "` + own + `"}`,
	})
	require.Equal(t, embedded.Complete, ending.Command.Kind)
	require.Len(t, bus.Events(), 1)
	assert.Equal(t, own, bus.Events()[0].TraceHeader)
}
