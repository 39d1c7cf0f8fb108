package connector

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// What is known of job by its name is what an error expression gets.
func TestJobFacts(t *testing.T) {
	t.Parallel()
	all := jobFacts(&job.Job{Key: 1, ProcessInstanceKey: 2, ProcessID: "p", ElementID: "e", TenantID: "<default>", BusinessID: "b", Retries: 3})
	assert.ElementsMatch(t, JobFacts(), all.Keys())
}

func TestProcessContext(t *testing.T) {
	t.Parallel()
	whole := &job.Job{Key: 1, ProcessInstanceKey: 2, ProcessID: "p", ElementID: "e", TenantID: "<default>", BusinessID: "0"}
	for want, j := range map[string]*job.Job{
		`{"processInstanceKey":"2","processDefinitionId":"p","elementId":"e","jobKey":"1","tenantId":"<default>","businessId":"0"}`: whole,
		`{"jobKey":"1"}`: {Key: 1},
		`{}`:             nil,
	} {
		assert.Equal(t, want, string(jsonvalue.Append(nil, processOf(j))))
	}
}
