package control

import "time"

// BusFaults say how the bus misbehaves from now on: POST /bus/faults. The empty object has it answer as EventBridge does.
type BusFaults struct {
	Throttle float64 `json:"throttle,omitempty"` // share of the requests, 0 to 1, that are refused as too many
	Error    float64 `json:"error,omitempty"`    // share of the requests that are answered 500
	Errors   int     `json:"errors,omitempty"`   // how many requests of each event are answered 500 before one is accepted, over the process's life
	Message  string  `json:"message,omitempty"`  // of the 500s; empty = a text that says where they come from
	Reset    float64 `json:"reset,omitempty"`    // share of the requests whose events are accepted and whose connection is closed without an answer
	SlowMs   int64   `json:"slowMs,omitempty"`   // before each answer
	Hang     bool    `json:"hang,omitempty"`     // no answer until the faults change or the caller goes away; nothing is accepted
	Down     bool    `json:"down,omitempty"`     // nobody listens
}

// BusReport tells which events the bus accepted. Its numbers have all events; Events has those that the query selects:
//
//	GET /bus/report             those that were accepted more than once
//	GET /bus/report?events=all  all
type BusReport struct {
	Requests int64      `json:"requests"` // whole, whatever was answered
	Accepted int        `json:"accepted"` // events
	Distinct int        `json:"distinct"` // event ids
	Twice    int        `json:"twice"`    // event ids that were accepted more than once
	Events   []BusEvent `json:"events"`
}

// BusEvent is an event that the bus accepted.
type BusEvent struct {
	ID      string      `json:"id"`
	Count   int         `json:"count"`
	At      []time.Time `json:"at"`
	Refused int         `json:"refused"` // requests with it that were answered 500
}
