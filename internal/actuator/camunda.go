package actuator

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// The actions of Camunda's metric of invocations.
const (
	actionActivated = "activated"
	actionCompleted = "completed"
	actionFailed    = "failed"
	actionBPMNError = "bpmn-error"
)

var jobLabels = []string{"type", "elementTemplateId", "elementTemplateVersion"}

// camundaMetrics are the metrics that Camunda's runtime has too, by the same names, labels and shapes (micrometer's
// timer: a summary without quantiles, and a gauge of the recent maximum), so that its dashboards show this process.
type camundaMetrics struct {
	invocations *prometheus.CounterVec
	execution   *prometheus.SummaryVec
	longest     *longest
	types       *typeMetrics
	templates   *bounded

	mu    sync.RWMutex
	byJob map[jobKind]*jobSeries
}

// jobKind is what a job's labels follow from; jobs of one element have it in common.
type jobKind struct{ jobType, headers string }

// jobSeries are the time series of one set of labels.
type jobSeries struct {
	activated, completed, failed, bpmnError prometheus.Counter
	execution                               prometheus.Observer
	longest                                 *windowMax
	ofType                                  *typeSeries
}

func newCamundaMetrics(now func() time.Time) *camundaMetrics {
	return &camundaMetrics{
		invocations: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "camunda_connector_outbound_invocations_total",
			Help: "Jobs by what happened to them: activated, completed, failed, bpmn-error.",
		}, append([]string{"action"}, jobLabels...)),
		execution: prometheus.NewSummaryVec(prometheus.SummaryOpts{
			Name: "camunda_connector_outbound_execution_time_seconds",
			Help: "How long jobs were worked on, from activation to outcome.",
		}, jobLabels),
		longest:   newLongest("camunda_connector_outbound_execution_time_seconds_max", "The longest of the last two to three minutes.", now),
		types:     newTypeMetrics(now),
		templates: newBounded(maxTemplates),
		byJob:     map[jobKind]*jobSeries{},
	}
}

// series returns the job's time series.
func (m *camundaMetrics) series(j *job.Job) *jobSeries {
	kind := jobKind{j.Type, j.CustomHeaders}
	m.mu.RLock()
	s := m.byJob[kind]
	m.mu.RUnlock()
	if s != nil {
		return s
	}
	l := template(j)
	if !m.templates.admit(l.jobType + "\x00" + l.templateID + "\x00" + l.templateVersion) {
		l.templateID, l.templateVersion = other, other
	}
	s = &jobSeries{
		activated: m.invocations.WithLabelValues(actionActivated, l.jobType, l.templateID, l.templateVersion),
		completed: m.invocations.WithLabelValues(actionCompleted, l.jobType, l.templateID, l.templateVersion),
		failed:    m.invocations.WithLabelValues(actionFailed, l.jobType, l.templateID, l.templateVersion),
		bpmnError: m.invocations.WithLabelValues(actionBPMNError, l.jobType, l.templateID, l.templateVersion),
		execution: m.execution.WithLabelValues(l.jobType, l.templateID, l.templateVersion),
		longest:   m.longest.with(l),
		ofType:    m.types.with(l.jobType),
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.byJob) >= maxHeaderSets { // headers that differ from job to job are not worth remembering
		clear(m.byJob)
	}
	m.byJob[kind] = s
	return s
}

// longest is a gauge of recent maxima by job labels.
type longest struct {
	desc *prometheus.Desc
	now  func() time.Time

	mu       sync.Mutex
	byLabels map[labels]*windowMax
}

func newLongest(name, help string, now func() time.Time) *longest {
	return &longest{desc: prometheus.NewDesc(name, help, jobLabels, nil), now: now, byLabels: map[labels]*windowMax{}}
}

func (g *longest) with(l labels) *windowMax {
	g.mu.Lock()
	defer g.mu.Unlock()
	w := g.byLabels[l]
	if w == nil {
		w = &windowMax{now: g.now}
		g.byLabels[l] = w
	}
	return w
}

// Describe implements [prometheus.Collector].
func (g *longest) Describe(ch chan<- *prometheus.Desc) { ch <- g.desc }

// Collect implements [prometheus.Collector].
func (g *longest) Collect(ch chan<- prometheus.Metric) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for l, w := range g.byLabels {
		ch <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, w.max(), l.jobType, l.templateID, l.templateVersion)
	}
}

// windowMax is the greatest of the values of the running minute and the two before it.
type windowMax struct {
	now func() time.Time

	mu     sync.Mutex
	minute int64
	ring   [3]float64
}

func (w *windowMax) observe(v float64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.turn()
	i := w.minute % int64(len(w.ring))
	w.ring[i] = max(w.ring[i], v)
}

func (w *windowMax) max() float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.turn()
	return max(w.ring[0], w.ring[1], w.ring[2])
}

// turn forgets the minutes that have passed.
func (w *windowMax) turn() {
	minute := w.now().Unix() / 60
	for w.minute < minute {
		w.minute++
		if minute-w.minute >= int64(len(w.ring)) {
			w.minute = minute - int64(len(w.ring)) + 1
		}
		w.ring[w.minute%int64(len(w.ring))] = 0
	}
}
