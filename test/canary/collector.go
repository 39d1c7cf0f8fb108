package main

import (
	"net/http"
	"net/http/httptest"

	"github.com/eventbridge-connector/eventbridge-connector/test/contract/play"
	"github.com/eventbridge-connector/eventbridge-connector/test/process"
)

// startCollector starts a collector of traces: OTLP by HTTP, whose texts stand in the bodies as they are.
func startCollector(outlet play.Outlet) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		process.Hear(outlet, "traces", r)
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
}
