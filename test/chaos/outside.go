package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eventbridge-connector/eventbridge-connector/test/canary/leak"
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
		_, _ = w.Write(model())
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
	var head bytes.Buffer
	fmt.Fprintf(&head, "%s %s\nHost: %s\n", r.Method, r.RequestURI, r.Host)
	_ = r.Header.Write(&head)     // a buffer takes everything
	body, _ := io.ReadAll(r.Body) // a request that was cut off is kept as far as it came
	o.heard.Write(where+" head", head.Bytes())
	o.heard.Write(where+" body", body)
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

// model returns the model that the REST API hands out for every process: one task, whose mappings name the secrets.
func model() []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="http://example.com/chaos" id="chaos">
<bpmn:process id="process" isExecutable="true"><bpmn:startEvent id="start"/><bpmn:sequenceFlow id="flow" sourceRef="start" targetRef="task"/>
<bpmn:serviceTask id="task"><bpmn:extensionElements><zeebe:taskDefinition type="` + jobType + `"/><zeebe:ioMapping>`)
	detail := []string{"id: id"}
	for _, name := range detailSecrets {
		detail = append(detail, fmt.Sprintf(`%s: "%s"`, name, placeholder(name)))
	}
	for _, m := range [...]struct{ source, target string }{
		{"credentials", "authentication.type"},
		{accessKey, "authentication.accessKey"},
		{placeholder(keySecret), "authentication.secretKey"},
		{placeholder(sessionSecret), "authentication.sessionToken"},
		{"=configuration", "configuration"},
		{"=input", "input"},
		{"={" + strings.Join(detail, ", ") + "}", "input.detail"},
	} {
		b.WriteString(`<zeebe:input source="`)
		_ = xml.EscapeText(&b, []byte(m.source)) // a builder takes everything
		b.WriteString(`" target="` + m.target + `"/>`)
	}
	b.WriteString(`</zeebe:ioMapping></bpmn:extensionElements></bpmn:serviceTask></bpmn:process></bpmn:definitions>`)
	return []byte(b.String())
}
