package mapping

import (
	"slices"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
)

// BrokerName is a name that the broker itself offers to expressions.
type BrokerName struct {
	Name  string // such as camunda.secrets
	Since string // the version of Camunda that has it first, such as 8.10
}

// brokerNames are those below camunda.
var brokerNames = map[string]BrokerName{
	"secrets":         {"camunda.secrets", "8.10"},
	"processInstance": {"camunda.processInstance", "8.10"},
	"vars":            {"camunda.vars", "8.9"},
}

// BrokerNames returns the names of the broker that a mapping reads, in their order.
func BrokerNames(m bpmn.Mapping) []BrokerName {
	seen, _ := inspect(m)
	var all []BrokerName
	for _, r := range seen.References {
		if r.Name != "camunda" || len(r.Keys) == 0 {
			continue
		}
		if n, ok := brokerNames[r.Keys[0].Name]; ok && !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	return all
}

// Offered says whether the broker of a version offers a name below camunda, such as secrets.
func Offered(name, version string) bool {
	n, ok := brokerNames[name]
	return ok && !Older(version, n.Since)
}
