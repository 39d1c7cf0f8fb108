package feel

// The functions of ranges and points follow the DMN specification's table 78, as far as the official engine does.
func rangeBuiltins() []builtin {
	row := func(name, params2, doc, example, gives string, eval func(f *frame, pos Pos, a []Value) Value) builtin {
		return builtin{name: name, params: params(params2), doc: doc, example: example, gives: gives, eval: eval}
	}
	point := func(v Value) *Range { return &Range{Low: v, High: v, LowClosed: true, HighClosed: true} }
	both := func(name, doc, example, gives string, test func(f *frame, pos Pos, x, y *Range) Value) []builtin {
		as := func(f *frame, pos Pos, x, y Value) Value {
			rx, ok := x.(*Range)
			if !ok {
				rx = point(x)
			}
			ry, ok := y.(*Range)
			if !ok {
				ry = point(y)
			}
			return test(f, pos, rx, ry)
		}
		eval := func(f *frame, pos Pos, a []Value) Value { return as(f, pos, a[0], a[1]) }
		return []builtin{
			row(name, "point1: point, point2: point", doc, example, gives, eval),
			row(name, "range: range, point: point", doc, example, gives, eval),
			row(name, "point: point, range: range", doc, example, gives, eval),
			row(name, "range1: range, range2: range", doc, example, gives, eval),
		}
	}
	ranges := func(name, doc, example, gives string, test func(f *frame, pos Pos, x, y *Range) Value) builtin {
		return row(name, "range1: range, range2: range", doc, example, gives, func(f *frame, pos Pos, a []Value) Value {
			return test(f, pos, a[0].(*Range), a[1].(*Range))
		})
	}
	var all []builtin
	all = append(all, both("before", "Whether the first lies wholly before the second.", `before(1, [5..10])`, `true`, isBefore)...)
	all = append(all, both("after", "Whether the first lies wholly after the second.", `after([5..10], 1)`, `true`, func(f *frame, pos Pos, x, y *Range) Value { return isBefore(f, pos, y, x) })...)
	all = append(all,
		ranges("meets", "Whether the first ends, closed, where the second begins, closed.", `meets([1..5], [5..10])`, `true`, meets),
		ranges("met by", "Whether the first begins where the second ends.", `met by([5..10], [1..5])`, `true`, func(f *frame, pos Pos, x, y *Range) Value { return meets(f, pos, y, x) }),
		ranges("overlaps", "Whether the two have a point in common.", `overlaps([1..5], [3..8])`, `true`, overlaps),
		ranges("overlaps before", "Whether the first begins before the second and ends within it.", `overlaps before([1..5], [3..8])`, `true`, overlapsBefore),
		ranges("overlaps after", "Whether the first begins within the second and ends after it.", `overlaps after([3..8], [1..5])`, `true`, overlapsAfter),
		ranges("coincides", "Whether the two are the same.", `coincides([1..5], [1..5])`, `true`, coincides),
		row("coincides", "point1: point, point2: point", "Whether the two are the same.", `coincides(1, 1)`, `true`, func(f *frame, pos Pos, a []Value) Value {
			return f.equals(pos, a[0], a[1], true)
		}),
	)
	oneWay := func(name, pointFirst, doc, example, gives string, test func(f *frame, pos Pos, x, y *Range) Value) {
		names := "point: point, range: range"
		if pointFirst == "" {
			names = "range: range, point: point"
		}
		all = append(all, row(name, names, doc, example, gives, func(f *frame, pos Pos, a []Value) Value {
			if pointFirst == "" {
				return test(f, pos, a[0].(*Range), point(a[1]))
			}
			return test(f, pos, point(a[0]), a[1].(*Range))
		}), ranges(name, doc, example, gives, test))
	}
	swap := func(test func(f *frame, pos Pos, x, y *Range) Value) func(f *frame, pos Pos, x, y *Range) Value {
		return func(f *frame, pos Pos, x, y *Range) Value { return test(f, pos, y, x) }
	}
	oneWay("finishes", "point", "Whether the first ends where the second ends, and lies within it.", `finishes(10, [1..10])`, `true`, finishes)
	oneWay("finished by", "", "Whether the second ends where the first ends, and lies within it.", `finished by([1..10], 10)`, `true`, swap(finishes))
	oneWay("includes", "", "Whether the second lies within the first.", `includes([5..10], 6)`, `true`, includes)
	oneWay("during", "point", "Whether the first lies within the second.", `during(5, [1..10])`, `true`, swap(includes))
	oneWay("starts", "point", "Whether the first begins where the second begins, and lies within it.", `starts(1, [1..5])`, `true`, starts)
	oneWay("started by", "", "Whether the second begins where the first begins, and lies within it.", `started by([1..10], 1)`, `true`, swap(starts))
	return all
}

// relation compares two ends of ranges: null where they have no order.
func (f *frame) relation(pos Pos, op string, a, b Value) Value {
	if op == "=" {
		return f.equals(pos, a, b, true)
	}
	return f.ordered(pos, op, a, b)
}

// all3 is and, any3 is or, of conditions that are booleans or null.
func all3(conditions ...Value) Value {
	result := Value(true)
	for _, c := range conditions {
		b, ok := c.(bool)
		if ok && !b {
			return false
		}
		if !ok {
			result = nil
		}
	}
	return result
}

func any3(conditions ...Value) Value {
	result := Value(false)
	for _, c := range conditions {
		b, ok := c.(bool)
		if ok && b {
			return true
		}
		if !ok {
			result = nil
		}
	}
	return result
}

func isBefore(f *frame, pos Pos, x, y *Range) Value {
	return any3(
		f.relation(pos, "<", x.High, y.Low),
		all3(!x.HighClosed || !y.LowClosed, f.relation(pos, "=", x.High, y.Low)),
	)
}

func meets(f *frame, pos Pos, x, y *Range) Value {
	return all3(x.HighClosed && y.LowClosed, f.relation(pos, "=", x.High, y.Low))
}

func overlaps(f *frame, pos Pos, x, y *Range) Value {
	return all3(
		any3(f.relation(pos, ">", x.High, y.Low), all3(f.relation(pos, "=", x.High, y.Low), x.HighClosed && y.LowClosed)),
		any3(f.relation(pos, "<", x.Low, y.High), all3(f.relation(pos, "=", x.Low, y.High), x.LowClosed && y.HighClosed)),
	)
}

func overlapsBefore(f *frame, pos Pos, x, y *Range) Value {
	return all3(
		any3(f.relation(pos, "<", x.Low, y.Low), all3(f.relation(pos, "=", x.Low, y.Low), x.LowClosed && !y.LowClosed)),
		any3(f.relation(pos, ">", x.High, y.Low), all3(f.relation(pos, "=", x.High, y.Low), x.HighClosed && y.LowClosed)),
		any3(f.relation(pos, "<", x.High, y.High), all3(f.relation(pos, "=", x.High, y.High), !x.HighClosed || y.HighClosed)),
	)
}

func overlapsAfter(f *frame, pos Pos, x, y *Range) Value {
	return all3(
		any3(f.relation(pos, ">", x.Low, y.Low), all3(f.relation(pos, "=", x.Low, y.Low), !x.LowClosed || y.LowClosed)),
		any3(f.relation(pos, "<", x.Low, y.High), all3(f.relation(pos, "=", x.Low, y.High), x.LowClosed && y.HighClosed)),
		any3(f.relation(pos, ">", x.High, y.High), all3(f.relation(pos, "=", x.High, y.High), x.HighClosed && !y.HighClosed)),
	)
}

func coincides(f *frame, pos Pos, x, y *Range) Value {
	return all3(
		x.LowClosed == y.LowClosed && x.HighClosed == y.HighClosed,
		f.relation(pos, "=", x.Low, y.Low), f.relation(pos, "=", x.High, y.High),
	)
}

func finishes(f *frame, pos Pos, x, y *Range) Value {
	return all3(
		x.HighClosed == y.HighClosed, f.relation(pos, "=", x.High, y.High),
		any3(f.relation(pos, ">", x.Low, y.Low), all3(f.relation(pos, "=", x.Low, y.Low), !x.LowClosed || y.LowClosed)),
	)
}

func starts(f *frame, pos Pos, x, y *Range) Value {
	return all3(
		x.LowClosed == y.LowClosed, f.relation(pos, "=", x.Low, y.Low),
		any3(f.relation(pos, "<", x.High, y.High), all3(f.relation(pos, "=", x.High, y.High), !x.HighClosed || y.HighClosed)),
	)
}

func includes(f *frame, pos Pos, x, y *Range) Value {
	return all3(
		any3(f.relation(pos, "<", x.Low, y.Low), all3(f.relation(pos, "=", x.Low, y.Low), x.LowClosed || !y.LowClosed)),
		any3(f.relation(pos, ">", x.High, y.High), all3(f.relation(pos, "=", x.High, y.High), x.HighClosed || !y.HighClosed)),
	)
}
