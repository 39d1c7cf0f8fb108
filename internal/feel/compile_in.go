package feel

import "fmt"

// in compiles value in test and value in (test, test, …).
func (c *compiler) in(n *in) evaluator {
	value := c.compile(n.value)
	m := c.mark()
	slot := c.bind(inputName)
	c.bind(hiddenName)
	tests := make([]evaluator, len(n.tests))
	for i, t := range n.tests {
		tests[i] = c.test(t, slot)
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
		saved, hidden := f.slots[slot], f.slots[slot+1]
		defer func() { f.slots[slot], f.slots[slot+1] = saved, hidden }()
		f.slots[slot], f.slots[slot+1] = v, nil
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

// test compiles one test of the input in slot. A bare comparison or range is a test by itself; any other expression passes
// if it is true, or a list that has the input in it, or equal to the input. It is evaluated as if there were no ? first:
// only one that cannot do without is evaluated with it, and can only give a boolean then.
func (c *compiler) test(t unaryTest, slot int) evaluator {
	asked := c.inputs
	value := c.compile(t.of)
	pos := t.of.pos()
	if t.bare {
		return value
	}
	if l, ok := t.of.(*literal); ok {
		if _, isBool := l.value.(bool); !isBool {
			return func(f *frame) Value { return f.equals(pos, f.slots[slot], l.value, true) }
		}
	}
	if c.inputs > asked {
		return c.inputTest(pos, value, slot)
	}
	return func(f *frame) Value {
		v := value(f)
		if f.err != nil {
			return nil
		}
		return f.passesTest(pos, f.slots[slot], v)
	}
}

// inputTest is a test that names the input.
func (c *compiler) inputTest(pos Pos, value evaluator, slot int) evaluator {
	return func(f *frame) Value {
		base := len(f.stack)
		f.slots[slot+1] = true
		v := value(f)
		f.slots[slot+1] = nil
		e, failed := v.(*failure)
		switch {
		case f.err == nil && (!failed || !e.fatal || e.enclosed):
			return f.passesTest(pos, f.slots[slot], v)
		case f.err != nil && f.missedInput(base) == nil:
			return nil
		}
		v = value(f)
		if _, isBool := v.(bool); !isBool && f.err == nil {
			return f.warn(pos, WrongType, "?", "a test that names ? must give a boolean, but gave %s", article(v))
		}
		return v
	}
}

// passesTest says whether the value of a test lets the input pass.
func (f *frame) passesTest(pos Pos, input, v Value) Value {
	if e, failed := v.(*failure); failed {
		f.warn(e.pos, ErrorValue, "", "%s", e.text)
		return false
	}
	return f.passes(pos, input, v)
}

func (f *frame) passes(pos Pos, input, v Value) Value {
	switch v := v.(type) {
	case bool:
		if b, ok := input.(bool); ok && !v {
			return !b
		}
		return v
	case []Value:
		if !f.spend(1) {
			return nil
		}
		return f.identical(input, v) || f.listHas(v, input)
	}
	return f.equals(pos, input, v, true)
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
			return f.warn(n.pos(), MissingInput, n.op, "%s has nothing on its left side to compare", n.op)
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
			return f.warn(n.pos(), MissingInput, "range", "a range is no value: it can stand after in, or as an argument")
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
			return &failure{
				pos: n.pos(), text: fmt.Sprintf("a range cannot go from %s to %s", article(r.Low), article(r.High)),
				official: "Invalid range definition '" + officialTree(n) + "'",
			}
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
			return f.warn(pos, WrongType, "in", "%s cannot be in a range with %s as its end", article(v), article(end))
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
