package feel

import "slices"

// maxOutlineSteps bounds the work of one [Program.Outline]. What is beyond it can be any value.
const maxOutlineSteps = 20_000

// Outline returns what the result of the program can be. Its variables can be anything; what it writes out itself is known.
func (p *Program) Outline() Outline {
	w := &outliner{steps: maxOutlineSteps}
	return w.of(p.root, nil)
}

// outliner makes the outlines of the nodes of one program.
type outliner struct{ steps int }

// outlineNames are names that the source binds, with what their values can be.
type outlineNames struct {
	names  map[string]Outline
	parent *outlineNames
}

func (b *outlineNames) lookup(name string) (Outline, bool) {
	for ; b != nil; b = b.parent {
		if o, ok := b.names[name]; ok {
			return o, true
		}
	}
	return nil, false
}

// of returns the outline of a node's value.
func (w *outliner) of(n node, bound *outlineNames) Outline {
	if w.steps--; w.steps < 0 {
		return AnyValue()
	}
	switch n := n.(type) {
	case *literal:
		return outlineOfLiteral(n.value)
	case *name:
		if o, ok := bound.lookup(n.text); ok {
			return o
		}
	case *path:
		return w.charge(w.of(n.base, bound).Member(n.key))
	case *filter:
		return w.filter(w.of(n.base, bound))
	case *call:
		return w.call(n, bound)
	case *list:
		return Outline{{Kind: ListShape, Items: w.oneOf(bound, n.items...)}}
	case *contextLiteral:
		return w.context(n, bound)
	case *conditional:
		return w.oneOf(bound, n.then, n.otherwise)
	case *loop:
		return w.loop(n, bound)
	case *binary:
		if n.op == "+" {
			return w.sum(w.of(n.left, bound), w.of(n.right, bound))
		}
	}
	return AnyValue()
}

// charge counts the shapes of an outline that was made.
func (w *outliner) charge(o Outline) Outline {
	if w.steps -= len(o); w.steps < 0 {
		return AnyValue()
	}
	return o
}

func outlineOfLiteral(v Value) Outline {
	switch v := v.(type) {
	case nil:
		return NullValue()
	case string:
		return TextValue(v)
	}
	return OutlineOf(ToJSON(v))
}

// oneOf is the outline of a value that is one of those of these nodes.
func (w *outliner) oneOf(bound *outlineNames, nodes ...node) Outline {
	var all Outline
	for _, n := range nodes {
		all = w.charge(either(all, w.of(n, bound)))
	}
	return all
}

// filter is the outline of base[condition]: an item, a list of items, or null. Any other value than a list is one item.
func (w *outliner) filter(base Outline) Outline {
	all := NullValue()
	for _, s := range base {
		switch s.Kind {
		case AnyShape:
			return AnyValue()
		case ListShape:
			all = either(either(all, s.Items), Outline{s})
		default:
			all = either(either(all, Outline{s}), Outline{{Kind: ListShape, Items: Outline{s}}})
		}
	}
	return w.charge(all)
}

// context is the outline of {a: 1, b: a}: later entries see the earlier ones, and of equal keys the last counts.
func (w *outliner) context(n *contextLiteral, bound *outlineNames) Outline {
	inside := &outlineNames{make(map[string]Outline, len(n.entries)), bound}
	for _, e := range n.entries {
		inside.names[e.key] = w.of(e.value, inside)
	}
	return Outline{{Kind: ContextShape, Members: inside.names}}
}

// loop is the outline of for … return: null if there is nothing to go through. The body also sees the results so far, which can be anything.
func (w *outliner) loop(n *loop, bound *outlineNames) Outline {
	inside := &outlineNames{map[string]Outline{}, bound}
	for _, it := range slices.Backward(n.iterators) { // none sees the others, and of two of one name the body sees the first
		item := AnyValue()
		if it.to == nil {
			item = w.itemsOf(w.of(it.values, bound))
		}
		inside.names[it.name] = item
	}
	inside.names[partialName] = AnyValue()
	return Outline{{Kind: NullShape}, {Kind: ListShape, Items: w.of(n.body, inside)}}
}

// itemsOf is the outline of the items of a value that is gone through.
func (w *outliner) itemsOf(values Outline) Outline {
	var all Outline
	for _, s := range values {
		switch s.Kind {
		case ListShape:
			all = either(all, s.Items)
		case NullShape:
			all = either(all, Outline{s})
		default:
			all = either(all, AnyValue())
		}
	}
	return w.charge(all)
}

// sum is the outline of a + b. Two texts are written one behind the other, a text and another value give null. Values that
// are no texts can give anything.
func (w *outliner) sum(left, right Outline) Outline {
	var all Outline
	for _, l := range left {
		for _, r := range right {
			all = either(all, sumOf(l, r))
		}
		if all = w.charge(all); len(all) == 1 && all[0].Kind == AnyShape {
			return all
		}
	}
	return all
}

func sumOf(l, r Shape) Outline {
	switch {
	case l.Kind == TextShape && r.Kind == TextShape:
		last := len(l.Parts) - 1
		parts := append(slices.Clone(l.Parts[:last]), l.Parts[last]+r.Parts[0])
		return Outline{{Kind: TextShape, Parts: append(parts, r.Parts[1:]...)}}
	case l.Kind == TextShape && r.Kind != AnyShape, r.Kind == TextShape && l.Kind != AnyShape:
		return NullValue()
	case l.Kind == TextShape:
		return either(NullValue(), Outline{{Kind: TextShape, Parts: append(slices.Clone(l.Parts), "")}})
	case r.Kind == TextShape:
		return either(NullValue(), Outline{{Kind: TextShape, Parts: append([]string{""}, r.Parts...)}})
	}
	return AnyValue()
}

// call is the outline of a call of one of the built-in functions that keep what they are given. Of others nothing is known.
func (w *outliner) call(n *call, bound *outlineNames) Outline {
	if _, own := bound.lookup(n.name); own || n.of != nil || n.named != nil {
		return AnyValue()
	}
	switch n.name {
	case "string":
		if len(n.args) == 1 {
			return w.text(w.of(n.args[0], bound))
		}
	case "get or else":
		if len(n.args) == 2 {
			return w.oneOf(bound, n.args...)
		}
	case "concatenate":
		if len(n.args) < 2 { // one argument is a list of lists
			return AnyValue()
		}
		var items Outline
		for _, a := range n.args {
			items = w.charge(either(items, w.itemsOf(w.of(a, bound))))
		}
		return either(NullValue(), Outline{{Kind: ListShape, Items: items}})
	}
	return AnyValue()
}

// text is the outline of string(value): texts stay as they are.
func (w *outliner) text(value Outline) Outline {
	var all Outline
	for _, s := range value {
		switch s.Kind {
		case TextShape, NullShape:
			all = either(all, Outline{s})
		default:
			all = either(all, Outline{{Kind: TextShape, Parts: []string{"", ""}}})
			all = either(all, NullValue())
		}
	}
	return all
}
