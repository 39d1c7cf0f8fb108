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

// storedFunction is a function that context put put into a context. It is a field like any other, but cannot be called.
type storedFunction struct{ fn *Function }

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

// typeNames are the types that instance of knows.
var typeNames = []string{
	"Any", "boolean", "number", "string", "date", "time", "date and time", "days and time duration", "years and months duration", "list", "context",
	"function", "range",
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

// rank names what values must have in common for an order: no rank, no order. Lists whose items are of one rank have
// one too, though comparing them fails: so the official engine has it.
func (f *frame) rank(v Value) string {
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
		if len(v) == 0 || !f.compares(len(v)) {
			return ""
		}
		first := f.rank(v[0])
		if first == "" {
			return ""
		}
		for _, item := range v[1:] {
			if f.rank(item) != first {
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
