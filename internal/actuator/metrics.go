package actuator

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// namespace begins the names of our own metrics.
const namespace = "eventbridge_connector"

// Metrics holds all metrics of the process. It implements the observers of the worker, the connector and the sender:
// its methods are safe for concurrent use and do not block.
type Metrics struct {
	registry *prometheus.Registry
	camunda  *camundaMetrics
	worker   workerMetrics
	sender   senderMetrics
	meaning  connectorMetrics
}

// NewMetrics returns the metrics of a process of this version.
func NewMetrics(version, goVersion string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		camunda:  newCamundaMetrics(time.Now),
		worker:   newWorkerMetrics(),
		sender:   newSenderMetrics(),
		meaning:  newConnectorMetrics(),
	}
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info", Help: "Always 1; its labels are the version.",
	}, []string{"version", "goversion"})
	build.WithLabelValues(version, goVersion).Set(1)
	m.registry.MustRegister(build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.camunda.invocations, m.camunda.execution, m.camunda.longest)
	m.registry.MustRegister(m.worker.collectors()...)
	m.registry.MustRegister(m.sender.collectors()...)
	m.registry.MustRegister(m.meaning.collectors()...)
	return m
}

// Handler returns what answers a scrape, in Prometheus's text format or OpenMetrics as asked for.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{EnableOpenMetrics: true, MaxRequestsInFlight: 4})
}

// Gauge adds a gauge that is read at each scrape. It is to be called once per name, before the first scrape.
func (m *Metrics) Gauge(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, read))
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

func histogram(name, help string, buckets []float64) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets})
}

// Buckets, in seconds: of calls that take milliseconds, and of what is left of a lease.
var (
	callBuckets  = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	leaseBuckets = []float64{0, 1, 2, 5, 10, 20, 30, 45, 60, 120, 300, 900}
)
