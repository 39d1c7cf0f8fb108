package actuator_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/actuator"
	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// TestNoAnswerHoldsASecret: whatever a label or the reason of a state is made of, a scraper and a probe see no secret.
func TestNoAnswerHoldsASecret(t *testing.T) {
	t.Parallel()
	const value = "s3cr3t-value"
	m := actuator.NewMetrics("v", "go")
	m.Failed(value)
	m.Failed("a " + value)
	m.Failed("a ***") // the same as the one before it once that is masked
	m.Attempted(t.Context(), time.Second, 1, value)
	m.Sent(1, 1, value)
	m.CommandRetried(value)
	m.ExpressionWarnings(value, []string{value})
	m.Abandoned(nil, job.AbandonReason(value))
	m.Taken(&job.Job{Type: value, CustomHeaders: `{"elementTemplateId":"` + value + `","elementTemplateVersion":"` + value + `"}`}, true)
	server, err := actuator.Start(t.Context(), actuator.Options{
		Address: "127.0.0.1", Metrics: m, Log: slog.New(slog.DiscardHandler),
		Ready: func() (bool, string) { return false, "refused: " + value },
		Mask:  func(text string) string { return strings.ReplaceAll(text, value, "***") },
	})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, server.Shutdown(context.Background())) })
	for _, path := range []string{actuator.PathPrometheus, actuator.PathHealth, actuator.PathReadiness, actuator.PathLiveness, "/actuator", "/nowhere"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+server.Addr()+path, nil)
		require.NoError(t, err)
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		assert.NotContains(t, string(body), value, path)
		switch path {
		case actuator.PathHealth:
			assert.Equal(t, http.StatusServiceUnavailable, answer.StatusCode)
			assert.Contains(t, string(body), "refused: ***")
		case actuator.PathPrometheus:
			assert.Contains(t, string(body), `eventbridge_connector_job_errors_total{code="***"} 1`)
			assert.Contains(t, string(body), `eventbridge_connector_job_errors_total{code="a ***"} 2`, "two that look alike are one")
			assert.Contains(t, string(body), `elementTemplateId="***"`)
		}
	}
}
