package actuator

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// workerMetrics are those of the worker engine: what it takes, how it settles, what it leaves.
type workerMetrics struct {
	taken      *prometheus.CounterVec
	settled    *prometheus.CounterVec
	settleTime prometheus.Histogram
	jobTime    prometheus.Histogram
	leaseLeft  prometheus.Histogram
	abandoned  *prometheus.CounterVec
	retried    *prometheus.CounterVec
	streamOpen prometheus.Gauge
	streams    prometheus.Counter
	link       *prometheus.GaugeVec
}

func newWorkerMetrics() workerMetrics {
	w := workerMetrics{
		taken:      counters("jobs_taken_total", "Jobs taken, by way: stream or poll.", "way"),
		settled:    counters("jobs_settled_total", "Jobs whose command the broker took, by command: complete, fail, throw or hand-back.", "command"),
		settleTime: histogram("settle_seconds", "From a job's outcome until the broker took its command.", callBuckets),
		jobTime:    histogram("job_seconds", "From taking a job until the broker took its command.", callBuckets),
		leaseLeft:  histogram("lease_left_seconds", "What was left of a job's lease when the broker took its command.", leaseBuckets),
		abandoned:  counters("jobs_abandoned_total", "Jobs left to their lease, by reason.", "reason"),
		retried:    counters("command_retries_total", "Commands to the broker that were sent again, by the code that called for it.", "code"),
		streamOpen: prometheus.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: "stream_open", Help: "1 while a job stream is open, else 0."}),
		streams:    counter("streams_opened_total", "Job streams opened."),
		link: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: namespace, Name: "link_state",
			Help: "1 for the state that the way to the broker is in, else 0: down, flush, hold, up or suspect. Jobs are taken while it is up or suspect.",
		}, []string{"state"}),
	}
	w.enter("down")
	// What can be known of labels beforehand stands at 0 from the start: a first failure is then an increase.
	for _, way := range []string{"stream", "poll"} {
		w.taken.WithLabelValues(way)
	}
	for _, o := range []job.Outcome{job.Complete{}, job.Fail{}, job.Throw{}, job.HandBack{}} {
		w.settled.WithLabelValues(o.Name())
	}
	for _, reason := range []job.AbandonReason{job.AbandonLeaseOver, job.AbandonGone, job.AbandonSuperseded, job.AbandonUndelivered, job.AbandonUnconfirmed, job.AbandonDrained, job.AbandonNoHandBack} {
		w.abandoned.WithLabelValues(string(reason))
	}
	return w
}

func (w *workerMetrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{w.taken, w.settled, w.settleTime, w.jobTime, w.leaseLeft, w.abandoned, w.retried, w.streamOpen, w.streams, w.link}
}

// Taken counts a job that was taken, by stream or by poll.
func (m *Metrics) Taken(j *job.Job, streamed bool) {
	way := "poll"
	if streamed {
		way = "stream"
	}
	m.worker.taken.WithLabelValues(way).Inc()
	s := m.camunda.series(j)
	s.activated.Inc()
	s.ofType.taken()
}

// Settled counts a job whose command the broker took: how long the handler worked on it, and how long the command took
// from there.
func (m *Metrics) Settled(j *job.Job, o job.Outcome, worked, settling time.Duration) {
	s := m.camunda.series(j)
	switch o.(type) {
	case job.Complete:
		s.completed.Inc()
		s.ofType.completed()
	case job.Fail:
		s.failed.Inc()
		s.ofType.failed()
	case job.Throw:
		s.bpmnError.Inc()
	case job.HandBack, job.Abandon:
		m.worker.settled.WithLabelValues("hand-back").Inc()
		return
	}
	m.worker.settled.WithLabelValues(o.Name()).Inc()
	s.execution.Observe(worked.Seconds())
	s.longest.observe(worked.Seconds())
	s.ofType.settled(worked)
	exemplar := m.exemplar(j)
	observe(m.worker.settleTime, settling.Seconds(), exemplar)
	observe(m.worker.jobTime, (worked + settling).Seconds(), exemplar)
	if j.Lease != nil {
		observe(m.worker.leaseLeft, j.Lease.Left().Seconds(), exemplar)
	}
}

// Abandoned counts a job that was left to its lease.
func (m *Metrics) Abandoned(_ *job.Job, reason job.AbandonReason) {
	m.worker.abandoned.WithLabelValues(string(reason)).Inc()
}

// StreamOpen tells that a stream was opened or has ended.
func (m *Metrics) StreamOpen(open bool) {
	if open {
		m.worker.streams.Inc()
		m.worker.streamOpen.Set(1)
		return
	}
	m.worker.streamOpen.Set(0)
}

// CommandRetried counts a command that is sent again after the broker, or the way to it, refused it with this code.
func (m *Metrics) CommandRetried(code string) { m.worker.retried.WithLabelValues(label(code)).Inc() }

// linkStates are the states of the way to the broker.
var linkStates = [...]string{"down", "flush", "hold", "up", "suspect"}

// Link tells that the way to the broker has come into a state.
func (m *Metrics) Link(state string) { m.worker.enter(state) }

func (w *workerMetrics) enter(state string) {
	for _, s := range linkStates {
		value := 0.0
		if s == state {
			value = 1
		}
		w.link.WithLabelValues(s).Set(value)
	}
}
