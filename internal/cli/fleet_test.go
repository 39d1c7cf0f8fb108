package cli

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/eventbridge-connector/eventbridge-connector/internal/actuator"
	"github.com/eventbridge-connector/eventbridge-connector/internal/config"
	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/internal/outlet"
	"github.com/eventbridge-connector/eventbridge-connector/internal/testkit"
	"github.com/eventbridge-connector/eventbridge-connector/internal/worker"
)

// soon is how long a test waits for what must come about, on a machine that is busy.
const soon = time.Minute

// runningFleet is a fleet at work.
type runningFleet struct {
	*fleet
	metrics []*actuator.Metrics
	log     *testkit.Log
	drain   context.CancelFunc
	ended   chan error
}

// startFleet runs the workers of a configuration. The test ends them.
func startFleet(t *testing.T, yaml string) *runningFleet {
	t.Helper()
	c, _, err := config.Load([]string{"--config=app.yaml"}, nil, func(string) ([]byte, error) { return []byte(yaml), nil })
	require.NoError(t, err)
	f := &runningFleet{metrics: metricsOf(c, "v", "g"), log: &testkit.Log{}, ended: make(chan error, 1)}
	lookup := func(string) (string, bool) { return "", false }
	f.fleet, err = newFleet(t.Context(), c, ofFleet{lookup: lookup, metrics: f.metrics, log: slog.New(slog.NewTextHandler(f.log, nil)), inUse: outlet.New()})
	require.NoError(t, err)
	f.readings(f.metrics)
	taking, drain := context.WithCancel(t.Context())
	f.drain = drain
	go func() { f.ended <- f.Run(taking) }()
	t.Cleanup(func() {
		drain()
		if f.ended != nil {
			require.NoError(t, <-f.ended)
		}
		f.close()
	})
	return f
}

// ready returns why a client's worker cannot take jobs; empty = it can.
func (f *runningFleet) ready(client string) string {
	_, reason := f.checks()[client]()
	return reason
}

// scrape returns what Prometheus reads.
func (f *runningFleet) scrape(t *testing.T) string {
	t.Helper()
	answer := httptest.NewRecorder()
	f.metrics[0].Handler(func(text string) string { return text }).ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody))
	return answer.Body.String()
}

// sent adds a job to a gateway whose event goes to a bus, and waits until it is completed.
func sent(t *testing.T, gateway *embedded.Gateway, bus string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	ending, err := gateway.Wait(ctx, addJob(t, gateway, bus))
	require.NoError(t, err)
	assert.Equal(t, embedded.Complete, ending.Command.Kind, ending.Command.Message)
}

func addJob(t *testing.T, gateway *embedded.Gateway, bus string) int64 {
	t.Helper()
	keys, err := gateway.AddJobs(embedded.Job{
		Type: "io.camunda:aws-eventbridge:1", ProcessID: "order", ElementID: "announce", Retries: 1, Variables: `{
			"authentication": {"accessKey": "AKIAFLEET00000000000", "secretKey": "of-the-fleet"}, "configuration": {"region": "eu-central-1", "endpoint": "` + bus + `"},
			"input": {"eventBusName": "orders", "source": "shop", "detailType": "placed", "detail": {"a": 1}}}`,
	})
	require.NoError(t, err)
	return keys[0]
}

func startGateway(t *testing.T, o embedded.GatewayOptions) *embedded.Gateway {
	t.Helper()
	gateway, err := embedded.StartGateway(o)
	require.NoError(t, err)
	t.Cleanup(gateway.Close)
	return gateway
}

// TestTwoClientsOfOneProcessWorkSideBySide for two physical tenants of a cluster, one over gRPC and one over REST. The keys of their
// jobs are the same.
func TestTwoClientsOfOneProcessWorkSideBySide(t *testing.T) {
	t.Parallel()
	gateway := startGateway(t, embedded.GatewayOptions{Version: "8.10.0", PhysicalTenants: []string{"tenant2"}, RESTAddress: "127.0.0.1:0"})
	bus := startBus(t)
	f := startFleet(t, `
camunda:
  client.grpc-address: http://`+gateway.Address()+`
  clients:
    first: {}
    second: {physical-tenant-id: tenant2, rest-address: "`+gateway.RESTURL()+`", prefer-rest-over-grpc: true, worker.defaults.max-jobs-active: 8}
`)
	for _, of := range []*embedded.Gateway{gateway, gateway.PhysicalTenant("tenant2")} {
		sent(t, of, bus.URL())
		sent(t, of, bus.URL())
	}
	assert.Len(t, bus.Events(), 4)
	assert.Eventually(t, func() bool { ready, _ := f.Ready(); return ready }, soon, time.Millisecond)
	for _, line := range []string{ // a command is counted once its answer is here
		`eventbridge_connector_jobs_settled_total{client="first",command="complete"} 2`, `eventbridge_connector_jobs_settled_total{client="second",command="complete"} 2`,
		`eventbridge_connector_slots{client="first"} 256`, `eventbridge_connector_slots{client="second"} 8`, `eventbridge_connector_ready{client="second"} 1`,
		`camunda_client_worker_job_activated_total{client="second",type="io.camunda:aws-eventbridge:1"} 2`,
		`eventbridge_connector_jobs_taken_total{client="second",way="poll"} 2`, `eventbridge_connector_aws_entries_per_request_sum 4`, `eventbridge_connector_link_state{client="first",state="up"} 1`,
	} {
		assert.Eventually(t, func() bool { return strings.Contains(f.scrape(t), line) }, soon, time.Millisecond, line)
	}
	assert.NotContains(t, f.scrape(t), "\neventbridge_connector_ready ", "each series of a worker has the label")
	f.drain()
	require.NoError(t, <-f.ended)
	f.ended = nil
}

// TestABrokenClientDoesNotTouchTheOthers, whether nobody answers it from the start, it is refused, or its gateway goes away.
func TestABrokenClientDoesNotTouchTheOthers(t *testing.T) {
	t.Parallel()
	well := startGateway(t, embedded.GatewayOptions{})
	shut := startGateway(t, embedded.GatewayOptions{Logins: []embedded.Login{{Username: "somebody", Password: "else"}}})
	failing := startGateway(t, embedded.GatewayOptions{})
	bus := startBus(t)
	f := startFleet(t, `
camunda.clients:
  well: {grpc-address: "http://`+well.Address()+`"}
  away: {grpc-address: "http://localhost:`+closedPort(t)+`"}
  shut: {grpc-address: "http://`+shut.Address()+`", auth: {username: worker, password: not-the-one}}
  failing: {grpc-address: "http://`+failing.Address()+`"}
`)
	eventually := func(client, reason string) {
		t.Helper()
		assert.Eventually(t, func() bool {
			why := f.ready(client)
			return (reason == "") == (why == "") && strings.Contains(why, reason)
		}, soon, time.Millisecond, "%s: %q, found %q", client, reason, f.ready(client))
	}
	sent(t, well, bus.URL())
	sent(t, failing, bus.URL())
	eventually("well", "")
	eventually("failing", "")
	eventually("away", "nothing listens there")
	eventually("shut", `camunda.clients.shut.auth.method is "basic" (follows from the credentials given)`)
	ready, reason := f.Ready()
	assert.False(t, ready)
	assert.Contains(t, reason, "client away: ")
	assert.Contains(t, reason, "client shut: ")
	assert.NotContains(t, reason, "client well: ")
	assert.NotContains(t, reason, "not-the-one")

	failing.SetFault(func(embedded.Call) embedded.Fault {
		return embedded.Fault{Code: codes.Unauthenticated, Message: "the token is not valid any more"}
	})
	failing.BreakStreams(codes.Unauthenticated, "the token is not valid any more")
	eventually("failing", "the token is not valid any more")
	sent(t, well, bus.URL())
	failing.SetFault(nil)
	sent(t, failing, bus.URL())
	eventually("failing", "")

	failing.Interrupt()
	eventually("failing", "camunda.clients.failing.grpc-address")
	sent(t, well, bus.URL())
	require.NoError(t, failing.Resume())
	sent(t, failing, bus.URL())
	eventually("failing", "")
	eventually("well", "")

	text := f.scrape(t)
	assert.Contains(t, text, `eventbridge_connector_ready{client="well"} 1`)
	assert.Contains(t, text, `eventbridge_connector_ready{client="away"} 0`)
	log := f.log.String()
	assert.Contains(t, log, " client=away")
	assert.Contains(t, log, " client=shut")
	assert.NotContains(t, log, "not-the-one")
}

// TestAllClientsDrainAtOnce within the one grace period: each begins before any other has ended.
func TestAllClientsDrainAtOnce(t *testing.T) {
	t.Parallel()
	gateway := startGateway(t, embedded.GatewayOptions{Version: "8.10.0", PhysicalTenants: []string{"b", "c"}})
	arrived, release := make(chan struct{}, 3), make(chan struct{})
	bus := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		arrived <- struct{}{}
		<-release
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, _ = io.WriteString(w, `{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}`)
	}))
	t.Cleanup(bus.Close)
	f := startFleet(t, "camunda.client.grpc-address: http://"+gateway.Address()+"\nconnector.aws-eventbridge: {grace-period: PT10M, request-timeout: PT10M}\n"+
		"camunda.client.worker.defaults.timeout: PT30M\ncamunda.clients: {a: {}, b: {physical-tenant-id: b}, c: {physical-tenant-id: c}}\n")
	keys := map[*embedded.Gateway]int64{}
	for _, tenant := range []string{"default", "b", "c"} {
		of := gateway.PhysicalTenant(tenant)
		keys[of] = addJob(t, of, bus.URL)
	}
	for range keys {
		<-arrived
	}
	assert.Equal(t, 3, f.jobsAtWork())
	f.drain()
	for _, client := range []string{"a", "b", "c"} {
		assert.Eventually(t, func() bool { return f.ready(client) == "shutting down" }, soon, time.Millisecond, client)
	}
	close(release)
	require.NoError(t, <-f.ended)
	f.ended = nil
	for of, key := range keys {
		ending, err := of.Wait(t.Context(), key)
		require.NoError(t, err)
		assert.Equal(t, embedded.Complete, ending.Command.Kind)
	}
}

func TestWhatTheDrainsOfAllClientsLeaveIsAddedUp(t *testing.T) {
	t.Parallel()
	f := &fleet{workers: []*clientWorker{{name: "a"}, {name: "b"}, {}}}
	require.NoError(t, f.left([]error{nil, nil, nil}))
	err := f.left([]error{&worker.LeftError{Undelivered: 1, LastRefusal: "no"}, nil, &worker.LeftError{Cut: 2, Unfinished: 3, Undelivered: 4}})
	assert.Equal(t, &worker.LeftError{Undelivered: 5, Cut: 2, Unfinished: 3, LastRefusal: "client a: no"}, err)
	broken := errors.New("broken")
	require.ErrorIs(t, f.left([]error{&worker.LeftError{}, broken, nil}), broken)
}

// TestTheProcessSaysWhichClientIsNotReady, and stays alive; with all its clients in the log.
func TestTheProcessSaysWhichClientIsNotReady(t *testing.T) {
	t.Parallel()
	gateway := startGateway(t, embedded.GatewayOptions{})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	log, away := &testkit.Log{}, "http://localhost:"+closedPort(t)
	ended := make(chan int, 1)
	go func() {
		ended <- Run(ctx, []string{"run", "--port=0", "--log-format=json", "--client=well.grpc-address=http://" + gateway.Address(), "--camunda.clients.away.grpc-address=" + away},
			nil, strings.NewReader(""), io.Discard, log)
	}()
	var health string
	require.Eventually(t, func() bool {
		for line := range strings.Lines(log.String()) {
			var entry struct {
				Message, Health string
				Client          string `json:"camunda_client"`
			}
			if json.Unmarshal([]byte(line), &entry) == nil && entry.Message == "started" && entry.Client == "well" {
				health = entry.Health
			}
		}
		return health != ""
	}, soon, time.Millisecond)
	get := func(path string) (int, string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+health+path, http.NoBody)
		require.NoError(t, err)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return response.StatusCode, string(body)
	}
	var body struct {
		Status     string
		Components map[string]struct {
			Status     string
			Components map[string]struct {
				Status  string
				Details map[string]string
			}
		}
	}
	require.Eventually(t, func() bool {
		status, text := get(actuator.PathReadiness)
		require.NoError(t, json.Unmarshal([]byte(text), &body), text)
		clients := body.Components["camundaClient"].Components
		return status == http.StatusServiceUnavailable && clients["well"].Status == "UP" && strings.Contains(clients["away"].Details["reason"], "camunda.clients.away.grpc-address")
	}, soon, time.Millisecond)
	assert.Equal(t, "OUT_OF_SERVICE", body.Status)
	assert.Equal(t, "DOWN", body.Components["camundaClient"].Status)
	status, _ := get(actuator.PathLiveness)
	assert.Equal(t, http.StatusOK, status)
	stop()
	assert.Equal(t, ExitOK, <-ended)
	assert.Contains(t, log.String(), `"camunda_client":"away"`)
}

func TestCheckChecksEachClient(t *testing.T) {
	t.Parallel()
	gateway := startGateway(t, embedded.GatewayOptions{Version: "8.9.0"})
	var text, asJSON strings.Builder
	args := []string{"check", "--client=well.grpc-address=http://" + gateway.Address(), "--client=old.grpc-address=http://" + gateway.Address(), "--client=old.physical-tenant-id=x", "--client=away.grpc-address=http://localhost:" + closedPort(t)}
	env := []string{"AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null"}
	assert.Equal(t, ExitFailure, Run(t.Context(), args, env, strings.NewReader(""), &text, io.Discard))
	Run(t.Context(), append(args, "--json"), env, strings.NewReader(""), &asJSON, io.Discard)
	for _, want := range []string{
		"camunda.clients.well.grpc-address", "\ngateway of client well\n", "\ngateway of client old\n", "\ngateway of client away\n", "\nsecrets of client well\n",
		`camunda.clients.old.physical-tenant-id is "x" (flag --camunda.clients.old.physical-tenant-id), but Camunda 8.9.0 is older than Camunda 8.10 and does not know it`,
		"nothing listens there; is the gateway up",
	} {
		assert.Contains(t, text.String(), want)
	}
	assert.Contains(t, asJSON.String(), `"client": "away"`)
}

// TestAClientThatCannotBeBuiltKeepsTheProcessFromStarting, as any wrong setting does; the error names the client's setting.
func TestAClientThatCannotBeBuiltKeepsTheProcessFromStarting(t *testing.T) {
	t.Parallel()
	var stderr strings.Builder
	code := Run(t.Context(), []string{"run", "--port=0", "--client=a.grpc-address=https://localhost:1", "--client=b.grpc-address=https://localhost:2", "--client=b.ca-certificate-path=/nowhere/ca.pem"},
		nil, strings.NewReader(""), io.Discard, &stderr)
	assert.Equal(t, ExitUsage, code)
	assert.Contains(t, stderr.String(), `camunda.clients.b.ca-certificate-path: found "/nowhere/ca.pem" (flag --camunda.clients.b.ca-certificate-path), expected a PEM file with certificates: no such file or directory`)
	assert.NotContains(t, stderr.String(), "started")
}
