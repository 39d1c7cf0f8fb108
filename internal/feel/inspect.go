package feel

import (
	"slices"

	"github.com/cockroachdb/apd/v3"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Call is a call of a function by its name in a source.
type Call struct {
	Name    string
	Pos     Pos
	Known   bool     // whether it is a built-in function, or one that the source defines
	Misfit  string   // what a built-in function takes, if not so many arguments or not of these names; empty if they fit
	Instead string   // what FEEL writes for a function or method of another language; empty if nothing is known
	Nearest string   // the name of the built-in that is nearest to an unknown one; empty if none is near
	Text    []string // the arguments that are texts as they are written, "" for others
	Literal []bool   // which arguments are texts
}

// PathReference is a path in a source that begins with a name which the source does not bind, such as
// response.entries[1].eventId.
type PathReference struct {
	Name string
	Keys []Key
	Pos  Pos
}

// Key is a step of a path; filters and indexes between the steps are left out.
type Key struct {
	Name string
	Pos  Pos
}

// Comparison is a path that is compared with texts: by =, !=, or in.
type Comparison struct {
	Path  PathReference
	Texts []Text
}

// Text is a text as it is written in a source, without its quotes.
type Text struct {
	Text string
	Pos  Pos
}

// Inspection is what can be known of a source without evaluating it.
type Inspection struct {
	Calls      []Call
	References []PathReference
	// InConditions are what would be references within the condition of a filter, where a name may also be a field of the item.
	InConditions []PathReference
	// Comparisons are those of references with texts.
	Comparisons []Comparison
	// ZeroIndexes are the places of [0]: lists count from 1.
	ZeroIndexes []Pos
	// Kinds are the kinds of JSON that the result can be of, as far as they are known: nil if it can be anything.
	Kinds []jsonvalue.Kind
}

// Inspect looks at a program without evaluating it.
func (p *Program) Inspect() Inspection {
	w := &inspector{library: p.library}
	w.walk(p.root, nil)
	w.out.Kinds = kindsOf(p.root)
	return w.out
}

type inspector struct {
	library *Library
	out     Inspection
}

// walk goes through a node. Bound are the names that the source binds where the node stands.
func (w *inspector) walk(n node, bound []string) {
	switch n := n.(type) {
	case nil, *literal, *temporalLiteral, *inputValue:
	case *name:
		w.reference(n, nil, bound)
	case *path, *filter:
		w.chain(n, bound)
	case *call:
		w.call(n, bound)
	case *list:
		w.walkAll(n.items, bound)
	case *contextLiteral:
		for _, e := range n.entries {
			w.walk(e.value, bound)
			bound = append(slices.Clip(bound), e.key)
		}
	case *function:
		w.walk(n.body, append(slices.Clip(bound), n.params...))
	case *conditional:
		w.walkAll([]node{n.condition, n.then, n.otherwise}, bound)
	case *loop:
		w.walk(n.body, append(w.iterators(n.iterators, bound), "partial"))
	case *quantified:
		w.walk(n.body, w.iterators(n.iterators, bound))
	case *binary:
		if n.op == "=" || n.op == "!=" {
			w.comparison(n.left, []node{n.right}, bound)
			w.comparison(n.right, []node{n.left}, bound)
		}
		w.walkAll([]node{n.left, n.right}, bound)
	case *negation:
		w.walk(n.of, bound)
	case *between:
		w.walkAll([]node{n.value, n.low, n.high}, bound)
	case *instanceOf:
		w.walk(n.value, bound)
	case *in:
		tests := make([]node, len(n.tests))
		for i, t := range n.tests {
			tests[i] = t.of
		}
		w.comparison(n.value, tests, bound)
		w.walk(n.value, bound)
		w.walkAll(tests, bound)
	case *comparisonTest:
		w.walk(n.value, bound)
	case *rangeLiteral:
		w.walkAll([]node{n.low, n.high}, bound)
	}
}

func (w *inspector) walkAll(all []node, bound []string) {
	for _, n := range all {
		w.walk(n, bound)
	}
}

func (w *inspector) iterators(all []iterator, bound []string) []string {
	inside := slices.Clip(bound)
	for _, it := range all {
		w.walk(it.values, bound)
		w.walk(it.to, bound)
		inside = append(inside, it.name)
	}
	return inside
}

// chain walks base.key[condition].key: a reference if its base is a name.
func (w *inspector) chain(n node, bound []string) {
	var keys []Key
	for {
		switch b := n.(type) {
		case *path:
			keys = append(keys, Key{b.key, b.pos()})
			n = b.base
			continue
		case *filter:
			// In the condition a name may be a field of the item: only what cannot be one is looked at.
			inner := &inspector{library: w.library}
			inner.walk(b.condition, bound)
			w.out.Calls = append(w.out.Calls, inner.out.Calls...)
			w.out.ZeroIndexes = append(w.out.ZeroIndexes, inner.out.ZeroIndexes...)
			w.out.InConditions = slices.Concat(w.out.InConditions, inner.out.References, inner.out.InConditions)
			if isZero(b.condition) {
				w.out.ZeroIndexes = append(w.out.ZeroIndexes, b.condition.pos())
			}
			n = b.base
			continue
		case *name:
			slices.Reverse(keys)
			w.reference(b, keys, bound)
			return
		}
		w.walk(n, bound)
		return
	}
}

func (w *inspector) reference(n *name, keys []Key, bound []string) {
	if !slices.Contains(bound, n.text) {
		w.out.References = append(w.out.References, PathReference{n.text, keys, n.pos()})
	}
}

// comparison notes a path that is compared with texts; what else it may be compared with is left out.
func (w *inspector) comparison(value node, with []node, bound []string) {
	path := &inspector{library: w.library}
	path.chain(value, bound)
	if len(path.out.References) != 1 || len(path.out.Calls) > 0 {
		return
	}
	c := Comparison{Path: path.out.References[0]}
	for _, n := range with {
		if list, ok := n.(*list); ok {
			w.comparison(value, list.items, bound)
			continue
		}
		if l, ok := n.(*literal); ok {
			if text, ok := l.value.(string); ok {
				c.Texts = append(c.Texts, Text{text, l.pos()})
			}
		}
	}
	if len(c.Texts) > 0 {
		w.out.Comparisons = append(w.out.Comparisons, c)
	}
}

func isZero(n node) bool {
	l, ok := n.(*literal)
	if !ok {
		return false
	}
	d, ok := l.value.(*apd.Decimal)
	return ok && d.IsZero()
}

func (w *inspector) call(n *call, bound []string) {
	w.walkAll(n.args, bound)
	if n.of != nil {
		w.walk(n.of, bound)
		if instead := n.instead(); instead != "" && !isBound(n.of, bound) {
			w.out.Calls = append(w.out.Calls, Call{Name: n.name, Pos: n.pos(), Instead: instead})
		}
		return
	}
	c := Call{Name: n.name, Pos: n.pos(), Known: slices.Contains(bound, n.name) || len(w.library.forms[n.name]) > 0}
	if !c.Known {
		c.Nearest, c.Instead = NearestName(n.name, w.library.names), insteadOfFunction("", n.name)
	} else if !slices.Contains(bound, n.name) && len(w.library.invocation(n.name, len(n.args), n.named).overloads) == 0 {
		c.Misfit = w.library.signatures(n.name)
	}
	for _, a := range n.args {
		text, isText := "", false
		if l, ok := a.(*literal); ok {
			text, isText = l.value.(string)
		}
		c.Text, c.Literal = append(c.Text, text), append(c.Literal, isText)
	}
	w.out.Calls = append(w.out.Calls, c)
}

// isBound says whether the source itself makes the context whose function is called.
func isBound(of node, bound []string) bool {
	names, ok := namesOf(of)
	return !ok || slices.Contains(bound, names[0])
}

// kindsOf returns the kinds of JSON that a node can give, nil if it can be any.
func kindsOf(n node) []jsonvalue.Kind {
	switch n := n.(type) {
	case *literal:
		switch n.value.(type) {
		case nil:
			return []jsonvalue.Kind{jsonvalue.KindNull}
		case bool:
			return []jsonvalue.Kind{jsonvalue.KindBoolean}
		case string:
			return []jsonvalue.Kind{jsonvalue.KindString}
		}
		return []jsonvalue.Kind{jsonvalue.KindNumber}
	case *temporalLiteral:
		return []jsonvalue.Kind{jsonvalue.KindString, jsonvalue.KindNull}
	case *list, *loop:
		return []jsonvalue.Kind{jsonvalue.KindArray, jsonvalue.KindNull}
	case *contextLiteral:
		return []jsonvalue.Kind{jsonvalue.KindObject}
	case *quantified, *between, *instanceOf, *in, *comparisonTest, *rangeLiteral:
		return []jsonvalue.Kind{jsonvalue.KindBoolean, jsonvalue.KindNull}
	case *negation:
		return []jsonvalue.Kind{jsonvalue.KindNumber, jsonvalue.KindNull}
	case *binary:
		switch n.op {
		case "+", "-", "*", "/", "**":
			return []jsonvalue.Kind{jsonvalue.KindNumber, jsonvalue.KindString, jsonvalue.KindNull}
		}
		return []jsonvalue.Kind{jsonvalue.KindBoolean, jsonvalue.KindNull}
	case *conditional:
		then, otherwise := kindsOf(n.then), kindsOf(n.otherwise)
		if then == nil || otherwise == nil {
			return nil
		}
		all := append(slices.Clip(then), otherwise...)
		slices.Sort(all)
		return slices.Compact(all)
	}
	return nil
}
