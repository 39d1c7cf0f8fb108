package mapping

import (
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// since has the names that the broker itself offers below camunda, with the version of Camunda that has each first.
var since = map[string]string{"secrets": "8.10", "processInstance": "8.10", "vars": "8.9"}

// BrokerRead is a place in a mapping that reads what the broker offers below camunda.
type BrokerRead struct {
	Kind  string     // secrets, processInstance or vars
	Since string     // the version of Camunda that has it first, such as 8.10
	Path  []string   // the names behind the kind
	Pos   []feel.Pos // the places of all names in the expression, without white space around it
}

// Name writes what is read: camunda.vars.cluster.URL.
func (r BrokerRead) Name() string {
	return "camunda." + strings.Join(append([]string{r.Kind}, r.Path...), ".")
}

// BrokerReads returns what a mapping reads of the broker, first what stands outside of filters, each part in the order of the expression.
func BrokerReads(m bpmn.Mapping) []BrokerRead {
	seen, _ := inspect(m)
	var all []BrokerRead
	for _, r := range slices.Concat(seen.References, seen.InConditions) { // no item has a field camunda with these fields
		if r.Name != "camunda" || len(r.Keys) == 0 || since[r.Keys[0].Name] == "" {
			continue
		}
		read := BrokerRead{Kind: r.Keys[0].Name, Since: since[r.Keys[0].Name], Pos: []feel.Pos{r.Pos, r.Keys[0].Pos}}
		for _, key := range r.Keys[1:] {
			read.Path, read.Pos = append(read.Path, key.Name), append(read.Pos, key.Pos)
		}
		all = append(all, read)
	}
	return all
}

// Offered says whether the broker of a version offers a kind of names below camunda, such as secrets.
func Offered(kind, version string) bool {
	first, ok := since[kind]
	return ok && !Older(version, first)
}
