package actuator

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// Mask takes the secrets in use out of a text.
type Mask func(text string) string

// maskedMetrics are the metrics with secrets taken out of the values of all labels, whoever made them: models, AWS and brokers
// choose some.
type maskedMetrics struct {
	metrics prometheus.Gatherer
	mask    Mask
}

// Gather implements [prometheus.Gatherer].
func (g maskedMetrics) Gather() ([]*dto.MetricFamily, error) {
	families, err := g.metrics.Gather()
	for _, family := range families {
		changed := false
		for _, m := range family.Metric {
			changed = g.labels(m) || changed
			g.exemplars(m.Histogram)
		}
		if changed {
			family.Metric = merged(family.Metric)
		}
	}
	return families, err
}

// labels masks the labels of a metric and says whether that changed one. The labels that came are shared and stay as they are.
func (g maskedMetrics) labels(m *dto.Metric) bool {
	changed := false
	for i, l := range m.Label {
		masked := g.mask(l.GetValue())
		if masked == l.GetValue() {
			continue
		}
		if !changed {
			m.Label, changed = slices.Clone(m.Label), true
		}
		m.Label[i] = &dto.LabelPair{Name: l.Name, Value: &masked}
	}
	return changed
}

// exemplars takes away those that name a secret: a model chooses the ids of the trace that its jobs belong to.
func (g maskedMetrics) exemplars(h *dto.Histogram) {
	for _, bucket := range h.GetBucket() {
		if g.secret(bucket.GetExemplar()) {
			bucket.Exemplar = nil
		}
	}
	if h != nil {
		h.Exemplars = slices.DeleteFunc(h.Exemplars, g.secret)
	}
}

func (g maskedMetrics) secret(e *dto.Exemplar) bool {
	return slices.ContainsFunc(e.GetLabel(), func(l *dto.LabelPair) bool { return g.mask(l.GetValue()) != l.GetValue() })
}

// merged makes one metric of those that have the same labels now: counters are added, of others the first stays.
func merged(all []*dto.Metric) []*dto.Metric {
	kept := map[string]*dto.Metric{}
	var out []*dto.Metric
	for _, m := range all {
		var key strings.Builder
		for _, l := range m.Label {
			key.WriteString(l.GetName() + "=" + strconv.Quote(l.GetValue()) + ",")
		}
		first := kept[key.String()]
		if first == nil {
			kept[key.String()] = m
			out = append(out, m)
		} else if first.Counter != nil && m.Counter != nil {
			sum := first.Counter.GetValue() + m.Counter.GetValue()
			first.Counter = &dto.Counter{Value: &sum}
		}
	}
	return out
}

// maskedAnswers takes secrets out of the bodies of all answers but the metrics, which are masked label by label.
func maskedAnswers(mask Mask, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == PathPrometheus {
			next.ServeHTTP(w, r)
			return
		}
		held := &heldAnswer{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(held, r)
		w.Header().Del("Content-Length")
		w.WriteHeader(held.status)
		// The only error is that of a client who went away.
		_, _ = w.Write([]byte(mask(held.body.String())))
	})
}

// heldAnswer holds an answer back.
type heldAnswer struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (h *heldAnswer) WriteHeader(status int)         { h.status = status }
func (h *heldAnswer) Write(body []byte) (int, error) { return h.body.Write(body) }
