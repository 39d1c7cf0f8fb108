package feel

import (
	"strings"

	"github.com/cockroachdb/apd/v3"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// AppendJSON appends a value as the connector runtime writes it: numbers that are whole and within 64 bits as integers,
// others as doubles, temporal values as ISO 8601 text. Fields that are functions vanish.
func AppendJSON(dst []byte, v Value) []byte {
	switch v := v.(type) {
	case *apd.Decimal:
		return appendNumberJSON(dst, v)
	case jsonvalue.Number:
		if d, ok := decimalOf(v); ok {
			return appendNumberJSON(dst, d)
		}
		return append(dst, "null"...)
	case Date, Time, DateTime, DaysDuration, MonthsDuration:
		return append(append(append(dst, '"'), jsonTemporal(v)...), '"')
	}
	return appendComposite(dst, v, AppendJSON)
}

// appendExactJSON is AppendJSON for to json: numbers keep their digits and zones their ids.
func appendExactJSON(dst []byte, v Value) []byte {
	switch v := v.(type) {
	case *apd.Decimal:
		return append(dst, decimalString(v)...)
	case jsonvalue.Number:
		if d, ok := decimalOf(v); ok {
			return append(dst, decimalString(d)...)
		}
		return append(dst, "null"...)
	case DateTime:
		return jsonvalue.AppendString(dst, exactDateTime(v))
	case Time:
		return append(append(append(dst, '"'), exactTime(v)...), '"')
	case Date, DaysDuration, MonthsDuration:
		return append(append(append(dst, '"'), jsonTemporal(v)...), '"')
	case *Function:
		return jsonvalue.AppendString(dst, text0(v))
	case storedFunction:
		return jsonvalue.AppendString(dst, text0(v.fn))
	}
	return appendComposite(dst, v, appendExactJSON)
}

func appendComposite(dst []byte, v Value, element func([]byte, Value) []byte) []byte {
	switch v := v.(type) {
	case []Value:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = element(dst, e)
		}
		return append(dst, ']')
	case *jsonvalue.Object:
		dst = append(dst, '{')
		first := true
		for i := range v.Len() {
			m := v.At(i)
			if _, isFunction := m.Value.(*Function); isFunction {
				continue
			}
			if !first {
				dst = append(dst, ',')
			}
			first = false
			dst = append(jsonvalue.AppendString(dst, m.Key), ':')
			dst = element(dst, m.Value)
		}
		return append(dst, '}')
	case *Function:
		return appendFunction(dst, v)
	case storedFunction:
		return appendFunction(dst, v.fn)
	case *failure:
		return append(jsonvalue.AppendString(append(dst, `{"error":`...), v.shown()), `,"properties":{},"comparable":false}`...)
	case *Range:
		return jsonvalue.AppendString(dst, rangeText(v))
	}
	return jsonvalue.Append(dst, v)
}

// appendFunction writes a function that is no field of a context: the properties of the official engine's object for it.
func appendFunction(dst []byte, fn *Function) []byte {
	dst = append(dst, `{"params":`...)
	names := make([]Value, len(fn.params))
	for i, p := range fn.params {
		names[i] = p
	}
	dst = jsonvalue.Append(dst, names)
	dst = append(dst, `,"invoke":{},"hasVarArgs":false,"paramSet":`...)
	dst = jsonvalue.Append(dst, names)
	return append(dst, `,"properties":{},"comparable":false}`...)
}

// ToJSON returns the value that reading [AppendJSON]'s text would give.
func ToJSON(v Value) jsonvalue.Value {
	switch v := v.(type) {
	case nil, bool, string:
		return v
	case *apd.Decimal, jsonvalue.Number:
		text := AppendJSON(nil, v)
		if len(text) > 0 && text[0] == '"' {
			return strings.Trim(string(text), `"`)
		}
		if string(text) == "null" {
			return nil
		}
		return jsonvalue.Number(text)
	case Date, Time, DateTime, DaysDuration, MonthsDuration:
		return jsonTemporal(v)
	case []Value:
		out := make([]jsonvalue.Value, len(v))
		for i, e := range v {
			out[i] = ToJSON(e)
		}
		return out
	case *jsonvalue.Object:
		out := jsonvalue.NewObject(v.Len())
		for k, e := range v.All() {
			if _, isFunction := e.(*Function); !isFunction {
				out.Set(k, ToJSON(e))
			}
		}
		return out
	}
	parsed, err := jsonvalue.Parse(AppendJSON(nil, v))
	if err != nil {
		return nil
	}
	return parsed
}

// text0 is what string() makes of a value that is not null.
func text0(v Value) string {
	switch v := v.(type) {
	case string:
		return v
	case *apd.Decimal:
		return decimalString(v)
	}
	return string(appendText(nil, v, false))
}

// appendText writes a value as string() does; texts within lists and contexts stand in quotes, unescaped.
func appendText(dst []byte, v Value, nested bool) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return jsonvalue.Append(dst, v)
	case string:
		if nested {
			return append(append(append(dst, '"'), v...), '"')
		}
		return append(dst, v...)
	case *apd.Decimal:
		return append(dst, decimalString(v)...)
	case jsonvalue.Number:
		if d, ok := decimalOf(v); ok {
			return append(dst, decimalString(d)...)
		}
		return append(dst, "null"...)
	case []Value:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendText(dst, e, true)
		}
		return append(dst, ']')
	case *jsonvalue.Object:
		dst = append(dst, '{')
		first := true
		for k, e := range v.All() {
			if _, isFunction := e.(*Function); isFunction {
				continue
			}
			if !first {
				dst = append(dst, ", "...)
			}
			first = false
			dst = append(append(dst, k...), ':')
			dst = appendText(dst, e, true)
		}
		return append(dst, '}')
	case *Range:
		return append(dst, rangeText(v)...)
	case storedFunction:
		return appendText(dst, v.fn, nested)
	case *failure:
		return append(dst, v.marked()...)
	case *Function:
		return append(append(append(dst, "function("...), strings.Join(v.params, ", ")...), ')')
	}
	return append(dst, stringTemporal(v)...)
}

func rangeText(r *Range) string {
	low, high := "(", ")"
	if r.LowClosed {
		low = "["
	}
	if r.HighClosed {
		high = "]"
	}
	return low + string(appendText(nil, r.Low, true)) + ".." + string(appendText(nil, r.High, true)) + high
}
