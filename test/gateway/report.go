package main

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/embedded"
)

// reportAnswer tells what became of the jobs. Its numbers have all jobs; Jobs has those that the query selects:
//
//	GET /report              those that are of interest: open, incidents, given out or commanded more than once
//	GET /report?jobs=all     all
//	GET /report?jobs=none    none
//	GET /report?jobs=1,2,3   these keys
//	GET /report?type=T       counts and selects jobs of this type only
type reportAnswer struct {
	Totals     totals               `json:"totals"`
	Calls      calls                `json:"calls"`
	Partitions []partitionAnswer    `json:"partitions"`
	Faults     faultsAnswer         `json:"faults"`
	Jobs       []embedded.JobReport `json:"jobs"`
}

// totals counts jobs.
type totals struct {
	Created   int `json:"created"`
	Completed int `json:"completed"`
	Thrown    int `json:"thrown"`
	Incidents int `json:"incidents"` // jobs that are one
	Open      int `json:"open"`      // jobs that have not ended and are no incident
	Waiting   int `json:"waiting"`   // … of these, nobody has
	Activated int `json:"activated"`
	Backoff   int `json:"backoff"`

	Activations int `json:"activations"` // of all jobs
	Failed      int `json:"failed"`      // fail commands taken
	Updates     int `json:"updates"`     // of time-outs
	Late        int `json:"late"`        // commands taken when the lease had run out
	Refused     int `json:"refused"`     // commands for jobs that had ended or were in no state for them
	Stale       int `json:"stale"`       // … of these, without a lease token, or with that of another activation
	GivenOften  int `json:"givenOften"`  // jobs given out more than once

	// ActivationsOf counts the jobs by how often they were given out.
	ActivationsOf map[int]int `json:"activationsOf"`
}

// calls counts what happened since the process was started.
type calls struct {
	Polls       int64 `json:"polls"`
	StreamsOpen int64 `json:"streamsOpen"`
	StreamsSeen int64 `json:"streamsSeen"`
	Streamed    int64 `json:"streamed"` // jobs, over restarts too
	Polled      int64 `json:"polled"`   // jobs, over restarts too
	Expired     int64 `json:"expired"`  // leases, over restarts too
	Refused     int64 `json:"refused"`  // commands, by faults too
}

func (t *totals) add(r *embedded.JobReport) {
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
	a := reportAnswer{
		Totals: totals{ActivationsOf: map[int]int{}}, Partitions: c.partitions(), Faults: c.faults.counts(), Jobs: []embedded.JobReport{},
		Calls: calls{
			Polls: counts.Polls, StreamsOpen: counts.StreamsOpen, StreamsSeen: counts.StreamsSeen, Streamed: counts.Streamed,
			Polled: counts.Polled, Expired: counts.Expired, Refused: counts.Refused,
		},
	}
	for _, report := range c.gateway.Report() {
		if wanted := query.Get("type"); wanted != "" && wanted != report.Type {
			continue
		}
		a.Totals.add(&report)
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
