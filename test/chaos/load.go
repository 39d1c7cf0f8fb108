package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/internal/pace"
	"github.com/eventbridge-connector/eventbridge-connector/test/gateway/control"
)

// load adds jobs to the gateway, and remembers the event id of each.
type load struct {
	gateway *control.Client
	busURL  string
	jobType string
	tenants []string // in turn; empty = no multi-tenancy
	types   []string // in turn; empty = jobType
	headers string
	retries int32

	mu       sync.Mutex
	batches  int
	required map[string]int64 // of jobs that the gateway acknowledged
}

// defaultHeaders are the headers of a job unless its scenario has its own.
const defaultHeaders = `{"resultExpression":"={eventId: response.entries[1].eventId}","retryBackoff":"PT1S"}`

// variables returns the input of a job. In its id {{n}} is the number that the gateway gives it.
func (l *load) variables(id string) json.RawMessage {
	detail := map[string]string{"id": id, "text": strings.Repeat("x", 200)}
	for _, name := range detailSecrets {
		detail[name] = placeholder(name)
	}
	text, _ := json.Marshal(map[string]any{ // texts
		"authentication": map[string]string{"type": "credentials", "accessKey": accessKey, "secretKey": placeholder(keySecret), "sessionToken": placeholder(sessionSecret)},
		"configuration":  map[string]string{"region": "eu-central-1", "endpoint": l.busURL},
		"input":          map[string]any{"eventBusName": "orders", "source": "com.example.orders", "detailType": "OrderPlaced", "detail": detail},
	})
	return text
}

// add adds n jobs at once. Jobs whose request failed may be there or not; they are not required.
func (l *load) add(ctx context.Context, n int) error {
	l.mu.Lock()
	l.batches++
	batch := l.batches
	l.mu.Unlock()
	prefix := fmt.Sprintf("b%d-", batch)
	r := control.JobsRequest{Count: n, Type: l.jobType, Variables: l.variables(prefix + "{{n}}"), Headers: json.RawMessage(defaultHeaders), Retries: l.retries}
	if l.headers != "" {
		r.Headers = json.RawMessage(l.headers)
	}
	if len(l.types) > 0 {
		r.Type = l.types[batch%len(l.types)]
	}
	if len(l.tenants) > 0 {
		r.Tenant = l.tenants[batch/max(1, len(l.types))%len(l.tenants)]
	}
	var a control.JobsAnswer
	if err := l.gateway.Call(ctx, "POST", "/jobs", r, &a); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, key := range a.Keys {
		l.required[fmt.Sprintf("%s%d", prefix, a.First+int64(i))] = key
	}
	return nil
}

// atRate adds jobs at a rate until ctx ends. What it could not add while the gateway was away it adds later, a second's
// worth at a time.
func (l *load) atRate(ctx context.Context, rate int) {
	began := time.Now()
	for added := 0; ; {
		due := int(time.Since(began).Seconds() * float64(rate))
		if n := min(due-added, rate); n > 0 && l.add(context.WithoutCancel(ctx), n) == nil {
			added += n
		}
		if pace.Sleep(ctx, 20*time.Millisecond) != nil {
			return
		}
	}
}

// keepWaiting adds jobs so that always about n have not ended, until ctx ends.
func (l *load) keepWaiting(ctx context.Context, n int) {
	for {
		var r control.Report
		if err := l.gateway.Call(ctx, "GET", "/report?jobs=none", nil, &r); err == nil && r.Totals.Open < n {
			_ = l.add(context.WithoutCancel(ctx), n-r.Totals.Open) // it is tried again
		}
		if pace.Sleep(ctx, 200*time.Millisecond) != nil {
			return
		}
	}
}

func (l *load) ids() map[string]int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.required)
}
