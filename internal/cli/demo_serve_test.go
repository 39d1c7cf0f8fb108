package cli

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/testkit"
)

func TestTheServedDemoWorksWithAnyWorker(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	out, errs := &testkit.Log{}, &testkit.Log{}
	ended := make(chan int, 1)
	go func() { ended <- Run(ctx, []string{"demo", "--serve"}, nil, strings.NewReader(""), out, errs) }()
	address := regexp.MustCompile(`CAMUNDA_CLIENT_RESTADDRESS=(\S+)`)
	require.Eventually(t, func() bool { return address.MatchString(out.String()) }, time.Minute, 10*time.Millisecond)
	base := address.FindStringSubmatch(out.String())[1]
	call := func(method, path, body string) (int, []byte) {
		t.Helper()
		r, err := http.NewRequestWithContext(ctx, method, base+path, strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer func() { _ = answer.Body.Close() }()
		content, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		return answer.StatusCode, content
	}
	status, content := call("POST", "/v2/jobs/activation", `{"type":"io.camunda:aws-eventbridge:1","timeout":600000,"maxJobsToActivate":1,"requestTimeout":60000,"withLease":true}`)
	require.Equal(t, http.StatusOK, status, string(content))
	var answer struct {
		Jobs []struct{ JobKey, JobLeaseToken, ProcessDefinitionKey string }
	}
	require.NoError(t, json.Unmarshal(content, &answer))
	require.Len(t, answer.Jobs, 1)
	j := answer.Jobs[0]
	status, content = call("GET", "/v2/process-definitions/"+j.ProcessDefinitionKey+"/xml", "")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, string(content), "order-placed")
	_, content = call("POST", "/v2/secrets/resolve", `{"references":["camunda.secrets.AWS_ACCESS_KEY"]}`)
	assert.Contains(t, string(content), demoAccessKey)
	status, content = call("POST", "/v2/jobs/"+j.JobKey+"/completion", `{"jobLeaseToken":"`+j.JobLeaseToken+`"}`)
	require.Equal(t, http.StatusNoContent, status, string(content))
	require.Eventually(t, func() bool { return strings.Contains(out.String(), "job "+j.JobKey+" completed") }, time.Minute, 10*time.Millisecond)
	cancel()
	assert.Equal(t, ExitOK, <-ended)
	assert.Empty(t, errs.String())
	http.DefaultClient.CloseIdleConnections()
}

// TestAServedDemoThatIsEndedEarly: it makes its first job as the signal comes.
func TestAServedDemoThatIsEndedEarly(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	out, errs := &testkit.Log{}, &testkit.Log{}
	assert.Equal(t, ExitOK, Run(ctx, []string{"demo", "--serve"}, nil, strings.NewReader(""), out, errs))
	assert.Empty(t, errs.String())
}
