package zeebe

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

func pollREST(t *testing.T, c *RESTClient, change func(*job.PollRequest)) ([]*job.Job, error) {
	t.Helper()
	r := job.PollRequest{TakeRequest: job.TakeRequest{Type: "io.camunda:aws-eventbridge:1", Worker: "w", Lease: time.Minute}, MaxJobs: 3, Wait: -1}
	if change != nil {
		change(&r)
	}
	var got []*job.Job
	err := c.Activate(t.Context(), r, func(j *job.Job) { got = append(got, j) })
	return got, err
}

func TestAPollAsksForWhatIsWanted(t *testing.T) {
	t.Parallel()
	const begin = `{"type":"io.camunda:aws-eventbridge:1","worker":"w","timeout":60000,"maxJobsToActivate":3,`
	for _, tt := range []struct {
		name   string
		change func(*job.PollRequest)
		want   string
	}{
		{"without waiting", nil, begin + `"requestTimeout":-1,"tenantIds":["<default>"]}`},
		{"with a wait", func(r *job.PollRequest) { r.Wait = 20 * time.Second }, begin + `"requestTimeout":20000,"tenantIds":["<default>"]}`},
		{"with the gateway's own wait", func(r *job.PollRequest) { r.Wait = 0 }, begin + `"requestTimeout":0,"tenantIds":["<default>"]}`},
		{"some variables of some tenants", func(r *job.PollRequest) { r.FetchVariables, r.TenantIDs = []string{"a", `b"`}, []string{"t1", "t2"} }, begin + `"fetchVariable":["a","b\""],"requestTimeout":-1,"tenantIds":["t1","t2"]}`},
		{"all its tenants", func(r *job.PollRequest) { r.AssignedTenants, r.TenantIDs = true, []string{"t1"} }, begin + `"requestTimeout":-1,"tenantFilter":"ASSIGNED"}`},
		{"leases", func(r *job.PollRequest) { r.WithLease = true }, begin + `"requestTimeout":-1,"tenantIds":["<default>"],"withLease":true}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &restGatewayServer{answer: tells(200, "application/json", `{"jobs":[]}`)}
			got, err := pollREST(t, dialTest(t, s, Config{PhysicalTenant: "t9"}), tt.change)
			require.NoError(t, err)
			assert.Empty(t, got)
			assert.Equal(t, []restCall{{method: "POST", path: "/physical-tenants/t9/v2/jobs/activation", body: tt.want}}, s.seen())
		})
	}
}

// activatedREST is a job with all that Camunda 8.10 gives, in its own order, and with white space of its own.
const activatedREST = `{"type":"io.camunda:aws-eventbridge:1","processDefinitionId":"order \"x\"","processDefinitionVersion":4,"elementId":"send",
 "customHeaders":{"resultVariable" : "r"},"worker":"w","retries":3,"deadline":1764437040123,
 "variables":{"z":1.10,"a":12345678901234567890,"half":"\ud800","e":"\u00e9", "o":{"b":1,"a":[ ]},"z":2},
 "tenantId":"t1","physicalTenantId":"p1","jobKey":"2251799813685250","processInstanceKey":"2251799813685251","processDefinitionKey":"2251799813685252",
 "elementInstanceKey":2251799813685253,"kind":"BPMN_ELEMENT","listenerEventType":"UNSPECIFIED","tags":["a"],"userTask":null,"rootProcessInstanceKey":"1","businessId":"b-1","priority":50,"new":{"a":[1,2]}}`

func TestAJobIsReadWithoutLoss(t *testing.T) {
	t.Parallel()
	s := &restGatewayServer{answer: tells(200, "application/json", "{\"jobs\": ["+activatedREST+"\n] }")}
	got, err := pollREST(t, dialTest(t, s, Config{}), nil)
	require.NoError(t, err)
	assert.Equal(t, []*job.Job{{
		Key: 2251799813685250, Type: "io.camunda:aws-eventbridge:1", ProcessInstanceKey: 2251799813685251, ProcessID: `order "x"`, ProcessDefinitionVersion: 4,
		ProcessDefinitionKey: 2251799813685252, ElementID: "send", ElementInstanceKey: 2251799813685253, CustomHeaders: `{"resultVariable" : "r"}`, Worker: "w",
		Retries: 3, Deadline: time.UnixMilli(1764437040123), Variables: `{"z":1.10,"a":12345678901234567890,"half":"\ud800","e":"\u00e9", "o":{"b":1,"a":[ ]},"z":2}`,
		TenantID: "t1", BusinessID: "b-1",
	}}, got)
}

func TestAJobMayLackWhatIsNewer(t *testing.T) {
	t.Parallel()
	s := &restGatewayServer{answer: tells(200, "application/json", `{"jobs":[{"jobKey":7,"variables":null,"businessId":null,"retries":"2"}]}`)}
	got, err := pollREST(t, dialTest(t, s, Config{}), nil)
	require.NoError(t, err)
	assert.Equal(t, []*job.Job{{Key: 7, Retries: 2, Variables: "{}", CustomHeaders: "{}"}}, got)
}

func TestALeaseTokenIsGivenBackUnderItsName(t *testing.T) {
	t.Parallel()
	s := &restGatewayServer{answer: func(w http.ResponseWriter, c restCall) {
		if strings.HasSuffix(c.path, "/activation") {
			tells(200, "application/json", `{"jobs":[{"jobKey":"1","jobLeaseToken":"new"},{"jobKey":"2","leaseToken":"old"},{"jobKey":"3"}]}`)(w, c)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}}
	c := dialTest(t, s, Config{})
	got, err := pollREST(t, c, func(r *job.PollRequest) { r.WithLease = true })
	require.NoError(t, err)
	require.Len(t, got, 3)
	for _, j := range got {
		require.NoError(t, c.Complete(t.Context(), j.Ref(), nil))
		require.NoError(t, c.Fail(t.Context(), j.Ref(), 0, 0, "", nil))
		require.NoError(t, c.Throw(t.Context(), j.Ref(), "", "", nil))
		require.NoError(t, c.UpdateTimeout(t.Context(), j.Ref(), time.Second))
	}
	for i, call := range s.seen()[1:] {
		want := [...]string{`"jobLeaseToken":"new"}`, `"leaseToken":"old"}`, ""}[i/4]
		if want == "" {
			assert.NotContains(t, call.body, "oken")
			continue
		}
		assert.Contains(t, call.body, want)
		assert.Equal(t, 1, strings.Count(call.body, "oken"), call.body)
	}
}

func TestAnAnswerToAPollThatIsNotWhole(t *testing.T) {
	t.Parallel()
	job1, job2 := `{"jobKey":"1","variables":{"a":"]}"}}`, `{"jobKey":"2"}`
	for _, tt := range []struct {
		name, body string
		limit      int // of the client; 0 = its default
		promised   int // length that the header promises; 0 = that of the body
		keys       []int64
		want       job.CommandError
		reason     string
	}{
		{
			name: "cut off in the third job", body: `{"jobs":[` + job1 + `,` + job2 + `,{"jobKey":"3","vari`, promised: 500, keys: []int64{1, 2},
			want: job.CommandError{Code: codeUnavailable, Fault: job.FaultConnectionEnded}, reason: "unexpected EOF",
		},
		{
			name: "cut off before the first", body: `{"jo`, promised: 500,
			want: job.CommandError{Code: codeUnavailable, Fault: job.FaultConnectionEnded}, reason: "unexpected EOF",
		},
		{
			name: "half a JSON that claims to be whole", body: `{"jobs":[` + job1, keys: []int64{1},
			want: job.CommandError{Code: codeUnknown, Fault: job.FaultNoREST, HTTPStatus: 200}, reason: "which is not an answer of Camunda's REST API",
		},
		{
			name: "a job longer than the limit", body: `{"jobs":[` + job1 + `,` + job2 + `,{"jobKey":"3","variables":{"a":"` + strings.Repeat("x", 60) + `"}},{"jobKey":"4"}]}`, limit: 60, keys: []int64{1, 2},
			want: job.CommandError{Kind: job.Unacceptable, Code: codeExhausted, Fault: job.FaultMessageTooLarge}, reason: "a job in the answer is longer than 60 bytes",
		},
		{
			name: "another property longer than the limit", body: `{"a":"` + strings.Repeat("x", 5000) + `","jobs":[]}`, limit: 60,
			want: job.CommandError{Kind: job.Unacceptable, Code: codeExhausted, Fault: job.FaultMessageTooLarge}, reason: "longer than 60 bytes",
		},
		{
			name: "no list", body: `{"jobs":null}`,
			want: job.CommandError{Code: codeUnknown, Fault: job.FaultNoREST, HTTPStatus: 200}, reason: `found 'n', expected '['`,
		},
		{
			name: "no jobs", body: `{"items":[]}`,
			want: job.CommandError{Code: codeUnknown, Fault: job.FaultNoREST, HTTPStatus: 200}, reason: `the property "jobs" is missing`,
		},
		{
			name: "something behind it", body: `{"jobs":[` + job1 + `]} x`, keys: []int64{1},
			want: job.CommandError{Code: codeUnknown, Fault: job.FaultNoREST, HTTPStatus: 200}, reason: "which is not an answer",
		},
		{
			name: "a page", body: `<html>`,
			want: job.CommandError{Code: codeUnknown, Fault: job.FaultNoREST, HTTPStatus: 200}, reason: "which is not an answer",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &restGatewayServer{answer: func(w http.ResponseWriter, c restCall) {
				if tt.promised > 0 {
					w.Header().Set("Content-Length", strconv.Itoa(tt.promised))
				}
				tells(200, "application/json", tt.body)(w, c)
			}}
			got, err := pollREST(t, dialTest(t, s, Config{MaxMessageSize: tt.limit}), nil)
			assert.Equal(t, tt.keys, keysOf(got), "what is whole is the worker's")
			var refused *job.CommandError
			require.ErrorAs(t, err, &refused)
			assert.Contains(t, refused.Reason, tt.reason)
			assert.NotContains(t, refused.Reason, "\n")
			got1 := *refused
			got1.Reason = ""
			assert.Equal(t, tt.want, got1)
		})
	}
}

// TestAJobThatCannotBeReadIsAFaultOfThatJob: the poll was answered, and the other jobs are worked on.
func TestAJobThatCannotBeReadIsAFaultOfThatJob(t *testing.T) {
	t.Parallel()
	const token = "hush-hush"
	for _, tt := range []struct {
		name, job  string
		key        int64 // 0 = no command can name it
		unreadable string
		logged     string
	}{
		{"retries above 32 bits", `{"jobKey":1,"retries":99999999999}`, 1, "retries: found another number, expected a whole number of 32 bits", ""},
		{"a type that is none", `{"jobKey":1,"type":{"a":"` + token + `"}}`, 1, "type: found object, expected a text", ""},
		{"a token in the place of a number", `{"jobKey":1,"deadline":"` + token + `"}`, 1, "deadline: found string, expected a whole number", ""},
		{"a token that is none", `{"jobKey":1,"jobLeaseToken":["` + token + `"]}`, 1, "jobLeaseToken: found array, expected a text", ""},
		{"a key that is none", `{"jobKey":"` + token + `"}`, 0, "", "jobKey: expected a whole number above 0"},
		{"a key in a list", `{"jobKey":[7]}`, 0, "", "jobKey: expected a whole number above 0"},
		{"no key", `{}`, 0, "", "jobKey: expected a whole number above 0"},
		{"no object", `7`, 0, "", "expected an object"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			s := httptest.NewServer(&restGatewayServer{answer: tells(200, "application/json", `{"jobs":[`+tt.job+`,{"jobKey":"2"},`+tt.job+`]}`)})
			t.Cleanup(s.Close)
			c, err := DialREST(Config{RESTAddress: s.URL}, slog.New(slog.NewTextHandler(&log, nil)))
			require.NoError(t, err)
			t.Cleanup(func() { _ = c.Close() })
			got, err := pollREST(t, c, nil)
			require.NoError(t, err, "the poll is answered")
			want := []int64{2}
			if tt.key > 0 {
				want = []int64{tt.key, 2, tt.key}
			}
			assert.Equal(t, want, keysOf(got))
			for _, j := range got {
				if j.Key == tt.key {
					assert.Equal(t, tt.unreadable, j.Unreadable)
					assert.True(t, j.Deadline.IsZero(), "it is not known")
				}
			}
			if tt.logged != "" {
				assert.Contains(t, log.String(), tt.logged)
				assert.Equal(t, 1, strings.Count(log.String(), "has no key"), "one line a minute")
			} else {
				assert.Empty(t, log.String())
			}
			assert.NotContains(t, log.String(), token)
		})
	}
}

func keysOf(jobs []*job.Job) (keys []int64) {
	for _, j := range jobs {
		keys = append(keys, j.Key)
	}
	return keys
}

// TestTheLastVersionTellsOfAGatewayWithoutLeases where its refusal does not.
func TestTheLastVersionTellsOfAGatewayWithoutLeases(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]job.Fault{"8.9.3": job.FaultNoLease, "8.10.0": job.FaultUnknown, "development": job.FaultUnknown} {
		s := &restGatewayServer{answer: func(w http.ResponseWriter, c restCall) {
			if strings.HasSuffix(c.path, "/topology") {
				tells(200, "application/json", `{"brokers":[],"gatewayVersion":"`+version+`"}`)(w, c)
				return
			}
			tells(400, "application/problem+json", `{"title":"Bad Request","status":400,"detail":"Failed to read request"}`)(w, c)
		}}
		c := dialTest(t, s, Config{})
		require.NoError(t, c.Probe(t.Context()))
		_, err := pollREST(t, c, func(r *job.PollRequest) { r.WithLease = true })
		assert.Equal(t, want, refused(t, err).Fault, version)
	}
}

func TestAGatewayWithoutLeasesIsToldFromOtherRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, detail string
		withLease    bool
		want         job.Fault
	}{
		{"an unknown property", "Request property [withLease] cannot be parsed", true, job.FaultNoLease},
		{"a refusal that does not say which", "Bad request", true, job.FaultUnknown},
		{"a tenant", "Expected to handle request Activate Jobs with tenant identifiers [a], but multi-tenancy is disabled", true, job.FaultTenant},
		{"a filter of tenants", "Request property [tenantFilter] cannot be parsed", true, job.FaultTenant},
		{"a request without leases", "Bad request", false, job.FaultUnknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &restGatewayServer{answer: tells(400, "application/problem+json", `{"title":"INVALID_ARGUMENT","status":400,"detail":"`+tt.detail+`"}`)}
			_, err := pollREST(t, dialTest(t, s, Config{}), func(r *job.PollRequest) { r.WithLease = tt.withLease })
			var refused *job.CommandError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, &job.CommandError{
				Kind: job.Unacceptable, Code: "INVALID_ARGUMENT", Reason: tt.detail + " (HTTP 400)", Fault: tt.want, HTTPStatus: 400, NotTaken: true,
			}, refused)
		})
	}
}
