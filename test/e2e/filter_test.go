//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// definitions stands in for the one call of the REST API that the worker makes, since a broker without a secondary storage
// does not answer it: it hands out what was deployed, by the keys that the broker gave.
type definitions struct {
	*httptest.Server
	mu    sync.Mutex
	byKey map[string][]byte
	late  int // how many questions are answered 404 first, as while the secondary storage lags behind
	asked int
}

func newDefinitions(t *testing.T, late int) *definitions {
	d := &definitions{byKey: map[string][]byte{}, late: late}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v2/process-definitions/{key}/xml", func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.asked++
		text, ok := d.byKey[r.PathValue("key")]
		if !ok || d.asked <= d.late {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusNotFound)
			_, _ = fmt.Fprint(w, `{"title":"NOT_FOUND","status":404}`)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		_, _ = w.Write(text)
	})
	d.Server = httptest.NewServer(mux)
	t.Cleanup(d.Close)
	return d
}

// deploy deploys a model and lets it be asked for.
func (d *definitions) deploy(t *testing.T, g *gateway, m model) {
	eventually(t, 90*time.Second, "deploy "+m.id, func() (bool, string) { // the same once more is the same definition
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		response, err := g.client.DeployResource(ctx, &pb.DeployResourceRequest{Resources: []*pb.Resource{{Name: m.id + ".bpmn", Content: m.xml()}}})
		if err != nil {
			return false, err.Error()
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.byKey[strconv.FormatInt(response.GetDeployments()[0].GetProcess().GetProcessDefinitionKey(), 10)] = m.xml()
		return true, ""
	})
}

func TestSecretsThatTheDeployedModelNames(t *testing.T) {
	for _, g := range []*gateway{broker, engine} {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			d, b := newDefinitions(t, 2), newBus(0)
			w := startWorker(t, g.name+"-filter-worker", g.address, "CONNECTOR_AWS_EVENTBRIDGE_TYPE="+filteredType,
				"CAMUNDA_CLIENT_RESTADDRESS="+d.URL, "SECRET_E2E_TOKEN=the-token", "SECRET_E2E_HIDDEN=not-to-be-had")
			w.mustBeReady(t)

			m := model{id: "named", jobType: filteredType, inputs: [][2]string{
				{"input.detail", `={orderId: orderId, token: "Bearer {{secrets.E2E_TOKEN}}", note: note}`}, {"input.eventBusName", "named"},
			}}
			d.deploy(t, g, m)
			instance := g.mustCreate(t, m.id, map[string]any{
				"orderId": m.id, "endpoint": b.url, "note": "{{secrets.E2E_HIDDEN}} {{secrets.E2E_SECRET_KEY}} secrets.E2E_HIDDEN",
			})
			g.take(t, m.id+"-after", instance)
			requests := b.seen("named")
			require.Len(t, requests, 1)
			assert.JSONEq(t, `{"orderId":"named","token":"Bearer the-token","note":"{{secrets.E2E_HIDDEN}} {{secrets.E2E_SECRET_KEY}} secrets.E2E_HIDDEN"}`, requests[0].entries[0].Detail)
			assert.Equal(t, 3, d.asked, "twice too early, then once for all")
			assert.Contains(t, string(w.output()), "a secret is not resolved")
			assert.NotContains(t, string(w.output()), "not-to-be-had")
			count("%-7s a secret that the deployed model names resolves, two that process data names stay as they are", g.name+":")

			unknown := model{id: "unnamed", jobType: filteredType, retries: 1, inputs: [][2]string{{"input.eventBusName", "unnamed"}}}
			g.deploy(t, unknown.id+".bpmn", unknown.xml())
			message := g.incident(t, g.mustCreate(t, unknown.id, map[string]any{"orderId": unknown.id, "endpoint": b.url})).Value.ErrorMessage
			assert.Contains(t, message, "HTTP 404 (NOT_FOUND)")
			assert.Contains(t, message, "camunda.client.rest-address")
			assert.Empty(t, b.seen("unnamed"), "no placeholder is sent")
		})
	}
}

// filteredType is a job type of the test's own: the workers of other tests have no REST address.
const filteredType = "e2e:filtered:1"
