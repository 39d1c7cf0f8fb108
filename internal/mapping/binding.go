package mapping

import (
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// Read is a name in the expression of an input mapping that stands for another value from Camunda 8.7.36, 8.8.34 and 8.9 on.
type Read struct {
	Mapping bpmn.Mapping
	Name    string
	Pos     feel.Pos // in the expression, without white space around it
	Before  string   // what it stands for up to then, ready for a sentence
	After   string   // what it stands for from then on
}

// Reads returns the names for which the versions of the broker differ, whatever the variables are.
func Reads(mappings []bpmn.Mapping) []Read {
	var all []Read
	root := treeOf(mappings)
	for i, m := range mappings {
		if !slices.Contains((&member{nested: root}).mappings(), i) {
			continue // a later mapping takes its place
		}
		seen, _ := inspect(m)
		for _, r := range seen.References {
			before, after := together(root, mappings, i, r.Name), oneAfterTheOther(mappings, i, r.Name)
			if !slices.Equal(before.mappings, after.mappings) || before.path != after.path {
				all = append(all, Read{Mapping: m, Name: r.Name, Pos: r.Pos, Before: before.words(mappings), After: after.words(mappings)})
			}
		}
	}
	return all
}

// binding is what a name stands for: what some mappings make at a path, or a variable.
type binding struct {
	path     string // empty = a variable
	mappings []int
}

// words writes what a name stands for.
func (b binding) words(mappings []bpmn.Mapping) string {
	if b.path == "" {
		return "the variable of this name"
	}
	if len(b.mappings) == 1 && mappings[b.mappings[0]].Target == b.path {
		return "what the mapping to " + b.path + " gives"
	}
	targets := make([]string, len(b.mappings))
	for i, m := range b.mappings {
		targets[i] = mappings[m].Target
	}
	return "a context of what the mappings to " + strings.Join(targets, ", ") + " give"
}

// together finds a name as an entry before the mapping, in the context that the mapping is in or in one around it.
func together(root *tree, mappings []bpmn.Mapping, at int, name string) binding {
	path := strings.Split(mappings[at].Target, ".")
	found := binding{}
	level := root
	for depth, key := range path {
		for _, before := range level.keys {
			if before == key {
				break
			}
			if before == name {
				found = binding{path: strings.Join(append(slices.Clone(path[:depth]), name), "."), mappings: sorted(level.members[name].mappings())}
			}
		}
		if level = level.members[key].nested; level == nil {
			break
		}
	}
	return found
}

// oneAfterTheOther finds a name as a variable that mappings before the mapping made.
func oneAfterTheOther(mappings []bpmn.Mapping, at int, name string) binding {
	made, ok := treeOf(mappings[:at]).members[name]
	if !ok {
		return binding{}
	}
	return binding{path: name, mappings: sorted(made.mappings())}
}

func sorted(all []int) []int {
	slices.Sort(all)
	return all
}
