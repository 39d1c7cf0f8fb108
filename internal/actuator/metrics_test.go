package actuator

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

func TestCamundasMetricsHaveItsNamesLabelsAndShapes(t *testing.T) {
	t.Parallel()
	m := NewMetrics("v1", "go1")
	j := &job.Job{Type: "io.camunda:aws-eventbridge:1", CustomHeaders: `{"elementTemplateId":"eb.v1","elementTemplateVersion":"3"}`}
	bare := &job.Job{Type: "io.camunda:aws-eventbridge:1", CustomHeaders: `{"a":"b"}`}
	for range 4 {
		m.Taken(j, true)
	}
	m.Taken(bare, false)
	m.Settled(j, job.Complete{}, 2*time.Second, time.Second)
	m.Settled(j, job.Fail{}, time.Second, time.Second)
	m.Settled(j, job.Throw{}, time.Second, time.Second)
	m.Settled(j, job.HandBack{}, time.Second, time.Second)
	const want = `
# HELP camunda_connector_outbound_execution_time_seconds How long jobs were worked on, from activation to outcome.
# TYPE camunda_connector_outbound_execution_time_seconds summary
camunda_connector_outbound_execution_time_seconds_sum{elementTemplateId="eb.v1",elementTemplateVersion="3",type="io.camunda:aws-eventbridge:1"} 4
camunda_connector_outbound_execution_time_seconds_count{elementTemplateId="eb.v1",elementTemplateVersion="3",type="io.camunda:aws-eventbridge:1"} 3
camunda_connector_outbound_execution_time_seconds_sum{elementTemplateId="unknown",elementTemplateVersion="unknown",type="io.camunda:aws-eventbridge:1"} 0
camunda_connector_outbound_execution_time_seconds_count{elementTemplateId="unknown",elementTemplateVersion="unknown",type="io.camunda:aws-eventbridge:1"} 0
# HELP camunda_connector_outbound_execution_time_seconds_max The longest of the last two to three minutes.
# TYPE camunda_connector_outbound_execution_time_seconds_max gauge
camunda_connector_outbound_execution_time_seconds_max{elementTemplateId="eb.v1",elementTemplateVersion="3",type="io.camunda:aws-eventbridge:1"} 2
camunda_connector_outbound_execution_time_seconds_max{elementTemplateId="unknown",elementTemplateVersion="unknown",type="io.camunda:aws-eventbridge:1"} 0
# HELP camunda_connector_outbound_invocations_total Jobs by what happened to them: activated, completed, failed, bpmn-error.
# TYPE camunda_connector_outbound_invocations_total counter
camunda_connector_outbound_invocations_total{action="activated",elementTemplateId="eb.v1",elementTemplateVersion="3",type="io.camunda:aws-eventbridge:1"} 4
camunda_connector_outbound_invocations_total{action="activated",elementTemplateId="unknown",elementTemplateVersion="unknown",type="io.camunda:aws-eventbridge:1"} 1
camunda_connector_outbound_invocations_total{action="bpmn-error",elementTemplateId="eb.v1",elementTemplateVersion="3",type="io.camunda:aws-eventbridge:1"} 1
camunda_connector_outbound_invocations_total{action="bpmn-error",elementTemplateId="unknown",elementTemplateVersion="unknown",type="io.camunda:aws-eventbridge:1"} 0
camunda_connector_outbound_invocations_total{action="completed",elementTemplateId="eb.v1",elementTemplateVersion="3",type="io.camunda:aws-eventbridge:1"} 1
camunda_connector_outbound_invocations_total{action="completed",elementTemplateId="unknown",elementTemplateVersion="unknown",type="io.camunda:aws-eventbridge:1"} 0
camunda_connector_outbound_invocations_total{action="failed",elementTemplateId="eb.v1",elementTemplateVersion="3",type="io.camunda:aws-eventbridge:1"} 1
camunda_connector_outbound_invocations_total{action="failed",elementTemplateId="unknown",elementTemplateVersion="unknown",type="io.camunda:aws-eventbridge:1"} 0
`
	require.NoError(t, testutil.GatherAndCompare(m.registry, strings.NewReader(want),
		"camunda_connector_outbound_invocations_total", "camunda_connector_outbound_execution_time_seconds", "camunda_connector_outbound_execution_time_seconds_max"))
}

func TestOurOwnMetrics(t *testing.T) {
	t.Parallel()
	m := NewMetrics("v1", "go1")
	j := &job.Job{Type: "t", Lease: job.NewLease(time.Now().Add(time.Minute), nil)}
	m.Taken(j, true)
	m.Taken(j, false)
	m.Settled(j, job.Complete{}, time.Second, time.Second)
	m.Settled(j, job.HandBack{}, time.Second, time.Second)
	m.Abandoned(j, job.AbandonGone)
	m.CommandRetried("UNAVAILABLE")
	m.StreamOpen(true)
	m.Attempted(t.Context(), time.Second, 3, "ThrottlingException")
	m.Attempted(t.Context(), time.Second, 10, "")
	m.Sent(3, 2, "")
	m.AnswerLost()
	m.EntryRejected("NotAuthorizedForSourceException")
	m.EntryRejected("")
	m.ExpressionWarnings("result", []string{"one", "two"})
	m.SettledFromMemory()
	m.Failed("AccessDeniedException")
	m.Read(readings())
	m.ReadTargets(targetsDown)
	const want = `
# HELP eventbridge_connector_aws_answers_lost_total Attempts of a job's send after which AWS may have accepted its events although no readable answer came.
# TYPE eventbridge_connector_aws_answers_lost_total counter
eventbridge_connector_aws_answers_lost_total 1
# HELP eventbridge_connector_aws_attempts_total HTTP exchanges with EventBridge by error code; ok = none.
# TYPE eventbridge_connector_aws_attempts_total counter
eventbridge_connector_aws_attempts_total{code="ThrottlingException"} 1
eventbridge_connector_aws_attempts_total{code="ok"} 1
# HELP eventbridge_connector_aws_entries_per_request Entries of each HTTP request to EventBridge; jobs share requests.
# TYPE eventbridge_connector_aws_entries_per_request histogram
eventbridge_connector_aws_entries_per_request_bucket{le="1"} 0
eventbridge_connector_aws_entries_per_request_bucket{le="2"} 0
eventbridge_connector_aws_entries_per_request_bucket{le="3"} 1
eventbridge_connector_aws_entries_per_request_bucket{le="5"} 1
eventbridge_connector_aws_entries_per_request_bucket{le="10"} 2
eventbridge_connector_aws_entries_per_request_bucket{le="+Inf"} 2
eventbridge_connector_aws_entries_per_request_sum 13
eventbridge_connector_aws_entries_per_request_count 2
# HELP eventbridge_connector_entries_rejected_total Entries that AWS rejected although it accepted their request, by error code.
# TYPE eventbridge_connector_entries_rejected_total counter
eventbridge_connector_entries_rejected_total{code="NotAuthorizedForSourceException"} 1
eventbridge_connector_entries_rejected_total{code="unknown"} 1
# HELP eventbridge_connector_target_down Targets (an endpoint with one set of credentials) for which sends wait because all recent ones failed, by endpoint; 0 = none.
# TYPE eventbridge_connector_target_down gauge
eventbridge_connector_target_down{endpoint="a.test"} 2
eventbridge_connector_target_down{endpoint="b.test"} 0
# HELP eventbridge_connector_expression_cache_total Expressions asked for, by result: hit (compiled before) or miss. Jobs of the latest tasks ask for none: their headers are kept.
# TYPE eventbridge_connector_expression_cache_total counter
eventbridge_connector_expression_cache_total{result="hit"} 5
eventbridge_connector_expression_cache_total{result="miss"} 2
# HELP eventbridge_connector_secret_cache_total Secrets asked for of providers that read them from elsewhere, by provider and result: hit (known, unchanged) or miss (read).
# TYPE eventbridge_connector_secret_cache_total counter
eventbridge_connector_secret_cache_total{provider="aws-secrets-manager",result="hit"} 4
eventbridge_connector_secret_cache_total{provider="aws-secrets-manager",result="miss"} 2
eventbridge_connector_secret_cache_total{provider="cluster",result="hit"} 6
eventbridge_connector_secret_cache_total{provider="cluster",result="miss"} 3
eventbridge_connector_secret_cache_total{provider="files",result="hit"} 0
eventbridge_connector_secret_cache_total{provider="files",result="miss"} 1
# HELP eventbridge_connector_model_cache_total Deployed models asked for by the secret filter, by result: hit (known) or miss.
# TYPE eventbridge_connector_model_cache_total counter
eventbridge_connector_model_cache_total{result="hit"} 9
eventbridge_connector_model_cache_total{result="miss"} 3
# HELP eventbridge_connector_job_errors_total Jobs that ended in a failure of the connector or of AWS, by error code: what becomes a retry or an incident.
# TYPE eventbridge_connector_job_errors_total counter
eventbridge_connector_job_errors_total{code="AccessDeniedException"} 1
# HELP eventbridge_connector_ready 1 while jobs can be taken, else 0: what the readiness probe answers.
# TYPE eventbridge_connector_ready gauge
eventbridge_connector_ready 1
# HELP eventbridge_connector_command_retries_total Commands to the broker that were sent again, by the code that called for it.
# TYPE eventbridge_connector_command_retries_total counter
eventbridge_connector_command_retries_total{code="UNAVAILABLE"} 1
# HELP eventbridge_connector_expression_warnings_total Warnings of expressions (something gave null that need not), by expression: result or error.
# TYPE eventbridge_connector_expression_warnings_total counter
eventbridge_connector_expression_warnings_total{expression="error"} 0
eventbridge_connector_expression_warnings_total{expression="result"} 2
# HELP eventbridge_connector_jobs_abandoned_total Jobs left to their lease, by reason.
# TYPE eventbridge_connector_jobs_abandoned_total counter
eventbridge_connector_jobs_abandoned_total{reason="drained"} 0
eventbridge_connector_jobs_abandoned_total{reason="gone"} 1
eventbridge_connector_jobs_abandoned_total{reason="lease-over"} 0
eventbridge_connector_jobs_abandoned_total{reason="no-hand-back"} 0
eventbridge_connector_jobs_abandoned_total{reason="superseded"} 0
eventbridge_connector_jobs_abandoned_total{reason="unconfirmed"} 0
eventbridge_connector_jobs_abandoned_total{reason="undelivered"} 0
# HELP eventbridge_connector_jobs_settled_from_memory_total Jobs whose event AWS had accepted before, settled without a second event.
# TYPE eventbridge_connector_jobs_settled_from_memory_total counter
eventbridge_connector_jobs_settled_from_memory_total 1
# HELP eventbridge_connector_jobs_settled_total Jobs whose command the broker took, by command: complete, fail, throw or hand-back.
# TYPE eventbridge_connector_jobs_settled_total counter
eventbridge_connector_jobs_settled_total{command="complete"} 1
eventbridge_connector_jobs_settled_total{command="fail"} 0
eventbridge_connector_jobs_settled_total{command="hand-back"} 1
eventbridge_connector_jobs_settled_total{command="throw"} 0
# HELP eventbridge_connector_jobs_taken_total Jobs taken, by way: stream or poll.
# TYPE eventbridge_connector_jobs_taken_total counter
eventbridge_connector_jobs_taken_total{way="poll"} 1
eventbridge_connector_jobs_taken_total{way="stream"} 1
# HELP eventbridge_connector_job_bytes How many bytes jobs may have together in this process, those of all clients; 0 = no limit.
# TYPE eventbridge_connector_job_bytes gauge
eventbridge_connector_job_bytes 9000
# HELP eventbridge_connector_job_bytes_in_use Bytes of the jobs in this process, as they came: variables and headers.
# TYPE eventbridge_connector_job_bytes_in_use gauge
eventbridge_connector_job_bytes_in_use 8000
# HELP eventbridge_connector_slots_in_use Slots that are taken: jobs in this process, the slot on which an open stream waits, and those that a poll holds for what it may bring.
# TYPE eventbridge_connector_slots_in_use gauge
eventbridge_connector_slots_in_use 7
# HELP eventbridge_connector_stream_open 1 while a job stream is open, else 0.
# TYPE eventbridge_connector_stream_open gauge
eventbridge_connector_stream_open 1
`
	require.NoError(t, testutil.GatherAndCompare(m.registry, strings.NewReader(want),
		"eventbridge_connector_aws_answers_lost_total", "eventbridge_connector_aws_attempts_total", "eventbridge_connector_aws_entries_per_request", "eventbridge_connector_entries_rejected_total", "eventbridge_connector_target_down", "eventbridge_connector_expression_cache_total", "eventbridge_connector_secret_cache_total", "eventbridge_connector_model_cache_total", "eventbridge_connector_job_errors_total", "eventbridge_connector_ready",
		"eventbridge_connector_command_retries_total", "eventbridge_connector_expression_warnings_total", "eventbridge_connector_jobs_abandoned_total",
		"eventbridge_connector_jobs_settled_from_memory_total", "eventbridge_connector_jobs_settled_total", "eventbridge_connector_jobs_taken_total",
		"eventbridge_connector_job_bytes", "eventbridge_connector_job_bytes_in_use", "eventbridge_connector_slots_in_use", "eventbridge_connector_stream_open"))
	problems, err := testutil.GatherAndLint(m.registry, "eventbridge_connector_settle_seconds", "eventbridge_connector_lease_left_seconds", "eventbridge_connector_job_seconds")
	require.NoError(t, err)
	assert.Empty(t, problems)
}

func TestModelsAndAWSCannotAddTimeSeriesWithoutEnd(t *testing.T) {
	t.Parallel()
	m := NewMetrics("v1", "go1")
	for i := range 10 * maxHeaderSets {
		m.Taken(&job.Job{Type: "t", CustomHeaders: fmt.Sprintf(`{"elementTemplateId":"t%d","elementTemplateVersion":%d}`, i, i)}, true)
		m.Sent(1, 1, fmt.Sprintf("Code%d", i))
		m.Attempted(t.Context(), 0, 1, fmt.Sprintf("Code%d", i))
		m.EntryRejected(fmt.Sprintf("Code%d", i))
	}
	// Four actions of each of the templates and of the one that stands for the rest.
	assert.Equal(t, 4*(maxTemplates+1), testutil.CollectAndCount(m.camunda.invocations))
	assert.Equal(t, maxTemplates+1, testutil.CollectAndCount(m.camunda.longest))
	assert.Equal(t, maxCodes+1, testutil.CollectAndCount(m.sender.requests))
	assert.Equal(t, maxCodes+1, testutil.CollectAndCount(m.sender.attempts))
	assert.Equal(t, maxCodes+1, testutil.CollectAndCount(m.sender.rejected))
	endpoints := map[string]int{}
	for i := range 10 * maxEndpoints {
		endpoints[fmt.Sprintf("bus-%d.test", i)] = 1
	}
	assert.Equal(t, maxEndpoints+1, testutil.CollectAndCount(newDownTargets(func() map[string]int { return endpoints })))
	assert.InDelta(t, 10*maxHeaderSets-maxTemplates, testutil.ToFloat64(m.camunda.invocations.WithLabelValues("activated", "t", "other", "other")), 0)
	assert.LessOrEqual(t, len(m.camunda.byJob), maxHeaderSets)
}

func TestTemplate(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ü", 200)
	for headers, want := range map[string]labels{
		``:   {"t", "unknown", "unknown"},
		`{}`: {"t", "unknown", "unknown"},
		`{"elementTemplateId":"a","elementTemplateVersion":"1"}`: {"t", "a", "1"},
		`{"elementTemplateId":"a","elementTemplateVersion":12}`:  {"t", "a", "12"},
		`{"elementTemplateId":1,"elementTemplateVersion":null}`:  {"t", "unknown", "unknown"},
		`{"elementTemplateId":`:                                  {"t", "unknown", "unknown"},
		`{"elementTemplateId":"` + long + `"}`:                   {"t", strings.Repeat("ü", 50) + "…", "unknown"},
		"{\"elementTemplateId\":\"a\xffb\"}":                     {"t", "a\uFFFDb", "unknown"},
	} {
		assert.Equal(t, want, template(&job.Job{Type: "t", CustomHeaders: headers}), headers)
	}
}

func TestTheRecentMaximumIsForgottenAfterThreeMinutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &windowMax{now: time.Now}
		assert.Zero(t, w.max())
		w.observe(5)
		w.observe(3)
		assert.InDelta(t, 5, w.max(), 0)
		<-time.After(2 * time.Minute)
		w.observe(2)
		assert.InDelta(t, 5, w.max(), 0)
		<-time.After(time.Minute)
		assert.InDelta(t, 2, w.max(), 0)
		<-time.After(time.Hour)
		assert.Zero(t, w.max())
		w.observe(1)
		assert.InDelta(t, 1, w.max(), 0)
	})
}

// readings are some, for tests.
func readings() Readings {
	return Readings{
		Slots: func() int { return 256 }, SlotsInUse: func() int { return 7 }, JobsAtWork: func() int { return 5 }, Ready: func() bool { return true },
		JobBytes: func() int64 { return 9000 }, JobBytesInUse: func() int64 { return 8000 },
		ExpressionCache: func() (hits, misses uint64) { return 5, 2 }, SecretFiles: func() (hits, misses uint64) { return 0, 1 },
		SecretManager: func() (hits, misses uint64) { return 4, 2 },
		SecretCluster: func() (hits, misses uint64) { return 6, 3 },
		ModelCache:    func() (hits, misses uint64) { return 9, 3 },
	}
}

func targetsDown() map[string]int { return map[string]int{"a.test": 2, "b.test": 0} }

// TestTheSeriesOfSeveralClientsHaveTheirNames as a label; those of AWS and of the process have none, and are there once.
func TestTheSeriesOfSeveralClientsHaveTheirNames(t *testing.T) {
	t.Parallel()
	all := NewMetricsOfClients("v1", "go1", "a", "b")
	for i, m := range all {
		m.Read(readings())
		j := &job.Job{Type: "t", CustomHeaders: "{}"}
		for range i + 1 {
			m.Taken(j, true)
		}
		m.Sent(1, 1, "")
	}
	all[1].ReadTargets(targetsDown)
	families, err := all[0].registry.Gather()
	require.NoError(t, err)
	shared := regexp.MustCompile(`^(go|process)_|^eventbridge_connector_(build_info|aws_.*|entries_rejected_total|target_down)$`)
	for _, f := range families {
		clients := map[string]int{}
		for _, series := range f.GetMetric() {
			name := ""
			for _, l := range series.GetLabel() {
				if l.GetName() == labelClient {
					name = l.GetValue()
				}
			}
			clients[name]++
		}
		if shared.MatchString(f.GetName()) {
			assert.Zero(t, clients["a"]+clients["b"], f.GetName())
			continue
		}
		assert.Zero(t, clients[""], f.GetName())
		assert.Equal(t, clients["a"], clients["b"], f.GetName())
		assert.NotZero(t, clients["a"], f.GetName())
	}
	assert.InDelta(t, 1, testutil.ToFloat64(all[0].worker.taken.WithLabelValues("stream")), 0)
	assert.InDelta(t, 2, testutil.ToFloat64(all[1].worker.taken.WithLabelValues("stream")), 0)
	assert.InDelta(t, 2, testutil.ToFloat64(all[0].sender.requests.WithLabelValues("ok")), 0, "of all clients")
}
