package feel

import (
	"github.com/cockroachdb/apd/v3"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Value is one of: nil, bool, string, [jsonvalue.Number] (a literal not yet needed as a number), *apd.Decimal,
// *[jsonvalue.Object] (a context), []Value (a list), [Date], [Time], [DateTime], [DaysDuration], [MonthsDuration],
// *[Range] and *[Function]. Values are immutable.
type Value = any

// Range is [Low..High]. It is no value that an expression can give, only an argument of the functions for ranges and
// the right side of in.
type Range struct {
	Low, High             Value
	LowClosed, HighClosed bool
	isPoint               bool // made of one value, to be compared with a range
}

// Function is function(a, b) … with what it sees of its surroundings.
type Function struct {
	params []string
	call   func(f *frame, args []Value) Value
}

// number returns v as a number, if it is one.
func asNumber(v Value) (*apd.Decimal, bool) {
	switch v := v.(type) {
	case *apd.Decimal:
		return v, true
	case jsonvalue.Number:
		return decimalOf(v)
	}
	return nil, false
}

// typeName names the type of a value in messages, with FEEL's words.
func typeName(v Value) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case jsonvalue.Number, *apd.Decimal:
		return "number"
	case *jsonvalue.Object:
		return "context"
	case []Value:
		return "list"
	case Date:
		return "date"
	case Time:
		return "time"
	case DateTime:
		return "date and time"
	case DaysDuration:
		return "days and time duration"
	case MonthsDuration:
		return "years and months duration"
	case *Range:
		return "range"
	case *Function:
		return "function"
	}
	return "unknown"
}

// isInstance says whether v is of the type that a source names. Only Any takes everything; null is an instance of
// nothing else.
func isInstance(v Value, typ string) bool {
	if v == nil {
		return false
	}
	if typ == "Any" {
		return true
	}
	switch v := v.(type) {
	case Time:
		return typ == "time"
	default:
		return typeName(v) == typ
	}
}

// equal compares two values as = does: ok is false, and the result null, where their types differ. Null equals null
// and nothing else.
func equal(a, b Value) (same, ok bool) {
	if a == nil || b == nil {
		_, isNumberA := asNumber(a)
		_, isNumberB := asNumber(b)
		return (a == nil || beyondDouble(a, isNumberA)) && (b == nil || beyondDouble(b, isNumberB)), true
	}
	x, isNumberA := asNumber(a)
	y, isNumberB := asNumber(b)
	if isNumberA && isNumberB {
		return compare(x, y) == 0, true
	}
	if beyondDouble(a, isNumberA) || beyondDouble(b, isNumberB) {
		return beyondDouble(a, isNumberA) && beyondDouble(b, isNumberB), true
	}
	switch a := a.(type) {
	case bool:
		b, ok := b.(bool)
		return ok && a == b, ok
	case string:
		b, ok := b.(string)
		return ok && a == b, ok
	case []Value:
		b, ok := b.([]Value)
		return ok && equalLists(a, b), ok
	case *jsonvalue.Object:
		b, ok := b.(*jsonvalue.Object)
		return ok && equalContexts(a, b), ok
	case *Range:
		b, ok := b.(*Range)
		return ok && equalRanges(a, b), ok
	case *Function:
		return false, false
	}
	return equalTemporals(a, b)
}

// beyondDouble says whether a value is a number from JSON that no double can hold, which counts as null: the official
// engine knows no infinite number.
func beyondDouble(v Value, isNumber bool) bool {
	_, literal := v.(jsonvalue.Number)
	return literal && !isNumber
}

// identical compares what is inside lists and contexts: other types are simply not the same.
func identical(a, b Value) bool {
	same, ok := equal(a, b)
	return ok && same
}

func equalLists(a, b []Value) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !identical(a[i], b[i]) {
			return false
		}
	}
	return true
}

// equalContexts compares the fields that are no functions, in any order.
func equalContexts(a, b *jsonvalue.Object) bool {
	fields := 0
	for k, x := range a.All() {
		if _, isFunction := x.(*Function); isFunction {
			continue
		}
		fields++
		y, ok := b.Get(k)
		if !ok || !identical(x, y) {
			return false
		}
	}
	for _, y := range b.All() {
		if _, isFunction := y.(*Function); !isFunction {
			fields--
		}
	}
	return fields == 0
}

func equalRanges(a, b *Range) bool {
	return a.LowClosed == b.LowClosed && a.HighClosed == b.HighClosed && identical(a.Low, b.Low) && identical(a.High, b.High)
}

// rank names what values must have in common for an order: no rank, no order. Lists whose items are of one rank have
// one too, though comparing them fails: so the official engine has it.
func rank(v Value) string {
	switch v := v.(type) {
	case *apd.Decimal, jsonvalue.Number:
		return "number"
	case string:
		return "string"
	case Date:
		return "date"
	case Time:
		if v.zone == nil {
			return "local time"
		}
		return "time"
	case DateTime:
		if v.zone == nil {
			return "local date and time"
		}
		return "date and time"
	case DaysDuration:
		return "days and time duration"
	case MonthsDuration:
		return "years and months duration"
	case []Value:
		if len(v) == 0 {
			return ""
		}
		for _, item := range v {
			if r := rank(item); r == "" || r != rank(v[0]) {
				return ""
			}
		}
		return listRank
	}
	return ""
}

const listRank = "list"

// order compares two values as < does; ok is false for types that differ or have no order.
func order(a, b Value) (cmp int, ok bool) {
	if x, isNumber := asNumber(a); isNumber {
		y, ok := asNumber(b)
		if !ok {
			return 0, false
		}
		return compare(x, y), true
	}
	if x, isString := a.(string); isString {
		y, ok := b.(string)
		return compareUTF16(x, y), ok
	}
	return orderTemporals(a, b)
}
