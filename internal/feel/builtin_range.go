package feel

// The functions of ranges and points follow the DMN specification's table 78, as far as the official engine does.
func rangeBuiltins() []builtin {
	var all []builtin
	for _, r := range rangeRelations {
		for _, forms := range r.forms {
			all = append(all, builtin{name: r.name, params: params(forms), eval: r.eval, doc: r.doc, example: r.example, gives: r.gives})
		}
	}
	return all
}

// rangeRelation is a function of two ranges or points. Each of its forms names the two parameters; which of them may be
// a point is the same for all of its forms.
type rangeRelation struct {
	name                string
	forms               []string
	points              string // what may be a point: "any" of them, "both" or neither, the "first", the "second", "none"
	doc, example, gives string
	test                func(f *frame, pos Pos, x, y *Range) Value
}

const (
	twoRanges   = "range1: spot, range2: spot"
	pointInside = "point: spot, range: spot"
	rangeAround = "range: spot, point: spot"
	twoPoints   = "point1: spot, point2: spot"
)

var rangeRelations = [...]rangeRelation{
	{"before", []string{twoPoints, pointInside, rangeAround, twoRanges}, "any", "Whether the first lies wholly before the second.", `before(1, [5..10])`, `true`, isBefore},
	{"after", []string{twoPoints, pointInside, rangeAround, twoRanges}, "any", "Whether the first lies wholly after the second.", `after([5..10], 1)`, `true`, swap(isBefore)},
	{"meets", []string{twoRanges}, "none", "Whether the first ends, closed, where the second begins, closed.", `meets([1..5], [5..10])`, `true`, meets},
	{"met by", []string{twoRanges}, "none", "Whether the first begins where the second ends.", `met by([5..10], [1..5])`, `true`, swap(meets)},
	{"overlaps", []string{twoRanges}, "none", "Whether the two have a point in common.", `overlaps([1..5], [3..8])`, `true`, overlaps},
	{"overlaps before", []string{twoRanges}, "none", "Whether the first begins before the second and ends within it.", `overlaps before([1..5], [3..8])`, `true`, overlapsBefore},
	{"overlaps after", []string{twoRanges}, "none", "Whether the first begins within the second and ends after it.", `overlaps after([3..8], [1..5])`, `true`, overlapsAfter},
	{"finishes", []string{pointInside, twoRanges}, "first", "Whether the first ends where the second ends, and lies within it.", `finishes(10, [1..10])`, `true`, finishes},
	{"finished by", []string{pointInside, twoRanges}, "second", "Whether the second ends where the first ends, and lies within it.", `finished by([1..10], 10)`, `true`, swap(finishes)},
	{"includes", []string{rangeAround, twoRanges}, "second", "Whether the second lies within the first.", `includes([5..10], 6)`, `true`, includes},
	{"during", []string{pointInside, twoRanges}, "first", "Whether the first lies within the second.", `during(5, [1..10])`, `true`, swap(includes)},
	{"starts", []string{pointInside, twoRanges}, "first", "Whether the first begins where the second begins, and lies within it.", `starts(1, [1..5])`, `true`, starts},
	{"started by", []string{rangeAround, twoRanges}, "second", "Whether the second begins where the first begins, and lies within it.", `started by([1..10], 1)`, `true`, swap(starts)},
	{"coincides", []string{twoPoints, twoRanges}, "both", "Whether the two are the same.", `coincides([1..5], [1..5])`, `true`, coincides},
}

// eval puts points as ranges of one point each. A point where only a range can be is an error.
func (r rangeRelation) eval(f *frame, pos Pos, a []Value) Value {
	x, isRangeX := a[0].(*Range)
	y, isRangeY := a[1].(*Range)
	allowed := r.points == "any" || r.points == "both" ||
		isRangeX && isRangeY || r.points == "first" && isRangeY || r.points == "second" && isRangeX
	if !isRangeX {
		x = &Range{Low: a[0], High: a[0], LowClosed: true, HighClosed: true, isPoint: true}
	}
	if !isRangeY {
		y = &Range{Low: a[1], High: a[1], LowClosed: true, HighClosed: true, isPoint: true}
	}
	if f.rank(x.Low) != f.rank(y.Low) {
		return f.warn(pos, WrongType, r.name, "%s cannot compare a %s with a %s", r.name, typeName(x.Low), typeName(y.Low))
	}
	if r.points == "both" && isRangeX != isRangeY {
		return false
	}
	if !allowed {
		return f.fail(pos, "%s needs a range where it got a point", r.name)
	}
	return r.test(f, pos, x, y)
}

// swap gives a relation its two sides the other way round.
func swap(test func(f *frame, pos Pos, x, y *Range) Value) func(f *frame, pos Pos, x, y *Range) Value {
	return func(f *frame, pos Pos, x, y *Range) Value { return test(f, pos, y, x) }
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
		any3(f.relation(pos, ">", x.Low, y.Low), all3(f.relation(pos, "=", x.Low, y.Low), !x.LowClosed && y.LowClosed)),
		any3(f.relation(pos, "<", x.Low, y.High), all3(f.relation(pos, "=", x.Low, y.High), x.LowClosed && y.HighClosed)),
		any3(f.relation(pos, ">", x.High, y.High), all3(f.relation(pos, "=", x.High, y.High), x.HighClosed || !y.HighClosed)),
	)
}

func coincides(f *frame, pos Pos, x, y *Range) Value {
	return all3(
		x.LowClosed == y.LowClosed && x.HighClosed == y.HighClosed,
		f.relation(pos, "=", x.Low, y.Low), f.relation(pos, "=", x.High, y.High),
	)
}

func finishes(f *frame, pos Pos, x, y *Range) Value {
	if x.isPoint {
		return all3(y.HighClosed, f.relation(pos, "=", x.High, y.High))
	}
	return all3(
		x.HighClosed == y.HighClosed, f.relation(pos, "=", x.High, y.High),
		any3(f.relation(pos, ">", x.Low, y.Low), all3(f.relation(pos, "=", x.Low, y.Low), !x.LowClosed || y.LowClosed)),
	)
}

func starts(f *frame, pos Pos, x, y *Range) Value {
	if x.isPoint {
		return all3(y.LowClosed, f.relation(pos, "=", x.Low, y.Low))
	}
	return all3(
		x.LowClosed == y.LowClosed, f.relation(pos, "=", x.Low, y.Low),
		any3(f.relation(pos, "<", x.High, y.High), all3(f.relation(pos, "=", x.High, y.High), !x.HighClosed || y.HighClosed)),
	)
}

func includes(f *frame, pos Pos, x, y *Range) Value {
	if y.isPoint {
		return any3(
			all3(x.LowClosed, f.relation(pos, "=", x.Low, y.Low)), all3(x.HighClosed, f.relation(pos, "=", x.High, y.High)),
			all3(f.relation(pos, "<", x.Low, y.Low), f.relation(pos, ">", x.High, y.High)),
		)
	}
	return all3(
		any3(f.relation(pos, "<", x.Low, y.Low), all3(f.relation(pos, "=", x.Low, y.Low), x.LowClosed || !y.LowClosed)),
		any3(f.relation(pos, ">", x.High, y.High), all3(f.relation(pos, "=", x.High, y.High), x.HighClosed || !y.HighClosed)),
	)
}
