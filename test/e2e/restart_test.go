//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mortal is the embedded gateway as a process of its own, with its state on disk: it can be killed and started again.
type mortal struct {
	gateway
	control string // the address of its control
	args    []string
}

func newMortal(t *testing.T, name string, viaREST bool) *mortal {
	t.Helper()
	p := freePorts(3)
	address := fmt.Sprintf("127.0.0.1:%d", p)
	m := &mortal{
		gateway: gateway{
			name: name, grpc: "http://" + address, rest: fmt.Sprintf("http://127.0.0.1:%d", p+2), env: noCredentials, viaREST: viaREST,
		},
		control: fmt.Sprintf("http://127.0.0.1:%d", p+1),
	}
	m.args = []string{"-listen", address, "-rest", fmt.Sprintf("127.0.0.1:%d", p+2), "-control", fmt.Sprintf("127.0.0.1:%d", p+1), "-state", filepath.Join(folder, name+"-state"), "-partitions", "3"}
	m.begin(t)
	return m
}

// begin starts the process, with the state that it left.
func (m *mortal) begin(t *testing.T) {
	t.Helper()
	var err error
	m.process, err = start(m.name, nil, filepath.Join(folder, "gateway"), m.args...)
	require.NoError(t, err)
	t.Cleanup(m.process.kill)
	m.process.showOnFailure(t)
	require.NoError(t, m.process.ready(m.control+"/healthz"))
}

// call sends a request to the control and reads its answer.
func (m *mortal) call(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, m.control+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(response.Body)
		return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, text)
	}
	return json.NewDecoder(response.Body).Decode(out)
}

// gatewayTotals is what the tests read of the control's report.
type gatewayTotals struct {
	Created, Completed, Thrown, Incidents, Open, Failed int
}

func (m *mortal) totals(ctx context.Context) (gatewayTotals, error) {
	var out struct{ Totals gatewayTotals }
	err := m.call(ctx, http.MethodGet, "/report?jobs=none", nil, &out)
	return out.Totals, err
}

// jobsOfGateway is how many jobs the gateway is given.
const jobsOfGateway = 2000

// addJobs adds jobs that send to the bus, each with an order of its own.
func (m *mortal) addJobs(t *testing.T, jobType string, b *bus) {
	t.Helper()
	var added struct{ Count int }
	require.NoError(t, m.call(t.Context(), http.MethodPost, "/jobs", map[string]any{
		"count": jobsOfGateway, "type": jobType,
		"headers": map[string]string{"resultExpression": "={eventId: entries[1].eventId}"},
		"variables": map[string]any{
			"authentication": map[string]string{"type": "credentials", "accessKey": "{{secrets.E2E_ACCESS_KEY}}", "secretKey": "{{secrets.E2E_SECRET_KEY}}"},
			"configuration":  map[string]string{"region": region, "endpoint": b.url},
			"input": map[string]any{
				"eventBusName": "default", "source": "com.example.e2e", "detailType": "OrderPlaced", "detail": map[string]string{"orderId": "order-{{n}}"},
			},
		},
	}, &added))
	require.Equal(t, jobsOfGateway, added.Count)
}

// check waits until all jobs are completed, and counts: no job failed, each has an event, none has two.
func (m *mortal) check(t *testing.T, b *bus, what string) {
	t.Helper()
	var all gatewayTotals
	eventually(t, "all jobs completed", func() (bool, string) {
		var err error
		all, err = m.totals(t.Context())
		return all.Completed == jobsOfGateway, fmt.Sprintf("%+v, %d events, %v", all, b.count(), err)
	})
	assert.Equal(t, gatewayTotals{Created: jobsOfGateway, Completed: jobsOfGateway}, all, "no job failed, none is left")
	events := b.events()
	twice := 0
	for order, ids := range events {
		if len(ids) != 1 {
			twice++
			t.Logf("%s: %d events", order, len(ids))
		}
	}
	count("%s: %s: %d jobs completed, %d events, %d twice", m.name, what, all.Completed, b.count(), twice)
	assert.Len(t, events, jobsOfGateway, "every job has an event")
	assert.Zero(t, twice, "jobs with two events")
}

// overEachTransport runs a test of the embedded gateway with workers that take jobs over gRPC, and with workers that do over REST.
func overEachTransport(t *testing.T, name string, test func(t *testing.T, name string, viaREST bool)) {
	t.Parallel()
	require.NoError(t, build("gateway", "../gateway"))
	for _, transport := range []string{"grpc", "rest"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			test(t, name+"-"+transport, transport == "rest")
		})
	}
}

// TestTheGatewayIsKilledInTheMiddle kills a gateway with 2,000 jobs while a worker works on them, and starts it again: every
// job completes, each event is sent once, and the worker is the same process. What the worker sent as the gateway was down is
// accepted; its commands must find the gateway that came back.
func TestTheGatewayIsKilledInTheMiddle(t *testing.T) {
	overEachTransport(t, "killed", killInTheMiddle)
}

func killInTheMiddle(t *testing.T, name string, viaREST bool) {
	m, b := newMortal(t, name, viaREST), newBus(20*time.Millisecond)
	t.Cleanup(b.Close)
	b.stopAt(jobsOfGateway / 4)
	w := startWorker(t, name+"-worker", &m.gateway, typeOf(name))
	w.mustBeReady(t)
	m.addJobs(t, typeOf(name), b)
	b.waitForEvents(t, jobsOfGateway/4)
	at := b.count()
	m.process.kill()
	b.goOn()
	began := time.Now()
	m.begin(t)
	down := time.Since(began)
	m.check(t, b, fmt.Sprintf("kill -9 after %d events, back in %.1f s", at, down.Seconds()))
	assert.False(t, w.ended(), "the worker outlives the gateway")
	code, _ := w.terminate()
	assert.Zero(t, code)
}

// TestAWorkerTakesOver sends SIGTERM to a worker in the middle of 2,000 jobs while a second one is there.
func TestAWorkerTakesOver(t *testing.T) {
	overEachTransport(t, "takeover", takeOver)
}

func takeOver(t *testing.T, name string, viaREST bool) {
	m, b := newMortal(t, name, viaREST), newBus(20*time.Millisecond)
	t.Cleanup(b.Close)
	b.stopAt(jobsOfGateway / 4)
	first := startWorker(t, name+"-worker-1", &m.gateway, typeOf(name))
	first.mustBeReady(t)
	m.addJobs(t, typeOf(name), b)
	b.waitForEvents(t, jobsOfGateway/4)
	second := startWorker(t, name+"-worker-2", &m.gateway, typeOf(name))
	second.mustBeReady(t)
	at := b.count()
	first.signal(syscall.SIGTERM)
	b.goOn()
	code, took := first.wait()
	assert.Zero(t, code, "the exit code of the first worker")
	m.check(t, b, fmt.Sprintf("SIGTERM after %d events, drained in %.1f s", at, took.Seconds()))
	assert.False(t, second.ended(), "the second worker goes on")
}
