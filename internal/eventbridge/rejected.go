package eventbridge

import (
	"log/slog"

	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
)

// maxRejected is how many codes of rejected entries are told apart in the log.
const maxRejected = 100

// rejections tells of entries that AWS rejected. The job of such an entry is completed, unless its model says otherwise:
// an event that nobody asked about would be lost in silence.
type rejections struct {
	observer Observer
	log      *slog.Logger
	told     *pace.Complaints[string] // by code
}

// of counts the rejected entries of a response, and warns of each code once a minute.
func (j *rejections) of(r *Response, q *Request) {
	if n, ok := r.FailedEntryCount(); ok && n == 0 {
		return
	}
	for i, e := range r.Entries() {
		if !e.Rejected() {
			continue
		}
		code := r.RejectionCode(e)
		j.observer.EntryRejected(code)
		j.told.Do(code, func() {
			var bus string
			if i < len(q.Entries) {
				bus = q.Entries[i].EventBusName
			}
			j.log.Warn("EventBridge rejected an entry of a request that it accepted, the event is lost unless the model's error expression or failOnRejectedEntry says otherwise",
				"error_code", code, "bus", bus, "request_id", r.RequestID())
		})
	}
}
