package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/eventbridge-connector/eventbridge-connector/test/contract/play"
)

// startCollector starts a collector of traces: OTLP by HTTP, whose texts stand in the bodies as they are.
func startCollector(outlet play.Outlet) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var head bytes.Buffer
		_ = r.Header.Write(&head)
		outlet("traces head", append([]byte(r.RequestURI+"\n"), head.Bytes()...))
		outlet("traces body", body)
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
}
