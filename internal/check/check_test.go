package check_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/check"
)

func TestPartsRunSideBySideEachForItsTimeAtMost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := func(name string, takes time.Duration) check.Part {
			return check.Part{Name: name, Run: func(ctx context.Context) []check.Finding {
				f := check.Finding{Name: "answer", Verdict: check.OK}
				select {
				case <-time.After(takes):
				case <-ctx.Done():
					f.Verdict = check.Failed
				}
				return []check.Finding{f}
			}}
		}
		began := time.Now()
		all := check.Run(t.Context(), []check.Part{slow("a", 9*time.Second), slow("b", time.Hour), slow("c", time.Second)}, 10*time.Second)
		assert.Equal(t, 10*time.Second, time.Since(began))
		var order []string
		for _, f := range all {
			order = append(order, f.Part+" "+string(f.Verdict))
		}
		assert.Equal(t, []string{"a ok", "b failed", "c ok"}, order, "in the order of the parts, not of the answers")
		assert.Equal(t, 1, check.Failures(all))
	})
}

func TestReports(t *testing.T) {
	t.Parallel()
	all := []check.Finding{
		{Part: "gateway", Name: "reached", Verdict: check.Failed, Detail: "first\nsecond", Cure: "do <this>"},
		{Part: "gateway", Name: "tenants", Verdict: check.Unknown, Detail: "not asked"},
		{Part: "models", Name: "REST API", Verdict: check.Skipped, Detail: "not needed"},
		{Part: "aws", Name: "worker", Verdict: check.OK, Detail: "arn"},
	}
	var text, json strings.Builder
	require.NoError(t, check.WriteText(&text, all))
	assert.Equal(t, `gateway
  ✗ reached   first
              second
              → do <this>
  ? tenants   not asked
models
  – REST API  not needed
aws
  ✓ worker    arn

1 of 4 checks failed
`, text.String())
	require.NoError(t, check.WriteJSON(&json, all[3:]))
	assert.Equal(t, `{
  "ok": true,
  "checks": [
    {
      "part": "aws",
      "name": "worker",
      "verdict": "ok",
      "detail": "arn"
    }
  ]
}
`, json.String())
}
