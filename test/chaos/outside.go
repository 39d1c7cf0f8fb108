package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/test/canary/leak"
	"github.com/eventbridge-connector/eventbridge-connector/test/model"
	"github.com/eventbridge-connector/eventbridge-connector/test/process"
)

// outside is what workers reach by HTTP beside AWS: the token endpoint, the REST API that hands out models, the collector of
// traces. It keeps every request.
type outside struct {
	url      string
	heard    *leak.Streams
	expires  atomic.Int64 // seconds that a token holds
	down     atomic.Bool  // the token endpoint answers 503
	requests atomic.Int64 // for tokens while the endpoint was down
	close    func()
}

// tokenPath is the path of the token endpoint.
const tokenPath = "/token"

func newOutside(ctx context.Context) (*outside, error) {
	o := &outside{heard: leak.NewStreams(withoutCredentials)}
	o.expires.Store(3600)
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	o.url = "http://" + listener.Addr().String()
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+tokenPath, o.token)
	mux.HandleFunc("GET /v2/process-definitions/{key}/xml", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		_, _ = w.Write(deployed())
	})
	mux.HandleFunc("POST /v1/traces", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "application/x-protobuf") })
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.hear(r)
		mux.ServeHTTP(w, r)
	})}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) })
	o.close = func() {
		_ = server.Close()
		serving.Wait()
	}
	return o, nil
}

// hear keeps a request as it came.
func (o *outside) hear(r *http.Request) {
	where := "REST API"
	switch r.URL.Path {
	case tokenPath:
		where = "token endpoint"
	case "/v1/traces":
		where = "traces"
	}
	process.Hear(o.heard.Write, where, r)
}

func (o *outside) token(w http.ResponseWriter, _ *http.Request) {
	if o.down.Load() {
		o.requests.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": accessToken, "token_type": "Bearer", "expires_in": o.expires.Load()}) // who is gone misses it
}

// deployed returns the model that the REST API hands out for every process: one task, whose mappings name the secrets.
func deployed() []byte {
	detail := []string{"id: id"}
	for _, name := range detailSecrets {
		detail = append(detail, fmt.Sprintf(`%s: "%s"`, name, placeholder(name)))
	}
	return model.Task(jobType, []model.Input{
		{Source: "credentials", Target: "authentication.type"},
		{Source: accessKey, Target: "authentication.accessKey"},
		{Source: placeholder(keySecret), Target: "authentication.secretKey"},
		{Source: placeholder(sessionSecret), Target: "authentication.sessionToken"},
		{Source: "=configuration", Target: "configuration"},
		{Source: "=input", Target: "input"},
		{Source: "={" + strings.Join(detail, ", ") + "}", Target: "input.detail"},
	}, "")
}
