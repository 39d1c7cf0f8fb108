package actuator

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// typeMetrics are the metrics that Camunda's runtime and its job worker have by task type, under the names that Micrometer's
// registry for Prometheus makes of theirs.
type typeMetrics struct {
	actions            *prometheus.CounterVec // up to Camunda 8.7: one counter with a label
	activated, handled *prometheus.CounterVec // from Camunda 8.8 on
	lastCompleted      *prometheus.GaugeVec
	lastFailed         *prometheus.GaugeVec
	maxTime            *prometheus.GaugeVec
	now                func() time.Time

	mu     sync.Mutex
	byType map[string]*typeSeries
}

// typeSeries are the time series of one task type.
type typeSeries struct {
	now                       func() time.Time
	actionActivated           prometheus.Counter
	actionHandled             prometheus.Counter
	activated, handled        prometheus.Counter
	lastCompleted, lastFailed prometheus.Gauge
	maxTime                   prometheus.Gauge
	mu                        sync.Mutex
	longest                   time.Duration
}

func newTypeMetrics(now func() time.Time) *typeMetrics {
	gauges := func(name, help string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, []string{"type"})
	}
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	return &typeMetrics{
		actions:       counters("camunda_client_worker_job_total", "Jobs by what happened to them: activated or handled.", "action", "type"),
		activated:     counters("camunda_client_worker_job_activated_total", "Jobs taken.", "type"),
		handled:       counters("camunda_client_worker_job_handled_total", "Jobs completed, failed or ended with a BPMN error.", "type"),
		lastCompleted: gauges("camunda_connector_outbound_last_completed", "When the last job was completed, in milliseconds since 1970; 0 = none was."),
		lastFailed:    gauges("camunda_connector_outbound_last_failed", "When the last job was failed, in milliseconds since 1970; 0 = none was."),
		maxTime:       gauges("camunda_connector_outbound_max_execution_time", "The longest time that a job was worked on since the start, in milliseconds."),
		now:           now, byType: map[string]*typeSeries{},
	}
}

func (m *typeMetrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.actions, m.activated, m.handled, m.lastCompleted, m.lastFailed, m.maxTime}
}

// with returns the time series of a task type. They stand at 0 from then on.
func (m *typeMetrics) with(jobType string) *typeSeries {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.byType[jobType]
	if s == nil {
		s = &typeSeries{
			now:             m.now,
			actionActivated: m.actions.WithLabelValues("activated", jobType),
			actionHandled:   m.actions.WithLabelValues("handled", jobType),
			activated:       m.activated.WithLabelValues(jobType),
			handled:         m.handled.WithLabelValues(jobType),
			lastCompleted:   m.lastCompleted.WithLabelValues(jobType),
			lastFailed:      m.lastFailed.WithLabelValues(jobType),
			maxTime:         m.maxTime.WithLabelValues(jobType),
		}
		m.byType[jobType] = s
	}
	return s
}

// taken counts a job that was taken.
func (s *typeSeries) taken() {
	s.actionActivated.Inc()
	s.activated.Inc()
}

// settled counts a job that was completed, failed or ended with a BPMN error, and how long it was worked on.
func (s *typeSeries) settled(worked time.Duration) {
	s.actionHandled.Inc()
	s.handled.Inc()
	s.mu.Lock()
	defer s.mu.Unlock()
	if worked > s.longest {
		s.longest = worked
		s.maxTime.Set(float64(worked.Milliseconds()))
	}
}

func (s *typeSeries) completed() { s.lastCompleted.Set(float64(s.now().UnixMilli())) }
func (s *typeSeries) failed()    { s.lastFailed.Set(float64(s.now().UnixMilli())) }
