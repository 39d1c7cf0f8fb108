package feel

import (
	"strconv"

	"github.com/cockroachdb/apd/v3"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// ToVariable returns a value as the Zeebe broker keeps it in a variable, which differs from [ToJSON]: a whole number is an
// integer of its low 64 bits, a date and time keeps the id of its zone, a local time has no seconds that are zero, durations
// are in days and in years with one sign and no fraction of a second, and a function is null, or no member of its context.
//
// Unchanged says of a context whether it is one of a variable, which the broker copies as it is; nil = none is. Copies are those of
// the evaluation: the broker also copies the members that come from such a context. Nil = there are none.
func ToVariable(v Value, unchanged func(*jsonvalue.Object) bool, copies Copies) jsonvalue.Value {
	w := variableWriter{unchanged, copies}
	return w.value(v)
}

type variableWriter struct {
	unchanged func(*jsonvalue.Object) bool
	copies    Copies
}

// isCopy says whether a member of a context is one of a context that is unchanged.
func (w variableWriter) isCopy(o *jsonvalue.Object, key string) bool {
	of := w.copies[o][key]
	return of != nil && w.unchanged != nil && (w.unchanged(of) || w.isCopy(of, key))
}

func (w variableWriter) value(v Value) jsonvalue.Value {
	switch v := v.(type) {
	case nil, bool, string:
		return v
	case jsonvalue.Number, *apd.Decimal:
		if d, ok := asNumber(v); ok {
			return variableNumber(d)
		}
		return nil
	case []Value:
		list := make([]jsonvalue.Value, len(v))
		for i, item := range v {
			list[i] = w.value(item)
		}
		return list
	case *jsonvalue.Object:
		return w.context(v)
	case Date:
		return v.isoText()
	case Time:
		if v.zone == nil {
			return shortClockText(v.nanos)
		}
		return stringTemporal(v)
	case DateTime:
		return exactDateTime(v)
	case DaysDuration, MonthsDuration:
		return stringTemporal(v)
	}
	return nil // a function, or a range
}

func (w variableWriter) context(o *jsonvalue.Object) jsonvalue.Value {
	if w.unchanged != nil && w.unchanged(o) {
		return o
	}
	out := jsonvalue.NewObject(o.Len())
	for key, member := range o.All() {
		_, isFunction := member.(*Function)
		switch {
		case isFunction:
		case w.isCopy(o, key):
			out.Set(key, member)
		default:
			out.Set(key, w.value(member))
		}
	}
	return out
}

// variableNumber writes a number: a whole one in its low 64 bits, any other as a double.
func variableNumber(d *apd.Decimal) jsonvalue.Number {
	if isWhole(d) {
		return jsonvalue.Number(strconv.FormatInt(intBits(d), 10))
	}
	return jsonvalue.Number(jsonvalue.FormatDouble(toFloat64(d)))
}

// exactDateTime is DateTimeFormatter.ISO_ZONED_DATE_TIME, and ISO_LOCAL_DATE_TIME where there is no zone: the id of a region
// stands in brackets behind the offset.
func exactDateTime(t DateTime) string {
	text := jsonTemporal(t)
	if id := t.zone.id(); id != "" {
		text += "[" + id + "]"
	}
	return text
}
