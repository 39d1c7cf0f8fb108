package feel

import (
	"errors"
	"slices"

	"github.com/cockroachdb/apd/v3"
)

func listBuiltins() []builtin {
	return []builtin{
		{name: "list contains", params: params("list: list, element: any"), eval: func(f *frame, _ Pos, a []Value) Value {
			return f.listHas(a[0].([]Value), a[1])
		}, doc: "Whether the list has the element. A context that is written in the expression equals only itself.", example: `list contains([1,2,3], 2)`, gives: `true`},
		{name: "count", params: params("list: list"), eval: func(_ *frame, _ Pos, a []Value) Value {
			return newInt(int64(len(a[0].([]Value))))
		}, doc: "The number of items, nulls included.", example: `count([1,2,3])`, gives: `3`},
		{name: "is empty", params: params("list: list"), eval: func(_ *frame, _ Pos, a []Value) Value {
			return len(a[0].([]Value)) == 0
		}, doc: "Whether the list has no items.", example: `is empty([])`, gives: `true`},
		{
			name: "sublist", params: params("list: list, start: number"), eval: sublist,
			doc: "The items from a position, counted from 1 or from the end below 0; null for the position 0.", example: `sublist([1,2,3], 2)`, gives: `[2,3]`,
		},
		{
			name: "sublist", params: params("list: list, start: number, length: number"), eval: sublist,
			doc: "The items from a position, at most as many as the length says.", example: `sublist([1,2,3], 1, 2)`, gives: `[1,2]`,
		},
		{name: "append", params: params("list: list, items: list"), rest: true, eval: func(f *frame, _ Pos, a []Value) Value {
			return f.newList(append(slices.Clone(a[0].([]Value)), a[1].([]Value)...))
		}, doc: "The list with items at its end. A list that is appended stays one item.", example: `append([1], 2, 3)`, gives: `[1,2,3]`},
		{
			name: "concatenate", params: params("lists: list"), rest: true, eval: concatenate,
			doc: "The items of several lists in one. What is no list counts as a list of itself.", example: `concatenate([1,2],[3])`, gives: `[1,2,3]`,
		},
		{
			name: "insert before", params: params("list: list, position: number, newItem: any"), eval: insertBefore,
			doc: "The list with a new item before a position. If there is no such position, the item comes last; for the position 0 the result is null.", example: `insert before([1,3], 1, 2)`, gives: `[2,1,3]`,
		},
		{
			name: "remove", params: params("list: list, position: number"), eval: remove,
			doc: "The list without the item at a position. If there is no such position, the list stays as it is; for the position 0 the result is null.", example: `remove([1,2,3], 2)`, gives: `[1,3]`,
		},
		{name: "reverse", params: params("list: list"), eval: func(f *frame, _ Pos, a []Value) Value {
			l := slices.Clone(a[0].([]Value))
			slices.Reverse(l)
			return f.newList(l)
		}, doc: "The items in the opposite order.", example: `reverse([1,2,3])`, gives: `[3,2,1]`},
		{name: "index of", params: params("list: list, match: any"), eval: func(f *frame, _ Pos, a []Value) Value {
			found := []Value{}
			for i, item := range a[0].([]Value) {
				if f.spend(1) && f.identical(item, a[1]) {
					found = append(found, newInt(int64(i+1)))
				}
			}
			return found
		}, doc: "The positions of the items that equal the match.", example: `index of([1,2,3,2], 2)`, gives: `[2,4]`},
		{name: "union", params: params("lists: list"), rest: true, eval: func(f *frame, pos Pos, a []Value) Value {
			all, ok := concatenate(f, pos, a).([]Value)
			if !ok {
				return nil
			}
			return f.distinct(all)
		}, doc: "The items of several lists, each once.", example: `union([1,2],[2,3])`, gives: `[1,2,3]`},
		{name: "distinct values", params: params("list: list"), eval: func(f *frame, _ Pos, a []Value) Value {
			return f.distinct(a[0].([]Value))
		}, doc: "The items, each once, at its first place.", example: `distinct values([1,2,3,2,1])`, gives: `[1,2,3]`},
		{
			name: "duplicate values", params: params("list: list"), eval: duplicates,
			doc: "The items that are there more than once.", example: `duplicate values([1,2,3,2,1])`, gives: `[1,2]`,
		},
		{name: "flatten", params: params("list: list"), eval: func(f *frame, _ Pos, a []Value) Value {
			return f.newList(f.flatten(nil, a[0].([]Value)))
		}, doc: "The items of all lists within lists in one.", example: `flatten([[1,2],[[3]], 4])`, gives: `[1,2,3,4]`},
		{
			name: "sort", params: params("list: list, precedes: function"), eval: sortList,
			doc: "The items in order. The function says whether its first item comes before its second. The result is null if it does not take two items or gives no boolean.", example: `sort([3,1,2], function(x,y) x < y)`, gives: `[1,2,3]`,
		},
		{
			name: "partition", params: params("list: list, size: number"), eval: partition,
			doc: "The list cut into lists, each with at most as many items as the size says.", example: `partition([1,2,3,4,5], 2)`, gives: `[[1,2],[3,4],[5]]`,
		},
	}
}

// newList charges for a list that a function made.
func (f *frame) newList(l []Value) Value {
	if l == nil {
		l = []Value{}
	}
	if !f.spend(len(l)) || !f.produce(16*len(l)) {
		return nil
	}
	return l
}

func sublist(f *frame, pos Pos, a []Value) Value {
	l := a[0].([]Value)
	from, ok := position(len(l), a[1])
	if !ok {
		return f.warn(pos, OutOfRange, "sublist", "positions in a list count from 1, or from -1 at its end")
	}
	to := int64(len(l))
	if len(a) == 3 {
		to = min(to, max(from, from+integer(a[2])))
	}
	from = min(max(from, 0), max(to, 0))
	return f.newList(l[from:max(to, 0):max(to, 0)])
}

func concatenate(f *frame, _ Pos, a []Value) Value {
	all := []Value{}
	for _, v := range a[0].([]Value) {
		if l, ok := v.([]Value); ok {
			all = append(all, l...)
		} else {
			all = append(all, v)
		}
	}
	return f.newList(all)
}

func insertBefore(f *frame, pos Pos, a []Value) Value {
	l := a[0].([]Value)
	at, ok := position(len(l), a[1])
	if !ok {
		return f.warn(pos, OutOfRange, "insert before", "positions in a list count from 1, or from -1 at its end")
	}
	at = min(max(at, 0), int64(len(l)))
	return f.newList(slices.Insert(slices.Clone(l), int(at), a[2]))
}

// position returns the index of a position that counts from 1, or from the end below 0: below 0 or behind the end where
// there is no such item. Only the position 0 is none; between -1 and 1 a fraction stands for the end.
func position(n int, v Value) (int64, bool) {
	if v.(*apd.Decimal).Sign() == 0 {
		return 0, false
	}
	p := integer(v)
	if p > 0 {
		return p - 1, true
	}
	return int64(n) + max(p, -1<<32), true
}

func remove(f *frame, pos Pos, a []Value) Value {
	l := a[0].([]Value)
	at, ok := position(len(l), a[1])
	switch {
	case !ok:
		return f.warn(pos, OutOfRange, "remove", "positions in a list count from 1, or from -1 at its end")
	case at < 0 || at > int64(len(l)) || at == int64(len(l)) && integer(a[1]) > 0:
		return l
	case at == int64(len(l)):
		return f.newList(append(slices.Clone(l), l...)) // what the official engine makes of a position such as 0.5
	}
	return f.newList(slices.Delete(slices.Clone(l), int(at), int(at)+1))
}

func (f *frame) distinct(l []Value) Value {
	out := []Value{}
	for _, v := range l {
		if !f.spend(1 + len(out)) {
			return nil
		}
		if !slices.ContainsFunc(out, func(have Value) bool { return f.identical(have, v) }) {
			out = append(out, v)
		}
	}
	return f.newList(out)
}

func duplicates(f *frame, _ Pos, a []Value) Value {
	l := a[0].([]Value)
	out := []Value{}
	for i, v := range l {
		if !f.spend(1 + len(l)) {
			return nil
		}
		same := func(have Value) bool { return f.identical(have, v) }
		if slices.ContainsFunc(l[i+1:], same) && !slices.ContainsFunc(out, same) {
			out = append(out, v)
		}
	}
	return f.newList(out)
}

func (f *frame) flatten(dst, l []Value) []Value {
	for _, v := range l {
		if !f.spend(1) {
			return nil
		}
		if inner, ok := v.([]Value); ok {
			dst = f.flatten(dst, inner)
		} else {
			dst = append(dst, v)
		}
	}
	return dst
}

func partition(f *frame, pos Pos, a []Value) Value {
	l, size := a[0].([]Value), integer(a[1])
	if size < 1 {
		return f.warn(pos, OutOfRange, "partition", "the size of a part must be at least 1, but is %d", size)
	}
	parts := []Value{}
	for len(l) > 0 {
		n := int(min(size, int64(len(l))))
		parts = append(parts, l[:n:n])
		l = l[n:]
	}
	return f.newList(parts)
}

// sortList is a stable merge sort: a function that contradicts itself, too, then gives what the official engine gives.
func sortList(f *frame, pos Pos, a []Value) Value {
	l, precedes := slices.Clone(a[0].([]Value)), a[1].(*Function)
	if len(precedes.params) != 2 {
		return f.warn(pos, WrongType, "sort", "sort needs a function of two parameters, but it has %d", len(precedes.params))
	}
	broken := false
	slices.SortStableFunc(l, func(x, y Value) int {
		if broken || !f.spend(1) {
			return 0
		}
		v := precedes.call(f, []Value{x, y})
		if e, ok := errors.AsType[*EvalError](f.err); ok {
			f.err = nil
			f.warn(e.Pos, ErrorValue, "", "%s", e.Text)
		}
		b, ok := v.(bool)
		switch {
		case !ok:
			broken = true
			return 0
		case b:
			return -1
		}
		return 1
	})
	if broken && f.err == nil {
		return f.warn(pos, WrongType, "sort", "the function of sort must give a boolean")
	}
	return f.newList(l)
}
