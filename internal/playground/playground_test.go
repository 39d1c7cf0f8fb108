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
			assert.Equal(t, []mark{{Line: 2, Column: 16, Text: "there is no field entry (did you mean entries?)"}}, r.Result.Marks)
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
			assert.Contains(t, r.Input, "not valid JSON")
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

func TestModel(t *testing.T) {
	t.Parallel()
	xml, err := os.ReadFile("../../examples/several-events.bpmn")
	require.NoError(t, err)
	variables, err := os.ReadFile("../../examples/several-events.variables.json")
	require.NoError(t, err)
	got := post[tasks](t, "/api/model", pasted{XML: string(xml), Variables: string(variables)})
	require.Len(t, got.Tasks, 1)
	assert.Empty(t, got.Tasks[0].Fault)
	require.Len(t, got.Tasks[0].Events, 2)
	rows := got.Tasks[0].Events[1]
	require.Len(t, rows, 4)
	assert.Equal(t, simulate.Row{Name: "detail type", Value: "GiftOrdered"}, rows[2])
	assert.Equal(t, "detail", rows[3].Name)
	assert.JSONEq(t, `{"orderId":"A-1047","sku":"sextant","quantity":1}`, rows[3].Value)
	assert.Contains(t, got.Tasks[0].Result, "eventIds")
	assert.Empty(t, got.Tasks[0].Findings)

	got = post[tasks](t, "/api/model", pasted{XML: strings.Replace(string(xml), "com.example", "aws.example", 1), Variables: `[]`})
	assert.Contains(t, got.Variables, "must be a JSON object")
	assert.NotEmpty(t, got.Tasks[0].Warnings, "there is no order")
	assert.NotEmpty(t, got.Tasks[0].Findings, "lint looks, too")

	got = post[tasks](t, "/api/model", pasted{XML: strings.Replace(string(xml), "com.example", "{{secrets.SOURCE}}", 1), Variables: strings.Replace(string(variables), "sextant", "{{secrets.AWS}}", 1)})
	warnings := strings.Join(got.Tasks[0].Warnings, "\n")
	assert.Contains(t, warnings, "{{secrets.SOURCE}} is resolved, since the model names it for this field")
	assert.Contains(t, warnings, "{{secrets.AWS}} stays as it is: no input mapping of the task writes this name out")

	got = post[tasks](t, "/api/model", pasted{XML: `<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" />`})
	assert.Contains(t, got.Fault, "DMN")
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
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/", nil)
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	assert.Contains(t, w.Header().Get("Content-Security-Policy"), "default-src 'none'")
	for _, name := range []string{"index.html", "page.css", "page.js"} {
		text, err := files.ReadFile("page/" + name)
		require.NoError(t, err)
		assert.NotRegexp(t, regexp.MustCompile(`(?i)(src|href)="(https?:)?//|url\(|@import|innerHTML|eval\(`), string(text), name)
	}
}
