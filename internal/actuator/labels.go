package actuator

import (
	"encoding/json"
	"strings"
	"sync"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// Bounds of what outside sources (models, AWS) can add to the number of time series.
const (
	maxTemplates  = 100 // pairs of template id and version
	maxCodes      = 100 // error codes of AWS
	maxHeaderSets = 1000
	maxLabel      = 100 // characters
)

// What stands for values beyond the bounds, and for absent ones (as Camunda's runtime calls them).
const (
	other   = "other"
	unknown = "unknown"
)

// bounded lets the first distinct values through and turns all later ones into "other".
type bounded struct {
	max  int
	mu   sync.RWMutex
	seen map[string]bool
}

func newBounded(limit int) *bounded { return &bounded{max: limit, seen: map[string]bool{}} }

func (b *bounded) admit(value string) bool {
	b.mu.RLock()
	known := b.seen[value]
	b.mu.RUnlock()
	if known {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.seen[value] && len(b.seen) >= b.max {
		return false
	}
	b.seen[value] = true
	return true
}

// label is the value as a label: valid UTF-8 of bounded length.
func label(value string) string {
	value = strings.ToValidUTF8(value, "\uFFFD")
	for i := range value {
		if i >= maxLabel {
			return value[:i] + "…"
		}
	}
	return value
}

// labels are those that Camunda's runtime puts on its metrics of a job.
type labels struct{ jobType, templateID, templateVersion string }

// template reads a job's labels from its headers.
func template(j *job.Job) labels {
	l := labels{label(j.Type), unknown, unknown}
	if !strings.Contains(j.CustomHeaders, "elementTemplate") {
		return l
	}
	var headers map[string]any
	if json.Unmarshal([]byte(j.CustomHeaders), &headers) != nil {
		return l
	}
	if id, ok := headers["elementTemplateId"].(string); ok {
		l.templateID = label(id)
	}
	switch version := headers["elementTemplateVersion"].(type) {
	case string:
		l.templateVersion = label(version)
	case float64:
		text, err := json.Marshal(version)
		if err == nil {
			l.templateVersion = string(text)
		}
	}
	return l
}
