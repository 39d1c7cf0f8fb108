//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
)

// noCredentials is the environment of a worker whose gateway asks for none.
var noCredentials = []string{"CAMUNDA_CLIENT_AUTH_METHOD=none"}

// startEngine starts the real engine in memory, with its gRPC gateway and the part of the REST API that tests need.
func startEngine(name string) (*gateway, error) {
	p := freePorts(2)
	g := &gateway{
		name: name, grpc: fmt.Sprintf("http://127.0.0.1:%d", p), rest: fmt.Sprintf("http://127.0.0.1:%d", p+1), env: noCredentials,
	}
	g.records = func(valueType string) ([]byte, error) {
		code, body := get(g.rest + "/records?" + valueType)
		if code != http.StatusOK {
			return nil, fmt.Errorf("records: %d %s", code, body)
		}
		return []byte(body), nil
	}
	var err error
	g.process, err = start(g.name, os.Environ(), filepath.Join(folder, "cluster"),
		"-grpc", fmt.Sprintf("127.0.0.1:%d", p), "-rest", fmt.Sprintf("127.0.0.1:%d", p+1), "-fetch", "./fetch")
	if err != nil {
		return nil, err
	}
	if err := g.process.ready(g.rest + "/records?PROCESS"); err != nil { // it may have to be fetched first
		return nil, err
	}
	return g, g.connect(nil)
}
