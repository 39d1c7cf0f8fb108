package eventbridge

import "github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"

// Given makes a response of the form in which a process sees one (contract 3.1), for trying out what a task makes of it.
// What the value lacks the response lacks too.
func Given(value *jsonvalue.Object) *Response {
	r := &Response{about: newMetadata(200, nil), value: value}
	r.once.Do(func() {}) // the value is there
	r.count, _ = value.Get("failedEntryCount")
	list, _ := value.Get("entries")
	entries, ok := list.([]jsonvalue.Value)
	r.known = ok
	for _, v := range entries {
		var e entry
		if o, ok := v.(*jsonvalue.Object); ok {
			e.present = true
			e.eventID, _ = o.Get("eventId")
			e.errorCode, _ = o.Get("errorCode")
			e.errorMessage, _ = o.Get("errorMessage")
		}
		r.entries = append(r.entries, e)
	}
	return r
}
