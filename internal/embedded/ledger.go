package embedded

import "slices"

// JobReport tells what became of a job. Commands are counted by their kind as they were taken, for a job that has ended
// too.
type JobReport struct {
	Key      int64  `json:"key"`
	Type     string `json:"type"`
	TenantID string `json:"tenant"`
	State    string `json:"state"`   // one of the State constants
	Retries  int32  `json:"retries"` // left

	Activations int `json:"activations"` // how often the job was given out
	Completes   int `json:"completes"`
	Fails       int `json:"fails"` // those that left retries too
	Throws      int `json:"throws"`
	Updates     int `json:"updates"`   // of its time-out
	Incidents   int `json:"incidents"` // fails that left no retries
	Late        int `json:"late"`      // commands taken when the lease had run out
	Refused     int `json:"refused"`   // commands refused because the job had ended or was in no state for them, stale ones among them
	Stale       int `json:"stale"`     // commands refused because they had no lease token, or that of another activation
}

// The states of a job as a report names them.
const (
	StateWaiting   = "waiting"
	StateActivated = "activated"
	StateBackoff   = "backoff"
	StateIncident  = "incident"
	StateCompleted = "completed"
	StateThrown    = "thrown"
)

func (r *JobReport) taken(c *Command, e *entry) {
	switch c.Kind {
	case Complete:
		r.Completes++
	case Throw:
		r.Throws++
	case Fail:
		r.Fails++
		if e.state == stuck {
			r.Incidents++
		}
	case UpdateTimeout:
		r.Updates++
	}
	if c.LeaseOver {
		r.Late++
	}
	r.State, r.Retries = e.state.String(), e.retries
}

// ledger keeps a report of each job, ended or not. The nil ledger keeps none. The broker's lock guards it.
type ledger map[int64]*JobReport

func (l ledger) added(e *entry) {
	if l != nil {
		l[e.key] = &JobReport{Key: e.key, Type: e.Type, TenantID: e.TenantID, State: waiting.String(), Retries: e.retries}
	}
}

func (l ledger) of(e *entry, f func(*JobReport)) {
	if r := l[e.key]; r != nil {
		f(r)
	}
}

// refused counts a command that the job's state, or its lease, does not allow.
func (l ledger) refused(c *change) {
	if r := l[c.Key]; r != nil {
		r.Refused++
		if c.Stale {
			r.Stale++
		}
	}
}

// Report returns what became of all jobs so far, in the order of their keys; none unless [GatewayOptions.KeepJobs].
func (g *Gateway) Report() []JobReport {
	b := g.broker
	b.mu.Lock()
	out := make([]JobReport, 0, len(b.ledger))
	for _, r := range b.ledger {
		out = append(out, *r)
	}
	b.mu.Unlock()
	slices.SortFunc(out, func(x, y JobReport) int { return int(min(max(x.Key-y.Key, -1), 1)) })
	return out
}

// ReportOf returns what became of one job so far. Not ok: there is no such job, or jobs are not kept.
func (g *Gateway) ReportOf(key int64) (r JobReport, ok bool) {
	g.broker.mu.Lock()
	defer g.broker.mu.Unlock()
	if kept := g.broker.ledger[key]; kept != nil {
		return *kept, true
	}
	return JobReport{}, false
}
