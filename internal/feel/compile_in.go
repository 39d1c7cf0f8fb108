package feel

import "fmt"

// in compiles value in test and value in (test, test, …).
func (c *compiler) in(n *in) evaluator {
	value := c.compile(n.value)
	m := c.mark()
	slot := c.bind(inputName)
	tests := make([]evaluator, len(n.tests))
	for i, t := range n.tests {
		tests[i] = c.test(t, slot, n.grouped)
	}
	c.unbind(m)
	return func(f *frame) Value {
		v := value(f)
		if f.err != nil {
			return nil
		}
		if _, failed := v.(*failure); failed {
			return v
		}
		if _, isFunction := v.(*Function); isFunction {
			v = nil
		}
		saved := f.slots[slot]
		defer func() { f.slots[slot] = saved }()
		f.slots[slot] = v
		result := Value(false)
		for _, test := range tests {
			got := test(f)
			if f.err != nil {
				return nil
			}
			if b, ok := got.(bool); ok && b {
				return true
			} else if _, failed := got.(*failure); failed {
				return got
			} else if !ok {
				result = nil
			}
		}
		return result
	}
}

// test compiles one test of the input in slot. A comparison or a range is a test by itself; any other expression passes
// if it is true, or a list that has the input in it, or equal to the input. A literal true is equal to the input where it
// stands alone, and passes in parentheses. An expression that names the input can only give a boolean.
func (c *compiler) test(n node, slot int, grouped bool) evaluator {
	asked := c.inputs
	value := c.compile(n)
	namesInput := c.inputs > asked
	pos := n.pos()
	isLogic := false
	switch n := n.(type) {
	case *comparisonTest, *rangeLiteral:
		return value
	case *binary:
		isLogic = n.op == "and" || n.op == "or" // of tests; what is no boolean is unknown
	case *literal:
		if _, isBool := n.value.(bool); !isBool || !grouped {
			return func(f *frame) Value { return f.equals(pos, f.slots[slot], n.value, true) }
		}
	case *list, *loop:
		if namesInput {
			return func(*frame) Value { return false }
		}
	}
	return func(f *frame) Value {
		v := value(f)
		if f.err != nil {
			return nil
		}
		if _, isBool := v.(bool); isLogic && !isBool {
			return nil
		} else if namesInput && !isBool {
			return f.warn(pos, "a test that names ? must give a boolean, but gave %s", article(v))
		}
		if e, failed := v.(*failure); failed {
			f.warn(e.pos, "%s", e.text)
			return false
		}
		return f.passes(pos, f.slots[slot], v)
	}
}

func (f *frame) passes(pos Pos, input, v Value) Value {
	switch v := v.(type) {
	case bool:
		if b, ok := input.(bool); ok && !v {
			return !b
		}
		return v
	case []Value:
		if !f.spend(1 + len(v)) {
			return nil
		}
		if f.identical(input, v) {
			return true
		}
		for _, item := range v {
			if f.listHas(item, input) {
				return true
			}
		}
		return false
	case *Range:
		return f.inRange(pos, input, v)
	}
	return f.equals(pos, input, v, true)
}

// listHas says whether an item of a list is the value, as `list contains` understands it: contexts are never found.
func (f *frame) listHas(item, v Value) bool {
	if typeName(item) == "context" {
		return false
	}
	return f.identical(item, v)
}

func (c *compiler) comparisonTest(n *comparisonTest) evaluator {
	value := c.compile(n.value)
	slot := c.inputSlot()
	return func(f *frame) Value {
		v := value(f)
		if f.err != nil {
			return nil
		}
		input, ok := f.input(slot)
		if !ok {
			return f.warn(n.pos(), "%s has nothing on its left side to compare", n.op)
		}
		return f.ordered(n.pos(), n.op, input, v)
	}
}

// input returns the value that unary tests test: from a slot, or from the scope by the name ?.
func (f *frame) input(slot int) (Value, bool) {
	if slot >= 0 {
		return f.slots[slot], true
	}
	return f.scope.Lookup("?")
}

// rangeTest compiles a range that stands alone: a test of the input. Without an input it is null.
func (c *compiler) rangeTest(n *rangeLiteral) evaluator {
	slot := c.inputSlot()
	value := c.rangeValue(n)
	return func(f *frame) Value {
		r := value(f)
		if f.err != nil {
			return nil
		}
		input, ok := f.input(slot)
		if !ok {
			return f.warn(n.pos(), "a range is no value: it can stand after in, or as an argument")
		}
		return f.inRange(n.pos(), input, r.(*Range))
	}
}

// rangeValue compiles a range that is an argument.
func (c *compiler) rangeValue(n *rangeLiteral) evaluator {
	low, high := c.compile(n.low), c.compile(n.high)
	return func(f *frame) Value {
		return &Range{Low: low(f), High: high(f), LowClosed: n.lowClosed, HighClosed: n.highClosed}
	}
}

// rangeArgument compiles a range that is an argument: its ends must be of one type that ranges know.
func (c *compiler) rangeArgument(n *rangeLiteral) evaluator {
	value := c.rangeValue(n)
	c.ranges = true
	return func(f *frame) Value {
		r := value(f).(*Range)
		if f.err == nil && (!isPoint(r.Low) || f.rank(r.Low) != f.rank(r.High)) {
			return &failure{n.pos(), fmt.Sprintf("a range cannot go from %s to %s", article(r.Low), article(r.High))}
		}
		return r
	}
}

// inRange says whether a value lies between the ends of a range. It is null unless all three are of one type.
func (f *frame) inRange(pos Pos, v Value, r *Range) Value {
	for _, end := range [...]Value{r.Low, r.High} {
		if kind := f.rank(v); kind == "" || kind != f.rank(end) {
			if v == nil || end == nil {
				return nil
			}
			return f.warn(pos, "%s cannot be in a range with %s as its end", article(v), article(end))
		}
	}
	above, below := ">", "<"
	if r.LowClosed {
		above = ">="
	}
	if r.HighClosed {
		below = "<="
	}
	return conjoin(f.ordered(pos, above, v, r.Low), f.ordered(pos, below, v, r.High))
}
