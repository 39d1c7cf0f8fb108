//go:build observability

package observability

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"google.golang.org/grpc/codes"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

const (
	rules      = "../../deploy/prometheus/alerts.yaml"
	rulesTest  = "alerts_test.yaml"
	dashboard  = "../../deploy/grafana/eventbridge-connector.json"
	operations = "../../docs/operations.md"
	rendering  = "../../bin/dashboard.svg"
	scrape     = 500 * time.Millisecond
	rounds     = 6 // of work, between scrapes
)

func TestTheAlertRules(t *testing.T) {
	t.Parallel()
	out := promtool(t, "", nil, "check", "rules", rules)
	assert.Contains(t, out, "SUCCESS")
	promtool(t, filepath.Dir(rules), nil, "test", "rules", rulesTest)

	page, err := os.ReadFile(operations)
	require.NoError(t, err)
	tested, err := os.ReadFile(filepath.Join(filepath.Dir(rules), rulesTest))
	require.NoError(t, err)
	for _, r := range readRules(t) {
		assert.Contains(t, string(page), "### "+r.Alert+"\n", "%s has no section that tells what to do", r.Alert)
		assert.True(t, strings.HasSuffix(r.Annotations["runbook_url"], "/docs/operations.md#"+strings.ToLower(r.Alert)), "%s leads elsewhere", r.Alert)
		assert.Contains(t, string(tested), "- alertname: "+r.Alert+"\n", "is not tested")
	}
	for _, m := range regexp.MustCompile(`(?m)^### (EventBridgeConnector\w+)$`).FindAllStringSubmatch(string(page), -1) {
		assert.Contains(t, string(page), m[1])
		found := false
		for _, r := range readRules(t) {
			found = found || r.Alert == m[1]
		}
		assert.True(t, found, "%s is documented, but there is no such alert", m[1])
	}
}

// TestAPrometheusSeesAWorker has jobs end in every way, and asks Prometheus what the dashboard and the alerts ask.
func TestAPrometheusSeesAWorker(t *testing.T) {
	t.Parallel()
	seesAWorker(t, rendering, 1)
}

// TestAPrometheusSeesSeveralClients asks the same of a process with two clients, one of which has no jobs: the dashboard and the alerts
// show it as they show a process with one.
func TestAPrometheusSeesSeveralClients(t *testing.T) {
	t.Parallel()
	idle, err := embedded.StartGateway(embedded.GatewayOptions{})
	require.NoError(t, err)
	t.Cleanup(idle.Close)
	p := seesAWorker(t, strings.Replace(rendering, ".svg", "-clients.svg", 1), 2, "CAMUNDA_CLIENTS_FIRST_PRIMARY=true", "CAMUNDA_CLIENTS_SECOND_GRPCADDRESS=http://"+idle.Address())
	for expression, want := range map[string]float64{
		`eventbridge_connector_ready{client="first"}`:                                                        1,
		`eventbridge_connector_ready{client="second"}`:                                                       1,
		`sum(eventbridge_connector_jobs_settled_total{client="first"})`:                                      6 * rounds,
		`sum(eventbridge_connector_jobs_settled_total{client="second"})`:                                     0,
		`count({__name__=~"eventbridge_connector_(aws_.*|build_info|target_down)",client!=""}) or vector(0)`: 0,
	} {
		got := p.query(t, expression)
		require.Len(t, got, 1, expression)
		assert.InDelta(t, want, got[0], 0, expression)
	}
}

// seesAWorker has the jobs of a worker end, whose process has so many clients, and draws the dashboard into a file.
func seesAWorker(t *testing.T, drawn string, clients float64, env ...string) *prometheus {
	t.Helper()
	w := startWorker(t, env...)
	promtool(t, "", get(t, w.metrics()), "check", "metrics")
	p := startPrometheus(t, w.address)
	began := time.Now()

	for range rounds { // counters that grow between scrapes
		p.awaitScrapes(t)
		w.work(t)
	}
	p.awaitScrapes(t)

	asked := 0
	for title, expressions := range dashboardQueries(t) {
		for _, expression := range expressions {
			values := p.query(t, variables.Replace(expression))
			assert.NotEmpty(t, values, "%s: %s gives nothing", title, expression)
			finite := 0
			for _, v := range values {
				if !math.IsNaN(v) && !math.IsInf(v, 0) {
					finite++
				}
			}
			assert.Positive(t, finite, "%s: %s gives no number: %v", title, expression, values)
			asked++
		}
	}
	assert.Greater(t, asked, 30)
	t.Logf("dashboard: %d queries return data", asked)

	path, err := filepath.Abs(drawn)
	require.NoError(t, err)
	drawDashboard(t, p, began, time.Now(), path)

	// What the story must have left, exactly.
	for expression, want := range map[string]float64{
		`count(eventbridge_connector_build_info{version!="",goversion=~"go1[.].*"})`:                            1,
		`sum(eventbridge_connector_ready)`:                                                                      clients,
		`sum(eventbridge_connector_jobs_settled_total{command="complete"})`:                                     4 * rounds,
		`sum(eventbridge_connector_jobs_settled_total{command="fail"})`:                                         rounds,
		`sum(eventbridge_connector_jobs_settled_total{command="throw"})`:                                        rounds,
		`sum(eventbridge_connector_job_errors_total{code="AccessDeniedException"})`:                             rounds,
		`sum(eventbridge_connector_aws_requests_total{code="AccessDeniedException"})`:                           2 * rounds,
		`sum(eventbridge_connector_expression_warnings_total{expression="result"})`:                             rounds,
		`sum(eventbridge_connector_command_retries_total{code="RESOURCE_EXHAUSTED"})`:                           rounds,
		`sum(camunda_connector_outbound_invocations_total{action="completed",elementTemplateId="my-template"})`: 4 * rounds,
		`sum(eventbridge_connector_entries_rejected_total{code="NotAuthorizedForSourceException"})`:             rounds,
		`sum(camunda_client_worker_job_activated_total{type="io.camunda:aws-eventbridge:1"})`:                   6 * rounds,
		`sum(camunda_client_worker_job_handled_total{type="io.camunda:aws-eventbridge:1"})`:                     6 * rounds,
		`count(process_uptime_seconds{job="eventbridge-connector"} > 0)`:                                        1,
		`max(eventbridge_connector_target_down)`:                                                                0,
	} {
		got := p.query(t, expression)
		require.Len(t, got, 1, expression)
		assert.InDelta(t, want, got[0], 0, expression)
	}
	// The rules are loaded and evaluated without an error; one fires at once.
	require.Eventually(t, func() bool {
		return len(p.query(t, `ALERTS{alertname="EventBridgeConnectorAccessDenied",alertstate="firing"}`)) == 1
	}, 30*time.Second, 200*time.Millisecond)
	assert.Empty(t, p.query(t, `sum(prometheus_rule_evaluation_failures_total) > 0`))
	assert.Empty(t, p.query(t, `ALERTS{alertname=~".*NotReady|.*Absent|.*TargetMissing"}`))
	return p
}

// TestAPrometheusWithNativeHistogramsSeesThem asks a server that drops the classic buckets for what the dashboard draws of
// histograms, and for the exemplars of a traced job.
func TestAPrometheusWithNativeHistogramsSeesThem(t *testing.T) {
	t.Parallel()
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	t.Cleanup(collector.Close)
	w := startWorker(t, "OTEL_EXPORTER_OTLP_ENDPOINT="+collector.URL, "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf")
	p := startPrometheus(t, w.address, "--enable-feature=native-histograms,exemplar-storage")
	for range 2 {
		p.awaitScrapes(t)
		w.work(t)
	}
	p.awaitScrapes(t)
	assert.Empty(t, p.query(t, `eventbridge_connector_job_seconds_bucket`), "the buckets are dropped")
	asked := 0
	for title, expressions := range dashboardQueries(t) {
		for _, expression := range expressions {
			if strings.Contains(expression, "histogram_quantile") {
				assert.NotEmpty(t, p.query(t, variables.Replace(expression)), "%s: %s gives nothing", title, expression)
				asked++
			}
		}
	}
	assert.Greater(t, asked, 8)
	body := getAs(t, w.metrics(), "application/openmetrics-text;version=1.0.0")
	assert.Regexp(t, `eventbridge_connector_job_seconds_bucket\{le="[0-9.]+"\} \d+ # \{[^}]*trace_id="[0-9a-f]{32}"`, string(body))
}

// variables are what Grafana puts into a query.
var variables = strings.NewReplacer("$__rate_interval", "1m", "$cluster", ".*", "$namespace", ".*", "$job", ".*", "$instance", ".*")

// dashboardQueries returns the expressions of the dashboard's panels and variables, by title.
func dashboardQueries(t *testing.T) map[string][]string {
	t.Helper()
	content, err := os.ReadFile(dashboard)
	require.NoError(t, err)
	var d struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
		Templating struct {
			List []struct {
				Name  string
				Query json.RawMessage
			}
		}
	}
	require.NoError(t, json.Unmarshal(content, &d))
	out := map[string][]string{}
	for _, p := range d.Panels {
		for _, q := range p.Targets {
			out[p.Title] = append(out[p.Title], q.Expr)
		}
	}
	labelValues := regexp.MustCompile(`^label_values\((.*), (\w+)\)$`)
	for _, v := range d.Templating.List {
		var q struct{ Query string }
		if json.Unmarshal(v.Query, &q) == nil && q.Query != "" {
			m := labelValues.FindStringSubmatch(q.Query)
			require.NotNil(t, m, q.Query)
			out["variable "+v.Name] = []string{fmt.Sprintf("count by (%s) (%s)", m[2], m[1])}
		}
	}
	return out
}

type rule struct {
	Alert       string
	Annotations map[string]string
}

func readRules(t *testing.T) []rule {
	t.Helper()
	content, err := os.ReadFile(rules)
	require.NoError(t, err)
	var file struct {
		Groups []struct{ Rules []rule }
	}
	require.NoError(t, yaml.Unmarshal(content, &file))
	require.Len(t, file.Groups, 1)
	return file.Groups[0].Rules
}

// worker is our binary between an embedded gateway and an embedded bus.
type worker struct {
	gateway *embedded.Gateway
	bus     *embedded.Bus
	address string
}

func (w *worker) metrics() string { return "http://" + w.address + "/actuator/prometheus" }

// startWorker starts a worker with further variables.
func startWorker(t *testing.T, env ...string) *worker {
	t.Helper()
	gateway, err := embedded.StartGateway(embedded.GatewayOptions{})
	require.NoError(t, err)
	t.Cleanup(gateway.Close)
	bus, err := embedded.StartBus(embedded.BusOptions{})
	require.NoError(t, err)
	t.Cleanup(bus.Close)
	w := &worker{gateway: gateway, bus: bus, address: freeAddress(t)}
	binary := os.Getenv("EVENTBRIDGE_BINARY")
	require.NotEmpty(t, binary, "EVENTBRIDGE_BINARY must name the binary: make observability-test sets it")
	_, port, err := net.SplitHostPort(w.address)
	require.NoError(t, err)
	start(t, append([]string{
		"CAMUNDA_CLIENT_GRPCADDRESS=http://" + gateway.Address(), "SERVER_PORT=" + port, "SERVER_ADDRESS=127.0.0.1",
		"SECRET_AWS_ACCESS_KEY=AKIAOBSERVED00000000", "SECRET_AWS_SECRET_KEY=opens-nothing",
	}, env...), binary, "run")
	await(t, "http://"+w.address+"/actuator/health/readiness")
	return w
}

// work has five jobs end: two completed, one of them with a warning; one completed after a busy broker; one failed, one thrown.
func (w *worker) work(t *testing.T) {
	t.Helper()
	w.job(t, embedded.Complete, `"resultExpression": "={eventId: response.entries[1].eventId}"`)
	w.job(t, embedded.Complete, `"resultExpression": "={eventId: response.entrys[1].eventId}"`)
	w.gateway.FaultNext(1, embedded.Fault{Code: codes.ResourceExhausted, Message: "busy"})
	w.job(t, embedded.Complete, `"resultVariable": "answer"`)
	w.bus.Script(embedded.Answer{Status: http.StatusOK, Body: `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"NotAuthorizedForSourceException","ErrorMessage":"no"}]}`})
	w.job(t, embedded.Complete, `"resultVariable": "answer"`)
	denied := embedded.AWSError(http.StatusBadRequest, "AccessDeniedException", "not you")
	w.bus.Script(denied)
	w.job(t, embedded.Fail, `"resultVariable": "answer"`)
	w.bus.Script(denied)
	w.job(t, embedded.Throw, `"errorExpression": "=bpmnError(\"DENIED\", error.message)"`)
}

func (w *worker) job(t *testing.T, want embedded.Kind, headers string) {
	t.Helper()
	keys, err := w.gateway.AddJobs(embedded.Job{
		Type: "io.camunda:aws-eventbridge:1", Retries: 1,
		Variables: fmt.Sprintf(`{
			"authentication": {"type": "credentials", "accessKey": "{{secrets.AWS_ACCESS_KEY}}", "secretKey": "{{secrets.AWS_SECRET_KEY}}"},
			"configuration": {"region": "eu-central-1", "endpoint": %q},
			"input": {"eventBusName": "orders", "source": "shop", "detailType": "placed", "detail": {"orderId": 1}}}`, w.bus.URL()),
		CustomHeaders: `{"elementTemplateId": "my-template", "elementTemplateVersion": "1", ` + headers + `}`,
	})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	ending, err := w.gateway.Wait(ctx, keys[0])
	require.NoError(t, err)
	require.Equal(t, want, ending.Command.Kind)
}

// prometheus is a real one.
type prometheus struct{ url string }

// startPrometheus starts a server that scrapes the target, with further flags.
func startPrometheus(t *testing.T, target string, flags ...string) *prometheus {
	t.Helper()
	folder := t.TempDir()
	alerts, err := filepath.Abs(rules)
	require.NoError(t, err)
	file := filepath.Join(folder, "prometheus.yml")
	require.NoError(t, os.WriteFile(file, []byte(fmt.Sprintf(`
global: {scrape_interval: %dms, scrape_timeout: %[1]dms, evaluation_interval: 500ms}
rule_files: [%[2]q]
scrape_configs:
  - job_name: eventbridge-connector
    metrics_path: /actuator/prometheus
    static_configs: [{targets: [%[3]q]}]
  - job_name: prometheus
    static_configs: [{targets: [%[4]q]}]
`, scrape.Milliseconds(), alerts, target, "ADDRESS")), 0o600))
	address := freeAddress(t)
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, bytes.ReplaceAll(content, []byte("ADDRESS"), []byte(address)), 0o600))
	promtool(t, "", nil, "check", "config", file)
	flags = append(flags, "--config.file="+file, "--storage.tsdb.path="+filepath.Join(folder, "data"), "--web.listen-address="+address, "--log.level=error")
	start(t, os.Environ(), "prometheus", flags...)
	await(t, "http://"+address+"/-/ready")
	return &prometheus{url: "http://" + address}
}

// query returns the values of an instant query.
func (p *prometheus) query(t *testing.T, expression string) []float64 {
	t.Helper()
	var answer struct {
		Status, Error string
		Data          struct {
			Result []struct{ Value [2]any }
		}
	}
	body := get(t, p.url+"/api/v1/query?query="+url.QueryEscape(expression))
	require.NoError(t, json.Unmarshal(body, &answer), string(body))
	require.Equal(t, "success", answer.Status, "%s: %s", expression, answer.Error)
	out := make([]float64, 0, len(answer.Data.Result))
	for _, r := range answer.Data.Result {
		v, err := strconv.ParseFloat(r.Value[1].(string), 64)
		require.NoError(t, err)
		out = append(out, v)
	}
	return out
}

// awaitScrapes waits for two more scrapes of the worker.
func (p *prometheus) awaitScrapes(t *testing.T) {
	t.Helper()
	before := p.scrapes(t)
	require.Eventually(t, func() bool { return p.scrapes(t) >= before+2 }, 30*time.Second, 100*time.Millisecond)
}

// scrapes returns how often the worker has been scraped.
func (p *prometheus) scrapes(t *testing.T) float64 {
	t.Helper()
	values := p.query(t, `count_over_time(up{job="eventbridge-connector"}[5m])`)
	if len(values) == 0 {
		return 0
	}
	return values[0]
}

// start starts a program, which ends with the test.
func start(t *testing.T, env []string, program string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(context.Background(), program, args...)
	cmd.Env = env
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s said: %s", program, out.String())
		}
	})
}

func promtool(t *testing.T, folder string, stdin []byte, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "promtool", args...)
	cmd.Dir = folder
	cmd.Stdin = bytes.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "promtool %s: %s", strings.Join(args, " "), out)
	return string(out)
}

func get(t *testing.T, address string) []byte {
	t.Helper()
	return getAs(t, address, "")
}

// getAs asks for a format; empty = any.
func getAs(t *testing.T, address, accept string) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, http.NoBody)
	require.NoError(t, err)
	if accept != "" {
		request.Header.Set("Accept", accept)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return body
}

// await waits until an address answers 200.
func await(t *testing.T, address string) {
	t.Helper()
	require.Eventually(t, func() bool {
		request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, http.NoBody)
		if err != nil {
			return false
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return false
		}
		defer response.Body.Close()
		return response.StatusCode == http.StatusOK
	}, 30*time.Second, 20*time.Millisecond, address)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}
