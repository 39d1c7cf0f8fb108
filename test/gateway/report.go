package main

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
	"github.com/eventbridge-connector/eventbridge-connector/test/gateway/control"
)

// addTo counts a job.
func addTo(t *control.Totals, r *embedded.JobReport) {
	t.Created++
	switch r.State {
	case embedded.StateCompleted:
		t.Completed++
	case embedded.StateThrown:
		t.Thrown++
	case embedded.StateIncident:
		t.Incidents++
	case embedded.StateWaiting:
		t.Waiting++
	case embedded.StateActivated:
		t.Activated++
	case embedded.StateBackoff:
		t.Backoff++
	}
	t.Open = t.Waiting + t.Activated + t.Backoff
	t.Activations += r.Activations
	t.Failed += r.Fails
	t.Updates += r.Updates
	t.Late += r.Late
	t.Refused += r.Refused
	t.Stale += r.Stale
	if r.Activations > 1 {
		t.GivenOften++
	}
	t.ActivationsOf[r.Activations]++
}

// ofInterest tells whether a job went another way than given out once and ended by one command.
func ofInterest(r *embedded.JobReport) bool {
	ended := r.State == embedded.StateCompleted || r.State == embedded.StateThrown
	return !ended || r.Activations != 1 || r.Fails+r.Updates+r.Late+r.Refused > 0
}

func (c *gatewayControl) report(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	chosen := selection(query.Get("jobs"))
	counts := c.gateway.Counts()
	a := control.Report{
		Totals: control.Totals{ActivationsOf: map[int]int{}}, Partitions: c.partitions(), Faults: c.faults.counts(), Jobs: []embedded.JobReport{},
		Calls: control.Calls{
			Polls: counts.Polls, StreamsOpen: counts.StreamsOpen, StreamsSeen: counts.StreamsSeen, Streamed: counts.Streamed,
			Polled: counts.Polled, Expired: counts.Expired, Refused: counts.Refused,
		},
	}
	for _, report := range c.gateway.Report() {
		if wanted := query.Get("type"); wanted != "" && wanted != report.Type {
			continue
		}
		addTo(&a.Totals, &report)
		if chosen(&report) {
			a.Jobs = append(a.Jobs, report)
		}
	}
	answer(w, a)
}

// selection reads which jobs a report is to list.
func selection(text string) func(*embedded.JobReport) bool {
	switch text {
	case "":
		return ofInterest
	case "all":
		return func(*embedded.JobReport) bool { return true }
	case "none":
		return func(*embedded.JobReport) bool { return false }
	}
	keys := map[string]bool{}
	for key := range strings.SplitSeq(text, ",") {
		keys[key] = true
	}
	return func(r *embedded.JobReport) bool { return keys[strconv.FormatInt(r.Key, 10)] }
}
