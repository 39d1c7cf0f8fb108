package actuator

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// TestTheMetricsPageIsWhatIsServed holds docs/metrics.md against the registry, both ways.
func TestTheMetricsPageIsWhatIsServed(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/metrics.md")
	require.NoError(t, err)
	var documented []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| (counter|gauge|histogram|summary) ").FindAllStringSubmatch(string(page), -1) {
		documented = append(documented, m[1]+" "+m[2])
	}
	m := NewMetrics("v1", "go1")
	m.Read(readings())
	m.ReadTargets(targetsDown)
	m.Failed("THROTTLED")
	j := &job.Job{Type: "t", CustomHeaders: "{}", Lease: job.NewLease(time.Now().Add(time.Minute), nil)}
	m.Taken(j, true)
	m.Settled(j, job.Complete{}, time.Second, time.Second)
	m.Abandoned(j, job.AbandonGone)
	m.StreamOpen(true)
	m.CommandRetried("UNAVAILABLE")
	m.ExpressionWarnings("result", []string{"why"})
	m.SettledFromMemory()
	m.Attempted(t.Context(), time.Second, 1, "")
	m.Sent(1, 1, "")
	m.AnswerLost()
	m.EntryRejected("NotAuthorized")
	families, err := m.registry.Gather()
	require.NoError(t, err)
	var served []string
	for _, f := range families {
		if name := f.GetName(); !strings.HasPrefix(name, "go_") && !strings.HasPrefix(name, "process_") {
			served = append(served, name+" "+strings.ToLower(f.GetType().String()))
		}
	}
	slices.Sort(documented)
	slices.Sort(served)
	assert.Equal(t, served, documented)
}
