package feel

import (
	"github.com/cockroachdb/apd/v3"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// chain compiles base.key[3].key: the keys and constant indexes that follow each other become one list of steps.
func (c *compiler) chain(n node) evaluator {
	base, count := n, 0
	for before, _ := stepOf(base); before != nil; before, _ = stepOf(base) {
		base, count = before, count+1
	}
	if count == 0 {
		return c.filter(n.(*filter))
	}
	steps := make([]step, count)
	for i, at := count-1, n; i >= 0; i-- {
		at, steps[i] = stepOf(at)
		if steps[i].index == nil {
			steps[i].site = c.site()
		}
	}
	start := c.compile(base)
	return func(f *frame) Value {
		v := start(f)
		for i := range steps {
			if f.err != nil || v == nil {
				return nil
			}
			s := &steps[i]
			if s.index != nil {
				if list, ok := v.([]Value); ok && s.small && s.at <= int64(len(list)) {
					v = list[s.at-1]
				} else {
					v = f.index(s.pos, v, s.index)
				}
				if e, failed := v.(*failure); failed {
					v = f.read(e)
				}
			} else if _, failed := v.(*failure); !failed {
				v = f.member(s.pos, v, s.key, s.site)
			}
		}
		return v
	}
}

// step is .key or [index].
type step struct {
	pos   Pos
	key   string
	index *apd.Decimal // nil for .key
	at    int64        // the index, if it is a small whole number above 0
	small bool
	site  int // of .key
}

// stepOf takes the last step off a node and returns what is before it; nil if the node does not end with a step.
func stepOf(n node) (before node, last step) {
	switch n := n.(type) {
	case *path:
		return n.base, step{pos: n.pos(), key: n.key}
	case *filter:
		if l, ok := n.condition.(*literal); ok {
			if d, ok := l.value.(*apd.Decimal); ok {
				at, small := smallInt(d)
				return n.base, step{pos: n.pos(), index: d, at: at, small: small && at > 0}
			}
		}
	}
	return nil, step{}
}

// field returns a member of a context that is visible as a name; functions are not.
func field(v Value, key string) (Value, bool) {
	o, ok := v.(*jsonvalue.Object)
	if !ok {
		return nil, false
	}
	v, ok = o.Get(key)
	return visible(v), ok
}

// visible is a member as names and paths see it.
func visible(v Value) Value {
	switch v := v.(type) {
	case *Function:
		return nil
	case storedFunction:
		return v.fn
	}
	return v
}

// field is the function of this name for a site of the program, which mostly reads contexts of one shape: the frame keeps
// where each site found its member last.
func (f *frame) field(v Value, key string, site int) (Value, bool) {
	o, ok := v.(*jsonvalue.Object)
	if !ok {
		return nil, false
	}
	v, f.places[site], ok = o.GetNear(key, f.places[site])
	return visible(v), ok
}

// member is v.key: a field of a context, the fields of a list's contexts, or a property of a temporal value.
func (f *frame) member(pos Pos, v Value, key string, site int) Value {
	switch v := v.(type) {
	case *jsonvalue.Object:
		got, ok := f.field(v, key, site)
		if !ok {
			return f.unknown(pos, UnknownField, key, v.Keys(), "there is no field %s", key)
		}
		return got
	case []Value:
		if !f.spend(len(v)) || !f.produce(16*len(v)) {
			return nil
		}
		out := make([]Value, len(v))
		for i, item := range v {
			if _, failed := item.(*failure); failed || item == nil {
				continue
			}
			out[i] = f.member(pos, item, key, site)
			if f.err != nil {
				return nil
			}
		}
		return out
	case nil:
		return nil
	}
	if got, ok := property(v, key); ok {
		return got
	}
	return f.unknown(pos, UnknownField, key, propertyNames(v), "a %s has no field %s", typeName(v), key)
}

// index is list[i]: from 1, or from the end below 0. A fraction is cut off when the place is known: of three items, -1.5
// is the second and 1.5 the first.
func (f *frame) index(pos Pos, v Value, d *apd.Decimal) Value {
	list, ok := v.([]Value)
	if !ok {
		return f.notList(pos, v)
	}
	n := int64(len(list))
	i, ok := smallInt(d)
	if !ok {
		size := newInt(n)
		if d.Sign() < 0 {
			if compare(&apd.Decimal{Exponent: d.Exponent, Coeff: d.Coeff}, size) <= 0 {
				if i, _ = toInt64(add(size, d)); i < n {
					return list[i]
				}
				i = 0
			}
		} else {
			i, _ = toInt64(d)
		}
	}
	switch {
	case i >= 1 && i <= n:
		return list[i-1]
	case i < 0 && -i <= n:
		return list[n+i]
	}
	if d.IsZero() {
		return f.warn(pos, OutOfRange, "[…]", "there is no item 0 in a list of %d: lists count from 1, and from -1 at the end", n)
	}
	return f.warn(pos, OutOfRange, "[…]", "there is no item %s in a list of %d", decimalString(d), n)
}

// filter compiles list[condition]. A condition that is a comparison or a call is asked for each item; any other is first
// evaluated outside, and is an index if it gives a number. So it is, too, if it gives a number for the first item.
func (c *compiler) filter(n *filter) evaluator {
	base := c.compile(n.base)
	var outside evaluator
	if !perItem(n.condition) {
		outside = c.compile(n.condition)
	}
	m := c.mark()
	slot := c.bind(itemName)
	condition := c.compile(n.condition)
	c.unbind(m)
	return func(f *frame) Value {
		v := base(f)
		if v == nil || f.err != nil {
			return nil
		}
		list, ok := v.([]Value)
		if !ok {
			return f.notList(n.pos(), v)
		}
		if outside != nil {
			warnings := len(f.warnings)
			if d, ok := asNumber(outside(f)); ok && f.err == nil {
				return f.indexBy(n.pos(), list, d)
			}
			f.warnings = f.warnings[:warnings] // what is unknown outside may be a field of the items
		}
		return f.filterItems(n.pos(), list, slot, condition)
	}
}

func (f *frame) notList(pos Pos, v Value) Value {
	if e, failed := v.(*failure); failed {
		return f.warn(e.pos, ErrorValue, "", "%s", e.text)
	}
	if o, isContext := v.(*jsonvalue.Object); isContext {
		return f.warn(pos, WrongType, "[…]", "a context cannot be filtered, expected a list (a field is read as context.name, context.`name-with-signs` or get value(context, name); there are: %s)", f.listed(o.Keys()))
	}
	if _, isText := v.(string); isText {
		return f.warn(pos, WrongType, "[…]", "a string cannot be filtered, expected a list (FEEL writes: substring(text, position, 1), counted from 1)")
	}
	return f.warn(pos, WrongType, "[…]", "a %s cannot be filtered, expected a list", typeName(v))
}

func (f *frame) indexBy(pos Pos, list []Value, d *apd.Decimal) Value {
	return f.index(pos, list, d)
}

func (f *frame) filterItems(pos Pos, list []Value, slot int, condition evaluator) Value {
	if f.err != nil || !f.spend(len(list)) {
		return nil
	}
	kept := []Value{}
	for i, item := range list {
		f.slots[slot] = item
		v := condition(f)
		if f.err != nil {
			return nil
		}
		if i == 0 {
			if d, ok := asNumber(v); ok {
				return f.indexBy(pos, list, d)
			}
		}
		switch v := v.(type) {
		case bool:
			if v {
				kept = append(kept, item)
			}
		case *failure:
			return f.warn(v.pos, ErrorValue, "", "%s", v.text)
		}
	}
	f.produce(16 * len(kept))
	return kept
}

// perItem says whether a filter's condition can only be asked for each item.
func perItem(n node) bool {
	switch n := n.(type) {
	case *binary:
		switch n.op {
		case "+", "-", "*", "/", "**":
			return false
		}
		return true
	case *between, *instanceOf, *in, *comparisonTest, *rangeLiteral, *quantified, *call:
		return true
	}
	return false
}

// context compiles {a: 1, b: a}: later entries see the earlier ones.
func (c *compiler) context(n *contextLiteral) evaluator {
	m := c.mark()
	values := make([]evaluator, len(n.entries))
	slots := make([]int, len(n.entries))
	var functions map[string]bool
	for i, e := range n.entries {
		values[i] = c.compile(e.value)
		key := e.key
		_, isFunction := e.value.(*function)
		if isFunction {
			if functions[key] {
				key = hiddenName // the first of two functions is called
			}
			if functions == nil {
				functions = map[string]bool{}
			}
			functions[e.key] = true
		}
		slots[i] = c.bind(key)
		c.env.function, c.env.entry = isFunction, true
	}
	c.unbind(m)
	keys := map[string]bool{}
	for _, e := range n.entries {
		keys[e.key] = true
	}
	distinct := len(keys) == len(n.entries)
	return func(f *frame) Value {
		if !f.produce(48 * len(values)) {
			return nil
		}
		o, base := jsonvalue.NewObject(len(values)), len(f.stack)
		if f.program.identity {
			f.madeHere(o)
		}
		for i, value := range values {
			v := value(f)
			if f.err != nil {
				return f.endOrFailure(base)
			}
			if _, failed := v.(*failure); failed {
				return v
			}
			f.slots[slots[i]] = v
			if distinct {
				o.Append(n.entries[i].key, v)
			} else {
				setEntry(o, n.entries[i].key, v)
			}
		}
		return o
	}
}

// setEntry sets a field that the context may have already. A function never takes the place of another value.
func setEntry(o *jsonvalue.Object, key string, v Value) {
	if _, isFunction := v.(*Function); isFunction {
		if _, taken := o.Get(key); taken {
			return
		}
	}
	o.Set(key, v)
}
