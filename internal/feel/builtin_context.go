package feel

import (
	"strings"
	"unicode/utf8"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

func contextBuiltins() []builtin {
	return []builtin{
		{
			name: "get value", params: params("m: context, key: string"), eval: getValue,
			doc: "The field of a context; null if there is none.", example: `get value(m: {foo: 123}, key: "foo")`, gives: `123`,
		},
		{
			name: "get value", params: params("context: context, key: string"), eval: getValue,
			doc: "The field of a context; null if there is none.", example: `get value({foo: 123}, "foo")`, gives: `123`,
		},
		{name: "get value", params: params("context: context, keys: list of strings"), exact: true, eval: func(f *frame, pos Pos, a []Value) Value {
			v := a[0]
			for _, key := range a[1].([]Value) {
				next, ok := field(v, key.(string))
				if !ok {
					return f.unknown(pos, UnknownField, key.(string), nil, "there is no field %s", key)
				}
				v = next
			}
			if len(a[1].([]Value)) == 0 {
				return nil
			}
			return v
		}, doc: "The field at the end of a path of keys; null if there is none.", example: `get value({x: 1, y: {z: 0}}, ["y", "z"])`, gives: `0`},
		{
			name: "get entries", params: params("context: context"), eval: getEntries,
			doc: "The fields as a list of contexts of key and value.", example: `get entries({foo: 123})`, gives: `[{"key":"foo","value":123}]`,
		},
		{
			name: "get entries", params: params("m: context"), eval: getEntries,
			doc: "The fields as a list of contexts of key and value.", example: `get entries(m: {foo: 123})`, gives: `[{"key":"foo","value":123}]`,
		},
		{
			name: "context put", params: params("context: context, key: string, value: any"), eval: contextPut,
			doc: "The context with another field, or another value of it.", example: `context put({x: 1}, "y", 2)`, gives: `{"x":1,"y":2}`,
		},
		{
			name: "context put", params: params("context: context, keys: list of strings, value: any"), exact: true, eval: contextPut,
			doc: "The context with another value at the end of a path of keys.", example: `context put({x: 1, y: {z: 0}}, ["y", "z"], 2)`, gives: `{"x":1,"y":{"z":2}}`,
		},
		{
			name: "context merge", params: params("contexts: list"), rest: true, eval: contextMerge,
			doc: "The fields of several contexts in one; the last value of a field wins.", example: `context merge([{x: 1}, {y: 2}])`, gives: `{"x":1,"y":2}`,
		},
		{
			name: "put", params: params("context: context, key: string, value: any"), eval: contextPut,
			doc: "The old name of context put.", example: `put({x: 1}, "y", 2)`, gives: `{"x":1,"y":2}`,
		},
		{
			name: "put", params: params("context: context, key: list of strings, value: any"), eval: contextPut,
			doc: "The old name of context put.", example: `put({x: 1}, ["y", "z"], 2)`, gives: `{"x":1,"y":{"z":2}}`,
		},
		{
			name: "put all", params: params("contexts: list"), rest: true, eval: contextMerge,
			doc: "The old name of context merge.", example: `put all({x: 1}, {y: 2})`, gives: `{"x":1,"y":2}`,
		},
		{
			name: "context", params: params("entries: any"), eval: contextOf,
			doc: "The context of a list of contexts of key and value. Null if one of them lacks a key or a value.", example: `context([{"key":"a", "value":1}])`, gives: `{"a":1}`,
		},
	}
}

func getValue(f *frame, pos Pos, a []Value) Value {
	o, key := a[0].(*jsonvalue.Object), a[1].(string)
	v, ok := field(o, key)
	if !ok {
		return f.unknown(pos, UnknownField, key, o.Keys(), "there is no field %s", key)
	}
	return v
}

func getEntries(f *frame, _ Pos, a []Value) Value {
	out := []Value{}
	for k, v := range a[0].(*jsonvalue.Object).All() {
		if _, isFunction := v.(*Function); isFunction {
			continue
		}
		if stored, ok := v.(storedFunction); ok {
			v = stored.fn
		}
		out = append(out, jsonvalue.ObjectOf(jsonvalue.Member{Key: "key", Value: k}, jsonvalue.Member{Key: "value", Value: v}))
	}
	f.produce(96 * len(out))
	return f.newList(out)
}

func contextPut(f *frame, pos Pos, a []Value) Value {
	o := a[0].(*jsonvalue.Object)
	keys, ok := a[1].([]Value)
	if !ok {
		return f.put(o, a[1].(string), a[2])
	}
	if len(keys) == 0 {
		return f.warn(pos, EmptyList, "context put", "the list of keys is empty")
	}
	return f.putDeep(o, keys, a[2])
}

func (f *frame) put(o *jsonvalue.Object, key string, v Value) Value {
	if !f.spend(1+o.Len()/8) || !f.produce(48*(o.Len()+1)) {
		return nil
	}
	of := o
	o = withoutFunctions(of)
	if f.copies != nil {
		for _, k := range o.Keys() {
			if k != key {
				f.copies.note(o, k, of)
			}
		}
	}
	if fn, isFunction := v.(*Function); isFunction {
		v = storedFunction{fn}
	}
	o.Set(key, v)
	return o
}

// withoutFunctions returns a copy of a context without the functions that can be called in it.
func withoutFunctions(o *jsonvalue.Object) *jsonvalue.Object {
	kept := jsonvalue.NewObject(o.Len() + 1)
	for k, v := range o.All() {
		if _, isFunction := v.(*Function); !isFunction {
			kept.Append(k, v)
		}
	}
	return kept
}

func (f *frame) putDeep(o *jsonvalue.Object, keys []Value, v Value) Value {
	key := keys[0].(string)
	if len(keys) == 1 {
		return f.put(o, key, v)
	}
	inner := jsonvalue.NewObject(1)
	if have, ok := o.Get(key); ok {
		if fields, ok := have.(*jsonvalue.Object); ok {
			inner = fields // what is no context gives way to one
		}
	}
	changed := f.putDeep(inner, keys[1:], v)
	if changed == nil {
		return nil
	}
	return f.put(o, key, changed)
}

func contextMerge(f *frame, pos Pos, a []Value) Value {
	merged := jsonvalue.NewObject(8)
	for _, v := range a[0].([]Value) {
		o, ok := v.(*jsonvalue.Object)
		if !ok {
			return f.warn(pos, WrongType, "context merge", "context merge needs contexts, but one is %s", article(v))
		}
		if !f.spend(o.Len()) || !f.produce(48*o.Len()) {
			return nil
		}
		for k, v := range o.All() {
			if _, isFunction := v.(*Function); !isFunction {
				merged.Set(k, v)
				if f.copies != nil {
					f.copies.note(merged, k, o)
				}
			}
		}
	}
	return merged
}

func contextOf(f *frame, pos Pos, a []Value) Value {
	entries, ok := a[0].([]Value)
	if !ok {
		return f.warn(pos, WrongType, "context", "context needs a list of contexts, but got %s", article(a[0]))
	}
	made := jsonvalue.NewObject(len(entries))
	for _, e := range entries {
		key, hasKey := field(e, "key")
		value, hasValue := field(e, "value")
		name, isString := key.(string)
		if !hasKey || !hasValue || !isString || functionIn(e, "value") != nil {
			return f.warn(pos, WrongType, "context", "every entry needs a key, which is a string, and a value")
		}
		made.Set(name, value)
	}
	f.produce(48 * len(entries))
	return made
}

func booleanBuiltins() []builtin {
	return []builtin{
		{name: "not", params: params("negand: any"), eval: func(f *frame, pos Pos, a []Value) Value {
			b, ok := a[0].(bool)
			if !ok {
				if a[0] == nil {
					return nil
				}
				return f.warn(pos, WrongType, "not", "not needs a boolean, but got %s", article(a[0]))
			}
			return !b
		}, doc: "The opposite; null for what is no boolean.", example: `not(true)`, gives: `false`},
		{
			name: "is defined", params: params("value: any"), eval: func(_ *frame, _ Pos, a []Value) Value { return a[0] != nil },
			doc: "Whether the value is not null.", example: `is defined(null)`, gives: `false`,
		},
		{name: "get or else", params: params("value: any, default: any"), eval: func(_ *frame, _ Pos, a []Value) Value {
			if a[0] == nil {
				return a[1]
			}
			return a[0]
		}, doc: "The value, or the other one if it is null.", example: `get or else(null, "default")`, gives: `"default"`},
		{
			name: "assert", strict: true, params: params("value: any, condition: any"), eval: assertion,
			doc: "The value if the condition is true; else the evaluation fails.", example: `assert(4, 4 > 3)`, gives: `4`,
		},
		{
			name: "assert", strict: true, params: params("value: any, condition: any, cause: any"), eval: assertion,
			doc: "The value if the condition is true; else the evaluation fails with the cause.", example: `assert(4, 4 > 3, "too small")`, gives: `4`,
		},
	}
}

func assertion(f *frame, pos Pos, a []Value) Value {
	if b, ok := a[1].(bool); ok && b {
		return a[0]
	}
	if cause, ok := a[len(a)-1].(string); ok && len(a) == 3 {
		return f.fail(pos, "%s", cause)
	}
	return f.fail(pos, "the condition of assert is not fulfilled")
}

func conversionBuiltins() []builtin {
	return []builtin{
		{name: "string", params: params("from: any"), eval: func(f *frame, _ Pos, a []Value) Value {
			if a[0] == nil {
				return nil
			}
			if s, isText := a[0].(string); isText {
				return s
			}
			if !f.writes(a[0]) {
				return nil
			}
			s := text0(a[0])
			f.spend(len(s) / 64)
			return s
		}, doc: "The value as text; null stays null.", example: `string(1.10)`, gives: `"1.10"`},
		{name: "number", params: params("from: string"), eval: func(f *frame, pos Pos, a []Value) Value {
			return f.toNumber(pos, a[0].(string))
		}, doc: "The number that a text stands for; null if it is none.", example: `number("1500.5")`, gives: `1500.5`},
		{
			name: "number", params: params("from: string, grouping separator: any"), eval: groupedNumber,
			doc: "The number of a text with a separator of groups: a blank, comma or point.", example: `number("1 500.5", " ")`, gives: `1500.5`,
		},
		{
			name: "number", params: params("from: string, grouping separator: any, decimal separator: any"), eval: groupedNumber,
			doc: "The number of a text with a separator of groups and one of decimals.", example: `number("1.500,5", ".", ",")`, gives: `1500.5`,
		},
		{name: "to json", params: params("value: any"), eval: func(f *frame, _ Pos, a []Value) Value {
			if !f.writes(a[0]) || f.holdsFailures && holdsFailure(a[0]) {
				return nil
			}
			return string(appendExactJSON(nil, a[0]))
		}, doc: "The value as JSON text.", example: `to json({a: 1.50})`, gives: `"{\"a\":1.50}"`},
		{name: "from json", params: params("json: string"), eval: func(f *frame, pos Pos, a []Value) Value {
			s := a[0].(string)
			if !f.produce(4 * len(s)) {
				return nil
			}
			v, rest, err := jsonvalue.ParsePrefix(s)
			if err != nil {
				return f.warn(pos, InvalidText, "from json", "%s", err)
			}
			if rest != "" && abuts(v, rest) {
				return f.warn(pos, InvalidText, "from json", "%q is no JSON", s)
			}
			return v
		}, doc: "The value of a JSON text; null if it is none. What stands behind the value is ignored.", example: `from json("{\"a\": 1}")`, gives: `{"a":1}`},
	}
}

// abuts says whether what stands behind a JSON number or word would have had to be part of it.
func abuts(v Value, rest string) bool {
	switch v.(type) {
	case jsonvalue.Number:
		return !strings.ContainsRune(" \t\r\n", rune(rest[0]))
	case bool, nil:
		r, _ := utf8.DecodeRuneInString(rest)
		return isNamePart(r)
	}
	return false
}

func (f *frame) toNumber(pos Pos, s string) Value {
	if len(s) > 10_000 {
		return f.fail(pos, "a number of %d characters", len(s))
	}
	d, ok := parseNumber(s)
	if !ok {
		return f.warn(pos, InvalidText, "number", "%q is no number", s)
	}
	return d
}

func groupedNumber(f *frame, pos Pos, a []Value) Value {
	s := a[0].(string)
	grouping, ok := a[1].(string)
	decimal := "."
	if len(a) == 3 {
		text, isText := a[2].(string)
		switch {
		case !ok && !isText:
			return f.warn(pos, InvalidText, "number", "at least one of the separators must be given")
		case a[2] != nil && text != "," && text != "." || isText && ok && text == grouping:
			return f.warn(pos, InvalidText, "number", "the decimal separator must be a comma or a point, and not that of the groups")
		case isText:
			decimal = text
		}
		ok = ok || a[1] == nil
	}
	if !ok || a[1] != nil && grouping != " " && grouping != "," && grouping != "." {
		return f.warn(pos, InvalidText, "number", "the grouping separator must be a blank, a comma or a point")
	}
	if grouping != "" {
		s = strings.ReplaceAll(s, grouping, "")
	}
	if decimal != "" {
		s = strings.ReplaceAll(s, decimal, ".")
	}
	return f.toNumber(pos, s)
}
