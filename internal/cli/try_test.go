package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/examples"
	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

func TestTry(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	model := write("model.bpmn", string(examples.OrderPlaced))
	variables := write("variables.json", string(examples.OrderPlacedVariables))
	secrets := write("secrets.json", `{"AWS_ACCESS_KEY": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_KEY": "not-to-be-seen"}`)
	broken := write("broken.bpmn", strings.Replace(string(examples.OrderPlaced), `source="com.example.orders"`, `source=""`, 1))
	two := write("two.bpmn", strings.Replace(string(examples.OrderPlaced), `</bpmn:process>`, `<bpmn:serviceTask id="Second"><bpmn:extensionElements><zeebe:taskDefinition type="io.camunda:aws-eventbridge:1" /></bpmn:extensionElements></bpmn:serviceTask></bpmn:process>`, 1))
	leaking := write("leaking.bpmn", strings.Replace(string(examples.OrderPlaced), `source="com.example.orders"`, `source="{{secrets.AWS_SECRET_KEY}}"`, 1))
	text := write("text.bpmn", regexp.MustCompile(`source="=[^"]*" target="input.detail"`).ReplaceAllString(string(examples.OrderPlaced), `source="Hello" target="input.detail"`))
	hybrid := write("hybrid.bpmn", strings.NewReplacer(`type="io.camunda:aws-eventbridge:1"`, `type="mine"`, `<bpmn:serviceTask id="PublishOrder"`, `<bpmn:serviceTask zeebe:modelerTemplate="io.github.eventbridge-connector.aws-eventbridge.hybrid" id="PublishOrder"`).Replace(string(examples.OrderPlaced)))
	unparsable := write("unparsable.bpmn", regexp.MustCompile(`source="=[^"]*" target="input.detail"`).ReplaceAllString(string(examples.OrderPlaced), `source="={a: " target="input.detail"`))
	for _, tt := range []struct {
		name string
		args []string
		code int
		want []string
	}{
		{"a task of a type of its own, by its template", []string{hybrid, "--variables", variables}, ExitOK, []string{"Task PublishOrder", "Sends 1 event"}},
		{"a payload that AWS would not take", []string{text, "--variables", variables}, ExitFailure, []string{`detail       "Hello"`, "but          AWS will reject the event as malformed: its detail must be a JSON object, but is a string"}},
		{"a mapping that does not parse", []string{unparsable, "--variables", variables}, ExitFailure, []string{"The broker refuses the model: line 21, column 11: input.detail: the expression does not parse", "\n  | {a:\n  |    ^"}},
		{"a rejected event that nobody asks for", []string{"../../examples/assume-role.bpmn", "--variables", "../../examples/assume-role.variables.json"}, ExitOK, []string{"note       the rejected event is lost"}},
		{"an error says its type, not all of its message again", []string{model, "--variables", variables}, ExitOK, []string{"\n  error      eventbridge.ThrottlingException\n"}},
		{"an endpoint that a worker would refuse", []string{model, "--variables", `{"awsEndpoint": "http://stack.example:4566", "order": {"id": "1"}}`}, ExitFailure, []string{"configuration.endpoint: the host \"stack.example:4566\" is neither"}},
		{"an endpoint that the worker is told of", []string{model, "--allowed-endpoints", "*.example:4566", "--variables", `{"awsEndpoint": "http://stack.example:4566", "order": {"id": "1"}}`}, ExitOK, []string{"(http://stack.example:4566)"}},
		{"a task, and what comes of each answer", []string{model, "--variables", variables}, ExitOK, []string{`"orderId":"A-1047"`, "If AWS accepts the event\n  completed\n", `BPMN error "EVENT_REJECTED", caught by EventRejected`, "2 retries left, next try after 1s", "AccessDeniedException"}},
		{"a variable that is not there is told of", []string{model}, ExitOK, []string{"warning: input.detail: line 2, column 12: there is no variable order"}},
		{"a response of one's own", []string{model, "--variables", variables, "--response", `{"failedEntryCount": 0, "entries": [{"eventId": "mine"}]}`}, ExitOK, []string{"If AWS gives this response\n  completed\n  variables  {\"eventId\":\"mine\"", "If AWS throttles"}},
		{"an input that the connector refuses", []string{broken, "--variables", variables}, ExitFailure, []string{"Before anything is sent\n  fails: an incident", "input.source: must not be blank"}},
		{"a secret that is not given", []string{model, "--variables", variables, "--secrets", `{"AWS_ACCESS_KEY": "AKIAIOSFODNN7EXAMPLE"}`}, ExitFailure, []string{"Secret with name 'AWS_SECRET_KEY' is not available"}},
		{"a secret outside of the authentication", []string{leaking, "--variables", variables, "--secrets", secrets}, ExitOK, []string{"source       ***", "warning: input.source: {{secrets.AWS_SECRET_KEY}} is resolved, since the model names it for this field; a worker without camunda.client.rest-address, which cannot know that, refuses the job"}},
		{
			"a secret that process data brings along",
			[]string{model, "--variables", `{"order": {"id": "{{ secrets.AWS_SECRET_KEY }}", "customer": {"name": "{{secrets.OTHER}}"}, "items": [], "shipping": "x"}, "awsEndpoint": "http://127.0.0.1:4566"}`, "--secrets", secrets},
			ExitOK,
			[]string{"warning: input.detail.orderId: {{secrets.AWS_SECRET_KEY}} stays as it is: the model names it for authentication.secretKey, not for this field", "{{secrets.OTHER}} stays as it is: no input mapping of the task writes this name out"},
		},
		{"all secrets everywhere, and even then none is shown", []string{leaking, "--variables", variables, "--secrets", secrets, "--all-secrets"}, ExitOK, []string{"source       ***"}},
		{"the task of several", []string{two, "--element", "PublishOrder", "--variables", variables}, ExitOK, []string{"Task PublishOrder"}},
		{"several tasks and none named", []string{two}, ExitUsage, nil},
		{"a task that is not there", []string{two, "--element", "PublishOder"}, ExitUsage, nil},
		{"variables that are no object", []string{model, "--variables", `{"a"`}, ExitUsage, nil},
		{"a file that is no model", []string{variables}, ExitUnreadable, nil},
		{"no file", nil, ExitUsage, nil},
		{"sending and a response", []string{model, "--send", "--response", "{}"}, ExitUsage, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr strings.Builder
			code := Run(t.Context(), append([]string{"try"}, tt.args...), nil, strings.NewReader(""), &stdout, &stderr)
			assert.Equal(t, tt.code, code, "%s%s", stdout.String(), stderr.String())
			for _, want := range tt.want {
				assert.Contains(t, stdout.String(), want)
			}
			if tt.code == ExitUsage || tt.code == ExitUnreadable {
				assert.NotEmpty(t, stderr.String())
			}
			assert.NotContains(t, stdout.String()+stderr.String(), "not-to-be-seen")
		})
	}
}

func TestTry_SendsWhenItIsAskedTo(t *testing.T) {
	t.Parallel()
	bus, err := embedded.StartBus(embedded.BusOptions{})
	require.NoError(t, err)
	t.Cleanup(bus.Close)
	variables := strings.Replace(string(examples.OrderPlacedVariables), "http://127.0.0.1:4566", bus.URL(), 1)
	require.Contains(t, variables, bus.URL())
	run := func(args ...string) (int, string) {
		var stdout, stderr strings.Builder
		code := Run(t.Context(), append([]string{"try", "-", "--variables", variables, "--secrets", `{"AWS_ACCESS_KEY": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_KEY": "not-to-be-seen"}`}, args...), nil, strings.NewReader(string(examples.OrderPlaced)), &stdout, &stderr)
		assert.NotContains(t, stdout.String()+stderr.String(), "not-to-be-seen")
		return code, stdout.String()
	}
	code, _ := run()
	assert.Equal(t, ExitOK, code)
	assert.Empty(t, bus.Events(), "nothing is sent unless it is asked for")
	code, out := run("--send", "--json")
	assert.Equal(t, ExitOK, code, out)
	events := bus.Events()
	require.Len(t, events, 1)
	var got trial
	require.NoError(t, json.Unmarshal([]byte(out), &got))
	require.Len(t, got.Endings, 1)
	assert.Contains(t, string(got.Endings[0].Variables), events[0].ID, "the result is of AWS's own answer")
	assert.Equal(t, "com.example.orders", got.Request.Entries[0].Source)
}

// Each example sends a valid event, and no expression of it gives null by a mistake.
func TestTry_EveryExample(t *testing.T) {
	t.Parallel()
	models, err := filepath.Glob("../../examples/*.bpmn")
	require.NoError(t, err)
	require.Len(t, models, 5)
	for _, model := range models {
		var stdout, stderr strings.Builder
		code := Run(t.Context(), []string{"try", model, "--variables", strings.TrimSuffix(model, ".bpmn") + ".variables.json"}, nil, strings.NewReader(""), &stdout, &stderr)
		assert.Equal(t, ExitOK, code, "%s: %s%s", model, stdout.String(), stderr.String())
		assert.NotContains(t, stdout.String(), "warning", model)
		assert.Contains(t, stdout.String(), "If AWS accepts the event\n  completed\n", model)
	}
}
