package play

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"

	"github.com/eventbridge-connector/eventbridge-connector/test/model"
	"github.com/eventbridge-connector/eventbridge-connector/test/process"
)

// models is the REST API of a cluster, of which the worker reads deployed models.
type models struct {
	*httptest.Server
	outlet Outlet

	mu    sync.Mutex
	byKey map[string][]byte
}

func startModels(outlet Outlet) *models {
	m := &models{outlet: outlet, byKey: map[string][]byte{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v2/topology", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"brokers":[{"nodeId":0,"host":"127.0.0.1","port":26501,"version":"8.8.0","partitions":[{"partitionId":1,"role":"leader","health":"healthy"}]}],`+
			`"clusterSize":1,"partitionsCount":1,"replicationFactor":1,"gatewayVersion":"8.8.0"}`)
	})
	mux.HandleFunc("GET /v2/process-definitions/{key}/xml", func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		text, ok := m.byKey[r.PathValue("key")]
		m.mu.Unlock()
		if !ok {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"type":"about:blank","title":"NOT_FOUND","status":404,"detail":"there is no such definition"}`)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		_, _ = w.Write(text)
	})
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if outlet != nil {
			process.Hear(outlet, "REST API", r)
		}
		mux.ServeHTTP(w, r)
	}))
	return m
}

// deploy hands the model of a case out under the key.
func (m *models) deploy(key int64, c *Case, bus string) {
	if c.Model == nil {
		return
	}
	text := c.model(bus)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.byKey[strconv.FormatInt(key, 10)] = text
}

// model writes the model of a case: a process with one task.
func (c *Case) model(bus string) []byte {
	inputs := slices.Clone(c.Model)
	for i := range inputs {
		inputs[i].Source = c.expand(inputs[i].Source, bus)
	}
	return model.Task(JobType, inputs, "")
}

// Outlet is told every byte that leaves the worker, and where. It may be called at the same time by many.
type Outlet func(where string, data []byte)
