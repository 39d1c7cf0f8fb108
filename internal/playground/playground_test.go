package playground

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/simulate"
)

// post makes a call of the page.
func post[Out any](t *testing.T, path string, in any) Out {
	t.Helper()
	body, err := json.Marshal(in)
	require.NoError(t, err)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost:8089"+path, strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code, w.Body.String())
	var out Out
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &out))
	return out
}

const accepted = `{"failedEntryCount": 0, "entries": [{"eventId": "e-1", "errorCode": null, "errorMessage": null}]}`

func TestEvaluate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		ask    question
		want   simulate.Ending
		result string
		check  func(t *testing.T, r reply)
	}{
		{"a result", question{Response: accepted, Retries: 3, Language: "feel", Result: "= {id: entries[1].eventId}"}, simulate.Completed, `{"id":"e-1"}`, nil},
		{"a result in jq", question{Response: accepted, Retries: 3, Language: "jq", Result: "{id: .entries[0].eventId}"}, simulate.Completed, `{"id":"e-1"}`, nil},
		{"a warning at its place in the source, behind the = and on its line", question{Response: accepted, Retries: 3, Language: "feel", Result: "  =\n {id: response.entry}"}, simulate.Completed, `{"id":null}`, func(t *testing.T, r reply) {
			t.Helper()
			assert.Equal(t, []mark{{place: place{Line: 2, Column: 16}, Text: "there is no field entry (did you mean entries?)"}}, r.Result.Marks)
		}},
		{"what does not parse, at its place", question{Response: accepted, Retries: 3, Language: "feel", Result: "= {id: "}, simulate.Incident, "", func(t *testing.T, r reply) {
			t.Helper()
			require.Len(t, r.Result.Marks, 1)
			assert.True(t, r.Result.Marks[0].Error)
			assert.Contains(t, r.Result.Fault, "expected")
		}},
		{"a BPMN error, from what the result expression made", question{Response: accepted, Retries: 3, Language: "feel", Result: "= {ok: false}", Error: `= if ok then null else bpmnError("NO")`}, simulate.Thrown, `{"ok":false}`, func(t *testing.T, r reply) {
			t.Helper()
			assert.Equal(t, "NO", r.Ending.Code)
		}},
		{"a failed call", question{Response: `{"error": {"code": "ThrottlingException", "message": "Rate exceeded"}}`, Retries: 2, Language: "feel", Error: `= if error.code = "ThrottlingException" then jobError("busy", {}, job.retries - 1, @"PT5S") else null`}, simulate.Retried, "", func(t *testing.T, r reply) {
			t.Helper()
			assert.Equal(t, int32(1), r.Ending.Retries)
			assert.Equal(t, "5s", r.Ending.Backoff, "%+v", r)
		}},
		{"an endless expression ends", question{Response: accepted, Retries: 3, Language: "feel", Result: "= {a: for i in 1..10000000000 return i}"}, simulate.Incident, "", func(t *testing.T, r reply) {
			t.Helper()
			assert.Contains(t, r.Result.Fault, "needs more than")
		}},
		{"a response that is none", question{Response: `[`, Retries: 3, Language: "feel"}, "", "", func(t *testing.T, r reply) {
			t.Helper()
			require.NotNil(t, r.ResponseFault)
			assert.Equal(t, place{Line: 1, Column: 2}, r.ResponseFault.place)
			assert.Contains(t, r.ResponseFault.Text, "not valid JSON")
		}},
		{"an input that is none, on its line", question{Response: accepted, Input: "{\n \"ä\": x}", Retries: 3, Language: "feel"}, "", "", func(t *testing.T, r reply) {
			t.Helper()
			require.NotNil(t, r.InputFault)
			assert.Equal(t, place{Line: 2, Column: 7}, r.InputFault.place)
		}},
		{"the input that was sent", question{Response: accepted, Input: `{"eventBusName":"b","source":"s","detailType":"t","detail":{"id":12345678901234567}}`, Retries: 3, Language: "feel", Result: "= {id: input.detail.id}"}, simulate.Completed, `{"id":12345678901234567}`, func(t *testing.T, r reply) {
			t.Helper()
			assert.Empty(t, r.Result.Marks)
			assert.Contains(t, r.Ending.Variables, "12345678901234567")
		}},
		{"the input that the connector refuses", question{Response: accepted, Input: `{"source":"s"}`, Retries: 3, Language: "feel"}, simulate.Incident, "", func(t *testing.T, r reply) {
			t.Helper()
			assert.Contains(t, r.Ending.Message, "input.detail")
		}},
		{"the job, beside its retries", question{Response: accepted, Retries: 3, Language: "feel", Error: `= bpmnError(job.elementId, job.tenantId)`}, simulate.Thrown, "", func(t *testing.T, r reply) {
			t.Helper()
			assert.Equal(t, elementID, r.Ending.Code)
			assert.Equal(t, "<default>", r.Ending.Message)
			assert.Empty(t, r.Error.Marks)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := post[reply](t, "/api/evaluate", tt.ask)
			assert.Equal(t, tt.want, r.Ending.Kind, r.Ending.Message)
			if tt.result != "" {
				assert.JSONEq(t, tt.result, r.Result.Value)
			}
			if tt.check != nil {
				tt.check(t, r)
			}
		})
	}
}

// example reads a model of the examples, and its variables.
func example(t *testing.T, name string) pasted {
	t.Helper()
	xml, err := os.ReadFile("../../examples/" + name + ".bpmn")
	require.NoError(t, err)
	variables, err := os.ReadFile("../../examples/" + name + ".variables.json")
	require.NoError(t, err)
	return pasted{XML: string(xml), Variables: string(variables)}
}

func TestModel(t *testing.T) {
	t.Parallel()
	several := example(t, "several-events")
	got := post[tasks](t, "/api/model", several)
	require.Len(t, got.Tasks, 1)
	task := got.Tasks[0]
	assert.Empty(t, task.Fault)
	require.Len(t, task.Events, 2)
	assert.Contains(t, task.Events[1], "\n  \"detailType\": \"GiftOrdered\",\n")
	var event simulate.Event
	require.NoError(t, json.Unmarshal([]byte(task.Events[1]), &event))
	assert.JSONEq(t, `{"orderId":"A-1047","sku":"sextant","quantity":1}`, string(event.Detail))
	assert.Contains(t, task.Result, "eventIds")
	assert.Contains(t, task.Input, `"events"`)
	assert.Empty(t, task.Notes)

	got = post[tasks](t, "/api/model", pasted{XML: strings.Replace(several.XML, "com.example", "{{secrets.SOURCE}}", 1), Variables: strings.Replace(several.Variables, "sextant", "{{secrets.AWS}}", 1)})
	warnings := textsOf(got.Tasks[0].Notes)
	assert.Contains(t, warnings, "{{secrets.SOURCE}} is resolved, since the model names it for this field")
	assert.Contains(t, warnings, "{{secrets.AWS}} stays as it is: no input mapping of the task writes this name out")

	got = post[tasks](t, "/api/model", pasted{XML: "<definitions\n xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" id=\"d\" />"})
	require.NotNil(t, got.Fault)
	assert.Contains(t, got.Fault.Text, "DMN")
	assert.Equal(t, 1, got.Fault.Line)
}

func textsOf(notes []note) string {
	var b strings.Builder
	for _, n := range notes {
		b.WriteString(n.Text + "\n")
	}
	return b.String()
}

// What success, rejection, throttling and denial make of a process, where its events go, and as whom.
func TestModelEndings(t *testing.T) {
	t.Parallel()
	got := post[tasks](t, "/api/model", example(t, "error-handling"))
	require.Len(t, got.Tasks, 1)
	task := got.Tasks[0]
	require.Len(t, task.Endings, 4)
	kinds := []simulate.Ending{}
	for _, e := range task.Endings {
		kinds = append(kinds, e.Kind)
	}
	assert.Equal(t, []simulate.Ending{simulate.Completed, simulate.Thrown, simulate.Thrown, simulate.Retried}, kinds)
	assert.Equal(t, "AWS rejects an entry", task.Endings[1].If)
	require.NotNil(t, task.Endings[1].CaughtBy)
	assert.Equal(t, "Rejected", task.Endings[1].CaughtBy.ID)
	assert.Positive(t, task.Endings[1].CaughtBy.Line)
	assert.Equal(t, "Busy", task.Endings[2].CaughtBy.ID)
	assert.Equal(t, int32(2), task.Endings[3].Retries)
	assert.Equal(t, "1s", task.Endings[3].Backoff)
	assert.Equal(t, &target{Region: "eu-central-1", Endpoint: "http://127.0.0.1:4566", Identity: "the access key {{secrets.AWS_ACCESS_KEY}}"}, task.Target)

	got = post[tasks](t, "/api/model", example(t, "assume-role"))
	require.NotNil(t, got.Tasks[0].Target)
	assert.Contains(t, got.Tasks[0].Target.Role, "arn:aws:iam::")
	assert.Equal(t, "the access key {{secrets.AWS_ACCESS_KEY}}", got.Tasks[0].Target.Identity)

	silent := example(t, "order-placed")
	silent.XML = strings.Replace(silent.XML, `key="errorExpression"`, `key="none"`, 1)
	silent.XML = strings.Replace(silent.XML, `source="credentials"`, `source="defaultCredentialsChain"`, 1)
	silent.Variables = strings.Replace(silent.Variables, "http://127.0.0.1:4566", "https://events.eu-central-1.amazonaws.com", 1)
	got = post[tasks](t, "/api/model", silent)
	require.Len(t, got.Tasks[0].Endings, 4, "%+v", got.Tasks[0])
	assert.False(t, got.Tasks[0].Endings[0].Lost)
	assert.True(t, got.Tasks[0].Endings[1].Lost)
	assert.Equal(t, "the worker's own credentials", got.Tasks[0].Target.Identity)
}

// A finding of lint and a warning of the evaluation that say the same are told once, and lead to their line.
func TestModelNotesLeadToTheirLine(t *testing.T) {
	t.Parallel()
	p := example(t, "error-handling")
	before, _, found := strings.Cut(p.XML, `source="com.example.payments"`)
	require.True(t, found)
	line := strings.Count(before, "\n") + 1
	p.XML = strings.Replace(p.XML, "com.example.payments", "aws.example", 1)
	p.XML = strings.Replace(p.XML, "payment.amount", "payment.amout", 1)
	got := post[tasks](t, "/api/model", p)
	notes := got.Tasks[0].Notes
	require.Len(t, notes, 2, "%+v", notes)
	assert.Equal(t, place{Line: line, Column: 11}, notes[0].place)
	assert.Equal(t, "input.source", notes[0].Field)
	assert.NotEmpty(t, notes[0].Rule)
	assert.Equal(t, place{Line: line + 2, Column: 11}, notes[1].place, "the mapping of the detail")
	assert.Contains(t, notes[1].Text, "amout")
}

// A finding about an expression leads to its word in the model, whatever stands escaped before it.
func TestModelNotesLeadToTheirWord(t *testing.T) {
	t.Parallel()
	p := example(t, "error-handling")
	p.XML = strings.Replace(p.XML, "response.failedEntryCount", "response.failedEntries", 1)
	before, _, _ := strings.Cut(p.XML, "failedEntries")
	want := place{Line: strings.Count(before, "\n") + 1, Column: len([]rune(before[strings.LastIndexByte(before, '\n')+1:])) + 1}
	notes := post[tasks](t, "/api/model", p).Tasks[0].Notes
	require.NotEmpty(t, notes)
	assert.Equal(t, want, notes[0].place)
	assert.True(t, notes[0].Exact)
	assert.Contains(t, notes[0].Text, "failedEntries")
}

// Without variables nothing is tried, and nothing old is left to be shown.
func TestModelWithInvalidVariables(t *testing.T) {
	t.Parallel()
	p := example(t, "error-handling")
	for variables, want := range map[string]place{"[]": {Line: 1, Column: 1}, "{\n\"a\" 1}": {Line: 2, Column: 5}} {
		p.Variables = variables
		got := post[tasks](t, "/api/model", p)
		require.NotNil(t, got.VariablesFault)
		assert.Equal(t, want, got.VariablesFault.place, got.VariablesFault.Text)
		require.Len(t, got.Tasks, 1)
		assert.Empty(t, got.Tasks[0].Events)
		assert.Empty(t, got.Tasks[0].Endings)
	}
}

// The editor completes with what the engine has.
func TestReference(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/api/reference", nil))
	require.Equal(t, http.StatusOK, w.Code)
	var got reference
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
	own := map[string]bool{}
	for _, f := range got.Functions {
		own[f.Name] = f.Connector
		require.NotEmpty(t, f.Forms, f.Name)
		assert.True(t, strings.HasPrefix(f.Forms[0].Signature, f.Name+"("), f.Forms[0].Signature)
	}
	assert.Contains(t, own, "string length")
	assert.False(t, own["string length"])
	assert.True(t, own["bpmnError"])
	_, fault := object(got.Input)
	assert.Nil(t, fault)
}

// The page is the only one that is answered, at loopback names only.
func TestGuard(t *testing.T) {
	t.Parallel()
	ask := func(method, target string, change func(*http.Request)) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader("{}"))
		r.Header.Set("Content-Type", "application/json")
		if change != nil {
			change(r)
		}
		w := httptest.NewRecorder()
		Handler().ServeHTTP(w, r)
		return w
	}
	for host, want := range map[string]int{
		"localhost:8089": http.StatusOK, "127.0.0.1:1": http.StatusOK, "[::1]:8089": http.StatusOK, "127.1.2.3": http.StatusOK,
		"example.com": http.StatusForbidden, "localhost.example.com:8089": http.StatusForbidden, "10.0.0.1:8089": http.StatusForbidden, "": http.StatusForbidden,
	} {
		assert.Equal(t, want, ask(http.MethodGet, "http://localhost/", func(r *http.Request) { r.Host = host }).Code, host)
	}
	foreign := func(r *http.Request) { r.Header.Set("Origin", "http://example.com") }
	assert.Equal(t, http.StatusForbidden, ask(http.MethodPost, "http://localhost/api/evaluate", foreign).Code)
	form := func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }
	assert.Equal(t, http.StatusUnsupportedMediaType, ask(http.MethodPost, "http://localhost/api/evaluate", form).Code)
	assert.Equal(t, http.StatusUnprocessableEntity, ask(http.MethodPost, "http://localhost/api/evaluate", nil).Code, "no language")
	assert.Equal(t, http.StatusNotFound, ask(http.MethodGet, "http://localhost/api/evaluate", nil).Code)
	large := func(r *http.Request) {
		r.Body = http.NoBody
		*r = *httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/api/model", strings.NewReader(`"`+strings.Repeat("x", maxBody)+`"`))
		r.Header.Set("Content-Type", "application/json")
	}
	assert.Equal(t, http.StatusRequestEntityTooLarge, ask(http.MethodPost, "http://localhost/api/model", large).Code)
}

// The page loads nothing from elsewhere, and its policy would not let it.
func TestThePageStandsAlone(t *testing.T) {
	t.Parallel()
	load := func() (policy, page string) {
		w := httptest.NewRecorder()
		Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/", nil))
		return w.Header().Get("Content-Security-Policy"), w.Body.String()
	}
	policy, page := load()
	assert.Contains(t, policy, "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-")
	assert.NotContains(t, policy, "unsafe")
	nonce := regexp.MustCompile(`'nonce-([A-Z2-7]{26})'`).FindStringSubmatch(policy)
	require.Len(t, nonce, 2, policy)
	assert.Contains(t, page, `content="`+nonce[1]+`"`)
	again, _ := load()
	assert.NotContains(t, again, nonce[1], "a number used once")
	for _, name := range []string{"index.html", "page.css", "page.js", "results.js"} {
		text, err := files.ReadFile("page/" + name)
		require.NoError(t, err)
		assert.NotRegexp(t, regexp.MustCompile(`(?i)(src|href)="(https?:)?//|url\(|@import|innerHTML|eval\(`), string(text), name)
	}
}
