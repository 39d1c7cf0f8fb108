package mapping

import (
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
)

// tree is the mappings of an element by their targets: a context whose members are mappings or such contexts. A later mapping
// takes the place of an earlier one to the same target, and keeps its place in the order.
type tree struct {
	keys    []string
	members map[string]*member
}

// member is a mapping or a context of mappings.
type member struct {
	mapping int   // the index of the mapping, if there is no context
	nested  *tree // nil = a mapping
}

// treeOf puts the mappings into a tree.
func treeOf(mappings []bpmn.Mapping) *tree {
	root := &tree{members: map[string]*member{}}
	for i, m := range mappings {
		root.put(strings.Split(m.Target, "."), i)
	}
	return root
}

func (t *tree) put(path []string, mapping int) {
	there := t.members[path[0]]
	if there == nil {
		there = &member{}
		t.keys = append(t.keys, path[0])
		t.members[path[0]] = there
	}
	if len(path) == 1 {
		*there = member{mapping: mapping}
		return
	}
	if there.nested == nil {
		there.nested = &tree{members: map[string]*member{}}
	}
	there.nested.put(path[1:], mapping)
}

// mappings returns the indexes of the mappings in the member.
func (m *member) mappings() []int {
	if m.nested == nil {
		return []int{m.mapping}
	}
	var all []int
	for _, key := range m.nested.keys {
		all = append(all, m.nested.members[key].mappings()...)
	}
	return all
}
