package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// control is the control of a gateway or a bus. Its address changes when the process is started again.
type control struct {
	mu      sync.Mutex
	address string
	client  http.Client
}

func (c *control) set(address string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.address = address
}

// call sends a request, whose body is JSON unless it is nil, and reads the answer into out unless that is nil.
func (c *control) call(ctx context.Context, method, path string, body, out any) error {
	c.mu.Lock()
	url := "http://" + c.address + path
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var data []byte
	if body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	response, err := c.client.Do(request)
	if err != nil {
		return err // it names the method and the URL
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: found status %d, expected 200: %s", method, path, response.StatusCode, bytes.TrimSpace(text))
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

func (c *control) close() { c.client.CloseIdleConnections() }

// rule is a fault of the gateway, and the calls that it meets. The control of the gateway documents it.
type rule struct {
	Calls      []string `json:"calls,omitempty"`
	Every      int64    `json:"every,omitempty"`
	Code       string   `json:"code,omitempty"`
	Message    string   `json:"message,omitempty"`
	HTTP       int      `json:"http,omitempty"`
	LoseAnswer bool     `json:"loseAnswer,omitempty"`
	AnswerMs   int64    `json:"answerMs,omitempty"`
	Hold       bool     `json:"hold,omitempty"`
}

// busFaults are the faults of the bus. The control of the bus documents them.
type busFaults struct {
	Throttle float64 `json:"throttle,omitempty"`
	Error    float64 `json:"error,omitempty"`
	Errors   int     `json:"errors,omitempty"`
	Message  string  `json:"message,omitempty"`
	Reset    float64 `json:"reset,omitempty"`
	SlowMs   int64   `json:"slowMs,omitempty"`
	Hang     bool    `json:"hang,omitempty"`
	Down     bool    `json:"down,omitempty"`
}

// jobsRequest asks the gateway for jobs.
type jobsRequest struct {
	Count     int             `json:"count"`
	Type      string          `json:"type"`
	Tenant    string          `json:"tenant,omitempty"`
	Variables json.RawMessage `json:"variables"`
	Headers   json.RawMessage `json:"headers"`
	Retries   int32           `json:"retries"`
}

type jobsAnswer struct {
	First int64   `json:"first"`
	Count int     `json:"count"`
	Keys  []int64 `json:"keys"`
}

// jobReport is what the gateway tells of a job.
type jobReport struct {
	Key         int64  `json:"key"`
	Type        string `json:"type"`
	State       string `json:"state"`
	Retries     int32  `json:"retries"`
	Activations int    `json:"activations"`
	Completes   int    `json:"completes"`
	Fails       int    `json:"fails"`
	Throws      int    `json:"throws"`
	Late        int    `json:"late"`
	Refused     int    `json:"refused"`
}

// gatewayReport is what the gateway tells of all jobs.
type gatewayReport struct {
	Totals struct {
		Created   int `json:"created"`
		Incidents int `json:"incidents"`
		Open      int `json:"open"`
		Failed    int `json:"failed"`
		Late      int `json:"late"`
	} `json:"totals"`
	Calls struct {
		StreamsOpen int64 `json:"streamsOpen"`
	} `json:"calls"`
	Faults struct {
		Met []int64 `json:"met"` // how many calls each rule met
	} `json:"faults"`
	Jobs []jobReport `json:"jobs"`
}

// busReport is what the bus tells of the events that it accepted.
type busReport struct {
	Requests int64           `json:"requests"`
	Accepted int             `json:"accepted"`
	Events   []acceptedEvent `json:"events"`
}

type acceptedEvent struct {
	ID      string      `json:"id"`
	At      []time.Time `json:"at"`
	Refused int         `json:"refused"` // requests with it that were answered 500
}
