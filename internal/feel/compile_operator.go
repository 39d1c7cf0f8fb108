package feel

import "github.com/cockroachdb/apd/v3"

func (c *compiler) binary(n *binary) evaluator {
	switch n.op {
	case "and", "or":
		return c.logic(n)
	case "=", "!=":
		return c.equality(n)
	case "<", "<=", ">", ">=":
		return c.operands(n, (*frame).ordered)
	case "+":
		if left, ok := n.left.(*binary); ok && left.op == "+" {
			return c.sum(n)
		}
	}
	return c.operands(n, (*frame).arithmetic)
}

// operands compiles an operator that needs the values of both sides.
func (c *compiler) operands(n *binary, apply func(f *frame, pos Pos, op string, a, b Value) Value) evaluator {
	left, right := c.compile(n.left), c.compile(n.right)
	pos, op := n.pos(), n.op
	return func(f *frame) Value {
		a := left(f)
		if f.err != nil {
			return nil
		}
		b := right(f)
		if f.err != nil {
			return nil
		}
		return apply(f, pos, op, a, b)
	}
}

// logic is and and or of three values: a side that is no boolean is unknown. The right side is not asked once the left
// one has decided.
func (c *compiler) logic(n *binary) evaluator {
	left, right := c.compile(n.left), c.compile(n.right)
	decides := n.op == "or"
	return func(f *frame) Value {
		a := left(f)
		if f.err != nil {
			return nil
		}
		if x, ok := a.(bool); ok && x == decides {
			return decides
		}
		b := right(f)
		if f.err != nil {
			return nil
		}
		if y, ok := b.(bool); ok {
			if y == decides {
				return decides
			}
			if _, ok := a.(bool); ok {
				return !decides
			}
		}
		for _, v := range [...]Value{a, b} {
			if _, isBool := v.(bool); !isBool && v != nil {
				f.warn(n.pos(), WrongType, n.op, "%s needs booleans, but one side is a %s", n.op, typeName(v))
			}
		}
		return nil
	}
}

// arithmetic is +, −, *, / and ** of numbers, + of strings, and what temporal values can be added to and taken from.
func (f *frame) arithmetic(pos Pos, op string, a, b Value) Value {
	x, isNumber := asNumber(a)
	if isNumber {
		if y, ok := asNumber(b); ok {
			return f.calculate(pos, op, x, y)
		}
	}
	if s, ok := a.(string); ok && op == "+" {
		if t, ok := b.(string); ok {
			if !f.produce(len(s) + len(t)) {
				return nil
			}
			return joinText(s, t)
		}
	}
	if v, ok := temporalArithmetic(op, a, b); ok {
		if v == (beyond{}) {
			return f.fail(pos, "the result of %s is out of bounds", op)
		}
		return v
	}
	if a == nil || b == nil {
		return nil
	}
	hint := ""
	if op == "+" && (typeName(a) == "string" || typeName(b) == "string") {
		hint = "; string(…) makes text of a value"
	}
	_, aNumber := asNumber(a)
	_, bNumber := asNumber(b)
	switch {
	case op == "+" && typeName(a) == "context" && typeName(b) == "context":
		hint = writes("context merge(context, context)")
	case op == "+" && (isList(a) && typeName(b) == "string" || isList(b) && typeName(a) == "string"):
		hint = writes(`text + string join(list, ", ")`)
	case op == "+" && isList(a) && isList(b):
		hint = writes("concatenate(list, list)")
	case op == "+" && (isList(a) || isList(b)):
		hint = writes("append(list, item)")
	case (aNumber && isTemporal(b) || bNumber && isTemporal(a)) && op != "*" && op != "/":
		hint = writes(`a ` + op + ` duration("P1D"), or duration("PT1H")`)
	}
	return f.warn(pos, WrongType, op, "%s cannot be applied to a %s and a %s%s", op, typeName(a), typeName(b), hint)
}

func (f *frame) calculate(pos Pos, op string, a, b *apd.Decimal) Value {
	var r *apd.Decimal
	switch op {
	case "+":
		r = add(a, b)
	case "-":
		r = subtract(a, b)
	case "*":
		f.spend(int(digits(a)+digits(b)) / 64)
		r = multiply(a, b)
	case "/":
		if b.Sign() == 0 {
			return f.warn(pos, DivisionByZero, op, "division by zero")
		}
		f.spend(int(digits(a)+digits(b)) / 64)
		r = divide(a, b)
	default:
		return f.raise(pos, a, b)
	}
	if r == nil {
		return f.fail(pos, "the result of %s is out of bounds", op)
	}
	return r
}

// raise is a ** b: exact for a whole exponent, of which the low 32 bits count, through doubles otherwise.
func (f *frame) raise(pos Pos, a, b *apd.Decimal) Value {
	if isWhole(b) {
		n := integer(b)
		if abs64(n) > 999_999_999 {
			return f.fail(pos, "the exponent of ** is out of bounds")
		}
		if a.Sign() == 0 && n < 0 {
			return f.fail(pos, "zero has no negative power")
		}
		f.spend(int(workingDigits(a)))
		if r := power(a, n); r != nil {
			return r
		}
		return f.fail(pos, "the result of ** is out of bounds")
	}
	r, ok := fromFloat64(raised(toFloat64(a), toFloat64(b)))
	if !ok {
		return f.fail(pos, "the result of ** is no number")
	}
	return r
}

// isTemporal says whether a value is a date or a time, to which durations can be added.
func isTemporal(v Value) bool {
	switch v.(type) {
	case Date, Time, DateTime:
		return true
	}
	return false
}
