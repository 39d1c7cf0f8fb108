package lint

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
)

// As in the broker, a mapping to a field replaces a whole context that an earlier mapping made: its other fields are missing.
func TestAFieldReplacesAWholeContext(t *testing.T) {
	t.Parallel()
	model := strings.NewReplacer("INPUTS", `
<zeebe:input source="={eventBusName: &#34;orders&#34;, source: &#34;com.example&#34;, detail: {}}" target="input" />
<zeebe:input source="OrderPlaced" target="input.detailType" />
<zeebe:input source="defaultCredentialsChain" target="authentication.type" />
<zeebe:input source="eu-central-1" target="configuration.region" />`).Replace(`<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"><bpmn:process id="p" isExecutable="true">
<bpmn:serviceTask id="Send"><bpmn:extensionElements><zeebe:taskDefinition type="io.camunda:aws-eventbridge:1" /><zeebe:ioMapping>INPUTS</zeebe:ioMapping></bpmn:extensionElements></bpmn:serviceTask></bpmn:process></bpmn:definitions>`)
	m, err := bpmn.Read([]byte(model))
	require.NoError(t, err)
	var missing []string
	for _, f := range Check(t.Context(), m, Options{}) {
		if f.Rule == "missing-field" {
			missing = append(missing, f.Field)
		}
	}
	assert.Equal(t, []string{"input.eventBusName", "input.source", "input.detail"}, missing)
}
