// Package jsonvalue holds JSON as values that lose nothing: objects keep the order of their members, numbers keep
// their literal, strings keep lone surrogates. It has a reader and a writer for whole values, and for callers that
// need only a part of a document a splitter that hands out members and elements as the raw bytes that they were.
//
// A [Value] is one of: nil, bool, string, [Number], []Value, *[Object]. Values are immutable once they are shared;
// [Object.Set] is for the code that builds them.
//
// Strings are UTF-8, but for the half of a surrogate pair (`\ud800` alone), which Java and so Camunda lets pass: it
// is held as the three bytes that a naive encoder would write (WTF-8) and written out as its escape again.
package jsonvalue

import (
	"iter"
	"maps"
	"slices"
)

// Value is one of nil, bool, string, [Number], []Value and *[Object].
type Value = any

// Number is a number by its JSON literal, such as 1.10 or 12345678901234567890.
type Number string

// Member is one key of an object with its value.
type Member struct {
	Key   string
	Value Value
}

// Object is a JSON object that keeps the order in which its keys were first set. The zero value is empty and ready.
type Object struct {
	members []Member
	index   map[string]int // built at indexFrom members, nil below
}

// indexFrom is the number of members from which an object is looked up by a map: below, comparing is faster.
const indexFrom = 12

// NewObject returns an empty object with room for n members.
func NewObject(n int) *Object {
	// Most objects are small: theirs and their members' room is one piece of memory.
	switch {
	case n == 0:
		return &Object{}
	case n == 1:
		x := new(roomy[[1]Member])
		return x.of(x.room[:0])
	case n == 2:
		x := new(roomy[[2]Member])
		return x.of(x.room[:0])
	case n == 3:
		x := new(roomy[[3]Member])
		return x.of(x.room[:0])
	case n <= 5:
		x := new(roomy[[5]Member])
		return x.of(x.room[:0])
	}
	return &Object{members: make([]Member, 0, n)}
}

// roomy is an object with the room for its members behind it.
type roomy[Room any] struct {
	o    Object
	room Room
}

// of returns the object, whose members go into the room.
func (x *roomy[Room]) of(room []Member) *Object {
	x.o.members = room
	return &x.o
}

// DistinctObject is ObjectOf for members of which the caller knows that no two have the same key.
func DistinctObject(members ...Member) *Object {
	if len(members) >= indexFrom {
		return ObjectOf(members...)
	}
	o := NewObject(len(members))
	o.members = append(o.members, members...)
	return o
}

// ObjectOf returns an object of these members in this order; of equal keys the last value wins.
func ObjectOf(members ...Member) *Object {
	o := NewObject(len(members))
	for _, m := range members {
		o.Set(m.Key, m.Value)
	}
	return o
}

// Len returns the number of members; a nil object has none.
func (o *Object) Len() int {
	if o == nil {
		return 0
	}
	return len(o.members)
}

// At returns member i in order, 0 ≤ i < Len.
func (o *Object) At(i int) Member { return o.members[i] }

// Get returns the value of key, and whether the object has it.
func (o *Object) Get(key string) (Value, bool) {
	if i := o.find(key); i >= 0 {
		return o.members[i].Value, true
	}
	return nil, false
}

// GetNear is Get for a caller that asks many objects for the same key: it looks first at the place where the caller found the key
// last, and returns the place where it is, for the next time. Objects of one shape have it at the same place. Any number is
// allowed for a place; without the key it comes back as it was.
func (o *Object) GetNear(key string, place int) (v Value, found int, ok bool) {
	if o == nil {
		return nil, place, false
	}
	if uint(place) < uint(len(o.members)) {
		if m := &o.members[place]; m.Key == key {
			return m.Value, place, true
		}
	}
	if i := o.find(key); i >= 0 {
		return o.members[i].Value, i, true
	}
	return nil, place, false
}

// Set gives key this value: in its place if the object has the key, else at the end.
func (o *Object) Set(key string, v Value) {
	if i := o.find(key); i >= 0 {
		o.members[i].Value = v
		return
	}
	o.Append(key, v)
}

// Append is Set for a key of which the caller knows that the object does not have it.
func (o *Object) Append(key string, v Value) {
	o.members = append(o.members, Member{key, v})
	switch {
	case o.index != nil:
		o.index[key] = len(o.members) - 1
	case len(o.members) >= indexFrom:
		o.index = make(map[string]int, 2*len(o.members))
		for i := range o.members {
			o.index[o.members[i].Key] = i
		}
	}
}

// All ranges over the members in order.
func (o *Object) All() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if o == nil {
			return
		}
		for i := range o.members {
			if !yield(o.members[i].Key, o.members[i].Value) {
				return
			}
		}
	}
}

// Keys returns the keys in order.
func (o *Object) Keys() []string {
	keys := make([]string, 0, o.Len())
	for k := range o.All() {
		keys = append(keys, k)
	}
	return keys
}

// Clone returns a copy whose members can be set without touching o; the values are shared.
func (o *Object) Clone() *Object {
	if o == nil {
		return NewObject(0)
	}
	return &Object{members: slices.Clone(o.members), index: maps.Clone(o.index)}
}

func (o *Object) find(key string) int {
	if o == nil {
		return -1
	}
	if o.index != nil {
		if i, ok := o.index[key]; ok {
			return i
		}
		return -1
	}
	for i := range o.members {
		if o.members[i].Key == key {
			return i
		}
	}
	return -1
}

// Kind is the sort of a JSON value.
type Kind uint8

// The kinds, in the words that error messages use for them (see [Kind.String]).
const (
	Invalid Kind = iota
	KindNull
	KindBoolean
	KindNumber
	KindString
	KindArray
	KindObject
)

// String returns the JSON word for the kind with which messages name what was found: "object", "array", "null", …
func (k Kind) String() string {
	return [...]string{"invalid", "null", "boolean", "number", "string", "array", "object"}[k]
}

// KindOf returns the kind of a value; Invalid for a Go type that is no [Value].
func KindOf(v Value) Kind {
	switch v.(type) {
	case nil:
		return KindNull
	case bool:
		return KindBoolean
	case Number:
		return KindNumber
	case string:
		return KindString
	case []Value:
		return KindArray
	case *Object:
		return KindObject
	}
	return Invalid
}

// RawKind returns the kind of the value that starts in raw, judged by its first byte after white space.
func RawKind(raw []byte) Kind {
	for _, c := range raw {
		switch c {
		case ' ', '\t', '\n', '\r':
			continue
		case '{':
			return KindObject
		case '[':
			return KindArray
		case '"':
			return KindString
		case 't', 'f':
			return KindBoolean
		case 'n':
			return KindNull
		case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			return KindNumber
		}
		break
	}
	return Invalid
}
