package embedded

import (
	"encoding/json"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// The process definitions as REST lists them.
type (
	restDefinition struct {
		Key       string `json:"processDefinitionKey"`
		ProcessID string `json:"processDefinitionId"`
		Version   int    `json:"version"`
		TenantID  string `json:"tenantId"`
	}
	restDefinitions struct {
		Items []restDefinition `json:"items"`
		Page  struct {
			TotalItems int `json:"totalItems"`
		} `json:"page"`
	}
)

// processID is the BPMN process id in a model.
var processID = regexp.MustCompile(`<(?:\w+:)?process\s(?:[^>]*\s)?id="([^"]+)"`)

// defaultPage is how many definitions are listed where no limit is asked for.
const defaultPage = 100

// searchProcesses lists the process definitions, the newest first whatever order is asked for.
func (c *restCall) searchProcesses() error {
	of, limit := "", int32(defaultPage)
	err := c.read(true,
		property{"filter", true, func(raw []byte) error {
			return readProperties(raw, []property{textProperty("processDefinitionId", &of)})
		}},
		property{"page", true, func(raw []byte) error { return readProperties(raw, []property{numberProperty("limit", 32, &limit)}) }},
		property{"sort", true, func(raw []byte) error {
			if jsonvalue.RawKind(raw) != jsonvalue.KindArray {
				return errors.New("expected a list")
			}
			return nil
		}},
	)
	if err != nil {
		return err
	}
	fault := c.gateway.faults.next(Call{Method: "SearchProcessDefinitions"})
	if err := fault.before(c.r.Context()); err != nil {
		return err
	}
	found := restDefinitions{Items: []restDefinition{}}
	for _, d := range c.gateway.definitions() {
		if of != "" && of != d.ProcessID {
			continue
		}
		found.Page.TotalItems++
		if len(found.Items) < int(limit) {
			found.Items = append(found.Items, d)
		}
	}
	body, err := json.Marshal(found)
	if err != nil {
		return err
	}
	if err := fault.after(c.r.Context()); err != nil {
		return err
	}
	c.answer(body)
	return nil
}

// definitions returns the definitions that were deployed, the newest first.
func (g *Gateway) definitions() []restDefinition {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := make([]restDefinition, 0, len(g.models))
	versions := map[string]int{}
	for _, key := range slices.Sorted(maps.Keys(g.models)) {
		d := restDefinition{Key: strconv.FormatInt(key, 10), TenantID: DefaultTenant}
		if id := processID.FindStringSubmatch(g.models[key]); id != nil {
			d.ProcessID = id[1]
		}
		versions[d.ProcessID]++
		d.Version = versions[d.ProcessID]
		all = append(all, d)
	}
	slices.Reverse(all)
	return all
}
