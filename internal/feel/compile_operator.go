package feel

import (
	"github.com/cockroachdb/apd/v3"
)

func (c *compiler) binary(n *binary) evaluator {
	switch n.op {
	case "and", "or":
		return c.logic(n)
	case "=", "!=":
		return c.equality(n)
	case "<", "<=", ">", ">=":
		left, right := c.compile(n.left), c.compile(n.right)
		return func(f *frame) Value {
			a := left(f)
			if f.err != nil {
				return nil
			}
			b := right(f)
			if f.err != nil {
				return nil
			}
			return f.ordered(n.pos(), n.op, a, b)
		}
	}
	left, right := c.compile(n.left), c.compile(n.right)
	return func(f *frame) Value {
		a := left(f)
		if f.err != nil {
			return nil
		}
		b := right(f)
		if f.err != nil {
			return nil
		}
		return f.arithmetic(n.pos(), n.op, a, b)
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
				f.warn(n.pos(), "%s needs booleans, but one side is a %s", n.op, typeName(v))
			}
		}
		return nil
	}
}

func (c *compiler) equality(n *binary) evaluator {
	left, right := c.compile(n.left), c.compile(n.right)
	wanted := n.op == "="
	return func(f *frame) Value {
		a := left(f)
		if f.err != nil {
			return nil
		}
		b := right(f)
		if f.err != nil {
			return nil
		}
		if e := firstFailure(a, b); e != nil {
			if !wanted {
				return f.warn(e.pos, "%s", e.text)
			}
			return e
		}
		return f.equals(n.pos(), a, b, wanted)
	}
}

// firstFailure returns the first of two values that stands for an error, if one does.
func firstFailure(a, b Value) *failure {
	if e, failed := a.(*failure); failed {
		return e
	}
	e, _ := b.(*failure)
	return e
}

// equals compares as = does and gives wanted if the values are the same.
func (f *frame) equals(pos Pos, a, b Value, wanted bool) Value {
	same, ok := equal(a, b)
	if !ok {
		return f.warn(pos, "a %s cannot be compared with a %s", typeName(a), typeName(b))
	}
	if isCollection(a) {
		f.spend(1 + sizeOf(a))
	}
	return same == wanted
}

// ordered is <, <=, > and >=.
func (f *frame) ordered(pos Pos, op string, a, b Value) Value {
	cmp, ok := order(a, b)
	if !ok {
		if e := firstFailure(a, b); e != nil {
			return e
		}
		if rank(a) == listRank && rank(b) == listRank {
			return f.fail(pos, "lists have no order: %s cannot be applied to them", op)
		}
		if a == nil || b == nil {
			return nil
		}
		return f.warn(pos, "%s cannot be applied to a %s and a %s", op, typeName(a), typeName(b))
	}
	switch op {
	case "<":
		return cmp < 0
	case "<=":
		return cmp <= 0
	case ">":
		return cmp > 0
	}
	return cmp >= 0
}

func (c *compiler) between(n *between) evaluator {
	value, low, high := c.compile(n.value), c.compile(n.low), c.compile(n.high)
	return func(f *frame) Value {
		v, from, to := value(f), low(f), high(f)
		if f.err != nil {
			return nil
		}
		return conjoin(f.ordered(n.pos(), ">=", v, from), f.ordered(n.pos(), "<=", v, to))
	}
}

// conjoin is and of two values that are booleans or null.
func conjoin(a, b Value) Value {
	x, okX := a.(bool)
	y, okY := b.(bool)
	switch {
	case okX && !x, okY && !y:
		return false
	case okX && okY:
		return true
	}
	return nil
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
	return f.warn(pos, "%s cannot be applied to a %s and a %s%s", op, typeName(a), typeName(b), hint)
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
			return f.warn(pos, "division by zero")
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

// raise is a ** b: exact for a whole exponent within 32 bits, through doubles otherwise.
func (f *frame) raise(pos Pos, a, b *apd.Decimal) Value {
	if isWhole(b) {
		n, ok := toInt64(b)
		if !ok || abs64(n) > 999_999_999 {
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
