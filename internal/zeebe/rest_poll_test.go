package zeebe

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// largeJob is a job of n bytes and a little more.
func largeJob(key int64, n int) string {
	return fmt.Sprintf(`{"jobKey":"%d","variables":{"a":"%s"}}`, key, strings.Repeat("x", n))
}

// TestTheAnswersOfAllPartitionsAreReadTogether: the gateway puts what each partition gives, up to 4 MB, into one answer.
func TestTheAnswersOfAllPartitionsAreReadTogether(t *testing.T) {
	t.Parallel()
	const jobs, size = 48, 256 << 10 // 12 MB
	var body bytes.Buffer
	body.WriteString(`{"jobs":[`)
	for key := range int64(jobs) {
		if key > 0 {
			body.WriteByte(',')
		}
		body.WriteString(largeJob(key+1, size))
	}
	body.WriteString(`]}`)
	c := dialTest(t, &restGatewayServer{answer: tells(200, "application/json", body.String())}, Config{})
	got, err := pollREST(t, c, func(r *job.PollRequest) { r.MaxJobs = jobs })
	require.NoError(t, err)
	require.Len(t, got, jobs)
	for i, j := range got {
		assert.Equal(t, int64(i+1), j.Key, "each comes once")
		assert.Len(t, j.Variables, size+len(`{"a":""}`))
	}
}

// TestAJobIsYieldedBeforeTheAnswerIsThereWhole: the server goes on only when the job before has come.
func TestAJobIsYieldedBeforeTheAnswerIsThereWhole(t *testing.T) {
	t.Parallel()
	const jobs = 5
	came := make(chan struct{})
	c := dialTest(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"jobs":[`)
		for key := range int64(jobs) {
			if key > 0 {
				_, _ = io.WriteString(w, ",")
			}
			_, _ = io.WriteString(w, largeJob(key+1, 10))
			_ = http.NewResponseController(w).Flush()
			<-came
		}
		panic(http.ErrAbortHandler) // the connection breaks in the middle of the answer
	}), Config{})
	var keys []int64
	err := c.Activate(t.Context(), job.PollRequest{TakeRequest: job.TakeRequest{Type: "t", Lease: time.Minute}, MaxJobs: jobs, Wait: -1}, func(j *job.Job) {
		keys = append(keys, j.Key)
		came <- struct{}{}
	})
	e := refused(t, err)
	assert.Equal(t, []int64{1, 2, 3, 4, 5}, keys)
	assert.Equal(t, job.Transient, e.Kind)
	assert.Equal(t, job.FaultConnectionEnded, e.Fault)
	assert.False(t, e.NotTaken, "there may be jobs that did not come")
}

// jobsWithoutEnd is an answer of so many jobs that is nowhere whole.
type jobsWithoutEnd struct {
	job  string
	left int
	rest io.Reader
}

func (s *jobsWithoutEnd) Read(p []byte) (int, error) {
	n, err := s.rest.Read(p)
	if n == 0 && s.left > 0 {
		s.left--
		s.rest = strings.NewReader(s.job)
		if s.left == 0 {
			s.rest = strings.NewReader(`{"jobKey":"1"}]}`)
		}
		return s.rest.Read(p)
	}
	return n, err
}

// TestAnAnswerIsHeldOnlyJobByJob measures the memory that is in use while 40 MB are read.
func TestAnAnswerIsHeldOnlyJobByJob(t *testing.T) { //nolint:paralleltest // it measures the memory of the process
	c := dialREST(t, Config{RESTAddress: "http://h"})
	const size = 100 << 10
	got, most := 0, uint64(0)
	jobs := &restJobs{client: c, yield: func(*job.Job) {
		got++
		if got%50 == 0 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
	}}
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	require.NoError(t, jobs.read(&jobsWithoutEnd{job: largeJob(1, size) + ",", left: 400, rest: strings.NewReader(`{"jobs":[`)}))
	assert.Equal(t, 400, got)
	assert.Less(t, most, before.HeapAlloc+(16<<20), "40 MB came")
}

// TestATokenThatAGatewayDoesNotKnowIsNoFaultOfTheCommand: while a cluster is upgraded, the next gateway may be a newer one.
func TestATokenThatAGatewayDoesNotKnowIsNoFaultOfTheCommand(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, detail, token string
		want                job.CommandErrorKind
	}{
		{"the token is named", "Request property [jobLeaseToken] cannot be parsed", "t0ken", job.Transient},
		{"it is named beside another", "found the property 'jobLeaseToken' beside variables", "t0ken", job.Transient},
		{"nothing is named", "Failed to read request", "t0ken", job.Transient},
		{"another property is named", "Request property [variables] cannot be parsed", "t0ken", job.Unacceptable},
		{"a value of the command", "No errorMessage provided", "t0ken", job.Unacceptable},
		{"the broker refuses it", "Command 'FAIL' rejected with code 'INVALID_ARGUMENT': expected an object", "t0ken", job.Unacceptable},
		{"there is no token", "Failed to read request", "", job.Unacceptable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := dialTest(t, &restGatewayServer{answer: tells(400, "application/problem+json", `{"title":"Bad Request","status":400,"detail":"`+tt.detail+`"}`)}, Config{})
			e := refused(t, c.Fail(t.Context(), job.Ref{Key: 1, LeaseToken: tt.token}, 1, 0, "m", []byte(`{}`)))
			assert.Equal(t, tt.want, e.Kind)
			assert.True(t, e.NotTaken)
			assert.Equal(t, tt.want == job.Transient, e.Fault == job.FaultNoLease)
		})
	}
}

// TestALeaseTokenIsInNoError, whatever a server repeats.
func TestALeaseTokenIsInNoError(t *testing.T) {
	t.Parallel()
	c := dialTest(t, &restGatewayServer{answer: tells(409, "application/problem+json", `{"title":"INVALID_STATE","detail":"the token hush-1 is stale"}`)}, Config{})
	e := refused(t, c.Complete(t.Context(), job.Ref{Key: 1, LeaseToken: "hush-1"}, nil))
	assert.Equal(t, "the token *** is stale (HTTP 409)", e.Reason)
	assert.Equal(t, job.AbandonSuperseded, job.Ref{Key: 1, LeaseToken: "hush-1"}.Lost(e))
}

// TestOnlyWhatRefusesATenantIsARefusalOfOne: the word alone is in many texts.
func TestOnlyWhatRefusesATenantIsARefusalOfOne(t *testing.T) {
	t.Parallel()
	for detail, want := range map[string]bool{
		"Expected to handle request Activate Jobs with tenant identifiers [a], but multi-tenancy is disabled":            true,
		"Expected to handle request Activate Jobs with tenant identifier 'a', but tenant is not authorized":              true,
		"Expected to handle request Activate Jobs with ASSIGNED tenant filter, but multi-tenancy is disabled":            true,
		"Request property [tenantFilter] cannot be parsed":                                                               true,
		`the caller may not act for tenant "a"`:                                                                          true,
		"No static resource physical-tenants/t1/v2/jobs/activation.":                                                     false,
		"POST /physical-tenants/tenantIds/v2/jobs/activation: the token is over":                                         false,
		"AADSTS700016: Application with identifier 'x' was not found in the directory of this tenant":                    false,
		"An error occurred while attempting to decode the Jwt: the tenant of the issuer https://login/tenant is unknown": false,
	} {
		assert.Equal(t, want, problem{Detail: detail}.tenant(), detail)
	}
}

func TestNoPartOfAURLThatMayBeSecretIsPrinted(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "https://u:xxxxx@h/p", printableURL("https://u:hush@h/p?access=hush#token=hush"))
}

// TestARefusalWithoutABodyHasNoContentType, that of a poll either.
func TestARefusalWithoutABodyHasNoContentType(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{404: "the answer was HTTP 404, which is not an answer", 200: `the answer was HTTP 200 with the content type "", which is not an answer`} {
		c := dialTest(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = nil
			w.WriteHeader(status)
		}), Config{})
		_, err := pollREST(t, c, nil)
		require.ErrorContains(t, err, want)
	}
}
