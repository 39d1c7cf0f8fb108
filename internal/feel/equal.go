package feel

import (
	"slices"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// comparedPerStep is how many members of lists and contexts may be compared for one step.
const comparedPerStep = 8

// compares charges for the comparison of so many members; false when the evaluation must end. A list may be in another one
// many times, so that comparing is more work than the values take up.
func (f *frame) compares(n int) bool {
	if f.compared += n + 1; f.compared < comparedPerStep {
		return f.err == nil
	}
	n = f.compared / comparedPerStep
	f.compared %= comparedPerStep
	return f.spend(n)
}

// equal compares two values as = does: ok is false, and the result null, where their types differ. Null equals null
// and nothing else.
func (f *frame) equal(a, b Value) (same, ok bool) {
	if a == nil || b == nil {
		if failed := firstFailure(a, b); failed != nil {
			return true, true
		}
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
		return ok && f.equalLists(a, b), ok
	case *jsonvalue.Object:
		b, ok := b.(*jsonvalue.Object)
		return ok && f.equalContexts(a, b), ok
	case *Range, *Function, storedFunction, *failure:
		return false, false // these are equal to nothing, themselves included
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
func (f *frame) identical(a, b Value) bool {
	same, ok := f.equal(a, b)
	return ok && same
}

func (f *frame) equalLists(a, b []Value) bool {
	if len(a) != len(b) || !f.compares(len(a)) {
		return false
	}
	for i := range a {
		if !f.identical(a[i], b[i]) {
			return false
		}
	}
	return true
}

// equalContexts compares the fields that are no functions, in any order.
func (f *frame) equalContexts(a, b *jsonvalue.Object) bool {
	return f.matchContexts(a, b, f.identical)
}

func (f *frame) matchContexts(a, b *jsonvalue.Object, same func(a, b Value) bool) bool {
	if !f.compares(a.Len()) {
		return false
	}
	fields := 0
	for k, x := range a.All() {
		if _, isFunction := x.(*Function); isFunction {
			continue
		}
		fields++
		y, ok := b.Get(k)
		if !ok || !same(x, y) {
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

func (f *frame) sameRange(a, b *Range) bool {
	return a.LowClosed == b.LowClosed && a.HighClosed == b.HighClosed && f.identical(a.Low, b.Low) && f.identical(a.High, b.High)
}

// madeHere notes a context that the source itself made. A list has such a one only if it is the very same; any other is
// found by its fields.
func (f *frame) madeHere(o *jsonvalue.Object) {
	if f.literals == nil {
		f.literals = map[*jsonvalue.Object]struct{}{}
	}
	f.literals[o] = struct{}{}
	f.produce(48)
}

// listHas says whether a list has a value, as `list contains` and in understand it.
func (f *frame) listHas(list []Value, v Value) bool {
	if !f.spend(len(list)) {
		return false
	}
	return slices.ContainsFunc(list, func(item Value) bool { return f.sameObject(item, v) })
}

// sameObject compares as a list does that looks for a value: contexts that the source made are the same only as they are
// the same object.
func (f *frame) sameObject(a, b Value) bool {
	switch a := a.(type) {
	case []Value:
		b, ok := b.([]Value)
		if !ok || len(a) != len(b) || !f.compares(len(a)) {
			return false
		}
		for i := range a {
			if !f.sameObject(a[i], b[i]) {
				return false
			}
		}
		return true
	case *jsonvalue.Object:
		b, ok := b.(*jsonvalue.Object)
		return ok && (a == b || f.sameFields(a, b))
	case *Range:
		b, ok := b.(*Range)
		return ok && f.sameRange(a, b)
	case *Function:
		return a == b
	case *failure:
		return false
	case nil:
		if _, failed := b.(*failure); failed {
			return false
		}
	}
	return f.identical(a, b)
}

func (f *frame) sameFields(a, b *jsonvalue.Object) bool {
	for _, o := range [...]*jsonvalue.Object{a, b} {
		if _, literal := f.literals[o]; literal {
			return false
		}
	}
	return f.matchContexts(a, b, f.sameObject)
}
