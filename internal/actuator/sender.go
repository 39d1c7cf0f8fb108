package actuator

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// senderMetrics are those of the calls to AWS.
type senderMetrics struct {
	attempts     *prometheus.CounterVec
	attemptTime  prometheus.Histogram
	requests     *prometheus.CounterVec
	entries      prometheus.Histogram
	answersLost  prometheus.Counter
	rejected     *prometheus.CounterVec
	boundedCodes *bounded
}

func newSenderMetrics() senderMetrics {
	return senderMetrics{
		attempts:     counters("aws_attempts_total", "HTTP exchanges with EventBridge by error code; ok = none.", "code"),
		attemptTime:  histogram("aws_attempt_seconds", "How long HTTP exchanges with EventBridge took.", callBuckets),
		requests:     counters("aws_requests_total", "Sends of a job's events, their retries included, by error code; ok = none.", "code"),
		entries:      histogram("aws_entries_per_request", "Entries of each HTTP request to EventBridge; jobs share requests.", entryBuckets),
		answersLost:  counter("aws_answers_lost_total", "Attempts of a job's send after which AWS may have accepted its events although no readable answer came."),
		rejected:     counters("entries_rejected_total", "Entries that AWS rejected although it accepted their request, by error code.", "code"),
		boundedCodes: newBounded(maxCodes),
	}
}

func (s *senderMetrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{s.attempts, s.attemptTime, s.requests, s.entries, s.answersLost, s.rejected}
}

func (s *senderMetrics) code(code string) string {
	if code == "" {
		return "ok"
	}
	code = label(code)
	if !s.boundedCodes.admit(code) {
		return other
	}
	return code
}

// Attempted counts an HTTP exchange with EventBridge, and the entries of its request.
func (p *processMetrics) Attempted(ctx context.Context, took time.Duration, entries int, code string) {
	p.sender.attempts.WithLabelValues(p.sender.code(code)).Inc()
	p.sender.entries.Observe(float64(entries))
	observe(p.sender.attemptTime, took.Seconds(), p.exemplarOf(ctx))
}

// Sent counts what became of the event or events of a job; its attempts are counted one by one as they are made.
func (p *processMetrics) Sent(_, _ int, code string) {
	p.sender.requests.WithLabelValues(p.sender.code(code)).Inc()
}

// AnswerLost counts an attempt that may have been accepted although no readable answer came.
func (p *processMetrics) AnswerLost() { p.sender.answersLost.Inc() }

// EntryRejected counts an entry that AWS rejected although it accepted its request.
func (p *processMetrics) EntryRejected(code string) {
	if code == "" {
		code = unknown
	}
	p.sender.rejected.WithLabelValues(p.sender.code(code)).Inc()
}

// maxEndpoints is how many endpoints are told apart.
const maxEndpoints = 50

// downTargets reads which endpoints are down at each scrape.
type downTargets struct {
	read    func() map[string]int
	desc    *prometheus.Desc
	bounded *bounded
}

func newDownTargets(read func() map[string]int) *downTargets {
	return &downTargets{read: read, bounded: newBounded(maxEndpoints), desc: prometheus.NewDesc(
		prometheus.BuildFQName(namespace, "", "target_down"),
		"Targets (an endpoint with one set of credentials) for which sends wait because all recent ones failed, by endpoint; 0 = none.",
		[]string{"endpoint"}, nil)}
}

// Describe implements [prometheus.Collector].
func (d *downTargets) Describe(out chan<- *prometheus.Desc) { out <- d.desc }

// Collect implements [prometheus.Collector].
func (d *downTargets) Collect(out chan<- prometheus.Metric) {
	sums := map[string]int{}
	for endpoint, n := range d.read() {
		if endpoint = label(endpoint); !d.bounded.admit(endpoint) {
			endpoint = other
		}
		sums[endpoint] += n
	}
	for endpoint, n := range sums {
		out <- prometheus.MustNewConstMetric(d.desc, prometheus.GaugeValue, float64(n), endpoint)
	}
}
