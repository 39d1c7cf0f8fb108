package embedded

import (
	"strconv"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Deploy has REST give out the BPMN XML of a process definition from now on.
func (g *Gateway) Deploy(processDefinitionKey int64, xml string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.models == nil {
		g.models = map[int64]string{}
	}
	g.models[processDefinitionKey] = xml
}

// processXML gives out the model of a process definition.
func (c *restCall) processXML() error {
	g := c.gateway
	key, err := strconv.ParseInt(c.r.PathValue("key"), 10, 64)
	if err != nil {
		return badRequest("processDefinitionKey: found %q, expected the digits of a key", c.r.PathValue("key"))
	}
	fault := g.faults.next(Call{Method: "GetProcessDefinitionXML"})
	if err := fault.before(c.r.Context()); err != nil {
		return err
	}
	g.mu.Lock()
	xml, found := g.models[key]
	g.mu.Unlock()
	if !found {
		return status.Errorf(codes.NotFound, "there is no process definition with key %d", key)
	}
	if err := fault.after(c.r.Context()); err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "text/xml")
	_, _ = c.w.Write([]byte(xml)) // a client that is gone misses it
	return nil
}
