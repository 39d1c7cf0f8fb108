package play

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
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

func startModels(outlet Outlet, secrets map[string]string) *models {
	m := &models{outlet: outlet, byKey: map[string][]byte{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v2/topology", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"brokers":[{"nodeId":0,"host":"127.0.0.1","port":26501,"version":"8.8.0","partitions":[{"partitionId":1,"role":"leader","health":"healthy"}]}],`+
			`"clusterSize":1,"partitionsCount":1,"replicationFactor":1,"gatewayVersion":"8.8.0"}`)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { // as Camunda answers to what it does not know
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"type":"about:blank","title":"Not Found","status":404}`)
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
	if secrets != nil {
		mux.HandleFunc("POST /v2/secrets/resolve", func(w http.ResponseWriter, r *http.Request) { resolve(w, r, secrets) })
	}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if outlet != nil {
			process.Hear(outlet, "REST API", r)
		}
		mux.ServeHTTP(w, r)
	}))
	return m
}

// resolve answers with the secrets of a cluster.
func resolve(w http.ResponseWriter, r *http.Request, secrets map[string]string) {
	var asked struct{ References []string }
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || len(asked.References) == 0 || len(asked.References) > 20 {
		http.Error(w, "expected 1 to 20 references", http.StatusBadRequest)
		return
	}
	answer := map[string][]map[string]string{"resolved": {}, "errors": {}}
	for _, reference := range asked.References {
		if value, ok := secrets[strings.TrimPrefix(reference, "camunda.secrets.")]; ok {
			answer["resolved"] = append(answer["resolved"], map[string]string{"reference": reference, "value": value})
		} else {
			answer["errors"] = append(answer["errors"], map[string]string{"reference": reference, "code": "NOT_FOUND", "message": "there is no such secret"})
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
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
