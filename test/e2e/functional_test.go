//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stage is a cluster with one worker of ours and a bus that counts, shared by the scenarios.
type stage struct {
	*gateway
	bus     *bus
	worker  *worker
	jobType string
}

// scenarios is what is tried.
var scenarios = []struct {
	name string
	run  func(t *testing.T, s *stage)
}{
	{"the example's event arrives in a queue behind a rule, and its result in the process", exampleDelivers},
	{"a rejected entry is caught by the example's boundary event", exampleRejected},
	{"a later job sees what the result expression and the result variable made", resultReachesProcess},
	{"a result expression in jq reaches the process", jqReachesProcess},
	{"a BPMN error is caught by the boundary event, with its variables", errorIsCaught},
	{"an incident after all retries, with AWS's message and the backoff between tries", incidentAfterRetries},
	{"a job that failed once is done by its retry", retrySucceeds},
	{"invalid input is an incident at once, and sends nothing", invalidInput},
	{"a secret in an input mapping signs the request", secretSigns},
	{"a secret that nobody has is an incident that names it", secretMissing},
	{"a secret outside of the authentication is refused", secretElsewhere},
}

func TestScenarios(t *testing.T) {
	t.Parallel()
	s := &stage{gateway: engine, bus: newBus(0), jobType: typeOf("scenarios")}
	s.worker = startWorker(t, "scenarios-worker", s.gateway, s.jobType,
		"SECRET_AWS_ACCESS_KEY="+accessKey, "SECRET_AWS_SECRET_KEY="+secretKey)
	count("%-7s ready %d ms after its start", s.name+":", s.worker.mustBeReady(t).Milliseconds())
	t.Cleanup(func() {
		code, took := s.worker.terminate()
		assert.Zero(t, code, "the exit code after SIGTERM")
		assert.NotContains(t, string(s.worker.output()), secretKey, "no secret in the log")
		if !t.Failed() {
			count("%-7s %d scenarios passed, the idle worker ended in %d ms", s.name+":", len(scenarios), took.Milliseconds())
		}
	})
	for _, scenario := range scenarios {
		t.Run(scenario.name, func(t *testing.T) {
			t.Parallel()
			scenario.run(t, s)
		})
	}
}

// begin deploys a model and starts an instance of it that sends to the counting bus.
func (s *stage) begin(t *testing.T, m model) int64 {
	t.Helper()
	m.jobType = s.jobType
	s.deploy(t, m.id+".bpmn", m.xml())
	return s.mustCreate(t, m.process(), map[string]any{"orderId": m.id, "endpoint": s.bus.url})
}

func exampleDelivers(t *testing.T, s *stage) {
	queue := aws.follow(t, "orders", "com.example.orders")
	e := example{"order-placed", "delivered", "default"}
	variables := e.deployAs(t, s.gateway, s.jobType)
	variables["awsEndpoint"] = aws.url
	variables["order"].(map[string]any)["id"] = "for-" + s.name
	result := s.result(t, e.process(), variables, "eventId", "rejectedEntries")
	assert.EqualValues(t, 0, result["rejectedEntries"])

	var arrived *delivered
	eventually(t, "the event in the queue", func() (bool, string) {
		for _, e := range queue.receive(t) {
			if e.ID == result["eventId"] {
				arrived = &e
			}
		}
		return arrived != nil, fmt.Sprintf("no event with the id %v", result["eventId"])
	})
	assert.Equal(t, "OrderPlaced", arrived.DetailType)
	assert.Equal(t, region, arrived.Region)
	assert.JSONEq(t, `{"orderId":"for-`+s.name+`","customer":"Grace Hopper","items":2,"total":279,"express":true}`, string(arrived.Detail))
}

func exampleRejected(t *testing.T, s *stage) {
	e := example{"order-placed", "rejected", "default"}
	variables := e.deployAs(t, s.gateway, s.jobType,
		`target="input.detail"`, `target="order"`, `</zeebe:ioMapping>`, `<zeebe:input source="=[1, 2]" target="input.detail" /></zeebe:ioMapping>`)
	variables["awsEndpoint"] = s.bus.url // moto accepts a detail that is no object
	result := s.result(t, e.process(), variables, "eventId", "rejection")
	assert.Equal(t, "MalformedDetail", result["rejection"], "the variable of the BPMN error")
	assert.NotContains(t, result, "eventId", "no result of a task that was left by an error")
}

func resultReachesProcess(t *testing.T, s *stage) {
	m := model{id: "result", headers: map[string]string{
		"resultVariable":   "answer",
		"resultExpression": `={eventId: response.entries[1].eventId, status: "sent " + string(1 - failedEntryCount), nested: {list: [1.5, null, "ü"]}}`,
	}}
	variables := s.take(t, m.after(), s.begin(t, m))
	sent := s.bus.events()[m.id]
	require.Len(t, sent, 1)
	assert.Equal(t, sent[0], variables["eventId"])
	assert.Equal(t, "sent 1", variables["status"])
	assert.Equal(t, map[string]any{"list": []any{1.5, nil, "ü"}}, variables["nested"])
	answer, ok := variables["answer"].(map[string]any)
	require.True(t, ok, "the result variable: %v", variables)
	assert.EqualValues(t, 0, answer["failedEntryCount"])
	assert.Equal(t, []any{map[string]any{"eventId": sent[0], "errorCode": nil, "errorMessage": nil}}, answer["entries"])
}

func jqReachesProcess(t *testing.T, s *stage) {
	m := model{id: "jq", headers: map[string]string{
		"expressionLanguage": "jq",
		"resultExpression":   `{eventId: .entries[0].eventId, sent: (.entries | length)}`,
	}}
	variables := s.take(t, m.after(), s.begin(t, m))
	assert.Equal(t, s.bus.events()[m.id], []string{fmt.Sprint(variables["eventId"])})
	assert.EqualValues(t, 1, variables["sent"])
}

func errorIsCaught(t *testing.T, s *stage) {
	m := model{
		id: "caught", inputs: [][2]string{{"input.eventBusName", "denied-caught"}},
		headers: map[string]string{
			"errorExpression": `=if error.code = "AccessDeniedException" then bpmnError("CAUGHT", error.message, {reason: error.code, tries: job.retries}) else null`,
		},
	}
	variables := s.take(t, m.caught(), s.begin(t, m))
	assert.Equal(t, "AccessDeniedException", variables["reason"])
	assert.EqualValues(t, 1, variables["tries"])
	assert.Len(t, s.bus.seen("denied-caught"), 1)
}

func incidentAfterRetries(t *testing.T, s *stage) {
	needsREST(t)
	const backoff = 2 * time.Second
	m := model{
		id: "incident", retries: 3, inputs: [][2]string{{"input.eventBusName", "denied-incident"}},
		headers: map[string]string{"retryBackoff": "PT2S"},
	}
	instance := s.begin(t, m)
	incident := s.incident(t, instance)
	assert.Equal(t, "JOB_NO_RETRIES", incident.ErrorType)
	assert.Regexp(t, `^User is not authorized to perform: events:PutEvents on resource: denied-incident `+
		`\(Service: EventBridge, Status Code: 400, Error Code: AccessDeniedException, Request ID: [0-9a-f-]{36}\)$`, incident.ErrorMessage)

	requests := s.bus.seen("denied-incident")
	require.Len(t, requests, 3, "one request for each of the retries")
	for i := 1; i < len(requests); i++ {
		gap := requests[i].at.Sub(requests[i-1].at)
		assert.GreaterOrEqual(t, gap, backoff, "the backoff before try %d", i+1)
		count("%-7s retry %d came %d ms after the try before (backoff %d ms)", s.name+":", i, gap.Milliseconds(), backoff.Milliseconds())
	}
	for i, r := range s.failures(t, instance, 3) {
		assert.Equal(t, 2-i, r.Retries)
		assert.Equal(t, backoff.Milliseconds(), r.RetryBackoff)
	}
}

func retrySucceeds(t *testing.T, s *stage) {
	m := model{id: "again", retries: 2, inputs: [][2]string{{"input.eventBusName", "denied-once"}}, headers: map[string]string{"resultExpression": "={eventId: entries[1].eventId}"}}
	instance := s.begin(t, m)
	variables := s.take(t, m.after(), instance)
	assert.Equal(t, s.bus.events()[m.id], []string{fmt.Sprint(variables["eventId"])})
	assert.Len(t, s.bus.seen("denied-once"), 2)
	s.failures(t, instance, 1)
}

func invalidInput(t *testing.T, s *stage) {
	needsREST(t)
	m := model{id: "invalid", retries: 3, inputs: [][2]string{{"input.source", `=""`}, {"input.detailType", "={no: \"text\"}"}, {"input.eventBusName", "invalid"}}}
	instance := s.begin(t, m)
	message := s.incident(t, instance).ErrorMessage
	assert.Contains(t, message, "Found constraints violated while validating input:")
	assert.Contains(t, message, "input.source: must not be blank")
	assert.Contains(t, message, "input.detailType")
	s.failures(t, instance, 1) // what cannot succeed is not tried again
	assert.Empty(t, s.bus.seen("invalid"))
}

func secretSigns(t *testing.T, s *stage) {
	m := model{id: "secret", inputs: [][2]string{{"input.eventBusName", "secret"}}}
	s.take(t, m.after(), s.begin(t, m))
	requests := s.bus.seen("secret")
	require.Len(t, requests, 1)
	credential := strings.Split(requests[0].credential, "/")
	require.Len(t, credential, 4, requests[0].credential)
	assert.Equal(t, []string{accessKey, region, "events"}, []string{credential[0], credential[2], credential[3]})
}

func secretMissing(t *testing.T, s *stage) {
	needsREST(t)
	m := model{id: "missing", retries: 3, inputs: [][2]string{{"authentication.accessKey", "{{secrets.NOBODY_HAS_THIS}}"}, {"input.eventBusName", "missing"}}}
	instance := s.begin(t, m)
	assert.Contains(t, s.incident(t, instance).ErrorMessage, "Secret with name 'NOBODY_HAS_THIS' is not available")
	s.failures(t, instance, 1)
	assert.Empty(t, s.bus.seen("missing"))
}

func secretElsewhere(t *testing.T, s *stage) {
	needsREST(t)
	m := model{id: "elsewhere", inputs: [][2]string{{"input.source", "{{secrets.E2E_SECRET_KEY}}"}, {"input.eventBusName", "elsewhere"}}}
	message := s.incident(t, s.begin(t, m)).ErrorMessage
	assert.Contains(t, message, "E2E_SECRET_KEY")
	assert.NotContains(t, message, secretKey)
	assert.Empty(t, s.bus.seen("elsewhere"), "nothing is sent")
}
