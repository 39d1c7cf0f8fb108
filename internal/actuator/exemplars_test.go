package actuator

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// scraped is the answer to a scrape that accepts a format.
func scraped(t *testing.T, m *Metrics, mask Mask, accept string) (contentType, body string) {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, PathPrometheus, http.NoBody)
	request.Header.Set("Accept", accept)
	answer := httptest.NewRecorder()
	m.Handler(mask).ServeHTTP(answer, request)
	require.Equal(t, http.StatusOK, answer.Code)
	return answer.Header().Get("Content-Type"), answer.Body.String()
}

const (
	openMetrics = "application/openmetrics-text;version=1.0.0"
	protobuf    = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
	traceID     = "0af7651916cd43dd8448eb211c80319c"
)

// settledOne has a job end whose trace has ids.
func settledOne(m *Metrics) {
	m.TraceIDs(func(j *job.Job) (string, string) {
		if j.Key == 1 {
			return traceID, "b7ad6b7169203331"
		}
		return "", ""
	})
	for key := range int64(3) {
		m.Settled(&job.Job{Key: key, Type: "t", Lease: job.NewLease(time.Now().Add(time.Minute), nil)}, job.Complete{}, time.Duration(key)*time.Second, 3*time.Millisecond)
	}
}

func TestExemplarsNameTheTraceOfAJob(t *testing.T) {
	t.Parallel()
	m := NewMetrics("v", "go")
	settledOne(m)
	same := func(text string) string { return text }
	kind, body := scraped(t, m, same, openMetrics)
	assert.Contains(t, kind, "openmetrics")
	for _, name := range []string{"job_seconds", "settle_seconds", "lease_left_seconds"} {
		assert.Regexp(t, `(?m)^eventbridge_connector_`+name+`_bucket\{le="[0-9.]+"\} \d+ # \{[^}]*trace_id="`+traceID+`"[^}]*\} `, body)
	}
	assert.Equal(t, 3, strings.Count(body, `span_id="b7ad6b7169203331"`))
	assert.Equal(t, 3, strings.Count(body, traceID), "jobs without a sampled trace have none")
	_, body = scraped(t, m, same, "text/plain")
	assert.NotContains(t, body, traceID, "the older format has no exemplars")

	_, body = scraped(t, m, func(text string) string { return strings.ReplaceAll(text, traceID, "***") }, openMetrics)
	assert.NotContains(t, body, "span_id", "an exemplar that names a secret is left out")
}

func TestNativeHistogramsAreThereForWhoAsks(t *testing.T) {
	t.Parallel()
	m := NewMetrics("v", "go")
	settledOne(m)
	kind, body := scraped(t, m, func(text string) string { return text }, protobuf)
	assert.Contains(t, kind, "protobuf")
	decoder := expfmt.NewDecoder(strings.NewReader(body), expfmt.NewFormat(expfmt.TypeProtoDelim))
	found := false
	for {
		var family dto.MetricFamily
		err := decoder.Decode(&family)
		if err == io.EOF { //nolint:errorlint // Decode returns it bare
			break
		}
		require.NoError(t, err)
		if family.GetName() == "eventbridge_connector_job_seconds" {
			h := family.Metric[0].Histogram
			found = true
			assert.NotZero(t, h.GetSchema())
			assert.NotEmpty(t, h.GetPositiveSpan())
			assert.Len(t, h.GetBucket(), len(callBuckets), "the usual buckets stay")
		}
	}
	assert.True(t, found)
}

// TestExemplarsOfNativeHistogramsNameNoSecretEither: they have a list of their own.
func TestExemplarsOfNativeHistogramsNameNoSecretEither(t *testing.T) {
	t.Parallel()
	for shown, mask := range map[bool]Mask{
		true:  func(text string) string { return text },
		false: func(text string) string { return strings.ReplaceAll(text, traceID, "***") },
	} {
		m := NewMetrics("v", "go")
		settledOne(m)
		families, err := maskedMetrics{m.registry, mask}.Gather()
		require.NoError(t, err)
		native := 0
		for _, family := range families {
			for _, metric := range family.Metric {
				native += len(metric.Histogram.GetExemplars())
			}
		}
		assert.Equal(t, shown, native > 0)
	}
}

func TestTheUptimeGrows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		u := uptime(time.Now)
		<-time.After(90 * time.Second)
		assert.InDelta(t, 90, testutil.ToFloat64(u), 0)
	})
}

func TestMetricsByTaskTypeHaveTheNamesOfMicrometer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := NewMetrics("v1", "go1")
		r := readings()
		r.JobType = "t"
		m.Read(r)
		names := []string{
			"camunda_client_worker_job_total", "camunda_client_worker_job_activated_total", "camunda_client_worker_job_handled_total",
			"camunda_connector_outbound_last_completed", "camunda_connector_outbound_last_failed", "camunda_connector_outbound_max_execution_time",
		}
		const before = `
camunda_client_worker_job_activated_total{type="t"} 0
camunda_client_worker_job_handled_total{type="t"} 0
camunda_client_worker_job_total{action="activated",type="t"} 0
camunda_client_worker_job_total{action="handled",type="t"} 0
camunda_connector_outbound_last_completed{type="t"} 0
camunda_connector_outbound_last_failed{type="t"} 0
camunda_connector_outbound_max_execution_time{type="t"} 0
`
		assert.Equal(t, before, "\n"+values(t, m, names), "all stand at 0 before the first job")
		j := &job.Job{Type: "t"}
		for range 4 {
			m.Taken(j, true)
		}
		start := time.Now().UnixMilli()
		m.Settled(j, job.Complete{}, 1500*time.Millisecond, 0)
		<-time.After(time.Second)
		m.Settled(j, job.Fail{}, 300*time.Millisecond, 0)
		m.Settled(j, job.Throw{}, 20*time.Millisecond, 0)
		m.Settled(j, job.HandBack{}, time.Hour, 0) // which was not worked on to its end
		<-time.After(time.Hour)                    // unlike the recent maximum it stays
		assert.Equal(t, 4.0, testutil.ToFloat64(m.camunda.types.activated.WithLabelValues("t")))
		assert.Equal(t, 3.0, testutil.ToFloat64(m.camunda.types.handled.WithLabelValues("t")))
		assert.Equal(t, 4.0, testutil.ToFloat64(m.camunda.types.actions.WithLabelValues("activated", "t")))
		assert.Equal(t, 3.0, testutil.ToFloat64(m.camunda.types.actions.WithLabelValues("handled", "t")))
		assert.Equal(t, float64(start), testutil.ToFloat64(m.camunda.types.lastCompleted.WithLabelValues("t")))
		assert.Equal(t, float64(start+1000), testutil.ToFloat64(m.camunda.types.lastFailed.WithLabelValues("t")))
		assert.Equal(t, 1500.0, testutil.ToFloat64(m.camunda.types.maxTime.WithLabelValues("t")))
	})
}

// values are the lines of some metrics, without comments.
func values(t *testing.T, m *Metrics, names []string) string {
	t.Helper()
	_, body := scraped(t, m, func(text string) string { return text }, "text/plain")
	var out strings.Builder
	for line := range strings.Lines(body) {
		for _, name := range names {
			if strings.HasPrefix(line, name+"{") {
				out.WriteString(line)
			}
		}
	}
	return out.String()
}

func TestAnAttemptToSendNamesTheTraceOfItsJob(t *testing.T) {
	t.Parallel()
	type sampled struct{}
	m := NewMetrics("v", "go")
	m.SpanIDs(func(ctx context.Context) (string, string) {
		if ctx.Value(sampled{}) == nil {
			return "", ""
		}
		return traceID, "b7ad6b7169203331"
	})
	m.Attempted(context.WithValue(t.Context(), sampled{}, true), 3*time.Millisecond, 1, "")
	m.Attempted(t.Context(), 3*time.Second, 1, "")
	_, body := scraped(t, m, func(text string) string { return text }, openMetrics)
	assert.Regexp(t, `(?m)^eventbridge_connector_aws_attempt_seconds_bucket\{le="0.005"\} 1 # \{[^}]*trace_id="`+traceID+`"[^}]*\} 0.003`, body)
	assert.Equal(t, 1, strings.Count(body, traceID), "an attempt without a sampled trace has none")
}
