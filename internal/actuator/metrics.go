package actuator

import (
	"context"
	"maps"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// namespace begins the names of our own metrics.
const namespace = "eventbridge_connector"

// Metrics holds the metrics of a client: those of its worker, and those that all clients of the process have in common. It
// implements the observers of the worker, the connector and the sender: its methods are safe for concurrent use and do not block.
type Metrics struct {
	*processMetrics
	registerer prometheus.Registerer // of the client
	camunda    *camundaMetrics
	worker     workerMetrics
	meaning    connectorMetrics
}

// processMetrics are what all clients have in common.
type processMetrics struct {
	registry *prometheus.Registry
	sender   senderMetrics
	traceIDs func(*job.Job) (traceID, spanID string)        // nil = jobs are not traced
	spanIDs  func(context.Context) (traceID, spanID string) // nil likewise
}

// labelClient tells the series of several clients apart.
const labelClient = "client"

// NewMetrics returns the metrics of a process of this version, which has one client.
func NewMetrics(version, goVersion string) *Metrics {
	return newProcessMetrics(version, goVersion).client("")
}

// NewMetricsOfClients returns the metrics of a process of this version for each of its clients, in the order of their names. The
// series of a client have its name as a label; those of AWS and of the process have none.
func NewMetricsOfClients(version, goVersion string, names ...string) []*Metrics {
	process := newProcessMetrics(version, goVersion)
	all := make([]*Metrics, len(names))
	for i, name := range names {
		all[i] = process.client(name)
	}
	return all
}

// client returns the metrics of a client; an empty name = the only one.
func (p *processMetrics) client(name string) *Metrics {
	m := &Metrics{processMetrics: p, registerer: p.registry, camunda: newCamundaMetrics(time.Now), worker: newWorkerMetrics(), meaning: newConnectorMetrics()}
	if name != "" {
		m.registerer = prometheus.WrapRegistererWith(prometheus.Labels{labelClient: name}, p.registry)
	}
	m.registerer.MustRegister(m.camunda.invocations, m.camunda.execution, m.camunda.longest)
	m.registerer.MustRegister(m.camunda.types.collectors()...)
	m.registerer.MustRegister(m.worker.collectors()...)
	m.registerer.MustRegister(m.meaning.collectors()...)
	return m
}

func newProcessMetrics(version, goVersion string) *processMetrics {
	p := &processMetrics{registry: prometheus.NewRegistry(), sender: newSenderMetrics()}
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info", Help: "Always 1; its labels are the version.",
	}, []string{"version", "goversion"})
	build.WithLabelValues(version, goVersion).Set(1)
	p.registry.MustRegister(build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), uptime(time.Now))
	p.registry.MustRegister(p.sender.collectors()...)
	return p
}

// uptime is a gauge of the time since this call, under Spring Boot's name.
func uptime(now func() time.Time) prometheus.Collector {
	start := now()
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "process_uptime_seconds", Help: "How long the process has been running."},
		func() float64 { return now().Sub(start).Seconds() })
}

// TraceIDs has the histograms of jobs name a job's trace in exemplars: ids returns the ids of its trace and span, empty if it is
// not sampled. It is to be called before the first job.
func (p *processMetrics) TraceIDs(ids func(*job.Job) (traceID, spanID string)) { p.traceIDs = ids }

// SpanIDs has the histogram of attempts to send name the trace of the job whose event is sent: ids returns the ids of the trace and
// the span of a context, empty if it is not sampled. It is to be called before the first job.
func (p *processMetrics) SpanIDs(ids func(context.Context) (traceID, spanID string)) { p.spanIDs = ids }

// exemplar is what points from a measurement to the job's trace; nil = nothing.
func (p *processMetrics) exemplar(j *job.Job) prometheus.Labels {
	if p.traceIDs == nil {
		return nil
	}
	return exemplarOf(p.traceIDs(j))
}

// exemplarOf is what points from a measurement to the trace of a context; nil = nothing.
func (p *processMetrics) exemplarOf(ctx context.Context) prometheus.Labels {
	if p.spanIDs == nil {
		return nil
	}
	return exemplarOf(p.spanIDs(ctx))
}

func exemplarOf(traceID, spanID string) prometheus.Labels {
	if traceID == "" {
		return nil
	}
	return prometheus.Labels{"trace_id": traceID, "span_id": spanID}
}

// observe adds a measurement to a histogram, with an exemplar if there is one.
func observe(h prometheus.Histogram, value float64, exemplar prometheus.Labels) {
	if o, ok := h.(prometheus.ExemplarObserver); ok && exemplar != nil {
		o.ObserveWithExemplar(value, exemplar)
		return
	}
	h.Observe(value)
}

// Handler returns what answers a scrape, in Prometheus's text format, OpenMetrics (with exemplars) or protocol buffers (with
// native histograms) as asked for, with secrets taken out of all labels.
func (p *processMetrics) Handler(mask Mask) http.Handler {
	return promhttp.HandlerFor(maskedMetrics{p.registry, mask}, promhttp.HandlerOpts{EnableOpenMetrics: true, MaxRequestsInFlight: 4})
}

// Readings are what is read of the parts of a client at each scrape.
type Readings struct {
	JobType           string // whose series stand at 0 before the first job; empty = none
	Slots, SlotsInUse func() int
	JobsAtWork        func() int   // worked on or settled now
	JobBytes          func() int64 // that jobs may have together; 0 = no limit
	JobBytesInUse     func() int64
	Ready             func() bool
	ExpressionCache   func() (hits, misses uint64)
	SecretFiles       func() (hits, misses uint64)
	SecretManager     func() (hits, misses uint64) // of secrets of AWS Secrets Manager
	SecretCluster     func() (hits, misses uint64) // of secrets that the cluster keeps
	ModelCache        func() (hits, misses uint64) // of deployed models
}

// Read adds the metrics of a client's readings. It is to be called once, before the first scrape.
func (m *Metrics) Read(r Readings) {
	if r.JobType != "" {
		m.camunda.types.with(label(r.JobType))
	}
	m.gauge("slots", "How many jobs may be in this process at a time.", func() float64 { return float64(r.Slots()) })
	m.gauge("jobs_at_work", "Jobs that are worked on or settled now: what to scale by.", func() float64 { return float64(r.JobsAtWork()) })
	m.gauge("slots_in_use", "Slots that are taken: jobs in this process, the slot on which an open stream waits, and those that a poll holds for what it may bring.", func() float64 { return float64(r.SlotsInUse()) })
	m.gauge("job_bytes", "How many bytes jobs may have together in this process, those of all clients; 0 = no limit.", func() float64 { return float64(r.JobBytes()) })
	m.gauge("job_bytes_in_use", "Bytes of the jobs in this process, as they came: variables and headers.", func() float64 { return float64(r.JobBytesInUse()) })
	m.gauge("ready", "1 while jobs can be taken, else 0: what the readiness probe answers.", func() float64 {
		if r.Ready() {
			return 1
		}
		return 0
	})
	m.cache("expression_cache_total", "Expressions asked for, by result: hit (compiled before) or miss. Jobs of the latest tasks ask for none: their headers are kept.", r.ExpressionCache, nil)
	const secrets = "Secrets asked for of providers that read them from elsewhere, by provider and result: hit (known, unchanged) or miss (read)."
	m.cache("secret_cache_total", secrets, r.SecretFiles, prometheus.Labels{"provider": "files"})
	m.cache("secret_cache_total", secrets, r.SecretManager, prometheus.Labels{"provider": "aws-secrets-manager"})
	m.cache("secret_cache_total", secrets, r.SecretCluster, prometheus.Labels{"provider": "cluster"})
	m.cache("model_cache_total", "Deployed models asked for by the secret filter, by result: hit (known) or miss.", r.ModelCache, nil)
}

// ReadTargets adds the metric of the targets that are down, by endpoint, 0 for those that are not. It is to be called once, before the
// first scrape.
func (p *processMetrics) ReadTargets(down func() map[string]int) {
	p.registry.MustRegister(newDownTargets(down))
}

func (m *Metrics) gauge(name, help string, read func() float64) {
	m.registerer.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, read))
}

func (m *Metrics) cache(name, help string, read func() (hits, misses uint64), more prometheus.Labels) {
	for result, value := range map[string]func() float64{
		"hit":  func() float64 { hits, _ := read(); return float64(hits) },
		"miss": func() float64 { _, misses := read(); return float64(misses) },
	} {
		labels := prometheus.Labels{"result": result}
		maps.Copy(labels, more)
		m.registerer.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help, ConstLabels: labels}, value))
	}
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

func histogram(name, help string, buckets []float64) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{
		Namespace: namespace, Name: name, Help: help, Buckets: buckets,
		// Beside the buckets, for a Prometheus that asks for native histograms: the width of a bucket, and how many there may be.
		NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100, NativeHistogramMinResetDuration: time.Hour,
	})
}

// Buckets: of calls that take milliseconds and of what is left of a lease, both in seconds; and of entries, of which AWS
// takes ten at the most.
var (
	entryBuckets = []float64{1, 2, 3, 5, 10}
	callBuckets  = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	leaseBuckets = []float64{0, 1, 2, 5, 10, 20, 30, 45, 60, 120, 300, 900}
)
