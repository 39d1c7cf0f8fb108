package actuator

import (
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
	boundedCodes *bounded
}

func newSenderMetrics() senderMetrics {
	return senderMetrics{
		attempts:     counters("aws_attempts_total", "HTTP exchanges with EventBridge by error code; ok = none.", "code"),
		attemptTime:  histogram("aws_attempt_seconds", "How long HTTP exchanges with EventBridge took.", callBuckets),
		requests:     counters("aws_requests_total", "PutEvents requests, retries included in each, by error code; ok = none.", "code"),
		entries:      histogram("aws_entries_per_request", "Entries of each PutEvents request; the sum is all entries.", entryBuckets),
		answersLost:  counter("aws_answers_lost_total", "Attempts after which AWS may have accepted the events although no readable answer came."),
		boundedCodes: newBounded(maxCodes),
	}
}

func (s *senderMetrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{s.attempts, s.attemptTime, s.requests, s.entries, s.answersLost}
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

// Attempted counts an HTTP exchange with EventBridge.
func (m *Metrics) Attempted(took time.Duration, code string) {
	m.sender.attempts.WithLabelValues(m.sender.code(code)).Inc()
	m.sender.attemptTime.Observe(took.Seconds())
}

// Sent counts a request, with the number of its entries; its attempts are counted one by one as they are made.
func (m *Metrics) Sent(entries, _ int, code string) {
	m.sender.requests.WithLabelValues(m.sender.code(code)).Inc()
	m.sender.entries.Observe(float64(entries))
}

// AnswerLost counts an attempt that may have been accepted although no readable answer came.
func (m *Metrics) AnswerLost() { m.sender.answersLost.Inc() }
