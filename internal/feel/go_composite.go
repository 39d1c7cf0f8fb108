package feel

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// list reads a slice or an array.
func (r *goReader) list(v reflect.Value, path string) (Value, error) {
	list := make([]Value, v.Len())
	for i := range list {
		item, err := r.value(v.Index(i), path+"["+strconv.Itoa(i)+"]")
		if err != nil {
			return nil, err
		}
		list[i] = item
	}
	return list, nil
}

// context reads a map. Its keys come in their alphabetical order.
func (r *goReader) context(v reflect.Value, path string) (Value, error) {
	if v.Type().Key().Kind() != reflect.String {
		return nil, placed(path, fmt.Errorf("the keys of a %s are no strings", v.Type()))
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	o := jsonvalue.NewObject(len(keys))
	for _, key := range keys {
		member, err := r.value(v.MapIndex(key), below(path, key.String()))
		if err != nil {
			return nil, err
		}
		o.Set(key.String(), member)
	}
	return o, nil
}

// structure reads a struct: the fields and names that encoding/json has, in their order.
func (r *goReader) structure(v reflect.Value, path string) (Value, error) {
	o := jsonvalue.NewObject(v.NumField())
	depths := map[string]int{}
	for _, field := range reflect.VisibleFields(v.Type()) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Tag.Get("json") == "-" || !field.IsExported() || field.Anonymous && name == "" && isStruct(field.Type) {
			continue // the fields of an embedded struct are visible themselves
		}
		if name == "" {
			name = field.Name
		}
		value, err := v.FieldByIndexErr(field.Index)
		if err != nil {
			continue // of an embedded pointer that is nil
		}
		if isOmitted(value, options) {
			continue
		}
		if depth, taken := depths[name]; taken && depth <= len(field.Index) {
			continue
		}
		depths[name] = len(field.Index)
		member, err := r.value(value, below(path, name))
		if err != nil {
			return nil, err
		}
		o.Set(name, member)
	}
	return o, nil
}

func below(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func isStruct(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct
}

// isOmitted says whether omitempty or omitzero leaves a field out.
func isOmitted(v reflect.Value, options string) bool {
	for option := range strings.SplitSeq(options, ",") {
		switch option {
		case "omitzero":
			if v.IsZero() {
				return true
			}
		case "omitempty":
			switch v.Kind() {
			case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
				if v.Len() == 0 {
					return true
				}
			case reflect.Struct:
			default:
				if v.IsZero() {
					return true
				}
			}
		}
	}
	return false
}
