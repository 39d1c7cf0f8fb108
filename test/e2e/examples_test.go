//go:build e2e

package e2e

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// example is one of examples/, deployed under a process id of its own and with another name for its event bus, which says
// how the counting bus answers.
type example struct {
	name, id, eventBus string
}

// process is the id of the process, which no other run has.
func (e example) process() string { return e.id + "-" + run }

// deployAs deploys the example with another job type, so that its own worker takes its jobs, and returns its variables.
// Edits are further texts of the model and what replaces them, in pairs.
func (e example) deployAs(t *testing.T, g *gateway, jobType string, edits ...string) map[string]any {
	t.Helper()
	model, err := os.ReadFile("../../examples/" + e.name + ".bpmn")
	require.NoError(t, err)
	edits = append(edits, `source="default" target="input.eventBusName"`, `source="`+e.eventBus+`" target="input.eventBusName"`)
	g.deploy(t, e.process()+".bpmn", renamed(model, e.name, e.process(), jobType, edits...))
	data, err := os.ReadFile("../../examples/" + e.name + ".variables.json")
	require.NoError(t, err)
	var variables map[string]any
	require.NoError(t, json.Unmarshal(data, &variables))
	return variables
}

// renamed gives a model another process id and job type.
func renamed(model []byte, from, to, jobType string, edits ...string) []byte {
	return []byte(strings.NewReplacer(append(edits,
		`<bpmn:process id="`+from+`"`, `<bpmn:process id="`+to+`"`, `bpmnElement="`+from+`"`, `bpmnElement="`+to+`"`,
		`type="io.camunda:aws-eventbridge:1"`, `type="`+jobType+`"`)...).Replace(string(model)))
}

// Each example runs; order-placed does in TestScenarios.
func TestExamples(t *testing.T) {
	t.Parallel()
	g := engine
	worker := startWorker(t, "examples-worker", g, typeOf("examples"),
		"SECRET_AWS_ACCESS_KEY="+accessKey, "SECRET_AWS_SECRET_KEY="+secretKey, "SECRET_PARTNER_EXTERNAL_ID=shared-word",
		"AWS_ENDPOINT_URL_STS="+aws.url,
		"CAMUNDA_CLIENT_RESTADDRESS="+g.rest, "CAMUNDA_CONNECTOR_SECRETRESOLVER_SECRETFILTER_MODE=STRICT") // an external id may be a secret only where the model can be asked for
	worker.mustBeReady(t)
	t.Cleanup(func() { worker.terminate() })
	bus := newBus(0)
	for _, tt := range []struct {
		name    string
		example example
		want    func(t *testing.T, result map[string]any, requests []request)
		results []string
	}{
		{"an event goes its normal way", example{"error-handling", "fine", "fine"}, func(t *testing.T, result map[string]any, requests []request) {
			t.Helper()
			assert.NotEmpty(t, result["eventId"])
			assert.JSONEq(t, `{"orderId":"A-1047","amount":279}`, requests[0].entries[0].Detail)
		}, []string{"eventId", "reason"}},
		{"throttling is caught after the SDK's own tries", example{"error-handling", "busy", "throttled"}, func(t *testing.T, result map[string]any, requests []request) {
			t.Helper()
			assert.Contains(t, result["reason"], "Rate exceeded")
			assert.Len(t, requests, 3, "the tries of one job, and no retry of it")
		}, []string{"eventId", "reason"}},
		{"a rejected entry is caught", example{"error-handling", "refused", "rejecting"}, func(t *testing.T, result map[string]any, requests []request) {
			t.Helper()
			assert.Equal(t, "Detail is malformed.", result["reason"])
			assert.Len(t, requests, 1)
		}, []string{"eventId", "reason"}},
		{"several events leave in one request", example{"several-events", "several", "several"}, func(t *testing.T, result map[string]any, requests []request) {
			t.Helper()
			assert.EqualValues(t, 2, result["count"])
			require.Len(t, requests, 1)
			require.Len(t, requests[0].entries, 2)
			assert.Equal(t, "ItemOrdered", requests[0].entries[0].DetailType)
			assert.Equal(t, "GiftOrdered", requests[0].entries[1].DetailType)
		}, []string{"eventIds", "count"}},
		{"a role is assumed", example{"assume-role", "assumed", ""}, func(t *testing.T, result map[string]any, requests []request) {
			t.Helper()
			assert.NotEmpty(t, result["eventId"])
			require.Len(t, requests, 1)
			assert.NotContains(t, requests[0].credential, accessKey, "the role's own key signed")
		}, []string{"eventId"}},
		{"jq makes the result", example{"jq", "in-jq", "jq"}, func(t *testing.T, result map[string]any, _ []request) {
			t.Helper()
			assert.NotEmpty(t, result["eventId"])
			assert.EqualValues(t, http.StatusOK, result["status"])
		}, []string{"eventId", "status"}},
		{"jq throws the error", example{"jq", "denied-in-jq", "denied-in-jq"}, func(t *testing.T, result map[string]any, requests []request) {
			t.Helper()
			assert.Contains(t, result["reason"], "not authorized")
			assert.Len(t, requests, 1)
		}, []string{"reason"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.example.name == "assume-role" {
				needsREST(t)
			}
			variables := tt.example.deployAs(t, g, typeOf("examples"))
			variables["awsEndpoint"] = bus.url
			eventBus := tt.example.eventBus
			if partner, ok := variables["partner"].(map[string]any); ok {
				eventBus = partner["eventBus"].(string)
			}
			result := g.result(t, tt.example.process(), variables, tt.results...)
			requests := bus.seen(eventBus)
			require.NotEmpty(t, requests)
			tt.want(t, result, requests)
		})
	}
	t.Cleanup(func() {
		if !t.Failed() {
			count("%-7s every example ran", g.name+":")
		}
	})
}
