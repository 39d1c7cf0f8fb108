package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/eventbridge-connector/eventbridge-connector/test/gateway/control"
)

// asProcess has the test's own binary be the command.
const asProcess = "TEST_GATEWAY_AS_PROCESS"

func TestMain(m *testing.M) {
	if os.Getenv(asProcess) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// process is the command as a process that can be killed.
type process struct {
	t       *testing.T
	command *exec.Cmd
	where   control.Addresses
}

func start(t *testing.T, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	p := &process{t: t, command: exec.CommandContext(t.Context(), self, args...)}
	p.command.Env = append(os.Environ(), asProcess+"=1")
	p.command.Stderr = os.Stderr
	out, err := p.command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.command.Start())
	t.Cleanup(p.kill)
	line, err := bufio.NewReader(out).ReadBytes('\n')
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(line, &p.where))
	return p
}

func (p *process) kill() {
	_ = p.command.Process.Kill() // it may have ended
	_ = p.command.Wait()
}

// call sends a request to the control and reads its answer into a T.
func call[T any](p *process, method, path, body string) (int, T) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, "http://"+p.where.Control+path, strings.NewReader(body))
	require.NoError(p.t, err)
	response, err := http.DefaultClient.Do(r)
	require.NoError(p.t, err)
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	require.NoError(p.t, err)
	var out T
	require.NoError(p.t, json.Unmarshal(content, &out), "%s", content)
	return response.StatusCode, out
}

func (p *process) post(path, body string) {
	p.t.Helper()
	code, a := call[any](p, http.MethodPost, path, body)
	require.Equal(p.t, http.StatusOK, code, "%v", a)
}

func (p *process) report(query string) control.Report {
	p.t.Helper()
	_, a := call[control.Report](p, http.MethodGet, "/report"+query, "")
	return a
}

func (p *process) client() pb.GatewayClient {
	p.t.Helper()
	connection, err := grpc.NewClient(p.where.Listen, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(p.t, err)
	p.t.Cleanup(func() { _ = connection.Close() })
	return pb.NewGatewayClient(connection)
}

// poll takes jobs without waiting.
func poll(t *testing.T, c pb.GatewayClient, n int32) []*pb.ActivatedJob {
	t.Helper()
	answers, err := c.ActivateJobs(t.Context(), &pb.ActivateJobsRequest{Type: "t", Timeout: 600_000, MaxJobsToActivate: n, RequestTimeout: -1})
	require.NoError(t, err)
	var jobs []*pb.ActivatedJob
	for {
		a, err := answers.Recv()
		if errors.Is(err, io.EOF) {
			return jobs
		}
		require.NoError(t, err)
		jobs = append(jobs, a.GetJobs()...)
	}
}

func TestKilledGatewayComesBackWithItsJobs(t *testing.T) {
	t.Parallel()
	args := []string{"-listen", "127.0.0.1:0", "-state", t.TempDir(), "-partitions", "3"}
	p := start(t, args...)
	p.post("/jobs", `{"count":9,"type":"t","retries":2,"variables":{"detail":{"id":"job-{{n}}"}},"headers":{"h":"x"}}`)
	c := p.client()
	jobs := poll(t, c, 4)
	require.Len(t, jobs, 4)
	_, err := c.CompleteJob(t.Context(), &pb.CompleteJobRequest{JobKey: jobs[0].GetKey()})
	require.NoError(t, err)
	_, err = c.ThrowError(t.Context(), &pb.ThrowErrorRequest{JobKey: jobs[1].GetKey(), ErrorCode: "E"})
	require.NoError(t, err)
	_, err = c.FailJob(t.Context(), &pb.FailJobRequest{JobKey: jobs[2].GetKey()})
	require.NoError(t, err)
	before := p.report("?jobs=all")
	p.kill()

	p = start(t, args...)
	after := p.report("?jobs=all")
	assert.Equal(t, before.Jobs, after.Jobs)
	assert.Equal(t, before.Totals, after.Totals)
	assert.Equal(t, control.Totals{
		Created: 9, Completed: 1, Thrown: 1, Incidents: 1, Open: 6, Waiting: 5, Activated: 1, Activations: 4, Failed: 1,
		ActivationsOf: map[int]int{0: 5, 1: 4},
	}, after.Totals)
	assert.Len(t, p.report("").Jobs, 7, "those that are open or an incident")
	c = p.client()
	_, err = c.CompleteJob(t.Context(), &pb.CompleteJobRequest{JobKey: jobs[3].GetKey()})
	require.NoError(t, err, "who held a job before the kill can end it")
	rest := poll(t, c, 9)
	require.Len(t, rest, 5, "what was given out stays so")
	assert.Contains(t, rest[0].GetVariables(), `"job-`)
	p.post("/jobs", `{"type":"t","variables":{"n":"{{n}}"}}`)
	assert.Equal(t, `{"n":"10"}`, poll(t, c, 9)[0].GetVariables(), "the numbers of jobs go on")
}

func TestFaultsOfTheGateway(t *testing.T) {
	t.Parallel()
	p := start(t, "-listen", "127.0.0.1:0", "-partitions", "2")
	p.post("/jobs", `{"count":8,"type":"t"}`)
	c := p.client()
	jobs := poll(t, c, 8)
	complete := func(i int) codes.Code {
		_, err := c.CompleteJob(t.Context(), &pb.CompleteJobRequest{JobKey: jobs[i].GetKey()})
		return status.Code(err)
	}
	p.post("/faults", `{"faults":[{"calls":["CompleteJob"],"every":2,"code":"RESOURCE_EXHAUSTED"}]}`)
	assert.Equal(t, []codes.Code{codes.OK, codes.ResourceExhausted, codes.OK}, []codes.Code{complete(0), complete(1), complete(1)})
	p.post("/faults", `{"faults":[{"calls":["commands"],"times":1,"loseAnswer":true},{"calls":["Topology"],"http":404}]}`)
	assert.Equal(t, []codes.Code{codes.Unavailable, codes.OK}, []codes.Code{complete(2), complete(3)})
	assert.Equal(t, codes.NotFound, complete(2))
	_, err := c.Topology(t.Context(), &pb.TopologyRequest{})
	assert.Equal(t, codes.Unimplemented, status.Code(err), "each call meets the first rule that it matches")
	p.post("/faults", `{}`)
	p.post("/partitions", `{"leaderless":true}`)
	assert.Equal(t, codes.Unavailable, complete(4))
	p.post("/partitions", `{"partition":1}`)
	p.post("/partitions", `{"partition":2}`)

	p.post("/faults", `{"faults":[{"hold":true}]}`)
	held := make(chan codes.Code, 1)
	go func() { held <- complete(5) }()
	require.Eventually(t, func() bool { return p.report("?jobs=none").Faults.Met[0] == 1 }, time.Minute, time.Millisecond)
	p.post("/faults", `{}`)
	assert.Equal(t, codes.OK, <-held)
	assert.Equal(t, 1, p.report("?jobs=none").Totals.Refused)

	for path, body := range map[string]string{
		"/faults": `{"faults":[{"calls":["Complete"]}]}`, "/jobs": `{"kind":"t"}`, "/clock": `{"partition":9}`, "/partitions": `[]`,
	} {
		code, a := call[map[string]string](p, http.MethodPost, path, body)
		assert.Equal(t, http.StatusBadRequest, code, path)
		assert.NotEmpty(t, a["error"], path)
	}
}

func TestClockOfOnePartition(t *testing.T) {
	t.Parallel()
	p := start(t, "-listen", "127.0.0.1:0", "-partitions", "2", "-expiry-check", "10ms")
	p.post("/jobs", `{"count":4,"type":"t"}`)
	c := p.client()
	require.Len(t, poll(t, c, 4), 4)
	p.post("/clock", `{"partition":2,"offsetMs":3600000}`)
	require.Eventually(t, func() bool { return p.report("?jobs=none").Calls.Expired == 2 }, time.Minute, time.Millisecond)
	for _, j := range poll(t, c, 4) {
		assert.Equal(t, int64(2), j.GetKey()>>51)
		assert.WithinDuration(t, time.Now().Add(70*time.Minute), time.UnixMilli(j.GetDeadline()), 5*time.Minute)
	}
}

func TestJobsAtARate(t *testing.T) {
	t.Parallel()
	p := start(t, "-listen", "127.0.0.1:0")
	p.post("/jobs", `{"count":300,"type":"t","rate":10000}`)
	require.Eventually(t, func() bool { return p.report("?jobs=none").Totals.Created == 300 }, time.Minute, time.Millisecond)
}

// put sends an event to the bus and returns the status; 0 = there was no answer.
func put(ctx context.Context, t *testing.T, url, id string) int {
	t.Helper()
	detail, err := json.Marshal(`{"id":"` + id + `"}`)
	require.NoError(t, err)
	body := []byte(`{"Entries":[{"Source":"s","DetailType":"d","Detail":` + string(detail) + `}]}`)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("X-Amz-Target", "AWSEvents.PutEvents")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=key/20260101/eu-central-1/events/aws4_request")
	r.Close = true
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0
	}
	defer func() { _ = response.Body.Close() }()
	return response.StatusCode
}

func TestBusAloneReportsWhatItAccepted(t *testing.T) {
	t.Parallel()
	p := start(t, "-bus", "127.0.0.1:0")
	ctx := t.Context()
	url := p.where.Bus
	assert.Equal(t, 200, put(ctx, t, url, "a"))
	for faults, want := range map[string]int{`{"throttle":1}`: 400, `{"error":1}`: 500, `{"down":true}`: 0, `{"reset":1}`: 0, `{"slowMs":1}`: 200} {
		p.post("/bus/faults", faults)
		assert.Equal(t, want, put(ctx, t, url, "b"), faults)
	}
	p.post("/bus/faults", `{"hang":true}`)
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	assert.Equal(t, 0, put(short, t, url, "c"))
	p.post("/bus/faults", `{}`)
	assert.Equal(t, 200, put(ctx, t, url, "c"))
	_, a := call[control.BusReport](p, http.MethodGet, "/bus/report?events=all", "")
	assert.Equal(t, []int{4, 3, 1}, []int{a.Accepted, a.Distinct, a.Twice})
	for i, want := range []control.BusEvent{{ID: "a", Count: 1}, {ID: "b", Count: 2}, {ID: "c", Count: 1}} {
		assert.Equal(t, want.ID, a.Events[i].ID)
		assert.Len(t, a.Events[i].At, want.Count)
	}
	_, a = call[control.BusReport](p, http.MethodGet, "/bus/report", "")
	assert.Len(t, a.Events, 1, "those accepted more than once")
	code, _ := call[any](p, http.MethodPost, "/bus/faults", `{"throttle":2}`)
	assert.Equal(t, http.StatusBadRequest, code)
}

func TestBusRefusesEachEventSoManyTimes(t *testing.T) {
	t.Parallel()
	p := start(t, "-bus", "127.0.0.1:0")
	p.post("/bus/faults", `{"errors":2,"message":"as asked"}`)
	for _, id := range []string{"a", "b"} {
		for _, want := range []int{500, 500, 200, 200} {
			assert.Equal(t, want, put(t.Context(), t, p.where.Bus, id), id)
		}
	}
	_, a := call[control.BusReport](p, http.MethodGet, "/bus/report?events=all", "")
	require.Len(t, a.Events, 2)
	for _, e := range a.Events {
		assert.Equal(t, []int{2, 2}, []int{e.Refused, e.Count}, e.ID)
	}
	code, _ := call[any](p, http.MethodPost, "/bus/faults", `{"errors":-1}`)
	assert.Equal(t, http.StatusBadRequest, code)
}

func TestCommandLineNeedsAPart(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, run(t.Context(), nil, io.Discard), "-listen nor -bus")
	require.Error(t, run(t.Context(), []string{"-listen", "no address"}, io.Discard))
}
