package mapping

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/bpmn"
	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Order is how a broker evaluates the input mappings of an element.
type Order int

// The orders.
const (
	// AnyOrder is that of a broker whose version is not known: the mappings are evaluated together, and [Result.Differences]
	// says where the other order gives anything else.
	AnyOrder Order = iota
	// Together is that up to Camunda 8.7.35 and 8.8.33: as one expression.
	Together
	// OneByOne is that from Camunda 8.7.36, 8.8.34 and 8.9 on: in the order of the model, each over what the ones before it made.
	OneByOne
)

// OrderOf returns the order of a version of Camunda, such as 8.8.21; that of an empty one, and of one without a patch that would
// tell, is [AnyOrder].
func OrderOf(version string) Order {
	switch {
	case version == "":
		return AnyOrder
	case !Older(version, "8.9"), within(version, "8.8.34", "8.9"), within(version, "8.7.36", "8.8"):
		return OneByOne
	case strings.Count(version, ".") < 2 && !Older(version, "8.7"):
		return AnyOrder
	}
	return Together
}

func within(version, from, to string) bool { return !Older(version, from) && Older(version, to) }

// Older says whether a version such as 8.8.21 is before another one. A number that is missing, or none, counts as 0.
func Older(version, than string) bool {
	a, b := strings.Split(version, "."), strings.Split(than, ".")
	for i := range b {
		var x, y int
		if i < len(a) {
			x, _ = strconv.Atoi(a[i])
		}
		y, _ = strconv.Atoi(b[i])
		if x != y {
			return x < y
		}
	}
	return false
}

// Difference is an input mapping that gives another value from Camunda 8.7.36, 8.8.34 and 8.9 on, where the broker evaluates
// the mappings one by one in the order of the model.
type Difference struct {
	Mapping       bpmn.Mapping
	Before, After jsonvalue.Value // what it gives up to then, and from then on
	Err           error           // why it gives nothing from then on; nil = it gives After
	// Read is a name that stands for another value from then on, where the values cannot be compared: an expression gives another
	// one each time. Nil = they can.
	Read *Read
}

// differences evaluates input mappings one by one, and compares the result with that of the one expression.
func differences(ctx context.Context, mappings []bpmn.Mapping, scope Scope, before *jsonvalue.Object) []Difference {
	switch depend(mappings) {
	case independent:
		return nil
	case unrepeatable:
		var all []Difference
		for _, r := range Reads(mappings) {
			all = append(all, Difference{Mapping: r.Mapping, Read: &r})
		}
		return all
	case dependent:
	}
	after, _, err := oneByOne(ctx, mappings, scope)
	if err != nil {
		failed, _ := errors.AsType[*Error](err)
		if failed == nil {
			return nil
		}
		return []Difference{{Mapping: failed.Mapping, Before: valueAt(before, failed.Mapping.Target), Err: failed.Err}}
	}
	var all []Difference
	for i, m := range mappings {
		if slices.ContainsFunc(mappings[i+1:], func(later bpmn.Mapping) bool { return covers(later.Target, m.Target) }) {
			continue // nothing is left of it
		}
		x, y := valueAt(before, m.Target), valueAt(after, m.Target)
		if string(jsonvalue.Append(nil, x)) != string(jsonvalue.Append(nil, y)) {
			all = append(all, Difference{Mapping: m, Before: x, After: y})
		}
	}
	return all
}

// covers says whether a mapping to a target replaces what one to another made.
func covers(later, earlier string) bool {
	return later == earlier || strings.HasPrefix(earlier, later+".") || strings.HasPrefix(later, earlier+".")
}

// dependence says whether the order of evaluation can matter.
type dependence int

const (
	independent  dependence = iota // no expression reads a name that a mapping makes
	dependent                      // one does
	unrepeatable                   // one does, and one gives another value each time
)

func depend(mappings []bpmn.Mapping) dependence {
	made := map[string]bool{}
	for _, m := range mappings {
		for name := range strings.SplitSeq(m.Target, ".") {
			made[name] = true
		}
	}
	reads, changes := false, false
	for _, m := range mappings {
		seen, ok := inspect(m)
		if !ok {
			continue
		}
		changes = changes || slices.ContainsFunc(seen.Calls, func(c feel.Call) bool { return slices.Contains(changing, c.Name) })
		reads = reads || slices.ContainsFunc(seen.References, func(r feel.PathReference) bool { return made[r.Name] })
	}
	switch {
	case !reads:
		return independent
	case changes:
		return unrepeatable
	}
	return dependent
}

// changing are the functions that give another value each time.
var changing = []string{"random number", "uuid"}

func inspect(m bpmn.Mapping) (feel.Inspection, bool) {
	source, isExpression := m.Expression()
	if !isExpression {
		return feel.Inspection{}, false
	}
	program, err := Compile(strings.TrimSpace(source))
	if err != nil {
		return feel.Inspection{}, false
	}
	return program.Inspect(), true
}

// oneByOne evaluates mappings one after the other.
func oneByOne(ctx context.Context, mappings []bpmn.Mapping, scope Scope) (*jsonvalue.Object, []Warning, error) {
	made := &level{}
	copied := unchanged(scope.Variables)
	var warnings []Warning
	for _, m := range mappings {
		r, err := alone(ctx, m, &lookup{scope: scope, made: func(name string) (feel.Value, bool) { return made.seen(name, scope.Variables) }})
		for _, w := range r.Warnings {
			warnings = append(warnings, Warning{m, w})
		}
		if err != nil {
			return nil, warnings, &Error{Mapping: m, Err: err}
		}
		made.put(strings.Split(m.Target, "."), feel.ToVariable(r.Value, copied, r.Copies))
	}
	return made.object(), warnings, nil
}

// alone evaluates one mapping.
func alone(ctx context.Context, m bpmn.Mapping, l *lookup) (feel.Result, error) {
	source, isExpression := m.Expression()
	switch {
	case isExpression:
	case m.Source == "":
		return feel.Result{}, nil
	case !strings.Contains(m.Source, `\`):
		return feel.Result{Value: m.Source}, nil
	default:
		source = literal(m.Source)
	}
	return evaluate(ctx, strings.TrimSpace(source), l)
}

// level is a context that mappings to nested targets make, member by member.
type level struct {
	keys    []string
	members map[string]any // a *level or a [jsonvalue.Value]
}

// seen returns what a later mapping sees under a name, and whether a mapping made it. What is still being made is completed from
// the variable of the name.
func (l *level) seen(name string, variables *jsonvalue.Object) (feel.Value, bool) {
	there, ok := l.members[name]
	if partial, nested := there.(*level); nested {
		variable, _ := variables.Get(name)
		return partial.over(variable), true
	}
	return there, ok
}

func (l *level) put(path []string, v jsonvalue.Value) {
	if l.members == nil {
		l.members = map[string]any{}
	}
	there, ok := l.members[path[0]]
	if !ok {
		l.keys = append(l.keys, path[0])
	}
	if len(path) == 1 {
		l.members[path[0]] = v
		return
	}
	inner, ok := there.(*level)
	if !ok {
		inner = &level{}
		l.members[path[0]] = inner
	}
	inner.put(path[1:], v)
}

// object returns the context.
func (l *level) object() *jsonvalue.Object {
	o := jsonvalue.NewObject(len(l.keys))
	for _, key := range l.keys {
		if inner, ok := l.members[key].(*level); ok {
			o.Set(key, inner.object())
		} else {
			o.Set(key, l.members[key])
		}
	}
	return o
}

// over returns the context while it is being made: what it has not got yet is read from the variable of its name.
func (l *level) over(variable jsonvalue.Value) *jsonvalue.Object {
	below, _ := variable.(*jsonvalue.Object)
	o := below.Clone()
	for _, key := range l.keys {
		inner, ok := l.members[key].(*level)
		if !ok {
			o.Set(key, l.members[key])
			continue
		}
		there, _ := below.Get(key)
		o.Set(key, inner.over(there))
	}
	return o
}

// valueAt returns the value at a path of names; null if there is none.
func valueAt(o *jsonvalue.Object, path string) jsonvalue.Value {
	var v jsonvalue.Value = o
	for name := range strings.SplitSeq(path, ".") {
		inner, _ := v.(*jsonvalue.Object)
		v, _ = inner.Get(name)
	}
	return v
}
