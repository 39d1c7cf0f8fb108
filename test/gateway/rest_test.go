package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/test/gateway/control"
)

// request makes a call over REST.
func (p *process) request(method, path, body, user string) (int, string) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.where.REST+path, strings.NewReader(body))
	require.NoError(p.t, err)
	r.Header.Set("Content-Type", "application/json")
	if name, password, ok := strings.Cut(user, ":"); ok {
		r.SetBasicAuth(name, password)
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(p.t, err)
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	require.NoError(p.t, err)
	return answer.StatusCode, string(content)
}

func TestRESTAndPhysicalTenantsOfTheProcess(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	args := []string{
		"-listen", "127.0.0.1:0", "-rest", "127.0.0.1:0", "-state", folder, "-version", "8.10.0",
		"-physical-tenants", "blue", "-basic", "demo:a:b", "-bearer", "t0k", "-secret", "KEY=a=b",
	}
	p := start(t, args...)
	p.post("/physical-tenants/blue/jobs", `{"type":"t","businessId":"order","tags":["x"]}`)
	p.post("/physical-tenants/blue/models", `{"key":7,"xml":"<blue/>"}`)
	code, _ := p.request("GET", "/v2/topology", "", "")
	assert.Equal(t, http.StatusUnauthorized, code)
	code, xml := p.request("GET", "/physical-tenants/blue/v2/process-definitions/7/xml", "", "demo:a:b")
	assert.Equal(t, "<blue/>", xml, code)
	_, secrets := p.request("POST", "/v2/secrets/resolve", `{"references":["camunda.secrets.KEY"]}`, "demo:a:b")
	assert.Contains(t, secrets, `"value":"a=b"`)
	p.kill()

	p = start(t, args...)
	code, body := p.request("POST", "/physical-tenants/blue/v2/jobs/activation", `{"type":"t","timeout":60000,"maxJobsToActivate":1,"withLease":true}`, "demo:a:b")
	require.Equal(t, http.StatusOK, code, body)
	var answer struct {
		Jobs []struct{ JobKey, JobLeaseToken, BusinessID string }
	}
	require.NoError(t, json.Unmarshal([]byte(body), &answer))
	require.Len(t, answer.Jobs, 1)
	assert.Equal(t, "order", answer.Jobs[0].BusinessID)
	code, _ = p.request("POST", "/physical-tenants/blue/v2/jobs/"+answer.Jobs[0].JobKey+"/completion", `{}`, "demo:a:b")
	assert.Equal(t, http.StatusConflict, code)
	_, report := call[control.Report](p, http.MethodGet, "/physical-tenants/blue/report", "")
	assert.Equal(t, []int{1, 1, 1}, []int{report.Totals.Created, report.Totals.Activated, report.Totals.Stale})
	assert.Zero(t, p.report("").Totals.Created)
}

func TestFlagsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-basic", "demo"}, {"-basic", ":x"}, {"-secret", "KEY"}, {"-secret", "=x"}} {
		_, err := parse(append([]string{"-listen", "127.0.0.1:0"}, args...))
		require.ErrorContains(t, err, "expected")
	}
}
