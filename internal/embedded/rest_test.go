package embedded_test

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

// newGateway returns a gateway that serves no network.
func newGateway(tb testing.TB, o embedded.GatewayOptions) *embedded.Gateway {
	tb.Helper()
	g, err := embedded.NewGateway(o)
	require.NoError(tb, err)
	tb.Cleanup(g.Close)
	return g
}

// call makes a call over REST without a network. An empty body is none.
func call(tb testing.TB, g *embedded.Gateway, method, path, body string, header ...string) *httptest.ResponseRecorder {
	tb.Helper()
	r := httptest.NewRequestWithContext(tb.Context(), method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	g.REST().ServeHTTP(w, r)
	return w
}

// problem checks that an answer is a refusal of RFC 9457.
func problem(tb testing.TB, w *httptest.ResponseRecorder, status int, title, detail string) {
	tb.Helper()
	assert.Equal(tb, "application/problem+json", w.Header().Get("Content-Type"))
	var got struct {
		Type, Title, Detail, Instance string
		Status                        int
	}
	require.NoError(tb, json.Unmarshal(w.Body.Bytes(), &got), w.Body.String())
	assert.Equal(tb, status, w.Code, got.Detail)
	assert.Equal(tb, status, got.Status)
	assert.Equal(tb, "about:blank", got.Type)
	assert.Equal(tb, title, got.Title)
	assert.Contains(tb, got.Detail, detail)
	assert.NotEmpty(tb, got.Instance)
}

const activation = `{"type":"t","timeout":60000,"maxJobsToActivate":9,"requestTimeout":-1}`

// activated activates jobs over REST and returns them as they are written.
func activated(tb testing.TB, g *embedded.Gateway, prefix, body string) []map[string]json.RawMessage {
	tb.Helper()
	w := call(tb, g, "POST", prefix+"/v2/jobs/activation", body)
	require.Equal(tb, http.StatusOK, w.Code, w.Body.String())
	var answer struct{ Jobs []map[string]json.RawMessage }
	require.NoError(tb, json.Unmarshal(w.Body.Bytes(), &answer), w.Body.String())
	return answer.Jobs
}

func path(key int64, rest string) string { return "/v2/jobs/" + strconv.FormatInt(key, 10) + rest }

func TestRESTGivesJobsAsTheyStand(t *testing.T) {
	t.Parallel()
	g := newGateway(t, embedded.GatewayOptions{Version: "8.10.0"})
	variables := `{"z":1.10,"a":12345678901234567890,"lone":"\ud800", "b":[ 1 ],"drop":true}`
	keys := add(t, g, embedded.Job{
		Type: "t", Variables: variables, CustomHeaders: `{"h": "<x>"}`, ProcessID: "p", ElementID: "e", Tags: []string{"a", "b"}, BusinessID: "order",
		ProcessInstanceKey: 5, ProcessDefinitionKey: 6, ElementInstanceKey: 7, Retries: 2,
	})
	key := strconv.FormatInt(keys[0], 10)
	w := call(t, g, "POST", "/v2/jobs/activation",
		`{"type":"t","worker":"w","timeout":60000,"maxJobsToActivate":1,"requestTimeout":-1,"fetchVariable":["z","a","lone","b"],"withLease":null}`)
	body := w.Body.String()
	_, deadline, found := strings.Cut(body, `"deadline":`)
	require.True(t, found, body)
	deadline, _, _ = strings.Cut(deadline, ",")
	assert.Equal(t, `{"jobs":[{"type":"t","processDefinitionId":"p","processDefinitionVersion":1,"elementId":"e","customHeaders":{"h": "<x>"},"worker":"w","retries":2,`+
		`"deadline":`+deadline+`,"variables":{"z":1.10,"a":12345678901234567890,"lone":"\ud800","b":[ 1 ]},"tenantId":"<default>","jobKey":"`+key+`",`+
		`"processInstanceKey":"5","processDefinitionKey":"6","elementInstanceKey":"7","kind":"BPMN_ELEMENT","listenerEventType":"UNSPECIFIED","userTask":null,`+
		`"tags":["a","b"],"rootProcessInstanceKey":"5","physicalTenantId":"default","businessId":"order","priority":0,"jobLeaseToken":null}]}`, body)
	milliseconds, err := strconv.ParseInt(deadline, 10, 64)
	require.NoError(t, err)
	assert.InDelta(t, time.Now().Add(time.Minute).UnixMilli(), milliseconds, 30_000)

	result := `{"n":1.10,"lone":"\ud800", "deep":{"a":[1 ,2]}}`
	require.Equal(t, http.StatusNoContent, call(t, g, "POST", path(keys[0], "/completion"), `{"variables":`+result+`,"result":null}`).Code)
	assert.Equal(t, result, g.Endings()[0].Command.Variables)
}

func TestRESTOfEachVersion(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		version          string
		rest, models     bool
		filter, lease    bool
		key, leaseToken  string
		physical, secret bool
	}{
		{version: "8.5.9"},
		{version: "8.6.0", rest: true, key: "2251799813685252"},
		{version: "8.7.4", rest: true, key: "2251799813685252"},
		{version: "8.8.0", rest: true, models: true, key: `"2251799813685252"`},
		{version: "8.9.0-alpha2", rest: true, models: true, filter: true, key: `"2251799813685252"`},
		{version: "8.10.0-alpha4", rest: true, models: true, filter: true, lease: true, key: `"2251799813685252"`, leaseToken: "leaseToken", physical: true, secret: true},
		{version: "8.10.1", rest: true, models: true, filter: true, lease: true, key: `"2251799813685252"`, leaseToken: "jobLeaseToken", physical: true, secret: true},
	} {
		t.Run(tt.version, func(t *testing.T) {
			t.Parallel()
			g := newGateway(t, embedded.GatewayOptions{Version: tt.version, Models: map[int64]string{1: "<x/>"}, PhysicalTenants: []string{"blue"}})
			add(t, g, embedded.Job{Type: "t", Key: 2251799813685252})
			status := func(has bool, otherwise int) int {
				if has {
					return http.StatusOK
				}
				return otherwise
			}
			assert.Equal(t, status(tt.rest, http.StatusNotFound), call(t, g, "GET", "/v2/topology", "").Code)
			assert.Equal(t, status(tt.models, http.StatusNotFound), call(t, g, "GET", "/v2/process-definitions/1/xml", "").Code)
			assert.Equal(t, status(tt.secret, http.StatusNotFound), call(t, g, "POST", "/v2/secrets/resolve", `{"references":["x"]}`).Code)
			assert.Equal(t, status(tt.physical, http.StatusNotFound), call(t, g, "GET", "/physical-tenants/blue/v2/topology", "").Code)
			if !tt.rest {
				return
			}
			with := func(property string) int {
				return call(t, g, "POST", "/v2/jobs/activation", `{"type":"none","timeout":1,"maxJobsToActivate":1,"requestTimeout":-1,`+property+`}`).Code
			}
			assert.Equal(t, status(tt.filter, http.StatusBadRequest), with(`"tenantFilter":"ASSIGNED"`))
			assert.Equal(t, status(tt.lease, http.StatusBadRequest), with(`"withLease":true`))
			assert.Equal(t, http.StatusBadRequest, with(`"other":1`))
			asked := activation
			if tt.lease {
				asked = `{"type":"t","timeout":60000,"maxJobsToActivate":9,"withLease":true}`
			}
			jobs := activated(t, g, "", asked)
			require.Len(t, jobs, 1)
			assert.Equal(t, tt.key, string(jobs[0]["jobKey"]))
			if !tt.lease {
				assert.NotContains(t, jobs[0], "jobLeaseToken")
				problem(t, call(t, g, "POST", path(2251799813685252, "/completion"), `{"jobLeaseToken":"x"}`), 400, "Bad Request", "jobLeaseToken")
				return
			}
			problem(t, call(t, g, "POST", path(2251799813685252, "/completion"), ""), 409, "INVALID_STATE", "must be provided")
			assert.Equal(t, http.StatusNoContent, call(t, g, "POST", path(2251799813685252, "/completion"), `{"`+tt.leaseToken+`":`+string(jobs[0][tt.leaseToken])+`}`).Code)
		})
	}
}

func TestRESTCommandsEndJobs(t *testing.T) {
	t.Parallel()
	g := newGateway(t, embedded.GatewayOptions{KeepJobs: true})
	keys := add(t, g, append(make3("t"), embedded.Job{Type: "t"}, embedded.Job{Type: "t"})...)
	require.Len(t, activated(t, g, "", activation), 5)
	for _, c := range []struct{ method, path, body string }{
		{"POST", path(keys[0], "/completion"), ""},
		{"POST", path(keys[1], "/error"), `{"errorCode":"CODE","errorMessage":"why","variables":{"a":1}}`},
		{"POST", path(keys[2], "/failure"), `{"retries":0,"errorMessage":"broken"}`},
		{"POST", path(keys[3], "/failure"), `{"retries":2,"retryBackOff":3600000,"errorMessage":null}`},
		{"PATCH", path(keys[4], ""), `{"changeset":{"timeout":1500}}`},
	} {
		w := call(t, g, c.method, c.path, c.body)
		assert.Equal(t, http.StatusNoContent, w.Code, w.Body.String())
		assert.Zero(t, w.Body.Len())
	}
	got := g.Commands()
	require.Len(t, got, 5)
	for i := range got {
		got[i].At = time.Time{}
	}
	assert.Equal(t, []embedded.Command{
		{Kind: embedded.Complete, JobKey: keys[0]},
		{Kind: embedded.Throw, JobKey: keys[1], Code: "CODE", Message: "why", Variables: `{"a":1}`},
		{Kind: embedded.Fail, JobKey: keys[2], Message: "broken"},
		{Kind: embedded.Fail, JobKey: keys[3], Retries: 2, Backoff: time.Hour},
		{Kind: embedded.UpdateTimeout, JobKey: keys[4], Timeout: 1500 * time.Millisecond},
	}, got)
	problem(t, call(t, g, "POST", path(keys[0], "/completion"), ""), 404, "NOT_FOUND", "no job with key")
	problem(t, call(t, g, "POST", path(keys[2], "/completion"), ""), 409, "INVALID_STATE", "incident")
	problem(t, call(t, g, "PATCH", path(keys[3], ""), `{"changeset":{"timeout":1}}`), 409, "INVALID_STATE", "backoff")
	assert.Equal(t, int64(3), g.Counts().Refused, "the same counts as over gRPC")
	assert.Equal(t, int64(1), g.Counts().Polls)
}

func TestRESTRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	g := newGateway(t, embedded.GatewayOptions{CommandLimit: 100})
	keys := add(t, g, embedded.Job{Type: "t"})
	activated(t, g, "", activation)
	complete := path(keys[0], "/completion")
	for _, c := range []struct {
		method, path, body string
		status             int
		title, detail      string
	}{
		{"POST", "/v2/jobs/activation", "", 415, "Unsupported Media Type", "application/json"},
		{"POST", "/v2/jobs/activation", "{", 400, "Bad Request", "no JSON object"},
		{"POST", "/v2/jobs/activation", "[]", 400, "Bad Request", "no JSON object"},
		{"POST", "/v2/jobs/activation", `{"timeout":1,"maxJobsToActivate":1}`, 400, "INVALID_ARGUMENT", "no job type"},
		{"POST", "/v2/jobs/activation", `{"type":"t","maxJobsToActivate":1}`, 400, "INVALID_ARGUMENT", "timeout"},
		{"POST", "/v2/jobs/activation", `{"type":"t","timeout":1}`, 400, "INVALID_ARGUMENT", "at least 1"},
		{"POST", "/v2/jobs/activation", `{"type":7}`, 400, "Bad Request", `"type"`},
		{"POST", "/v2/jobs/activation", `{"timeout":"1"}`, 400, "Bad Request", `"timeout"`},
		{"POST", "/v2/jobs/activation", `{"timeout":1.5}`, 400, "Bad Request", `"timeout"`},
		{"POST", "/v2/jobs/activation", `{"maxJobsToActivate":3000000000}`, 400, "Bad Request", "32 bits"},
		{"POST", "/v2/jobs/activation", `{"fetchVariable":"a"}`, 400, "Bad Request", "list"},
		{"POST", "/v2/jobs/activation", `{"tenantIds":[1]}`, 400, "Bad Request", "string"},
		{"POST", "/v2/jobs/activation", `{"Type":"t"}`, 400, "Bad Request", `"Type"`},
		{"POST", complete, `{"variables":[]}`, 400, "Bad Request", "object"},
		{"POST", complete, `{"variables":{"a":"` + strings.Repeat("x", 100) + `"}}`, 500, "EXCEEDED_BATCH_RECORD_SIZE", "EXCEEDED_BATCH_RECORD_SIZE"},
		{"POST", complete, `{"variables":{"a":"` + strings.Repeat("x", 5<<20) + `"}}`, 413, "Payload Too Large", "bytes"},
		{"POST", "/v2/jobs/x/completion", "", 400, "Bad Request", `"x"`},
		{"POST", path(keys[0], "/error"), `{"errorCode":" "}`, 400, "INVALID_ARGUMENT", "errorCode"},
		{"PATCH", path(keys[0], ""), `{}`, 400, "INVALID_ARGUMENT", "changeset"},
		{"PATCH", path(keys[0], ""), `{"changeset":{}}`, 400, "INVALID_ARGUMENT", "timeout"},
		{"PATCH", path(keys[0], ""), `{"changeset":{"retries":1}}`, 400, "Bad Request", "retries"},
		{"GET", "/v2/jobs/activation", "", 405, "Method Not Allowed", "POST"},
		{"GET", "/v2/nothing", "", 404, "Not Found", "/v2/nothing"},
		{"GET", "/", "", 404, "Not Found", "/"},
		{"GET", "/v2/process-definitions/x/xml", "", 400, "Bad Request", `"x"`},
		{"GET", "/v2/process-definitions/7/xml", "", 404, "NOT_FOUND", "7"},
	} {
		problem(t, call(t, g, c.method, c.path, c.body), c.status, c.title, c.detail)
	}
	assert.Equal(t, http.StatusNoContent, call(t, g, "POST", complete, `{"variables":null}`).Code, "what was refused had no effect")
}

func TestRESTPollWaitsForAJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGateway(t, embedded.GatewayOptions{PollWait: time.Minute})
		began := time.Now()
		assert.Empty(t, activated(t, g, "", `{"type":"t","timeout":1000,"maxJobsToActivate":1}`))
		assert.Equal(t, time.Minute, time.Since(began), "the gateway's own time")
		assert.Empty(t, activated(t, g, "", `{"type":"t","timeout":1000,"maxJobsToActivate":1,"requestTimeout":5000}`))
		assert.Empty(t, activated(t, g, "", `{"type":"t","timeout":1000,"maxJobsToActivate":1,"requestTimeout":-1}`))
		assert.Equal(t, time.Minute+5*time.Second, time.Since(began))
		time.AfterFunc(time.Second, func() { _, _ = g.AddJobs(embedded.Job{Type: "t"}) })
		require.Len(t, activated(t, g, "", `{"type":"t","timeout":1000,"maxJobsToActivate":1}`), 1)
		assert.Equal(t, time.Minute+6*time.Second, time.Since(began))
	})
}

func TestRESTMeetsTheSameFaults(t *testing.T) {
	t.Parallel()
	g := newGateway(t, embedded.GatewayOptions{})
	keys := add(t, g, embedded.Job{Type: "t"})
	activated(t, g, "", activation)
	g.FaultNext(1, embedded.Fault{Code: codes.ResourceExhausted, Message: "busy"})
	g.FaultNext(1, embedded.Fault{Code: codes.Unavailable, Message: "no leader"})
	g.FaultNext(1, embedded.Fault{Code: codes.PermissionDenied, Message: "no"})
	g.FaultNext(1, embedded.Fault{Code: codes.Internal, Message: "broken"})
	g.FaultNext(1, embedded.HTTPFault(502))
	complete := path(keys[0], "/completion")
	problem(t, call(t, g, "POST", complete, ""), 503, "RESOURCE_EXHAUSTED", "busy")
	problem(t, call(t, g, "POST", complete, ""), 503, "UNAVAILABLE", "no leader")
	problem(t, call(t, g, "POST", complete, ""), 403, "FORBIDDEN", "no")
	problem(t, call(t, g, "POST", complete, ""), 500, "INTERNAL", "broken")
	w := call(t, g, "POST", complete, "")
	assert.Equal(t, 502, w.Code)
	assert.Equal(t, "text/html", w.Header().Get("Content-Type"))
	g.FaultNext(1, embedded.Fault{LoseAnswer: true})
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() { call(t, g, "POST", complete, "") })
	assert.Len(t, g.Commands(), 1, "the command had its effect")
	g.SetFault(func(c embedded.Call) embedded.Fault {
		return embedded.Fault{Code: codes.Aborted, Message: c.Method}
	})
	problem(t, call(t, g, "GET", "/v2/topology", ""), 500, "INTERNAL", "Topology")
	problem(t, call(t, g, "POST", "/v2/jobs/activation", activation), 500, "INTERNAL", "ActivateJobs")
	problem(t, call(t, g, "GET", "/v2/process-definitions/1/xml", ""), 500, "INTERNAL", "GetProcessDefinitionXML")
}

func TestRESTAsksWhoCalls(t *testing.T) {
	t.Parallel()
	g := newGateway(t, embedded.GatewayOptions{
		Version: "8.10.0", Secrets: map[string]string{"KEY": "v", "B-2": ""},
		Logins: []embedded.Login{{Username: "demo", Password: "a:b", Reveal: true}, {Token: "t0k"}},
	})
	basic := []string{"Authorization", "Basic ZGVtbzphOmI="}
	bearer := []string{"authorization", "bearer t0k"}
	assert.Equal(t, 200, call(t, g, "GET", "/v2/topology", "", basic...).Code)
	assert.Equal(t, 200, call(t, g, "GET", "/v2/topology", "", bearer...).Code)
	for _, header := range []string{"", "Basic ZGVtbzo=", "Basic !", "Bearer ", "Bearer x", "Digest t0k"} {
		w := call(t, g, "GET", "/v2/topology", "", "Authorization", header)
		problem(t, w, 401, "Unauthorized", "credentials")
		assert.NotEmpty(t, w.Header().Get("WWW-Authenticate"))
	}
	references := `{"references":["camunda.secrets.KEY","camunda.secrets.B-2","camunda.secrets.KEY","camunda.secrets.NONE","secrets.KEY","camunda.secrets.a.b"]}`
	assert.JSONEq(t, `{"resolved":[{"reference":"camunda.secrets.KEY","value":"v"},{"reference":"camunda.secrets.B-2","value":""}],"errors":[
		{"reference":"camunda.secrets.NONE","code":"NOT_FOUND","message":"there is no such secret"},
		{"reference":"secrets.KEY","code":"INVALID_REFERENCE","message":"expected camunda.secrets.NAME with letters, digits, _ and - in NAME"},
		{"reference":"camunda.secrets.a.b","code":"INVALID_REFERENCE","message":"expected camunda.secrets.NAME with letters, digits, _ and - in NAME"}]}`,
		call(t, g, "POST", "/v2/secrets/resolve", references, basic...).Body.String())
	denied := call(t, g, "POST", "/v2/secrets/resolve", references, bearer...).Body.String()
	assert.Contains(t, denied, "ACCESS_DENIED")
	assert.NotContains(t, denied, `"v"`)
	for _, n := range []int{0, 21} {
		list := strings.TrimSuffix(strings.Repeat(`"camunda.secrets.KEY",`, n), ",")
		problem(t, call(t, g, "POST", "/v2/secrets/resolve", `{"references":[`+list+`]}`, basic...), 400, "INVALID_ARGUMENT", "1 to 20")
	}
}

func TestRESTGivesModels(t *testing.T) {
	t.Parallel()
	g := newGateway(t, embedded.GatewayOptions{})
	problem(t, call(t, g, "GET", "/v2/process-definitions/7/xml", ""), 404, "NOT_FOUND", "7")
	g.Deploy(7, "<definitions/>")
	w := call(t, g, "GET", "/v2/process-definitions/7/xml", "")
	assert.Equal(t, "<definitions/>", w.Body.String())
	assert.Equal(t, "text/xml", w.Header().Get("Content-Type"))
}

func TestRESTTellsTheTopology(t *testing.T) {
	t.Parallel()
	g := newGateway(t, embedded.GatewayOptions{Version: "8.10.0", Partitions: 2})
	g.SetLeaderless(2, true)
	assert.JSONEq(t, `{"brokers":[{"nodeId":0,"brokerId":"0","host":"127.0.0.1","port":26501,"version":"8.10.0","partitions":[
		{"partitionId":1,"role":"leader","health":"healthy","state":"active"},{"partitionId":2,"role":"follower","health":"healthy","state":"active"}]}],
		"clusterId":null,"clusterSize":1,"partitionsCount":2,"replicationFactor":1,"gatewayVersion":"8.10.0","lastCompletedChangeId":"-1"}`,
		call(t, g, "GET", "/v2/topology", "").Body.String())
}

func TestRESTOverTheNetwork(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		t.Run("TLS "+strconv.FormatBool(secure), func(t *testing.T) {
			t.Parallel()
			o := embedded.GatewayOptions{RESTAddress: "127.0.0.1:0"}
			other := httptest.NewUnstartedServer(nil) // for its certificate
			other.EnableHTTP2 = true
			other.StartTLS()
			defer other.Close()
			if secure {
				o.RESTTLS = &tls.Config{Certificates: other.TLS.Certificates, MinVersion: tls.VersionTLS12}
			}
			g, err := embedded.StartGateway(o)
			require.NoError(t, err)
			defer g.Close()
			client := other.Client()
			get := func() (status, version int, err error) {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, g.RESTURL()+"/v2/topology", nil)
				require.NoError(t, err)
				answer, err := client.Do(r)
				if err != nil {
					return 0, 0, err
				}
				defer func() { _ = answer.Body.Close() }()
				_, err = io.Copy(io.Discard, answer.Body)
				return answer.StatusCode, answer.ProtoMajor, err
			}
			status, version, err := get()
			require.NoError(t, err)
			assert.Equal(t, 200, status)
			assert.Equal(t, secure, version == 2, "HTTP/2 where there is TLS")
			address := g.RESTURL()
			g.SetFault(func(embedded.Call) embedded.Fault { return embedded.Fault{LoseAnswer: true} })
			_, _, err = get()
			require.Error(t, err, "the connection, or the stream of HTTP/2, is closed without an answer")
			g.SetFault(nil)
			g.Interrupt()
			_, _, err = get()
			require.Error(t, err)
			require.NoError(t, g.Resume())
			assert.Equal(t, address, g.RESTURL())
			status, _, err = get()
			require.NoError(t, err)
			assert.Equal(t, 200, status)
			client.CloseIdleConnections()
		})
	}
}

func TestRESTListsModels(t *testing.T) {
	t.Parallel()
	g := newGateway(t, embedded.GatewayOptions{})
	const search = "/v2/process-definitions/search"
	assert.JSONEq(t, `{"items":[],"page":{"totalItems":0}}`, call(t, g, "POST", search, "").Body.String())
	for key, id := range []string{"", "a", "b", "a"} {
		if id != "" {
			g.Deploy(int64(key), `<bpmn:definitions id="d"><bpmn:process name="x" id="`+id+`" isExecutable="true"/></bpmn:definitions>`)
		}
	}
	newest := `{"processDefinitionKey":"3","processDefinitionId":"a","version":2,"tenantId":"<default>"}`
	assert.JSONEq(t, `{"items":[`+newest+`],"page":{"totalItems":3}}`, call(t, g, "POST", search, `{"sort":[{"field":"version","order":"DESC"}],"page":{"limit":1}}`).Body.String())
	assert.JSONEq(t, `{"items":[`+newest+`,{"processDefinitionKey":"1","processDefinitionId":"a","version":1,"tenantId":"<default>"}],"page":{"totalItems":2}}`,
		call(t, g, "POST", search, `{"filter":{"processDefinitionId":"a"}}`).Body.String())
	problem(t, call(t, g, "POST", search, `{"filter":{"name":"a"}}`), 400, "Bad Request", `"name"`)
	problem(t, call(t, newGateway(t, embedded.GatewayOptions{Version: "8.7.0"}), "POST", search, ""), 404, "Not Found", "there is no endpoint")
}
