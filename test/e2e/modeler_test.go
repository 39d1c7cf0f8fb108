//go:build e2e

package e2e

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// modelOfTheModeler is the model that was filled in by the keyboard in Camunda's modeler (make modeler-test).
const modelOfTheModeler = "../../bin/modeler/announce.bpmn"

func TestAModelFromTheModelerSendsItsEvent(t *testing.T) {
	model, err := os.ReadFile(modelOfTheModeler)
	if os.IsNotExist(err) {
		t.Skip("there is no model: make modeler-test writes it")
	}
	require.NoError(t, err)
	t.Parallel()
	g, jobType, process := engine, typeOf("modeler"), "modeler-"+run
	worker := startWorker(t, "modeler-worker", g, jobType, "SECRET_AWS_ACCESS_KEY="+accessKey, "SECRET_AWS_SECRET_KEY="+secretKey)
	worker.mustBeReady(t)
	t.Cleanup(func() { worker.terminate() })
	bus := newBus(0)
	g.deploy(t, "announce.bpmn", renamed(model, "order", process, jobType))
	result := g.result(t, process, map[string]any{"awsEndpoint": bus.url, "order": map[string]any{"id": "m-1", "total": 12.5}}, "eventId")
	require.NotEmpty(t, result["eventId"])
	sent := bus.seen("default")
	require.Len(t, sent, 1)
	require.Len(t, sent[0].entries, 1)
	assert.Equal(t, entry{Source: "com.example.orders", DetailType: "OrderPlaced", Detail: `{"orderId":"m-1","total":12.5}`, EventBusName: "default"}, sent[0].entries[0])
	count("%-7s the model that was filled in in Camunda's modeler sent its event", g.name+":")
}
