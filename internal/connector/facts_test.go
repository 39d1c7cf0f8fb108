package connector

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// What is known of job by its name is what an error expression gets.
func TestJobFacts(t *testing.T) {
	t.Parallel()
	all := jobFacts(&job.Job{Key: 1, ProcessInstanceKey: 2, ProcessID: "p", ElementID: "e", TenantID: "<default>", Retries: 3})
	assert.ElementsMatch(t, JobFacts(), all.Keys())
}
