package lint

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
)

const (
	openModel   = `<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">` + "\n"
	catchesCode = `<bpmn:error id="Error_1" errorCode="REJECTED" />` + "\n"
)

func rulesOf(t *testing.T, model string) []string {
	t.Helper()
	m, err := bpmn.Read([]byte(model))
	require.NoError(t, err)
	rules := []string{}
	for _, f := range Check(t.Context(), m, Options{}) {
		rules = append(rules, f.Rule+" "+f.Task)
	}
	return rules
}

// The engine 8.8.21 completes these elements without a job.
func TestAnElementOfWhichTheBrokerMakesNoJobIsFound(t *testing.T) {
	t.Parallel()
	task := bindings()["official, later"]
	for element, want := range map[string][]string{
		"serviceTask": {}, "sendTask": {}, "scriptTask": {}, "businessRuleTask": {}, "adHocSubProcess": {},
		"task": {"makes-no-job Send"}, "manualTask": {"makes-no-job Send"}, "userTask": {"makes-no-job Send"}, "subProcess": {"makes-no-job Send"},
		"exclusiveGateway": {"makes-no-job Send"}, "intermediateThrowEvent": {"makes-no-job Send"}, "endEvent": {"makes-no-job Send"},
	} {
		assert.Equal(t, want, rulesOf(t, openModel+process(task.xml(element, ""))+`</bpmn:definitions>`), element)
	}
	assert.Empty(t, rulesOf(t, openModel+process(task.xml("endEvent", "<bpmn:messageEventDefinition />"))+`</bpmn:definitions>`))
}

func TestAnElementWithTheTemplateAndNoTaskDefinitionIsFound(t *testing.T) {
	t.Parallel()
	definition := `<zeebe:taskDefinition type="io.camunda:aws-eventbridge:1" retries="3" />`
	for template, want := range map[string][]string{
		"io.camunda.connectors.AWSEventBridge.v1":                {"makes-no-job Send"},
		"io.github.eventbridge-connector.aws-eventbridge.hybrid": {"makes-no-job Send"},
		"io.camunda.connectors.HttpJson.v2":                      {},
	} {
		task := bindings()["by hand"].with("template", template).xml("serviceTask", "")
		require.Contains(t, task, definition)
		assert.Equal(t, want, rulesOf(t, openModel+process(strings.Replace(task, definition, "", 1))+`</bpmn:definitions>`), template)
	}
}

func TestAnErrorThatACallActivityCatchesIsCaught(t *testing.T) {
	t.Parallel()
	throws := bindings()["by hand"].with("errorExpression", `=if error.code = "TIMEOUT" then bpmnError("REJECTED") else null`).xml("serviceTask", "")
	caller := func(called, event string) string {
		return `<bpmn:process id="Q"><bpmn:callActivity id="Call"><bpmn:extensionElements><zeebe:calledElement processId="` + called + `" /></bpmn:extensionElements></bpmn:callActivity>` + event + `</bpmn:process>`
	}
	event := `<bpmn:boundaryEvent id="B" attachedToRef="Call"><bpmn:errorEventDefinition errorRef="Error_1" /></bpmn:boundaryEvent>`
	for name, tt := range map[string]struct {
		caller string
		want   []string
	}{
		"no caller":                     {"", []string{"uncaught-error Send"}},
		"a caller that catches it":      {caller("P", event), []string{}},
		"a caller that does not":        {caller("P", ""), []string{"uncaught-error Send"}},
		"a caller of another process":   {caller("R", event), []string{"uncaught-error Send"}},
		"a caller that a third catches": {caller("P", "") + `<bpmn:process id="R"><bpmn:callActivity id="Call2"><bpmn:extensionElements><zeebe:calledElement processId="Q" /></bpmn:extensionElements></bpmn:callActivity>` + strings.Replace(event, `"Call"`, `"Call2"`, 1) + `</bpmn:process>`, []string{}},
	} {
		assert.Equal(t, tt.want, rulesOf(t, openModel+catchesCode+process(throws)+tt.caller+`</bpmn:definitions>`), name)
	}
}

func TestACodeOfACatchingEventThatIsAnExpressionIsFound(t *testing.T) {
	t.Parallel()
	task := bindings()["by hand"].with("event", boundaryEvent("Oops", "Error_1"), "errorExpression", `=if error.code = "TIMEOUT" then bpmnError("REJECTED") else null`)
	model := openModel + strings.Replace(catchesCode, "REJECTED", "=code", 1) + process(task.xml("serviceTask", "")) + `</bpmn:definitions>`
	assert.Contains(t, rulesOf(t, model), "refused-by-broker Send")
}

// The engine 8.8.21 takes such a model if another process of it is executable, and never runs this one. Camunda Modeler gives a second
// pool such a process.
func TestAProcessThatIsNotExecutableIsFound(t *testing.T) {
	t.Parallel()
	task := bindings()["by hand"].xml("serviceTask", "")
	second := strings.NewReplacer(`id="P"`, `id="Q"`, `isExecutable="true"`, `isExecutable="false"`, `id="Start"`, `id="Start_Q"`).Replace(process(task))
	assert.Equal(t, []string{"makes-no-job Send"}, rulesOf(t, openModel+process("")+second+`</bpmn:definitions>`))
	assert.Equal(t, []string{"makes-no-job Send"}, rulesOf(t, openModel+strings.Replace(process(task), ` isExecutable="true"`, "", 1)+`</bpmn:definitions>`))
	assert.Empty(t, rulesOf(t, openModel+strings.Replace(process(""), ` isExecutable="true"`, "", 1)+`</bpmn:definitions>`), "a process without a task of ours")
}

func TestAnExtensionElementThatStandsTwiceIsRefused(t *testing.T) {
	t.Parallel()
	task := bindings()["by hand"].xml("serviceTask", "")
	for _, element := range []string{`<zeebe:taskDefinition type="io.camunda:aws-eventbridge:1" />`, `<zeebe:ioMapping></zeebe:ioMapping>`, `<zeebe:taskHeaders />`} {
		model := openModel + process(strings.Replace(task, "</bpmn:extensionElements>", element+"</bpmn:extensionElements>", 1)) + `</bpmn:definitions>`
		assert.Equal(t, []string{"refused-by-broker Send"}, rulesOf(t, model), element)
	}
}
