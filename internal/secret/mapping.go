package secret

import (
	"slices"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// mapping is an input mapping on its way to [Inputs].
type mapping struct {
	source  string // without its "="
	isText  bool   // the source is a text as it stands
	path    []string
	program *feel.Program // of an expression; nil = it cannot be read
	names   []string      // of the secrets that can be in its value
}

// maxTargetDepth is how many names a target may have. What is deeper holds no field of a job.
const maxTargetDepth = 100

// readMapping reads a mapping; false = its target is no path of names, which no engine takes, or too deep.
func readMapping(m Mapping) (mapping, bool) {
	one := mapping{source: m.Source, isText: true, path: strings.Split(strings.TrimSpace(m.Target), ".")}
	if expression, ok := strings.CutPrefix(m.Source, "="); ok {
		one.source, one.isText = expression, false
	}
	return one, len(one.path) <= maxTargetDepth && !slices.Contains(one.path, "")
}

// compile reads the expression. Of one that cannot be read nothing counts.
func (m *mapping) compile() {
	if !m.isText {
		m.program, _ = feel.Compile(m.source)
	}
}

// follow finds where the secrets that the mappings name can get. Engines differ in two ways, and each variant counts. Some
// evaluate the mappings as they are listed, others group them by the objects that their targets make. In some a mapping sees
// the whole variable that earlier mappings made (input.token), in others the fields beside its own target (token).
func (in *Inputs) follow(mappings []mapping, limit int) {
	t := feel.NewFlowTracker(namesIn, limit)
	in.secrets = followOrder(t, mappings)
	order := groupedByTarget(mappings)
	if slices.IsSorted(order) {
		return
	}
	grouped := make([]mapping, len(order))
	for i, at := range order {
		grouped[i] = mappings[at]
	}
	again := followOrder(t, grouped)
	if both, err := t.Either(in.secrets, again); err == nil {
		in.secrets = both
	}
	for i, at := range order {
		mappings[at].names = append(mappings[at].names, grouped[i].names...)
	}
}

// followOrder follows the secrets through the mappings in this order. It notes the names that each can hold. A mapping that
// cannot be read, or that takes too long to follow, names nothing.
func followOrder(t *feel.FlowTracker, mappings []mapping) *feel.Flow {
	var variables *feel.Flow
	made := map[string]bool{} // the paths of all objects and values that the mappings made
	for i := range mappings {
		m := &mappings[i]
		var value *feel.Flow
		switch {
		case m.isText:
			value = feel.TextFlow(namesIn(m.source)...)
		case m.program != nil:
			found, err := t.Expression(m.program, func(name string) *feel.Flow { return visible(t, variables, made, m.path, name) })
			if err == nil {
				value = found
			}
		}
		m.names = value.Marks()
		variables = variables.With(m.path, value)
		for n := range m.path {
			made[strings.Join(m.path[:n+1], ".")] = true
		}
	}
	return variables
}

// visible returns what a mapping with this target sees under a name: the variable, or the field beside the target or beside
// one of the objects around it.
func visible(t *feel.FlowTracker, variables *feel.Flow, made map[string]bool, targetPath []string, name string) *feel.Flow {
	var seen *feel.Flow
	for n := range targetPath {
		path := append(slices.Clone(targetPath[:n]), name)
		if made[strings.Join(path, ".")] {
			seen, _ = t.Either(seen, variables.At(path...)) // an error of this comes again from the expression
		}
	}
	return seen
}

// groupedByTarget returns the indexes of the mappings in the order in which an engine evaluates them that makes one object
// after the other. Where a mapping makes an object that others put fields into, those stay as they are listed.
func groupedByTarget(mappings []mapping) []int {
	all := make([]int, len(mappings))
	for i := range all {
		all[i] = i
	}
	order := make([]int, 0, len(all))
	group(mappings, all, 0, &order)
	return order
}

// group appends the mappings with these indexes, whose targets have the same first names, in their order by what follows.
func group(mappings []mapping, indexes []int, depth int, order *[]int) {
	var names []string
	groups := map[string][]int{}
	for _, i := range indexes {
		if len(mappings[i].path) == depth { // the object itself is made by a mapping
			*order = append(*order, indexes...)
			return
		}
		name := mappings[i].path[depth]
		if groups[name] == nil {
			names = append(names, name)
		}
		groups[name] = append(groups[name], i)
	}
	for _, name := range names {
		if len(groups[name]) == 1 {
			*order = append(*order, groups[name]...)
			continue
		}
		group(mappings, groups[name], depth+1, order)
	}
}
