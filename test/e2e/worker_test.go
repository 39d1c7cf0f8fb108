//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	region    = "eu-central-1"
	accessKey = "AKIAENDTOENDTEST0001"
	secretKey = "wJalrXUtnFEMI/K7MDENG/endToEndSecret0001" //nolint:gosec // a made-up key
)

// worker is a running binary of ours.
type worker struct {
	*child
	url string // of its HTTP endpoints
}

// startWorker starts the binary against a cluster, for jobs of one type, configured by its environment alone, and does not
// wait for it. It knows the one address at which it takes jobs.
func startWorker(t *testing.T, name string, g *gateway, jobType string, settings ...string) *worker {
	t.Helper()
	port := freePorts(1)
	env := slices.DeleteFunc(os.Environ(), func(s string) bool {
		return strings.HasPrefix(s, "AWS_") || strings.HasPrefix(s, "CAMUNDA_") || strings.HasPrefix(s, "ZEEBE_") || strings.HasPrefix(s, "SECRET_")
	})
	env = append(env, g.env...)
	env = append(env, g.addresses()...)
	env = append(env,
		"CONNECTOR_AWS_EVENTBRIDGE_TYPE="+jobType,
		"SERVER_ADDRESS=127.0.0.1",
		fmt.Sprintf("SERVER_PORT=%d", port),
		"SECRET_E2E_ACCESS_KEY="+accessKey,
		"SECRET_E2E_SECRET_KEY="+secretKey,
		"AWS_EC2_METADATA_DISABLED=true",
	)
	process, err := start(name, append(env, settings...), binary, "run")
	require.NoError(t, err)
	process.showOnFailure(t)
	t.Cleanup(process.kill)
	return &worker{child: process, url: fmt.Sprintf("http://127.0.0.1:%d", port)}
}

// typeOf returns a job type of this run's own, so that neither another test's worker nor a user's takes its jobs.
func typeOf(test string) string { return run + ":" + test }

// readiness is where the worker says whether it can take jobs.
func (w *worker) readiness() string { return w.url + "/actuator/health/readiness" }

// mustBeReady waits until the worker is ready and returns how long that took.
func (w *worker) mustBeReady(t *testing.T) time.Duration {
	t.Helper()
	require.NoError(t, w.ready(w.readiness()))
	return time.Since(w.started)
}
