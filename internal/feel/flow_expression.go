package feel

import (
	"fmt"
	"slices"
)

// FlowTracker follows marked texts through expressions. It is not safe for concurrent use.
type FlowTracker struct {
	mark  func(text string) []string
	limit int
	steps int
	err   error
}

// NewFlowTracker returns a tracker. Mark returns the marks in a text that an expression writes out: a string, or the key of
// a context. All calls of [FlowTracker.Expression] and [FlowTracker.Either] together may take limit steps, about one for
// each construct of an expression.
func NewFlowTracker(mark func(text string) []string, limit int) *FlowTracker {
	return &FlowTracker{mark: mark, limit: limit}
}

// Expression returns where the texts that the expression writes out, and those of the variables that it uses, can be in its
// result. Variable returns the flow of a variable; the names that the expression itself binds are not asked for. The error
// is a *[BudgetError]: there is more to follow than the tracker's limit allows.
func (t *FlowTracker) Expression(p *Program, variable func(name string) *Flow) (*Flow, error) {
	w := &flowing{FlowTracker: t, library: p.library, variable: variable}
	f := w.of(p.root, nil)
	if t.err != nil {
		return nil, t.err
	}
	return f, nil
}

// Either returns the flow of a value that is one or the other. The error is that of [FlowTracker.Expression].
func (t *FlowTracker) Either(a, b *Flow) (*Flow, error) {
	f := t.either(a, b)
	if t.err != nil {
		return nil, t.err
	}
	return f, nil
}

// spend charges n steps; false when there are no more.
func (t *FlowTracker) spend(n int) bool {
	if t.steps += n; t.steps > t.limit && t.err == nil {
		t.err = &BudgetError{Limit: fmt.Sprint(t.limit, " steps of following its texts")}
	}
	return t.err == nil
}

func (t *FlowTracker) either(a, b *Flow) *Flow {
	switch {
	case a == nil || a == b:
		return b
	case b == nil:
		return a
	case !t.spend(1 + len(a.here) + len(a.deep) + len(a.keys) + len(a.members)):
		return nil
	}
	both := &Flow{here: joined(a.here, b.here), deep: joined(a.deep, b.deep), keys: joined(a.keys, b.keys), members: a.members}
	if len(b.members) > 0 {
		if !t.spend(len(b.members)) {
			return nil
		}
		both.members = make(map[string]*Flow, len(a.members)+len(b.members))
		for key, m := range a.members {
			both.members[key] = t.either(m, b.members[key])
		}
		for key, m := range b.members {
			if _, done := a.members[key]; !done {
				both.members[key] = m
			}
		}
	}
	return both
}

// all returns every mark in a value.
func (t *FlowTracker) all(flows ...*Flow) marks {
	all, seen := marks{}, map[*Flow]bool{}
	for _, f := range flows {
		f.collect(all, seen)
	}
	if !t.spend(len(seen) + len(all)) {
		return nil
	}
	return all
}

// text is the flow of a text that is made of these values.
func (t *FlowTracker) text(of ...*Flow) *Flow {
	if all := t.all(of...); len(all) > 0 {
		return &Flow{here: all}
	}
	return nil
}

// anywhere is the flow of a value of which only is known what it is made of.
func (t *FlowTracker) anywhere(of ...*Flow) *Flow {
	if all := t.all(of...); len(all) > 0 {
		return &Flow{deep: all}
	}
	return nil
}

// flowing follows one expression.
type flowing struct {
	*FlowTracker
	library  *Library
	variable func(string) *Flow
}

// flowNames are names that the source binds.
type flowNames struct {
	names  map[string]*Flow
	parent *flowNames
}

// lookup returns what the source binds to a name; false = nothing.
func (w *flowing) lookup(name string, bound *flowNames) (*Flow, bool) {
	for ; bound != nil && w.spend(1); bound = bound.parent {
		if f, ok := bound.names[name]; ok {
			return f, true
		}
	}
	return nil, false
}

// of returns the flow of a node's value. What tests, compares or counts gives no text, and so nothing.
func (w *flowing) of(n node, bound *flowNames) *Flow {
	if n == nil || !w.spend(1) {
		return nil
	}
	switch n := n.(type) {
	case *literal:
		if text, ok := n.value.(string); ok {
			return TextFlow(w.mark(text)...)
		}
	case *name:
		if f, ok := w.lookup(n.text, bound); ok {
			return f
		}
		return w.variable(n.text)
	case *path:
		return w.of(n.base, bound).member(n.key)
	case *filter:
		return w.of(n.base, bound)
	case *call:
		return w.call(n, bound)
	case *list:
		return w.oneOf(bound, n.items...)
	case *contextLiteral:
		return w.context(n, bound)
	case *function:
		inside := &flowNames{make(map[string]*Flow, len(n.params)), bound}
		for _, p := range n.params {
			inside.names[p] = nil // a call counts its arguments itself
		}
		return w.of(n.body, inside)
	case *conditional:
		return w.oneOf(bound, n.then, n.otherwise)
	case *loop:
		return w.loop(n, bound)
	case *binary:
		if n.op == "+" {
			return w.text(w.of(n.left, bound), w.of(n.right, bound))
		}
	case *rangeLiteral:
		return w.anywhere(w.of(n.low, bound), w.of(n.high, bound))
	}
	return nil
}

// oneOf is the flow of a value that is one of those of these nodes, or a list of them.
func (w *flowing) oneOf(bound *flowNames, nodes ...node) *Flow {
	var f *Flow
	for _, n := range nodes {
		f = w.either(f, w.of(n, bound))
	}
	return f
}

// context follows {a: 1, b: a}: later entries see the earlier ones, and of equal keys the last counts.
func (w *flowing) context(n *contextLiteral, bound *flowNames) *Flow {
	inside := &flowNames{make(map[string]*Flow, len(n.entries)), bound}
	f := &Flow{members: map[string]*Flow{}}
	for _, e := range n.entries {
		value := w.of(e.value, inside)
		inside.names[e.key] = value
		delete(f.members, e.key)
		if value != nil {
			f.members[e.key] = value
		}
		f.keys = joined(f.keys, marksOf(w.mark(e.key)))
	}
	if len(f.members) == 0 && len(f.keys) == 0 {
		return nil
	}
	return f
}

// loop follows for … return. The results so far, which the body sees as partial, can be anywhere in the next one.
func (w *flowing) loop(n *loop, bound *flowNames) *Flow {
	inside := &flowNames{make(map[string]*Flow, len(n.iterators)+1), bound}
	for _, it := range slices.Backward(n.iterators) { // of two of one name the body sees the first
		inside.names[it.name] = nil
		if it.to == nil { // from..to gives numbers
			inside.names[it.name] = w.of(it.values, bound)
		}
	}
	inside.names[partialName] = nil
	body := w.of(n.body, inside)
	if body == nil || !mentions(n.body, partialName) {
		return body
	}
	return w.anywhere(body)
}

// partialName is the name under which the body of a loop sees the results so far.
const partialName = "partial"

// mentions says whether a name stands anywhere in a node.
func mentions(n node, text string) bool {
	w := &inspector{}
	w.walk(n, nil)
	for _, r := range w.out.References {
		if r.Name == text {
			return true
		}
	}
	return false
}
