package simulate

import (
	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/connector"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// SampleInputs returns the input mappings of a task that the connector takes: a plausible value for each field that a task must
// have. It uses the worker's own credentials, so that the fields of an access key are left out.
func SampleInputs() []bpmn.Mapping {
	var inputs []bpmn.Mapping
	for _, f := range connector.Fields() {
		if f.Place == connector.InVariable && (f.Required && f.When == nil || f.Name == "authentication.type") {
			inputs = append(inputs, bpmn.Mapping{Source: "=" + string(jsonvalue.Append(nil, f.Plausible)), Target: f.Name})
		}
	}
	return inputs
}
