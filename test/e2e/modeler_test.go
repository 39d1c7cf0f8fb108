//go:build e2e

package e2e

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// modelOfTheModeler reads a model that was filled in by the keyboard in Camunda's modeler (make modeler-test).
func modelOfTheModeler(t *testing.T, name string) []byte {
	t.Helper()
	model, err := os.ReadFile("../../bin/modeler/" + name)
	if os.IsNotExist(err) {
		t.Skip("there is no model: make modeler-test writes it")
	}
	require.NoError(t, err)
	return model
}

func TestAModelFromTheModelerSendsItsEvent(t *testing.T) {
	model := modelOfTheModeler(t, "announce.bpmn")
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

// A message throw event, a send task and a message end event send their events, in the order of the process.
func TestElementsFromTheModelerSendTheirEvents(t *testing.T) {
	model := modelOfTheModeler(t, "elements.bpmn")
	t.Parallel()
	g, jobType, process := engine, typeOf("elements"), "elements-"+run
	worker := startWorker(t, "elements-worker", g, jobType, "SECRET_AWS_ACCESS_KEY="+accessKey, "SECRET_AWS_SECRET_KEY="+secretKey)
	worker.mustBeReady(t)
	t.Cleanup(func() { worker.terminate() })
	bus := newBus(0)
	g.deploy(t, "elements.bpmn", renamed(model, "order", process, jobType))
	result := g.result(t, process, map[string]any{"awsEndpoint": bus.url, "order": map[string]any{"id": "m-2"}}, "throwEvent", "sendEvent", "endEvent")
	require.NotEmpty(t, result["throwEvent"])
	require.NotEmpty(t, result["sendEvent"])
	require.NotEmpty(t, result["endEvent"])
	var sent []entry
	for _, r := range bus.seen("default") {
		sent = append(sent, r.entries...)
	}
	at := func(detailType, detail string) entry {
		return entry{Source: "com.example.orders", DetailType: detailType, Detail: detail, EventBusName: "default"}
	}
	assert.Equal(t, []entry{
		at("OrderAnnounced", `{"orderId":"m-2"}`), at("OrderSent", `{"orderId":"m-2"}`), at("OrderPacked", `{"kind":"packed","total":1.10}`), at("OrderClosed", `{"orderId":"m-2"}`),
	}, sent)
	count("%-7s a throw event, a send task and an end event of Camunda's modeler sent their events", g.name+":")
}
