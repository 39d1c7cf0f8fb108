package feel

import (
	"maps"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Kinds is a set of the kinds of values that an expression can give beside null, which any expression can give.
type Kinds uint16

// The kinds of values.
const (
	BooleanKind Kinds = 1 << iota
	NumberKind
	StringKind
	ListKind
	ContextKind
	TemporalKind // dates, times and durations
	RangeKind
	FunctionKind

	NoKind  Kinds = 0 // nothing but null
	AnyKind Kinds = 1<<iota - 1
)

var kindNames = []struct {
	kind Kinds
	name string
}{
	{BooleanKind, "boolean"},
	{NumberKind, "number"},
	{StringKind, "string"},
	{ListKind, "list"},
	{ContextKind, "context"},
	{TemporalKind, "date, time or duration"},
	{RangeKind, "range"},
	{FunctionKind, "function"},
}

// String names the kinds: "number or string". It is "any value" for all of them, and "null" for none.
func (k Kinds) String() string {
	if k == NoKind {
		return "null"
	}
	if k == AnyKind {
		return "any value"
	}
	var names []string
	for _, n := range kindNames {
		if k&n.kind != 0 {
			names = append(names, n.name)
		}
	}
	return strings.Join(names, " or ")
}

// Only says whether a value of these kinds is null or one of the others, and is not always null.
func (k Kinds) Only(others Kinds) bool { return k != NoKind && k&^others == 0 }

// Type is what is known of a value before an expression is evaluated. Nil means that nothing is known.
type Type struct {
	Kinds   Kinds
	Members map[string]*Type // of a context; nil = it can have any
	Item    *Type            // of a list; nil = anything
}

// TypeOf returns the type of values of these kinds, of which nothing else is known.
func TypeOf(k Kinds) *Type { return &Type{Kinds: k} }

func (t *Type) kinds() Kinds {
	if t == nil {
		return AnyKind
	}
	return t.Kinds
}

// Member returns the type of what a path with this key gives, and whether a value of the type can have the key. The key of a list
// is that of its items. A value of a date has keys that are not looked at.
func (t *Type) Member(key string) (*Type, bool) {
	switch {
	case t == nil, t.Kinds&(TemporalKind|RangeKind|FunctionKind) != 0:
		return nil, true
	case t.Kinds.Only(ListKind):
		m, ok := t.Item.Member(key)
		return &Type{Kinds: ListKind, Item: m}, ok
	case !t.Kinds.Only(ContextKind):
		return nil, t.Kinds&(ContextKind|ListKind) != 0
	case t.Members == nil:
		return nil, true
	}
	m, ok := t.Members[key]
	return m, ok
}

// or returns the type of a value that is of one type or the other.
func (t *Type) or(other *Type) *Type {
	switch {
	case t == nil || other == nil:
		return nil
	case t.Kinds == NoKind:
		return other
	case other.Kinds == NoKind:
		return t
	}
	return &Type{Kinds: t.Kinds | other.Kinds}
}

// typeOfValue returns the type of a value that is written out.
func typeOfValue(v Value) *Type {
	switch v.(type) {
	case nil:
		return TypeOf(NoKind)
	case bool:
		return TypeOf(BooleanKind)
	case string:
		return TypeOf(StringKind)
	case *apd.Decimal, jsonvalue.Number:
		return TypeOf(NumberKind)
	}
	return nil
}

// resultKinds are the kinds of what functions give, by their names. Those that are missing can give anything.
var resultKinds = func() map[string]Kinds {
	all := map[string]Kinds{}
	for kind, names := range map[Kinds]string{
		BooleanKind: "not, contains, starts with, ends with, matches, is blank, is empty, is defined, list contains, even, odd, all, any, and, or",
		NumberKind:  "count, string length, floor, ceiling, decimal, round up, round down, round half up, round half down, modulo, sqrt, exp, log, number, random number, sum, product",
		StringKind: "string, upper case, lower case, trim, substring, substring before, substring after, replace, string join, uuid, to base64, from base64, to json, " +
			"day of week, month of year",
		ListKind:     "append, concatenate, flatten, distinct values, duplicate values, split, reverse, sort, union, sublist, insert before, remove, partition, index of, extract, get entries",
		ContextKind:  "context, context put, context merge, put, put all",
		TemporalKind: "now, today, date, time, date and time, duration, years and months duration",
	} {
		for name := range strings.SplitSeq(names, ", ") {
			all[name] = kind
		}
	}
	return all
}()

// over returns the types of names with those of one more scope.
func over(outer, inner map[string]*Type) map[string]*Type {
	all := maps.Clone(outer)
	if all == nil {
		all = make(map[string]*Type, len(inner))
	}
	maps.Copy(all, inner)
	return all
}
