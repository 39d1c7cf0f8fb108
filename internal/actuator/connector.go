package actuator

import "github.com/prometheus/client_golang/prometheus"

// connectorMetrics are those of the meaning of a job.
type connectorMetrics struct {
	errors     *prometheus.CounterVec
	codes      *bounded
	warnings   *prometheus.CounterVec
	fromMemory prometheus.Counter
}

func newConnectorMetrics() connectorMetrics {
	c := connectorMetrics{
		errors:     counters("job_errors_total", "Jobs that ended in a failure of the connector or of AWS, by error code: what becomes a retry or an incident.", "code"),
		codes:      newBounded(maxCodes),
		warnings:   counters("expression_warnings_total", "Warnings of expressions (something gave null that need not), by expression: result or error.", "expression"),
		fromMemory: counter("jobs_settled_from_memory_total", "Jobs whose event AWS had accepted before, settled without a second event."),
	}
	for _, expression := range []string{"result", "error"} {
		c.warnings.WithLabelValues(expression)
	}
	return c
}

func (c *connectorMetrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{c.errors, c.warnings, c.fromMemory}
}

// Failed counts a job that is failed, by the code of its error.
func (m *Metrics) Failed(code string) {
	code = label(code)
	if !m.meaning.codes.admit(code) {
		code = other
	}
	m.meaning.errors.WithLabelValues(code).Inc()
}

// ExpressionWarnings counts the warnings of one evaluation of the named expression.
func (m *Metrics) ExpressionWarnings(expression string, warnings []string) {
	m.meaning.warnings.WithLabelValues(label(expression)).Add(float64(len(warnings)))
}

// SettledFromMemory counts a job whose event AWS had accepted before.
func (m *Metrics) SettledFromMemory() { m.meaning.fromMemory.Inc() }
