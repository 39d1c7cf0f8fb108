//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// definitions stands between a worker and the cluster's REST API: it counts the questions for models, and answers some of
// them as a secondary storage does that lags behind.
type definitions struct {
	*httptest.Server
	mu    sync.Mutex
	late  int // so many questions are answered 404 first
	asked int
}

func newDefinitions(t *testing.T, g *gateway, late int) *definitions {
	t.Helper()
	target, err := url.Parse(g.rest)
	require.NoError(t, err)
	d := &definitions{late: late}
	api := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	mux := http.NewServeMux()
	mux.Handle("/", api)
	mux.HandleFunc("GET /v2/process-definitions/{key}/xml", func(w http.ResponseWriter, r *http.Request) {
		if d.tooEarly() {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusNotFound)
			_, _ = fmt.Fprint(w, `{"title":"NOT_FOUND","status":404}`)
			return
		}
		api.ServeHTTP(w, r)
	})
	d.Server = httptest.NewServer(mux)
	t.Cleanup(d.Close)
	return d
}

func (d *definitions) tooEarly() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	return d.asked <= d.late
}

// questions returns how many were asked so far.
func (d *definitions) questions() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.asked
}

func TestSecretsThatTheDeployedModelNames(t *testing.T) {
	t.Parallel()
	needsREST(t)
	needsGRPC(t)
	const early = 2
	g, jobType := engine, typeOf("filtered")
	d, b := newDefinitions(t, g, early), newBus(0)
	w := startWorker(t, "filter-worker", g, jobType,
		"CAMUNDA_CLIENT_RESTADDRESS="+d.URL, "SECRET_E2E_TOKEN=the-token", "SECRET_E2E_HIDDEN=not-to-be-had")
	w.mustBeReady(t)

	m := model{id: "named", jobType: jobType, inputs: [][2]string{
		{"input.detail", `={orderId: orderId, token: "Bearer {{secrets.E2E_TOKEN}}", note: note}`}, {"input.eventBusName", "named"},
	}}
	g.deploy(t, m.id+".bpmn", m.xml())
	send := func() {
		g.take(t, m.after(), g.mustCreate(t, m.process(), map[string]any{
			"orderId": m.id, "endpoint": b.url, "note": "{{secrets.E2E_HIDDEN}} {{secrets.E2E_SECRET_KEY}} secrets.E2E_HIDDEN",
		}))
	}
	send()
	requests := b.seen("named")
	require.Len(t, requests, 1)
	assert.JSONEq(t, `{"orderId":"named","token":"Bearer the-token","note":"{{secrets.E2E_HIDDEN}} {{secrets.E2E_SECRET_KEY}} secrets.E2E_HIDDEN"}`, requests[0].entries[0].Detail)
	asked := d.questions()
	assert.Greater(t, asked, early, "twice too early, then answered")
	send()
	assert.Equal(t, asked, d.questions(), "a model is asked for once")
	assert.Contains(t, string(w.output()), "a secret is not resolved")
	assert.NotContains(t, string(w.output()), "not-to-be-had")
	count("%-7s a secret that the deployed model names resolves, two that process data names stay as they are", g.name+":")
}

func TestSecretsOfAModelThatTheClusterDoesNotTell(t *testing.T) {
	t.Parallel()
	needsREST(t) // for the incident
	needsGRPC(t)
	g, jobType := engine, typeOf("untold")
	d, b := newDefinitions(t, g, 1<<30), newBus(0)
	w := startWorker(t, "untold-worker", g, jobType, "CAMUNDA_CLIENT_RESTADDRESS="+d.URL)
	w.mustBeReady(t)
	m := model{id: "unnamed", jobType: jobType, retries: 1, inputs: [][2]string{{"input.eventBusName", "unnamed"}}}
	g.deploy(t, m.id+".bpmn", m.xml())
	message := g.incident(t, g.mustCreate(t, m.process(), map[string]any{"orderId": m.id, "endpoint": b.url})).ErrorMessage
	assert.Contains(t, message, "HTTP 404 (NOT_FOUND)")
	assert.Contains(t, message, "camunda.client.rest-address")
	assert.Empty(t, b.seen("unnamed"), "no placeholder is sent")
}
