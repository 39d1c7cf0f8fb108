package actuator

import "github.com/prometheus/client_golang/prometheus"

// connectorMetrics are those of the meaning of a job.
type connectorMetrics struct {
	warnings   *prometheus.CounterVec
	fromMemory prometheus.Counter
}

func newConnectorMetrics() connectorMetrics {
	return connectorMetrics{
		warnings:   counters("expression_warnings_total", "Warnings of expressions (something gave null that need not), by expression: result or error.", "expression"),
		fromMemory: counter("jobs_settled_from_memory_total", "Jobs whose event AWS had accepted before, settled without a second event."),
	}
}

func (c *connectorMetrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{c.warnings, c.fromMemory}
}

// ExpressionWarnings counts the warnings of one evaluation of the named expression.
func (m *Metrics) ExpressionWarnings(expression string, warnings []string) {
	m.meaning.warnings.WithLabelValues(label(expression)).Add(float64(len(warnings)))
}

// SettledFromMemory counts a job whose event AWS had accepted before.
func (m *Metrics) SettledFromMemory() { m.meaning.fromMemory.Inc() }
