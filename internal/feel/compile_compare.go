package feel

import (
	"github.com/cockroachdb/apd/v3"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// equality compiles = and !=. The comparisons that most conditions are made of, with a text, a small number or null that
// is written out, are decided without the general way wherever the other side allows it.
func (c *compiler) equality(n *binary) evaluator {
	if l, ok := n.right.(*literal); ok {
		if known := knownEqual(l.value); known != nil {
			return c.equalityWith(n, l.value, known)
		}
	}
	wanted := n.op == "="
	return c.operands(n, func(f *frame, pos Pos, _ string, a, b Value) Value {
		return f.compareEqual(pos, a, b, wanted)
	})
}

// equalityWith compiles a comparison with a value that is written out, on the right.
func (c *compiler) equalityWith(n *binary, literal Value, known func(Value) (same, ok bool)) evaluator {
	left := c.compile(n.left)
	pos, wanted := n.pos(), n.op == "="
	return func(f *frame) Value {
		v := left(f)
		if f.err != nil {
			return nil
		}
		if same, ok := known(v); ok {
			return same == wanted
		}
		return f.compareEqual(pos, v, literal, wanted)
	}
}

// knownEqual returns a function that compares values with a literal: ok is false where the general way must be gone. It
// is nil for a literal that has none.
func knownEqual(literal Value) func(Value) (same, ok bool) {
	switch literal := literal.(type) {
	case nil:
		return func(v Value) (bool, bool) {
			switch v.(type) {
			case nil:
				return true, true
			case string, bool, *jsonvalue.Object, []Value:
				return false, true
			}
			return false, false
		}
	case string:
		return func(v Value) (bool, bool) {
			s, ok := v.(string)
			return ok && s == literal, ok || v == nil
		}
	case *apd.Decimal:
		want, small := smallInt(literal)
		if !small {
			return nil
		}
		return func(v Value) (bool, bool) {
			text, ok := v.(jsonvalue.Number)
			if !ok || len(text) > 4 {
				return false, false
			}
			n, ok := shortInt(string(text))
			return n == want, ok
		}
	}
	return nil
}

// compareEqual is = if that is wanted, else !=.
func (f *frame) compareEqual(pos Pos, a, b Value, wanted bool) Value {
	if e := firstFailure(a, b); e != nil {
		if !wanted {
			return f.warn(e.pos, ErrorValue, "", "%s", e.text)
		}
		return e
	}
	return f.equals(pos, a, b, wanted)
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
	same, ok := f.equal(a, b)
	if !ok {
		return f.warn(pos, WrongType, "=", "a %s cannot be compared with a %s%s", typeName(a), typeName(b), writes(conversion(a, b)))
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
		if f.rank(a) == listRank && f.rank(b) == listRank {
			return f.fail(pos, "lists have no order: %s cannot be applied to them", op)
		}
		if a == nil || b == nil {
			return nil
		}
		return f.warn(pos, WrongType, op, "%s cannot be applied to a %s and a %s%s", op, typeName(a), typeName(b), writes(conversion(a, b)))
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
		v, from := value(f), low(f)
		if f.err != nil {
			return nil
		}
		above := f.ordered(n.pos(), ">=", v, from)
		if decided, ok := above.(bool); ok && !decided {
			return false
		}
		to := high(f)
		if f.err != nil {
			return nil
		}
		return conjoin(above, f.ordered(n.pos(), "<=", v, to))
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

// conversion returns how to make a text what it is compared with, "" where neither side is a text.
func conversion(a, b Value) string {
	if _, isText := b.(string); isText {
		a, b = b, a
	}
	if _, isText := a.(string); !isText {
		return ""
	}
	if _, isNumber := asNumber(b); isNumber {
		return "number(text)"
	}
	switch b.(type) {
	case *jsonvalue.Object:
		return "get value(context, key) != null"
	case bool:
		return "text = \"true\""
	case Date:
		return "date(text)"
	case DateTime:
		return "date and time(text)"
	case Time:
		return "time(text)"
	case DaysDuration, MonthsDuration:
		return "duration(text)"
	}
	return ""
}
