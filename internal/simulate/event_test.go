package simulate

import (
	"encoding/json"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
)

func TestEventsShowWhatWouldBeSentWithoutSecrets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		inputs := append(SampleInputs(),
			bpmn.Mapping{Source: "arn:{{secrets.A}}", Target: "input.resources"}, bpmn.Mapping{Source: "2026-01-31T12:30:00Z", Target: "input.time"})
		j, err := Prepare(t.Context(), &bpmn.Task{ID: "task", Inputs: inputs}, Options{Secrets: map[string]string{"A": "very-secret"}})
		require.NoError(t, err)
		r, err := j.Run(t.Context(), Answers()[0])
		require.NoError(t, err)
		require.Equal(t, Completed, r.Ending, r.Message)
		events := j.Events(r.Request)
		require.Len(t, events, 1)
		assert.Equal(t, []Row{
			{"event bus", "x"}, {"source", "x"}, {"detail type", "x"}, {"detail", "{}"}, {"resources", "arn:***"}, {"time", "2026-01-31T12:30:00Z"},
		}, events[0].Rows())
		text, err := json.Marshal(events[0])
		require.NoError(t, err)
		assert.JSONEq(t, `{"eventBusName":"x","source":"x","detailType":"x","detail":{},"resources":["arn:***"],"time":"2026-01-31T12:30:00Z"}`, string(text))
	})
}
