package cli

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/actuator"
	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

// nestedModel has its task in a sub-process in a process that another one calls, once for each item of a list.
const nestedModel = `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="http://example.com/nested">
 <bpmn:process id="called" isExecutable="true">
  <bpmn:subProcess id="outer"><bpmn:subProcess id="inner">
   <bpmn:sendTask id="announce">
    <bpmn:extensionElements>
     <zeebe:taskDefinition type="io.camunda:aws-eventbridge:1"/>
     <zeebe:ioMapping>
      <zeebe:input source="{{secrets.AWS_ACCESS_KEY}}" target="authentication.accessKey"/>
      <zeebe:input source="={&#34;a&#34;: &#34;{{secrets.AWS_SECRET_KEY}}&#34;}.a" target="authentication.secretKey"/>
      <zeebe:input source="=&#34;token {{secrets.TOKEN}}&#34;" target="input.detail.token"/>
      <zeebe:input source="=order" target="input.detail.order"/>
     </zeebe:ioMapping>
    </bpmn:extensionElements>
    <bpmn:multiInstanceLoopCharacteristics/>
   </bpmn:sendTask>
  </bpmn:subProcess></bpmn:subProcess>
 </bpmn:process>
</bpmn:definitions>`

// listenerModel has an execution listener of the connector's type on an element that makes no job itself.
var listenerModel = strings.NewReplacer("sendTask", "userTask", `<zeebe:taskDefinition type="io.camunda:aws-eventbridge:1"/>`,
	`<zeebe:executionListeners><zeebe:executionListener eventType="start" type="io.camunda:aws-eventbridge:1"/></zeebe:executionListeners>`).Replace(nestedModel)

// workOn has one job of the nested model's task be worked on by a worker whose REST API is this.
func workOn(t *testing.T, rest http.Handler, bus *embedded.Bus, args ...string) embedded.Ending {
	t.Helper()
	ending, asked := workOnVersion(t, "8.8.0", rest, bus, args...)
	assert.Equal(t, uint64(1), asked, "the model was asked for once")
	return ending
}

// workOnVersion is workOn with a gateway of this version. It returns also how often a model was asked for.
func workOnVersion(t *testing.T, version string, rest http.Handler, bus *embedded.Bus, args ...string) (embedded.Ending, uint64) {
	t.Helper()
	gateway, err := embedded.StartGateway(embedded.GatewayOptions{Version: version})
	require.NoError(t, err)
	defer gateway.Close()
	server := httptest.NewServer(rest)
	defer server.Close()
	s := &session{env: []string{"SECRET_AWS_ACCESS_KEY=AKIANESTED0000000000", "SECRET_AWS_SECRET_KEY=never-in-an-event", "SECRET_TOKEN=tok"}}
	settings, _, err := config.Load(append(args, "--grpc-address=http://"+gateway.Address(), "--rest-address="+server.URL), nil, nil)
	require.NoError(t, err)
	metrics := actuator.NewMetrics("v", "g")
	parts, err := buildWorker(t.Context(), settings, s.lookup, metrics, nil, slog.New(slog.DiscardHandler), nil)
	require.NoError(t, err)
	defer parts.end()
	taking, drain := context.WithCancel(t.Context())
	defer drain()
	ended := make(chan error, 1)
	go func() { ended <- parts.engine.Run(taking) }()
	keys, err := gateway.AddJobs(embedded.Job{
		Type: "io.camunda:aws-eventbridge:1", ProcessID: "called", ProcessDefinitionKey: 4711, ElementID: "announce", Retries: 1,
		Variables: `{"authentication": {"accessKey": "{{secrets.AWS_ACCESS_KEY}}", "secretKey": "{{secrets.AWS_SECRET_KEY}}"},
			"configuration": {"region": "eu-central-1", "endpoint": "` + bus.URL() + `"},
			"input": {"eventBusName": "orders", "source": "shop", "detailType": "placed",
				"detail": {"token": "token {{secrets.TOKEN}}", "order": {"note": "{{secrets.AWS_SECRET_KEY}} {{secrets.NOPE}} secrets.TOKEN"}}}}`,
	})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	ending, err := gateway.Wait(ctx, keys[0])
	require.NoError(t, err)
	drain()
	require.NoError(t, <-ended)
	hits, misses := parts.models()
	return ending, hits + misses
}

func TestAWorkerResolvesWhatTheDeployedModelNames(t *testing.T) {
	t.Parallel()
	for name, model := range map[string]string{
		"a task of nested sub-processes, for each item": nestedModel,
		"an execution listener":                         listenerModel,
		"a model that declares another encoding":        strings.Replace(nestedModel, "UTF-8", "ISO-8859-1", 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bus := startBus(t)
			var asked atomic.Value
			ending := workOn(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Store(r.URL.Path)
				_, _ = w.Write([]byte(model))
			}), bus)
			assert.Equal(t, embedded.Complete, ending.Command.Kind, ending.Command.Message)
			assert.Equal(t, "/v2/process-definitions/4711/xml", asked.Load())
			events := bus.Events()
			require.Len(t, events, 1)
			assert.Equal(t, "AKIANESTED0000000000", events[0].AccessKey)
			assert.JSONEq(t, `{"token": "token tok", "order": {"note": "{{secrets.AWS_SECRET_KEY}} {{secrets.NOPE}} secrets.TOKEN"}}`, events[0].Detail)
		})
	}
}

// What a text literal and a process variable look like must not let a secret of the credentials into the event.
func TestAWorkerDoesNotResolveASecretWhereItsMappingCannotLetItFlow(t *testing.T) {
	t.Parallel()
	bus := startBus(t)
	model := strings.Replace(nestedModel, `source="=order" target="input.detail.order"`, `source="={kind: &#34;authentication failed&#34;, note: user}" target="input.detail.order"`, 1)
	require.NotEqual(t, nestedModel, model)
	ending := workOn(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(model)) }), bus)
	assert.Equal(t, embedded.Complete, ending.Command.Kind, ending.Command.Message)
	events := bus.Events()
	require.Len(t, events, 1)
	assert.Contains(t, events[0].Detail, `"note":"{{secrets.AWS_SECRET_KEY}} {{secrets.NOPE}} secrets.TOKEN"`)
	assert.NotContains(t, events[0].Detail, "never-in-an-event")
}

func TestTheLogSaysWhichFilterCounts(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"authentication only": {"--secret-filter=strict"}, "STRICT": {"--grpc-address=http://h", "--rest-address=http://h"}, "LAX": {"--grpc-address=http://h", "--rest-address=http://h", "--secret-filter=lax"},
		"DISABLED": {"--secret-filter=disabled"},
	} {
		c, _, err := config.Load(args, nil, nil)
		require.NoError(t, err)
		assert.Equal(t, want, filterInWords(c))
	}
}

func TestAWorkerWhoseClusterTellsNoModel(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"HTTP 403": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
		"the root element is <html>, expected <definitions> of BPMN 2.0); look whether camunda.client.rest-address is": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html/>")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bus := startBus(t)
			strict := workOn(t, answer, bus)
			assert.Equal(t, embedded.Fail, strict.Command.Kind)
			assert.Contains(t, strict.Command.Message, name)
			assert.Contains(t, strict.Command.Variables, "SECRET_FILTER_ERROR")
			assert.Empty(t, bus.Events(), "no placeholder is sent")

			lax := workOn(t, answer, bus, "--secret-filter=lax")
			assert.Equal(t, embedded.Fail, lax.Command.Kind)
			assert.Contains(t, lax.Command.Message, "Secret with name 'NOPE' is not available", "all names are asked for")
		})
	}
}
