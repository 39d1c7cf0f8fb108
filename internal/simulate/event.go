package simulate

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
)

// Event is an event that would be sent, as a person or a program may see it: its secrets are masked.
type Event struct {
	EventBusName string          `json:"eventBusName"`
	Source       string          `json:"source"`
	DetailType   string          `json:"detailType"`
	Detail       json.RawMessage `json:"detail"`
	Resources    []string        `json:"resources,omitempty"`
	Time         string          `json:"time,omitempty"` // RFC 3339; empty = AWS takes the time of the call
	TraceHeader  string          `json:"traceHeader,omitempty"`
}

// Events returns the events of a request.
func (j *Job) Events(r *eventbridge.Request) []Event {
	events := make([]Event, len(r.Entries))
	for i, e := range r.Entries {
		events[i] = Event{EventBusName: j.Mask(e.EventBusName), Source: j.Mask(e.Source), DetailType: j.Mask(e.DetailType), Detail: json.RawMessage(j.Mask(e.Detail)), TraceHeader: j.Mask(e.TraceHeader)}
		for _, resource := range e.Resources {
			events[i].Resources = append(events[i].Resources, j.Mask(resource))
		}
		if !e.Time.IsZero() {
			events[i].Time = e.Time.Format(time.RFC3339)
		}
	}
	return events
}

// Row is a field of an event, ready to be shown.
type Row struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Rows returns the fields of an event that are not empty, in the order in which they are shown.
func (e Event) Rows() []Row {
	var rows []Row
	for _, row := range [...]Row{
		{"event bus", e.EventBusName},
		{"source", e.Source},
		{"detail type", e.DetailType},
		{"detail", string(e.Detail)},
		{"resources", strings.Join(e.Resources, ", ")},
		{"time", e.Time},
		{"trace header", e.TraceHeader},
	} {
		if row.Value != "" {
			rows = append(rows, row)
		}
	}
	return rows
}
