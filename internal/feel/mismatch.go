package feel

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// Mismatch is an operation on values whose kinds do not fit, whatever the values are. It gives null, or counts as false.
type Mismatch struct {
	Pos  Pos
	Text string // what was found and what is expected, in one line
	// Fails says that the operation does not give null but makes the evaluation fail.
	Fails bool
}

// Types works out what kinds of values the parts of a program can give, without evaluating it: names says what is known of the
// names that the program reads, those that are missing can be anything. It returns the type of the result, nil if it can be anything,
// and the operations that never give what they are for.
func (p *Program) Types(names map[string]*Type) (*Type, []Mismatch) {
	t := &typer{library: p.library}
	result := t.of(p.root, names)
	slices.SortStableFunc(t.found, func(a, b Mismatch) int { return int(a.Pos) - int(b.Pos) })
	return result, slices.Compact(t.found)
}

type typer struct {
	library *Library
	found   []Mismatch
}

func (t *typer) report(pos Pos, format string, args ...any) {
	t.found = append(t.found, Mismatch{Pos: pos, Text: fmt.Sprintf(format, args...)})
}

// of returns the type of what a node gives. Names are those that it sees.
func (t *typer) of(n node, names map[string]*Type) *Type {
	switch n := n.(type) {
	case *literal:
		return typeOfValue(n.value)
	case *temporalLiteral:
		return TypeOf(TemporalKind)
	case *name:
		return names[n.text]
	case *path:
		return t.path(n, names)
	case *filter:
		return t.filter(n, names)
	case *call:
		return t.call(n, names)
	case *list:
		return t.list(n, names)
	case *contextLiteral:
		return t.context(n, names)
	case *function:
		params := map[string]*Type{}
		for _, p := range n.params {
			params[p] = nil
		}
		t.of(n.body, over(names, params))
		return TypeOf(FunctionKind)
	case *conditional:
		t.boolean(n.condition, names, "the condition of if is a %s, which counts as false; expected a boolean")
		return t.of(n.then, names).or(t.of(n.otherwise, names))
	case *loop:
		inside := t.iterators(n.iterators, names)
		inside["partial"] = TypeOf(ListKind)
		return &Type{Kinds: ListKind, Item: t.of(n.body, inside)}
	case *quantified:
		t.boolean(n.body, t.iterators(n.iterators, names), "satisfies is followed by a %s, expected a boolean")
		return TypeOf(BooleanKind)
	case *binary:
		return t.binary(n, names)
	case *negation:
		if k := t.of(n.of, names).kinds(); k != NoKind && k&(NumberKind|TemporalKind) == 0 {
			t.report(n.pos(), "- cannot be applied to a %s: it gives null", k)
		}
		return TypeOf(NumberKind | TemporalKind)
	case *between:
		value := t.of(n.value, names).kinds()
		for _, end := range []node{n.low, n.high} {
			t.compared(end.pos(), "between", value, t.of(end, names).kinds())
		}
		return TypeOf(BooleanKind)
	case *in:
		t.in(n, names)
		return TypeOf(BooleanKind)
	case *instanceOf:
		t.of(n.value, names)
		return TypeOf(BooleanKind)
	case *rangeLiteral:
		t.compared(n.pos(), "..", t.of(n.low, names).kinds(), t.of(n.high, names).kinds())
		return TypeOf(RangeKind | BooleanKind)
	}
	return nil
}

// boolean reports a value that is never true or false where one is needed.
func (t *typer) boolean(n node, names map[string]*Type, format string) {
	if k := t.of(n, names).kinds(); k != NoKind && k&BooleanKind == 0 {
		t.report(n.pos(), format, k)
	}
}

// compared reports values that are never equal nor in an order, since they are of different kinds, and says whether it did.
func (t *typer) compared(pos Pos, op string, a, b Kinds) bool {
	if a == NoKind || b == NoKind || a&b != 0 {
		return false
	}
	hint := ""
	if a|b == NumberKind|StringKind {
		hint = "; a text stands in quotes, a number does not"
	}
	t.report(pos, "%s compares a %s with a %s, which never holds%s", op, a, b, hint)
	return true
}

func (t *typer) path(n *path, names map[string]*Type) *Type {
	base := t.of(n.base, names)
	member, _ := base.Member(n.key) // what has no such key is for the caller of Inspect to tell
	return member
}

// filter is base[condition].
func (t *typer) filter(n *filter, names map[string]*Type) *Type {
	base := t.of(n.base, names)
	if base.kinds().Only(BooleanKind | NumberKind | StringKind | ContextKind) {
		hint := ""
		if base.kinds() == ContextKind {
			hint = "; get value(…, \"key\") reads a member"
		}
		t.report(n.pos(), "a %s cannot be filtered, expected a list: it gives null%s", base.kinds(), hint)
		return TypeOf(NoKind)
	}
	var item *Type
	if base.kinds().Only(ListKind) {
		item = base.Item
	}
	if l, ok := n.condition.(*literal); ok {
		if _, isNumber := l.value.(*apd.Decimal); isNumber {
			return item
		}
	}
	inside := map[string]*Type{}
	if item != nil && item.Members != nil {
		inside = over(names, item.Members) // a name is a member of the item first
	} // else any name can be a member
	inside["item"] = item
	k := t.of(n.condition, inside).kinds()
	switch {
	case k != NoKind && k&(BooleanKind|NumberKind|FunctionKind) == 0:
		t.report(n.condition.pos(), "the condition in [ ] is a %s, expected a boolean or a number", k)
	case k.Only(BooleanKind):
		return &Type{Kinds: ListKind, Item: item}
	case k.Only(NumberKind):
		return item
	}
	return nil
}

func (t *typer) list(n *list, names map[string]*Type) *Type {
	item := TypeOf(NoKind)
	for _, i := range n.items {
		item = item.or(t.of(i, names))
	}
	if item.kinds() == NoKind {
		item = nil
	}
	return &Type{Kinds: ListKind, Item: item}
}

func (t *typer) context(n *contextLiteral, names map[string]*Type) *Type {
	made := &Type{Kinds: ContextKind, Members: map[string]*Type{}}
	for _, e := range n.entries {
		v := t.of(e.value, names)
		made.Members[e.key] = v
		names = over(names, map[string]*Type{e.key: v})
	}
	return made
}

func (t *typer) iterators(all []iterator, names map[string]*Type) map[string]*Type {
	inside := over(names, nil)
	for _, it := range slices.Backward(all) { // none sees the others, and of two of one name the body sees the first
		values := t.of(it.values, names)
		var item *Type
		switch {
		case it.to != nil:
			t.of(it.to, names)
		case values.kinds().Only(ListKind):
			item = values.Item
		case values.kinds().Only(BooleanKind | NumberKind | StringKind):
			t.report(it.values.pos(), "in is followed by a %s, expected a list", values.kinds())
		}
		inside[it.name] = item
	}
	return inside
}

func (t *typer) binary(n *binary, names map[string]*Type) *Type {
	left, right := t.of(n.left, names), t.of(n.right, names)
	a, b := left.kinds(), right.kinds()
	switch n.op {
	case "and", "or":
		for _, side := range []struct {
			n node
			k Kinds
		}{{n.left, a}, {n.right, b}} {
			if side.k != NoKind && side.k&BooleanKind == 0 {
				t.report(side.n.pos(), "%s needs booleans, but one side is a %s", n.op, side.k)
			}
		}
		return TypeOf(BooleanKind)
	case "=", "!=", "<", "<=", ">", ">=":
		t.compared(n.pos(), n.op, a, b)
		return TypeOf(BooleanKind)
	}
	return t.arithmetic(n, a, b)
}

// arithmetic is + of texts, and what numbers and temporal values take.
func (t *typer) arithmetic(n *binary, a, b Kinds) *Type {
	if a == NoKind || b == NoKind {
		return TypeOf(NoKind)
	}
	result := NoKind
	if a&b&NumberKind != 0 {
		result |= NumberKind
	}
	if a&b&StringKind != 0 && n.op == "+" {
		result |= StringKind
	}
	switch calculates := NumberKind | TemporalKind; {
	case (a|b)&TemporalKind == 0, a&calculates == 0, b&calculates == 0:
	case n.op == "+" || n.op == "-":
		if a&b&TemporalKind != 0 {
			result |= TemporalKind
		}
	default:
		result |= NumberKind | TemporalKind
	}
	if result == NoKind {
		hint := ""
		if n.op == "+" && (a|b)&StringKind != 0 {
			hint = "; string(…) makes text of a value"
		}
		t.report(n.pos(), "%s cannot be applied to a %s and a %s: it gives null%s", n.op, a, b, hint)
	}
	return TypeOf(result)
}

// in is value in tests. One of them that does not fit is enough to tell.
func (t *typer) in(n *in, names map[string]*Type) {
	value, told := t.of(n.value, names).kinds(), false
	for _, test := range n.tests {
		if c, ok := test.of.(*comparisonTest); ok {
			k := t.of(c.value, names).kinds()
			told = told || t.compared(c.pos(), c.op, value, k)
			continue
		}
		tested := t.of(test.of, names)
		k := tested.kinds()
		if r, ok := test.of.(*rangeLiteral); ok && r.low != nil {
			told = told || t.compared(r.pos(), "in", value, t.of(r.low, names).kinds())
		}
		if k.Only(ListKind) {
			k |= tested.Item.kinds()
		}
		if k&(RangeKind|FunctionKind|BooleanKind) == 0 {
			told = told || t.compared(test.of.pos(), "in", value, k)
		}
	}
}

// call checks the arguments of a function, and returns the type of what it gives.
func (t *typer) call(n *call, names map[string]*Type) *Type {
	args := make([]*Type, len(n.args))
	for i, a := range n.args {
		args[i] = t.of(a, names)
	}
	if n.of != nil {
		t.of(n.of, names)
		return nil
	}
	if bound, ok := names[n.name]; ok && bound.kinds()&FunctionKind != 0 {
		return nil
	}
	in := t.library.invocation(n.name, len(n.args), n.named)
	if len(in.overloads) == 0 {
		return nil
	}
	if n.name == "not" && len(args) == 1 && args[0].kinds() != NoKind && args[0].kinds()&BooleanKind == 0 {
		t.report(n.pos(), "not needs a boolean, but is given a %s: it gives null", args[0].kinds())
	}
	if in.wrap < 0 {
		t.arguments(n, &in, args)
	}
	if n.name == "list contains" && len(args) == 2 && n.named == nil && args[0].kinds().Only(ListKind) {
		t.compared(n.pos(), n.name, args[1].kinds(), args[0].Item.kinds())
	}
	switch k, ok := resultKinds[n.name]; {
	case ok:
		return TypeOf(k)
	case n.name == "fromAi" && len(args) > 0:
		return args[0]
	}
	return nil
}

// arguments reports an argument that no form of a function takes.
func (t *typer) arguments(n *call, in *invocation, args []*Type) {
	misfit := ""
	for _, b := range in.overloads {
		fault := ""
		for i, arg := range args {
			at := i
			if in.order != nil {
				at = in.order[i]
			}
			if takes, ok := kindsOfParam(b.params[at].typ); ok && arg.kinds() != NoKind && arg.kinds()&takes == 0 {
				fault = fmt.Sprintf("the %s of %s is a %s, expected a %s", b.params[at].name, n.name, arg.kinds(), takes)
				break
			}
		}
		if fault == "" {
			return
		}
		if misfit == "" {
			misfit = fault
		}
	}
	t.found = append(t.found, Mismatch{Pos: n.pos(), Text: misfit, Fails: in.overloads[0].strict})
}

// kindsOfParam returns the kinds that a parameter takes, and whether it refuses others. A list takes a single value as well.
func kindsOfParam(typ string) (Kinds, bool) {
	for _, n := range kindNames[:3] { // boolean, number, string
		if typ == n.name {
			return n.kind, true
		}
	}
	switch {
	case typ == "context":
		return ContextKind, true
	case typ == "date" || typ == "time" || strings.HasPrefix(typ, "date and") || strings.HasSuffix(typ, "duration"):
		return TemporalKind, true
	}
	return AnyKind, false
}
