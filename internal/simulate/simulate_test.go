package simulate

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
	"github.com/eventbridge-connector/eventbridge-connector/internal/mapping"
)

// task is a task that sends one event; change alters it.
func task(change func(*bpmn.Task)) *bpmn.Task {
	t := &bpmn.Task{ID: "Send", Type: "io.camunda:aws-eventbridge:1", Inputs: []bpmn.Mapping{
		{Source: "{{secrets.KEY}}", Target: "authentication.accessKey"},
		{Source: "{{secrets.SECRET}}", Target: "authentication.secretKey"},
		{Source: "eu-central-1", Target: "configuration.region"},
		{Source: "orders", Target: "input.eventBusName"},
		{Source: "com.example", Target: "input.source"},
		{Source: "OrderPlaced", Target: "input.detailType"},
		{Source: "={id: order.id}", Target: "input.detail"},
	}}
	if change != nil {
		change(t)
	}
	return t
}

func options(t *testing.T) Options {
	t.Helper()
	v, err := jsonvalue.ParseString(`{"order": {"id": "A-1"}}`)
	require.NoError(t, err)
	return Options{ProcessID: "p", Variables: v.(*jsonvalue.Object), Secrets: map[string]string{"KEY": "AKIAKEY", "SECRET": "very-secret"}}
}

func prepare(t *testing.T, change func(*bpmn.Task)) *Job {
	t.Helper()
	j, err := Prepare(t.Context(), task(change), options(t))
	require.NoError(t, err)
	return j
}

func run(t *testing.T, j *Job, a Answer) *Result {
	t.Helper()
	r, err := j.Run(t.Context(), a)
	require.NoError(t, err)
	return r
}

func text(o *jsonvalue.Object) string { return string(jsonvalue.Append(nil, o)) }

func TestEndings(t *testing.T) {
	t.Parallel()
	accepted, rejected, throttled, denied := Answers()[0], Answers()[1], Answers()[2], Answers()[3]
	caught := []bpmn.ErrorCatch{{ID: "Boundary", Code: "REJECTED", Boundary: true, Attached: "Send"}}
	header := func(key, value string) func(*bpmn.Task) {
		return func(t *bpmn.Task) {
			t.Headers = append(t.Headers, bpmn.Header{Key: key, Value: value})
			t.Catches = caught
		}
	}
	for _, tt := range []struct {
		name      string
		change    func(*bpmn.Task)
		answer    Answer
		want      Result
		variables string
		caught    string
	}{
		{"a success without headers gives no variables", nil, accepted, Result{Ending: Completed}, `{}`, ""},
		{"a result expression makes variables", header("resultExpression", "={id: response.entries[1].eventId}"), accepted, Result{Ending: Completed}, `{"id":"11710aed-b79e-4468-a20b-bb3c0c3b4800"}`, ""},
		{"output mappings see the process, the inputs and the result", func(t *bpmn.Task) {
			t.Headers = []bpmn.Header{{Key: "resultVariable", Value: "answer"}}
			t.Outputs = []bpmn.Mapping{{Source: "=answer.failedEntryCount", Target: "order.rejected"}, {Source: "=input.source + order.id", Target: "from"}}
		}, accepted, Result{Ending: Completed}, `{"order":{"id":"A-1","rejected":0},"from":"com.exampleA-1"}`, ""},
		{"a rejected entry is a success to a task that does not ask", nil, rejected, Result{Ending: Completed}, `{}`, ""},
		{"a BPMN error is caught by the event with its code", header("errorExpression", `=if response.failedEntryCount > 0 then bpmnError("REJECTED", "why") else null`), rejected, Result{Ending: Thrown, Code: "REJECTED", Message: "why"}, `{}`, "Boundary"},
		{"a BPMN error of another code is caught by nothing", header("errorExpression", `=bpmnError("OTHER")`), rejected, Result{Ending: Thrown, Code: "OTHER"}, `{}`, ""},
		{"throttling takes a retry", header("retryBackoff", "PT7S"), throttled, Result{Ending: Retried, Retries: 2, Backoff: 7 * time.Second}, "", ""},
		{"the last retry leaves an incident", func(t *bpmn.Task) { t.Retries = "1" }, denied, Result{Ending: Incident}, "", ""},
		{"an error expression may ignore an error", header("errorExpression", `=if error.code = "AccessDeniedException" then ignoreError({sent: false}) else null`), denied, Result{Ending: Completed}, `{"sent":false}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := run(t, prepare(t, tt.change), tt.answer)
			require.NotNil(t, r.Request)
			assert.JSONEq(t, `{"id":"A-1"}`, r.Request.Entries[0].Detail)
			assert.Equal(t, tt.want.Ending, r.Ending)
			assert.Equal(t, tt.want.Code, r.Code)
			assert.Equal(t, tt.want.Retries, r.Retries)
			assert.Equal(t, tt.want.Backoff, r.Backoff)
			if tt.want.Message != "" {
				assert.Equal(t, tt.want.Message, r.Message)
			}
			if tt.variables != "" {
				assert.JSONEq(t, tt.variables, text(r.Variables))
			}
			if tt.caught != "" {
				require.NotNil(t, r.Caught)
				assert.Equal(t, tt.caught, r.Caught.ID)
			} else {
				assert.Nil(t, r.Caught)
			}
			assert.Empty(t, r.Warnings)
		})
	}
}

func TestWarningsCarryTheirPlace(t *testing.T) {
	t.Parallel()
	j := prepare(t, func(task *bpmn.Task) {
		task.Inputs[len(task.Inputs)-1].Source = "={id: order.idd}"
		task.Inputs[len(task.Inputs)-1].Pos = bpmn.Pos{Line: 7, Column: 3}
		task.Headers = []bpmn.Header{{Key: "resultExpression", Value: "={id: response.entry[1]}"}}
	})
	assert.Equal(t, []string{"input.detail: line 1, column 12: there is no field idd (did you mean id?)"}, j.Warnings)
	assert.Equal(t, []bpmn.Pos{{Line: 7, Column: 3}}, j.WarnedAt)
	r := run(t, j, Answers()[0])
	assert.Equal(t, []string{"result expression: line 1, column 15: there is no field entry (did you mean entries?)"}, r.Warnings)
}

func TestNothingIsSentThatIsNotValid(t *testing.T) {
	t.Parallel()
	r := run(t, prepare(t, func(t *bpmn.Task) { t.Inputs[4].Source = " " }), Answers()[0])
	assert.Nil(t, r.Request)
	assert.Equal(t, Incident, r.Ending)
	assert.Contains(t, r.Message, "input.source: must not be blank")
}

func TestAMappingThatGivesNoValueIsAnIncident(t *testing.T) {
	t.Parallel()
	_, err := Prepare(t.Context(), task(func(t *bpmn.Task) { t.Inputs[0].Source = "=assert(1, false)" }), options(t))
	var failed *mapping.Error
	require.ErrorAs(t, err, &failed)
	_, err = Prepare(t.Context(), task(func(t *bpmn.Task) { t.Retries = "=order.id" }), options(t))
	assert.ErrorContains(t, err, `retries: must be a number, but the expression gives "A-1"`)
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	j := prepare(t, nil)
	r := run(t, j, Answers()[0])
	assert.Equal(t, "very-secret", r.Request.Credentials.SecretKey, "the request is real")
	assert.Equal(t, "a *** b", j.Mask("a very-secret b"))
	r = run(t, prepare(t, func(t *bpmn.Task) { t.Inputs[0].Source = "{{secrets.NOPE}}" }), Answers()[0])
	assert.Contains(t, r.Message, "Secret with name 'NOPE' is not available")
	elsewhere := func(t *bpmn.Task) { t.Inputs[4].Source = "{{secrets.KEY}}" }
	r = run(t, prepare(t, elsewhere), Answers()[0])
	assert.Equal(t, "AKIAKEY", r.Request.Entries[0].Source, "the model names it for this field")
	assert.Equal(t, []string{"input.source: {{secrets.KEY}} is resolved, since the model names it for this field; a worker without camunda.client.rest-address, which cannot know that, refuses the job"}, r.SecretNotes)
	bare := task(func(t *bpmn.Task) {
		t.Inputs[0].Source, t.Inputs[1].Source = "secrets.KEY", `=if x then "secrets.a/b" else "{{ secrets.SECRET }}"`
	})
	assert.Equal(t, []string{"KEY", "SECRET", "a/b"}, SecretNames(bare), "in the deprecated form, too")
	data := func(t *bpmn.Task) { t.Inputs[4].Source = `="{{secrets." + "KEY}}"` }
	r = run(t, prepare(t, data), Answers()[0])
	assert.Equal(t, "{{secrets.KEY}}", r.Request.Entries[0].Source)
	assert.Equal(t, []string{"input.source: {{secrets.KEY}} stays as it is: the model names it for authentication.accessKey, not for this field, and what process data brings along is not resolved"}, r.SecretNotes)
	o := options(t)
	o.AllSecrets = true
	all, err := Prepare(t.Context(), task(elsewhere), o)
	require.NoError(t, err)
	r = run(t, all, Answers()[0])
	assert.Equal(t, "AKIAKEY", r.Request.Entries[0].Source)
	assert.Empty(t, r.SecretNotes)
}

type sends func(r *eventbridge.Request) (*eventbridge.Response, error)

func (s sends) Send(_ context.Context, r *eventbridge.Request) (*eventbridge.Response, error) {
	return s(r)
}

func TestSendGoesOnWithTheRealAnswer(t *testing.T) {
	t.Parallel()
	v, err := jsonvalue.ParseString(`{"failedEntryCount": 0, "entries": [{"eventId": "real"}]}`)
	require.NoError(t, err)
	j := prepare(t, func(t *bpmn.Task) {
		t.Headers = []bpmn.Header{{Key: "resultExpression", Value: "={id: entries[1].eventId}"}}
	})
	r, err := j.Send(t.Context(), sends(func(r *eventbridge.Request) (*eventbridge.Response, error) {
		assert.Equal(t, "orders", r.Entries[0].EventBusName)
		return eventbridge.Given(v.(*jsonvalue.Object)), nil
	}))
	require.NoError(t, err)
	assert.JSONEq(t, `{"id":"real"}`, text(r.Variables))
}

// From Camunda 8.10 on the broker itself gives secrets to input mappings.
func TestSecretsOfTheBroker(t *testing.T) {
	t.Parallel()
	change := func(b *bpmn.Task) {
		b.Inputs[0].Source, b.Inputs[1].Source = "=camunda.secrets.KEY", "=camunda.secrets.`SECRET`"
		b.Inputs[6].Source = "={id: order.id, camunda: camunda.secrets.KEY}"
	}
	assert.Equal(t, []string{"KEY", "SECRET", "KEY"}, SecretNames(task(change)))
	spelt := task(func(b *bpmn.Task) {
		b.Inputs[0].Source, b.Inputs[1].Source = "= camunda . secrets\n.A", "=`camunda`.`secrets`.`B-b`"
		b.Inputs[6].Source = "={c: [1][camunda.secrets.C != null], d: \"camunda.secrets.D\", e: camunda.secrets.größe} // camunda.secrets.F"
	})
	assert.ElementsMatch(t, []string{"A", "B-b", "C", "größe"}, SecretNames(spelt), "however FEEL spells it, and not in texts and comments")
	j := prepare(t, change)
	assert.Empty(t, j.Warnings)
	r := run(t, j, Answers()[0])
	require.NotNil(t, r.Request, r.Message)
	assert.Equal(t, "AKIAKEY", r.Request.Credentials.AccessKey)
	assert.Equal(t, "very-secret", r.Request.Credentials.SecretKey)
	assert.JSONEq(t, `{"id":"A-1","camunda":"***"}`, j.Mask(r.Request.Entries[0].Detail))
}

func TestDoubts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, detail, source string
		want                 []string
	}{
		{"an object", "={a: 1}", "com.example", nil},
		{"a text", "text", "com.example", []string{"AWS will reject the event as malformed: its detail must be a JSON object, but is a string"}},
		{"a list", "=[1]", "com.example", []string{"AWS will reject the event as malformed: its detail must be a JSON object, but is an array"}},
		{"a reserved source", "={a: 1}", "=\"aws.\" + order.id", []string{"AWS will reject the event: its source begins with aws., which is kept for AWS's own services"}},
		{"300 kB", `={a: string join(for i in 1..300 return "` + strings.Repeat("0123456789", 100) + `")}`, "com.example", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // expressions have a time limit, and a busy machine would reach it
				j := prepare(t, func(b *bpmn.Task) { b.Inputs[4].Source, b.Inputs[6].Source = tt.source, tt.detail })
				r := run(t, j, Answers()[0])
				require.NotNil(t, r.Request, r.Message)
				assert.Equal(t, tt.want, Doubts(r.Request))
			})
		})
	}
}
