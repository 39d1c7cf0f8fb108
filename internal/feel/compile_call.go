package feel

import (
	"fmt"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// function compiles function(a, b) body. The function keeps what the slots hold when it is made.
func (c *compiler) function(n *function) evaluator {
	m := c.mark()
	slots := make([]int, len(n.params))
	for i, p := range n.params {
		slots[i] = c.bind(p)
	}
	body := c.compile(n.body)
	c.unbind(m)
	return func(f *frame) Value {
		if !f.produce(16 * len(f.slots)) {
			return nil
		}
		captured := append([]Value(nil), f.slots...)
		return &Function{params: n.params, call: func(f *frame, args []Value) Value {
			if f.depth++; f.depth > f.program.limits.Depth {
				f.err = f.program.limits.depth()
				return nil
			}
			outer := f.slots
			f.slots = append([]Value(nil), captured...)
			for i, slot := range slots {
				f.slots[slot] = args[i]
			}
			v := body(f)
			f.slots = outer
			f.depth--
			if e, failed := v.(*failure); failed {
				return f.warn(e.pos, ErrorValue, "", "%s", e.text)
			}
			return v
		}}
	}
}

// callee finds a function that the source itself binds to a name, at the time of the call.
type callee func(f *frame) *Function

// bound lists what a call's name may refer to among the bindings: variables in slots, and functions in the item of a
// filter.
func (c *compiler) bound(name string) []callee {
	var all []callee
	for b := c.env; b != nil; b = b.parent {
		slot := b.slot
		switch b.name {
		case name:
			if b.entry {
				all = append(all, func(f *frame) *Function { fn, _ := f.slots[slot].(*Function); return fn })
			}
		case itemName:
			if name == "item" {
				all = append(all, func(f *frame) *Function { fn, _ := f.slots[slot].(*Function); return fn })
			}
			all = append(all, func(f *frame) *Function { return functionIn(f.slots[slot], name) })
		}
	}
	return all
}

func functionIn(v Value, name string) *Function {
	o, ok := v.(*jsonvalue.Object)
	if !ok {
		return nil
	}
	member, _ := o.Get(name)
	fn, _ := member.(*Function)
	return fn
}

// call compiles f(a, b) and f(x: a, y: b). A function of the source wins over a built-in of its name, if it takes these
// arguments.
func (c *compiler) call(n *call) evaluator {
	if n.name == "substring" && n.of == nil && len(n.args) > 1 && isZero(n.args[1]) {
		c.note(n.args[1].pos(), OutOfRange, "substring", "positions in a text count from 1, or from -1 at its end")
	}
	if e := c.textCall(n); e != nil {
		return e.asValue()
	}
	args := make([]evaluator, len(n.args))
	for i, a := range n.args {
		args[i] = c.argument(a)
	}
	if n.of != nil {
		return c.qualifiedCall(n, args)
	}
	callees := c.bound(n.name)
	native := c.library.invocation(n.name, len(n.args), n.named)
	if len(callees) == 0 && native.overloads != nil {
		return builtinCall(n.pos(), &native, args)
	}
	return func(f *frame) Value {
		if !f.spend(1) {
			return nil
		}
		if native.overloads == nil && !takesAny(f, callees, n, len(args)) {
			return f.noSuchFunction(n, len(args)) // what is not called is not given arguments either
		}
		base := len(f.stack)
		defer f.unwind(base)
		var broken *failure
		for _, arg := range args {
			v := arg(f)
			if f.err != nil {
				return nil
			}
			if e, failed := v.(*failure); failed {
				broken = e
				v = nil
			}
			f.stack = append(f.stack, v)
		}
		values := f.stack[base:]
		for _, find := range callees {
			if fn := find(f); fn != nil {
				if in, ok := fn.arguments(n.named, values); ok {
					if broken != nil {
						return f.warn(broken.pos, ErrorValue, "", "%s", broken.text)
					}
					return fn.call(f, in)
				}
			}
		}
		if native.overloads == nil {
			return f.noSuchFunction(n, len(values))
		}
		return native.callWith(f, n.pos(), values, broken)
	}
}

// builtinCall calls a built-in function whose name the source binds to nothing else.
func builtinCall(pos Pos, native *invocation, args []evaluator) evaluator {
	return func(f *frame) Value {
		if !f.spend(1) {
			return nil
		}
		base := len(f.stack)
		var broken *failure
		for i, arg := range args {
			v := arg(f)
			if f.err != nil {
				if !native.isItem(i) {
					return nil
				}
				e := f.missedInput(base + i)
				if e == nil {
					return nil
				}
				v = e
			}
			if e, failed := v.(*failure); failed {
				if native.isItem(i) {
					f.holdsFailures = true
				} else {
					broken, v = e, nil
				}
			}
			f.stack = append(f.stack, v)
		}
		v := native.callWith(f, pos, f.stack[base:], broken)
		f.unwind(base)
		return v
	}
}

// callWith is call, or callBroken if one of the arguments stands for an error.
func (in *invocation) callWith(f *frame, pos Pos, args []Value, broken *failure) Value {
	if broken != nil {
		return in.callBroken(f, broken)
	}
	return in.call(f, pos, args)
}

// isItem says whether the argument at an index becomes an item of a list. The list then holds an error that it stands for.
func (in *invocation) isItem(i int) bool { return in.wrap >= 0 && i >= in.wrap }

// callBroken is what a call gives of which an argument stands for an error.
func (in *invocation) callBroken(f *frame, broken *failure) Value {
	if in.overloads[0].name == "assert" {
		return f.fail(broken.pos, "%s", broken.text)
	}
	return f.warn(broken.pos, ErrorValue, "", "%s", broken.text)
}

// takesAny says whether one of the functions that a name may refer to takes such arguments.
func takesAny(f *frame, callees []callee, n *call, count int) bool {
	for _, find := range callees {
		if fn := find(f); fn != nil {
			if _, ok := fn.arguments(n.named, make([]Value, count)); ok {
				return true
			}
		}
	}
	return false
}

// argument compiles an argument; only there a range is a value.
func (c *compiler) argument(n node) evaluator {
	if r, ok := n.(*rangeLiteral); ok && !r.enclosed {
		return c.rangeArgument(r)
	}
	return c.compile(n)
}

// arguments puts values in the order of the parameters. Named ones may leave some out, which are null then.
func (fn *Function) arguments(named []string, values []Value) ([]Value, bool) {
	if named == nil {
		return append([]Value(nil), values...), len(values) == len(fn.params)
	}
	in := make([]Value, len(fn.params))
	for i, name := range named {
		at := -1
		for j, p := range fn.params {
			if p == name {
				at = j
			}
		}
		if at < 0 {
			return nil, false
		}
		in[at] = values[i]
	}
	return in, true
}

// qualifiedCall compiles c.f(a): what is before the last dot must be a context that has the function.
func (c *compiler) qualifiedCall(n *call, args []evaluator) evaluator {
	of := c.compile(n.of)
	return func(f *frame) Value {
		if !f.spend(1) {
			return nil
		}
		v := of(f)
		if f.err != nil {
			return nil
		}
		if _, failed := v.(*failure); failed {
			return v
		}
		o, ok := v.(*jsonvalue.Object)
		if !ok {
			return &failure{
				pos:      n.pos(),
				text:     fmt.Sprintf("%s(…) needs a context before the dot, but found %s%s", n.name, article(v), writes(f.instead(n))),
				official: fmt.Sprintf("Expected context but found '%s'", appendText(nil, v, true)),
			}
		}
		fn := functionIn(o, n.name)
		if fn == nil {
			return n.missing("the context has no function " + n.name + writes(f.instead(n)))
		}
		if _, ok := fn.arguments(n.named, make([]Value, len(args))); !ok {
			return n.missing(fmt.Sprintf("%s takes (%s)", n.name, strings.Join(fn.params, ", ")))
		}
		values := make([]Value, len(args))
		for i, arg := range args {
			if values[i] = arg(f); f.err != nil {
				return nil
			}
		}
		in, _ := fn.arguments(n.named, values)
		return fn.call(f, in)
	}
}

// instead returns what FEEL writes for a function or method of another language.
func (n *call) instead() string {
	if of, ok := n.of.(*name); ok {
		return insteadOfFunction(of.text, n.name)
	}
	return insteadOfFunction("", n.name)
}

// instead returns what FEEL writes for a method: that of another language, or a function of its own.
func (f *frame) instead(n *call) string {
	if instead := n.instead(); instead != "" {
		return instead
	}
	return f.program.library.signatures(n.name)
}

// missing is the failure of a call of a function that a context does not have.
func (n *call) missing(text string) *failure {
	official := fmt.Sprintf("No function found with name '%s' and %d parameters", n.name, len(n.args))
	if n.named != nil {
		official = fmt.Sprintf("No function found with name '%s' and parameters: %s", n.name, strings.Join(n.named, ","))
	}
	return &failure{pos: n.pos(), text: text, official: official}
}

func article(v Value) string {
	if v == nil {
		return "null"
	}
	return "a " + typeName(v)
}

func (f *frame) noSuchFunction(n *call, count int) Value {
	library := f.program.library
	if len(library.forms[n.name]) == 0 {
		return f.unknown(n.pos(), UnknownFunction, n.name, library.names, "there is no function %s", n.name)
	}
	forms := library.signatures(n.name)
	if n.named != nil {
		return f.warn(n.pos(), WrongArguments, n.name, "no parameters %s: the function is %s", strings.Join(n.named, ", "), forms)
	}
	return f.warn(n.pos(), WrongArguments, n.name, "%d arguments do not fit: the function is %s", count, forms)
}
