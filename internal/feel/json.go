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
	case nil:
		return append(dst, "null"...)
	case string:
		return jsonvalue.AppendString(dst, v)
	case *jsonvalue.Object:
		return appendContextJSON(dst, v, AppendJSON)
	case *apd.Decimal:
		return appendNumberJSON(dst, v)
	case jsonvalue.Number:
		return appendLiteralJSON(dst, v)
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
		return appendContextJSON(dst, v, element)
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

// appendContextJSON writes a context. The fields that most have are written without a call of element.
func appendContextJSON(dst []byte, o *jsonvalue.Object, element func([]byte, Value) []byte) []byte {
	separator := byte('{')
	for i := range o.Len() {
		m := o.At(i)
		if _, isFunction := m.Value.(*Function); isFunction {
			continue
		}
		dst = jsonvalue.AppendKey(append(dst, separator), m.Key)
		separator = ','
		switch v := m.Value.(type) {
		case nil:
			dst = append(dst, "null"...)
		case string:
			dst = jsonvalue.AppendString(dst, v)
		default:
			dst = element(dst, v)
		}
	}
	if separator == '{' {
		dst = append(dst, '{')
	}
	return append(dst, '}')
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

// ToJSON returns the value that reading [AppendJSON]'s text would give. It shares with v the lists and contexts that are the same
// in JSON.
func ToJSON(v Value) jsonvalue.Value {
	made, _ := toJSON(v)
	return made
}

// toJSON is ToJSON, and says whether anything differs from v.
func toJSON(v Value) (made jsonvalue.Value, differs bool) {
	switch v := v.(type) {
	case nil, bool, string:
		return v, false
	case jsonvalue.Number:
		if isWritten(v) {
			return v, false
		}
		made := numberJSON(v)
		return made, made != jsonvalue.Value(v)
	case *apd.Decimal:
		return numberJSON(v), true
	case Date, Time, DateTime, DaysDuration, MonthsDuration:
		return jsonTemporal(v), true
	case []Value:
		return listJSON(v)
	case *jsonvalue.Object:
		return contextJSON(v)
	}
	parsed, err := jsonvalue.Parse(AppendJSON(nil, v))
	if err != nil {
		return nil, true
	}
	return parsed, true
}

func numberJSON(v Value) jsonvalue.Value {
	text := AppendJSON(nil, v)
	if len(text) > 0 && text[0] == '"' {
		return strings.Trim(string(text), `"`)
	}
	if string(text) == "null" {
		return nil
	}
	return jsonvalue.Number(text)
}

func listJSON(list []Value) (made jsonvalue.Value, differs bool) {
	var out []jsonvalue.Value // nil as long as all are the same
	for i, item := range list {
		e, differs := toJSON(item)
		if differs && out == nil {
			out = make([]jsonvalue.Value, len(list))
			copy(out, list[:i])
		}
		if out != nil {
			out[i] = e
		}
	}
	if out == nil {
		return list, false
	}
	return out, true
}

func contextJSON(o *jsonvalue.Object) (made jsonvalue.Value, differs bool) {
	var out *jsonvalue.Object // nil as long as all are the same
	for i := range o.Len() {
		m := o.At(i)
		e, differs := toJSON(m.Value)
		_, isFunction := m.Value.(*Function)
		if out == nil && (differs || isFunction) {
			out = jsonvalue.NewObject(o.Len())
			for j := range i {
				same := o.At(j)
				out.Append(same.Key, same.Value)
			}
		}
		if out != nil && !isFunction {
			out.Append(m.Key, e)
		}
	}
	if out == nil {
		return o, false
	}
	return out, true
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
