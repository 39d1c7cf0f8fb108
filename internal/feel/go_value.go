package feel

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"

	"github.com/cockroachdb/apd/v3"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Variables makes a [Scope] of Go values, each as [FromGo] takes it.
func Variables(values map[string]any) (Scope, error) {
	v, err := FromGo(values)
	if err != nil {
		return nil, err
	}
	return Context(v.(*jsonvalue.Object)), nil
}

// FromGo makes a FEEL value of a Go value: nil, bool, strings, numbers, [json.Number], [json.RawMessage], [time.Time] (a date
// and time), [time.Duration] (a days and time duration), slices and arrays, maps with strings as keys, structs by their json
// tags, pointers to these, and what implements [json.Marshaler] or [encoding.TextMarshaler]. Bytes become base64, as JSON has
// them. A [Value] stays what it is. The error names the place of what cannot be converted, such as a channel, an endless number
// or a value within itself.
func FromGo(v any) (Value, error) {
	switch v := v.(type) {
	case nil, bool, string, jsonvalue.Number, *jsonvalue.Object, Date, Time, DateTime, DaysDuration, MonthsDuration, *Function, *Range:
		return v, nil
	}
	return (&goReader{}).value(reflect.ValueOf(v), "")
}

// goReader reads Go values.
type goReader struct{ depth int }

// maxGoDepth is how deep a Go value may be. One that holds itself is deeper than any.
const maxGoDepth = 1000

// value reads a Go value; path is its place, for errors.
func (r *goReader) value(v reflect.Value, path string) (Value, error) {
	if r.depth++; r.depth > maxGoDepth {
		return nil, fmt.Errorf("a value of more than %d levels", maxGoDepth)
	}
	defer func() { r.depth-- }()
	if !v.IsValid() || isNilPointer(v) {
		return nil, nil //nolint:nilnil // null
	}
	if v.CanInterface() {
		if known, ok, err := fromKnown(v.Interface()); ok || err != nil {
			return known, placed(path, err)
		}
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return r.value(v.Elem(), path)
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.String:
		return v.String(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return newInt(v.Int()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		d, _ := parseNumber(strconv.FormatUint(v.Uint(), 10))
		return d, nil
	case reflect.Float32, reflect.Float64:
		d, ok := fromFloat64(v.Float())
		if !ok {
			return nil, placed(path, fmt.Errorf("%g is no number of FEEL", v.Float()))
		}
		return d, nil
	case reflect.Slice, reflect.Array:
		return r.list(v, path)
	case reflect.Map:
		return r.context(v, path)
	case reflect.Struct:
		return r.structure(v, path)
	default:
		return nil, placed(path, fmt.Errorf("a %s is no value of FEEL", v.Type()))
	}
}

func isNilPointer(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice:
		return v.IsNil()
	default:
		return false
	}
}

func placed(path string, err error) error {
	if err == nil || path == "" {
		return err
	}
	return fmt.Errorf("%s: %w", path, err)
}

// fromKnown makes a value of the types that have a meaning of their own.
func fromKnown(v any) (Value, bool, error) {
	switch v := v.(type) {
	case jsonvalue.Number, *jsonvalue.Object, Date, Time, DateTime, DaysDuration, MonthsDuration, *Function, *Range:
		return v, true, nil
	case *apd.Decimal:
		if v.Form != apd.Finite {
			return nil, true, fmt.Errorf("%s is no number of FEEL", v)
		}
		return v, true, nil
	case time.Time:
		t, ok := dateTimeOf(v)
		if !ok {
			return nil, true, fmt.Errorf("the year %d is out of bounds", v.Year())
		}
		return t, true, nil
	case time.Duration:
		return duration(int64(v/time.Second), int64(v%time.Second)), true, nil
	case json.Number:
		d, ok := decimalOf(jsonvalue.Number(v))
		if !ok {
			return nil, true, fmt.Errorf("%q is no number", v.String())
		}
		return d, true, nil
	case []byte:
		return base64.StdEncoding.EncodeToString(v), true, nil
	case json.Marshaler:
		data, err := v.MarshalJSON()
		if err != nil {
			return nil, true, err
		}
		parsed, err := jsonvalue.Parse(data)
		return parsed, true, err
	case interface{ MarshalText() ([]byte, error) }:
		text, err := v.MarshalText()
		return string(text), true, err
	}
	return nil, false, nil
}

// dateTimeOf makes a date and time of a Go time: with its zone's id, or with an offset in local time and in UTC.
func dateTimeOf(t time.Time) (DateTime, bool) {
	_, offset := t.Zone()
	zone := &Zone{offset: offset}
	if l := t.Location(); l != time.Local && l != time.UTC && l.String() != "" {
		zone.region = l
	}
	return zone.at(t.Unix(), int64(t.Nanosecond()))
}

// ToGo returns a FEEL value as a Go value: nil, bool, string, int64 for a number that is whole and fits, else float64 (±Inf beyond
// its range), [time.Time] for a date and time with a zone, [time.Duration] for a days and time duration that fits, []any,
// map[string]any; every other temporal value and a range is its ISO 8601 text. Functions are left out of contexts, and are nil
// elsewhere.
func ToGo(v Value) any {
	switch v := v.(type) {
	case jsonvalue.Number:
		if d, ok := decimalOf(v); ok {
			return goNumber(d)
		}
		return nil
	case *apd.Decimal:
		return goNumber(v)
	case DateTime:
		if v.zone == nil {
			return jsonTemporal(v)
		}
		location := time.UTC
		if v.zone.region != nil {
			location = v.zone.region
		} else if v.zone.offset != 0 {
			location = time.FixedZone("", v.zone.offset)
		}
		return time.Unix(v.instant(), v.nanos%nanosPerSecond).In(location)
	case DaysDuration:
		if v.seconds > -math.MaxInt64/nanosPerSecond && v.seconds < math.MaxInt64/nanosPerSecond {
			return time.Duration(v.seconds)*time.Second + time.Duration(v.nanos)
		}
		return jsonTemporal(v)
	case Date, Time, MonthsDuration:
		return jsonTemporal(v)
	case *Range:
		return rangeText(v)
	case *Function:
		return nil
	case []Value:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = ToGo(item)
		}
		return list
	case *jsonvalue.Object:
		context := make(map[string]any, v.Len())
		for key, member := range v.All() {
			if _, isFunction := member.(*Function); !isFunction {
				context[key] = ToGo(member)
			}
		}
		return context
	}
	return v
}

func goNumber(d *apd.Decimal) any {
	if isWhole(d) {
		if n, ok := toInt64(d); ok {
			return n
		}
	}
	return toFloat64(d)
}
