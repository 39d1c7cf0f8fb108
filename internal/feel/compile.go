package feel

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// evaluator is a compiled node. It must not be called once the frame has an error; what it returns after it set one
// does not matter.
type evaluator func(f *frame) Value

// compiler turns nodes into evaluators. What a source binds itself (variables of loops, parameters, entries of contexts)
// gets a slot in the frame; a name that nothing binds is asked of the scope.
type compiler struct {
	library *Library
	slots   int // how many slots are needed
	used    int // how many of them are bound where the compiler stands
	env     *binding
	free    []string
	// sites counts the places in the source that read a member of contexts by its name.
	sites int
	// inputs counts the places that have ?, the value that a unary test tests.
	inputs int
	// ranges says that a range can come out, which is no value of JSON.
	ranges bool
	source string
	notes  []Warning // what is doubtful about the source, whatever the variables are
	// identity says that each evaluation must make its own contexts, as a list may be asked for the very same.
	identity bool
}

// binding is one thing that a name may refer to, the innermost first: a variable in a slot, or the item of a filter, whose
// own fields are names within the filter.
type binding struct {
	parent *binding
	name   string // of a variable, or itemName
	slot   int
	used   bool // whether a name refers to it
	// function says that it is an entry of a context that holds a function: callable by the name, but the name alone means
	// a variable further out.
	function bool
	// entry says that it is an entry of a context. Only such a name can be called.
	entry bool
}

// itemName and inputName bind the item of a filter and the input of a unary test; the slot behind that of the input has
// hiddenName. No name of a source has a NUL.
const (
	itemName   = "\x00item"
	inputName  = "\x00input"
	hiddenName = "\x00hidden" // true while a test is evaluated as if there were no input
)

// bind makes a variable visible and returns its slot; release with unbind.
func (c *compiler) bind(name string) int {
	slot := c.used
	c.used++
	c.slots = max(c.slots, c.used)
	c.env = &binding{parent: c.env, name: name, slot: slot}
	return slot
}

// mark and unbind bracket a scope of bindings.
type scopeMark struct {
	env  *binding
	used int
}

func (c *compiler) mark() scopeMark { return scopeMark{c.env, c.used} }

func (c *compiler) unbind(m scopeMark) { c.env, c.used = m.env, m.used }

func (c *compiler) compile(n node) evaluator {
	if v, ok := c.constant(n); ok {
		c.noteTemplate(n, v)
		return func(*frame) Value { return v }
	}
	switch n := n.(type) {
	case *temporalLiteral:
		return c.temporal(n)
	case *name:
		return c.name(n.pos(), n.text)
	case *inputValue:
		return c.input(n)
	case *path, *filter:
		return c.chain(n)
	case *call:
		return c.call(n)
	case *list:
		return c.list(n)
	case *contextLiteral:
		return c.context(n)
	case *function:
		return c.function(n)
	case *conditional:
		return c.conditional(n)
	case *loop:
		return c.loop(n)
	case *quantified:
		return c.quantified(n)
	case *binary:
		return c.binary(n)
	case *negation:
		return c.negation(n)
	case *between:
		return c.between(n)
	case *instanceOf:
		return c.instanceOf(n)
	case *in:
		return c.in(n)
	case *comparisonTest:
		return c.comparisonTest(n)
	case *rangeLiteral:
		return c.rangeTest(n)
	}
	panic("feel: a node without a compiler") // a new kind of node was forgotten here
}

// noteTemplate notes a text that looks like a template of another language. It is the value as it stands.
func (c *compiler) noteTemplate(n node, v Value) {
	text, isText := v.(string)
	if !isText || !strings.Contains(text, "{") || !template.MatchString(text) {
		return
	}
	c.note(n.pos(), PlainText, "text", "%s in a text is part of the text%s", template.FindString(text), writes(`"text " + string(value)`))
}

// note keeps what is doubtful about the source whatever the variables are.
func (c *compiler) note(pos Pos, kind WarningKind, operation, format string, args ...any) {
	line, column := pos.In(c.source)
	c.notes = append(c.notes, Warning{Kind: kind, Operation: operation, Pos: pos, Line: line, Column: column, Text: fmt.Sprintf(format, args...)})
}

// template is a placeholder of JavaScript, JUEL or Groovy.
var template = regexp.MustCompile(`[$#]\{[^}]*\}|\{\{\s*[^}s][^}]*\}\}`)

// constant returns the value of a node that has the same in every evaluation: a literal, or a list or context of such
// ones alone. Values are immutable, so that one serves all.
func (c *compiler) constant(n node) (Value, bool) {
	if l, ok := n.(*literal); ok {
		return l.value, true
	}
	if !c.isConstant(n) {
		return nil, false
	}
	return constantValue(n), true
}

func (c *compiler) isConstant(n node) bool {
	switch n := n.(type) {
	case *literal:
		return true
	case *list:
		return !slices.ContainsFunc(n.items, func(item node) bool { return !c.isConstant(item) })
	case *contextLiteral:
		return !c.identity && !slices.ContainsFunc(n.entries, func(e entry) bool { return !c.isConstant(e.value) })
	}
	return false
}

// constantValue makes the value of a node that is constant.
func constantValue(n node) Value {
	switch n := n.(type) {
	case *list:
		values := make([]Value, len(n.items))
		for i, item := range n.items {
			values[i] = constantValue(item)
		}
		return values
	case *contextLiteral:
		o := jsonvalue.NewObject(len(n.entries))
		for _, e := range n.entries {
			o.Set(e.key, constantValue(e.value))
		}
		return o
	}
	return n.(*literal).value
}

func (c *compiler) temporal(n *temporalLiteral) evaluator {
	v := parseTemporal(n.text)
	if v != nil {
		return func(*frame) Value { return v }
	}
	return func(f *frame) Value {
		return f.warn(n.pos(), InvalidText, "@", "%q is no date, time, date and time or duration", n.text)
	}
}

// name finds what a name refers to. Within filters that is first a field of the item, if it has it, then outwards.
func (c *compiler) name(pos Pos, text string) evaluator {
	var items []int
	for b := c.env; b != nil; b = b.parent {
		switch {
		case b.name == text && b.function:
		case b.name == text:
			b.used = true
			return c.lookInItems(items, text, variable(b))
		case b.name == itemName:
			items = append(items, b.slot)
			if text == "item" {
				b.used = true
				return c.lookInItems(items, text, variable(b))
			}
		}
	}
	return c.lookInItems(items, text, c.freeName(pos, text))
}

// variable reads a slot. A function that is an entry of a context can be called, but not passed on by its name.
func variable(b *binding) evaluator {
	slot := b.slot
	if b.entry || b.name == itemName {
		return func(f *frame) Value {
			switch v := f.slots[slot].(type) {
			case *Function:
				return nil
			case *failure:
				return f.read(v)
			default:
				return v
			}
		}
	}
	return func(f *frame) Value {
		v := f.slots[slot]
		if e, failed := v.(*failure); failed {
			return f.read(e)
		}
		return v
	}
}

// read is what reading an error from a list or a variable gives: null, or the error if it is fatal.
func (f *frame) read(e *failure) Value {
	if e.fatal {
		return e
	}
	return f.warn(e.pos, ErrorValue, "", "%s", e.text)
}

// site returns the number of one more place in the source that reads a member, see [frame.field].
func (c *compiler) site() int {
	c.sites++
	return c.sites - 1
}

func (c *compiler) lookInItems(items []int, text string, otherwise evaluator) evaluator {
	if len(items) == 0 {
		return otherwise
	}
	site := c.site()
	return func(f *frame) Value {
		for _, slot := range items {
			if v, ok := f.field(f.slots[slot], text, site); ok {
				return v
			}
		}
		return otherwise(f)
	}
}

func (c *compiler) freeName(pos Pos, text string) evaluator {
	if !slices.Contains(c.free, text) {
		c.free = append(c.free, text)
	}
	return func(f *frame) Value {
		if v, ok := f.scope.Lookup(text); ok {
			return v
		}
		if whole := wordAround(f.program.source, pos, text); whole != "" {
			return f.warn(pos, WrongType, "or", "there is no variable %s: FEEL reads %s as the word %s and %s here%s", text, whole, strings.TrimSuffix(whole, text), text, writes("not(condition), and an operator between values"))
		}
		return f.unknown(pos, UnknownVariable, text, f.names(), "there is no variable %s", text)
	}
}

// wordAround returns the word of which a name is only the end, as in "not order", where or and der are read; "" if it is whole.
func wordAround(source string, pos Pos, name string) string {
	start := int(pos)
	if start < len(name) && start < 2 || start > len(source) || !strings.HasPrefix(source[start:], name) {
		return ""
	}
	for _, w := range [...]string{"or", "and"} {
		if strings.HasSuffix(source[:start], w) {
			return w + name
		}
	}
	return ""
}

// names returns the names that the scope knows, nil if it does not tell.
func (f *frame) names() []string {
	if n, ok := f.scope.(Names); ok {
		return n.Names()
	}
	return nil
}

func (c *compiler) input(n *inputValue) evaluator {
	for b := c.env; b != nil; b = b.parent {
		if b.name == inputName {
			c.inputs++
			slot := b.slot
			return func(f *frame) Value {
				if f.slots[slot+1] != nil {
					return f.noInput(n.pos())
				}
				return f.slots[slot]
			}
		}
	}
	return func(f *frame) Value {
		if v, ok := f.scope.Lookup("?"); ok {
			return v
		}
		return f.noInput(n.pos())
	}
}

// noInputOfficial are the official engine's words for a ? without an input.
const noInputOfficial = "No input value available. '?' can only be used inside an unary-test expression."

// noInput ends the evaluation because of a ? without an input, unless a list or a context around it makes a failure of
// that error.
func (f *frame) noInput(pos Pos) Value {
	f.fail(pos, "? stands for the value before in, and here is none")
	f.inputless = true
	return nil
}

// missedInput takes back the error of a ? without an input and returns a failure for it; nil for any other error. The
// stack had this height where the evaluation goes on.
func (f *frame) missedInput(height int) *failure {
	var e *EvalError
	if !f.inputless || !errors.As(f.err, &e) {
		return nil
	}
	f.err, f.inputless = nil, false
	f.unwind(height)
	return &failure{pos: e.Pos, text: e.Text, official: noInputOfficial, fatal: true}
}

// inputSlot returns the slot of the value that unary tests test, −1 where there is none.
func (c *compiler) inputSlot() int {
	for b := c.env; b != nil; b = b.parent {
		if b.name == inputName {
			return b.slot
		}
	}
	return -1
}

func (c *compiler) list(n *list) evaluator {
	items := c.all(n.items)
	return func(f *frame) Value {
		if !f.produce(16 * len(items)) {
			return nil
		}
		values, base := make([]Value, len(items)), len(f.stack)
		for i, item := range items {
			values[i] = item(f)
			if f.err != nil {
				return f.endOrFailure(base)
			}
			if _, failed := values[i].(*failure); failed {
				return values[i]
			}
		}
		return values
	}
}

// endOrFailure is what a list or a context gives of which a part ended the evaluation.
func (f *frame) endOrFailure(height int) Value {
	if e := f.missedInput(height); e != nil {
		e.enclosed = true
		return e
	}
	return nil
}

func (c *compiler) all(nodes []node) []evaluator {
	out := make([]evaluator, len(nodes))
	for i, n := range nodes {
		out[i] = c.compile(n)
	}
	return out
}

func (c *compiler) conditional(n *conditional) evaluator {
	condition, then, otherwise := c.compile(n.condition), c.compile(n.then), c.compile(n.otherwise)
	return func(f *frame) Value {
		v := condition(f)
		if f.err != nil {
			return nil
		}
		if b, ok := v.(bool); ok && b {
			v = then(f)
			if e, failed := v.(*failure); failed {
				f.warn(e.pos, ErrorValue, "", "%s", e.text)
				return otherwise(f)
			}
			return v
		} else if !ok && v != nil {
			f.warn(n.condition.pos(), WrongType, "if", "the condition of if is a %s, expected a boolean", typeName(v))
		}
		return otherwise(f)
	}
}

func (c *compiler) negation(n *negation) evaluator {
	of := c.compile(n.of)
	return func(f *frame) Value {
		v := of(f)
		if d, ok := asNumber(v); ok {
			return positiveZero(&apd.Decimal{Negative: !d.Negative, Exponent: d.Exponent, Coeff: d.Coeff})
		}
		if v != nil && f.err == nil {
			f.warn(n.pos(), WrongType, "-", "- cannot be put before a %s", typeName(v))
		}
		return nil
	}
}

func (c *compiler) instanceOf(n *instanceOf) evaluator {
	value := c.compile(n.value)
	if !slices.Contains(typeNames, n.typ) {
		c.note(n.pos(), UnknownType, "instance of", "there is no type %s%s", n.typ, suggest(n.typ, typeNames))
	}
	return func(f *frame) Value {
		v := value(f)
		if _, failed := v.(*failure); failed {
			return v
		}
		return isInstance(v, n.typ)
	}
}
