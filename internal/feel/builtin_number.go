package feel

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

func numberBuiltins() []builtin {
	return []builtin{
		{
			name: "decimal", params: params("n: number, scale: number"), eval: scaled(halfEven),
			doc: "The number with so many digits behind the point, half to even.", example: `decimal(1.115, 2)`, gives: `1.12`,
		},
		{
			name: "decimal", params: params("n: number, scale: number, mode: string"), eval: decimalByMode,
			doc:     "The number, rounded by a mode: UP, DOWN, CEILING, FLOOR, HALF_UP, HALF_DOWN, HALF_EVEN or UNNECESSARY, in upper or lower case. Any other mode gives null.",
			example: `decimal(-2.1, 0, "FLOOR")`, gives: `-3`,
		},
		{
			name: "floor", params: params("n: number"), eval: unscaled(toFloor),
			doc: "The whole number at or below.", example: `floor(1.5)`, gives: `1`,
		},
		{
			name: "floor", params: params("n: number, scala: number"), eval: scaled(toFloor),
			doc: "The number at or below with so many digits behind the point.", example: `floor(-1.56, 1)`, gives: `-1.6`,
		},
		{
			name: "ceiling", params: params("n: number"), eval: unscaled(toCeiling),
			doc: "The whole number at or above.", example: `ceiling(1.5)`, gives: `2`,
		},
		{
			name: "ceiling", params: params("n: number, scale: number"), eval: scaled(toCeiling),
			doc: "The number at or above with so many digits behind the point.", example: `ceiling(-1.56, 1)`, gives: `-1.5`,
		},
		{
			name: "round up", params: params("n: number, scale: number"), eval: scaled(roundAway),
			doc: "The number with so many digits behind the point, away from zero.", example: `round up(5.5, 0)`, gives: `6`,
		},
		{
			name: "round down", params: params("n: number, scale: number"), eval: scaled(roundZero),
			doc: "The number with so many digits behind the point, towards zero.", example: `round down(5.5, 0)`, gives: `5`,
		},
		{
			name: "round half up", params: params("n: number, scale: number"), eval: scaled(halfUp),
			doc: "The number with so many digits behind the point, halves away from zero.", example: `round half up(5.5, 0)`, gives: `6`,
		},
		{
			name: "round half down", params: params("n: number, scala: number"), eval: scaled(halfDown),
			doc: "The number with so many digits behind the point, halves towards zero.", example: `round half down(5.5, 0)`, gives: `5`,
		},
		{
			name: "abs", params: params("number: any"), eval: absolute,
			doc: "The number or duration without its sign.", example: `abs(-10)`, gives: `10`,
		},
		{
			name: "abs", params: params("n: any"), eval: absolute,
			doc: "The number or duration without its sign.", example: `abs(n: @"-PT5H")`, gives: `"PT5H"`,
		},
		{
			name: "modulo", params: params("dividend: number, divisor: number"), eval: modulo,
			doc: "What is left of a division, with the sign of the divisor. Division by zero is an error.", example: `modulo(-12, 5)`, gives: `3`,
		},
		{name: "sqrt", params: params("number: number"), eval: func(f *frame, pos Pos, a []Value) Value {
			d := a[0].(*apd.Decimal)
			if d.Sign() < 0 {
				return f.warn(pos, OutOfRange, "sqrt", "a negative number has no square root")
			}
			return f.double(pos, "sqrt", math.Sqrt(toFloat64(d)))
		}, doc: "The square root; null for a negative number.", example: `sqrt(16)`, gives: `4`},
		{name: "log", params: params("number: number"), eval: func(f *frame, pos Pos, a []Value) Value {
			return f.double(pos, "log", logarithm(toFloat64(a[0].(*apd.Decimal))))
		}, doc: "The natural logarithm; an error for zero and below.", example: `decimal(log(10), 4)`, gives: `2.3026`},
		{name: "exp", params: params("number: number"), eval: func(f *frame, pos Pos, a []Value) Value {
			return f.double(pos, "exp", exponential(toFloat64(a[0].(*apd.Decimal))))
		}, doc: "Euler's number to a power; an error where that is beyond a double.", example: `decimal(exp(1), 4)`, gives: `2.7183`},
		{name: "odd", params: params("number: number"), eval: parity(1), doc: "Whether the number is odd.", example: `odd(5)`, gives: `true`},
		{name: "even", params: params("number: number"), eval: parity(0), doc: "Whether the number is even.", example: `even(2)`, gives: `true`},
		{name: "random number", params: nil, eval: func(f *frame, pos Pos, _ []Value) Value {
			return f.double(pos, "random number", rand.Float64()) //nolint:gosec // FEEL asks for a number, not for a secret
		}, doc: "A random number of at least 0 and below 1.", example: `random number() < 1`, gives: `true`},
	}
}

func (f *frame) double(pos Pos, name string, x float64) Value {
	d, ok := fromFloat64(x)
	if !ok {
		return f.fail(pos, "the result of %s is no number", name)
	}
	return d
}

// maxScale bounds the digits that rounding may make, as maxExponent bounds those of a number in a source.
const maxScale = 1_000_000

// maxPower is the greatest power of ten that Java's BigInteger holds. Rounding that needs a greater one gives null.
const maxPower = 646_456_992

func scaled(mode rounding) func(*frame, Pos, []Value) Value {
	return func(f *frame, pos Pos, a []Value) Value {
		d, scale := a[0].(*apd.Decimal), integer(a[1])
		switch {
		case d.Sign() != 0 && abs64(scale+int64(d.Exponent)) > maxPower:
			return f.warn(pos, OutOfRange, "round", "the scale %d is out of bounds", scale)
		case abs64(scale) > maxScale:
			return f.fail(pos, "the scale %d is out of bounds, expected at most %d", scale, maxScale)
		}
		if size := int(abs64(scale)); !f.spend(size/64) || !f.produce(size/2) {
			return nil
		}
		return setScale(d, scale, mode)
	}
}

func unscaled(mode rounding) func(*frame, Pos, []Value) Value {
	return func(f *frame, pos Pos, a []Value) Value {
		d := a[0].(*apd.Decimal)
		if d.Exponent > maxGap {
			return f.fail(pos, "the number is out of bounds")
		}
		f.spend(int(max(d.Exponent, 0)) / 64)
		return setScale(d, 0, mode)
	}
}

// roundingModes are those of java.math.RoundingMode. UNNECESSARY allows no rounding.
var roundingModes = map[string]rounding{
	"UP": roundAway, "DOWN": roundZero, "CEILING": toCeiling, "FLOOR": toFloor,
	"HALF_UP": halfUp, "HALF_DOWN": halfDown, "HALF_EVEN": halfEven, "UNNECESSARY": roundZero,
}

func decimalByMode(f *frame, pos Pos, a []Value) Value {
	name := strings.ToUpper(a[2].(string))
	mode, ok := roundingModes[name]
	if !ok {
		return f.warn(pos, InvalidText, "round", "%q is no mode of rounding", a[2])
	}
	r := scaled(mode)(f, pos, a)
	if d, ok := r.(*apd.Decimal); ok && name == "UNNECESSARY" && compare(d, a[0].(*apd.Decimal)) != 0 {
		return f.warn(pos, OutOfRange, "round", "rounding is necessary")
	}
	return r
}

func absolute(f *frame, pos Pos, a []Value) Value {
	switch v := a[0].(type) {
	case *apd.Decimal:
		return &apd.Decimal{Exponent: v.Exponent, Coeff: v.Coeff}
	case DaysDuration:
		if v.seconds < 0 {
			return v.negate()
		}
		return v
	case MonthsDuration:
		return MonthsDuration{abs64(v.months)}
	}
	return f.warn(pos, WrongType, "abs", "abs needs a number or a duration, but got %s", article(a[0]))
}

// modulo is (x rem y + y) rem y, each step to the digits of the dividend.
func modulo(f *frame, pos Pos, a []Value) Value {
	x, y := a[0].(*apd.Decimal), a[1].(*apd.Decimal)
	if y.Sign() == 0 {
		return f.fail(pos, "modulo: division by zero")
	}
	n := workingDigits(x)
	r := remainder(x, y, n)
	if r != nil {
		r = addTo(r, y, n)
	}
	if r != nil {
		r = remainder(r, y, n)
	}
	if r == nil {
		return f.fail(pos, "the result of modulo is out of bounds")
	}
	return r
}

func parity(wanted uint) func(*frame, Pos, []Value) Value {
	return func(_ *frame, _ Pos, a []Value) Value {
		d := a[0].(*apd.Decimal)
		if !isWhole(d) || digits(d)+int64(d.Exponent) > maxGap {
			return false
		}
		return coefficient(setScale(d, 0, roundZero)).Bit(0) == wanted
	}
}

func aggregateBuiltins() []builtin {
	numbers := func(name, doc, example, gives string, eval func(f *frame, pos Pos, l []*apd.Decimal) Value) builtin {
		return builtin{
			name: name, params: params("list: list"), rest: true, doc: doc, example: example, gives: gives,
			eval: func(f *frame, pos Pos, a []Value) Value {
				l := make([]*apd.Decimal, 0, len(a[0].([]Value)))
				for _, v := range a[0].([]Value) {
					d, ok := asNumber(v)
					if !ok {
						return f.warn(pos, WrongType, name, "%s needs numbers, but one item is %s", name, article(v))
					}
					l = append(l, d)
				}
				if !f.spend(len(l)) {
					return nil
				}
				return eval(f, pos, l)
			},
		}
	}
	return []builtin{
		{
			name: "min", params: params("list: list"), rest: true, eval: extreme("min", -1),
			doc: "The least of the items, which must be of one type that has an order; null for an empty list.", example: `min(3, 1, 2)`, gives: `1`,
		},
		{
			name: "max", params: params("list: list"), rest: true, eval: extreme("max", 1),
			doc: "The greatest of the items, which must be of one type that has an order; null for an empty list.", example: `max([1, 3, 2])`, gives: `3`,
		},
		numbers("sum", "The sum of numbers; null for an empty list.", `sum([1,2,3])`, `6`, func(f *frame, pos Pos, l []*apd.Decimal) Value {
			return f.fold(pos, "sum", l, addTo)
		}),
		numbers("product", "The product of numbers; null for an empty list.", `product([2, 3, 4])`, `24`, func(f *frame, pos Pos, l []*apd.Decimal) Value {
			return f.fold(pos, "product", l, multiplyTo)
		}),
		numbers("mean", "The arithmetic mean of numbers; null for an empty list.", `mean([1,2,3])`, `2`, func(f *frame, pos Pos, l []*apd.Decimal) Value {
			sum, ok := f.fold(pos, "mean", l, addTo).(*apd.Decimal)
			if !ok {
				return nil
			}
			return divide(sum, newInt(int64(len(l))))
		}),
		numbers("median", "The middle one of the numbers in order, or the mean of the two in the middle; null for an empty list.", `median([8, 2, 5, 3, 4])`, `4`, func(f *frame, pos Pos, l []*apd.Decimal) Value {
			if len(l) == 0 {
				return f.warn(pos, EmptyList, "median", "the list is empty")
			}
			if !f.sortNumbers(l) {
				return nil
			}
			if len(l)%2 == 1 {
				return l[len(l)/2]
			}
			return divide(add(l[len(l)/2-1], l[len(l)/2]), newInt(2))
		}),
		numbers("stddev", "The standard deviation of a sample; null for an empty list, an error for one number.", `stddev(2, 4, 7, 5)`, `2.0816659994661326`, stddev),
		numbers("mode", "The numbers that occur most often, in order.", `mode([6, 3, 9, 6, 6])`, `[6]`, mode),
		{name: "all", params: params("list: list"), rest: true, eval: quantify(false), doc: "Whether all items are true, by the rules of and.", example: `all([true, false])`, gives: `false`},
		{name: "and", params: params("list: list"), rest: true, eval: quantify(false), doc: "The same as all.", example: `all([true, true])`, gives: `true`},
		{name: "any", params: params("list: list"), rest: true, eval: quantify(true), doc: "Whether one item is true, by the rules of or.", example: `any([true, false])`, gives: `true`},
		{name: "or", params: params("list: list"), rest: true, eval: quantify(true), doc: "The same as any.", example: `any([false])`, gives: `false`},
	}
}

func (f *frame) fold(pos Pos, name string, l []*apd.Decimal, op func(a, b *apd.Decimal, n int64) *apd.Decimal) Value {
	if len(l) == 0 {
		return f.warn(pos, EmptyList, name, "the list is empty")
	}
	r, n := l[0], workingDigits(l[0])
	for i, d := range l[1:] {
		if !f.spendOn(i, n) {
			return nil
		}
		if r = op(r, d, n); r == nil {
			return f.fail(pos, "the result is out of bounds")
		}
	}
	return r
}

// sortNumbers sorts numbers by their value; false when the evaluation must end.
func (f *frame) sortNumbers(l []*apd.Decimal) bool {
	compared := 0
	slices.SortStableFunc(l, func(a, b *apd.Decimal) int {
		if compared++; !f.spendOn(compared, 0) {
			return 0
		}
		return compare(a, b)
	})
	return f.err == nil
}

// extreme returns min (sign −1) or max (sign 1) of values of one type.
func extreme(name string, sign int) func(*frame, Pos, []Value) Value {
	return func(f *frame, pos Pos, a []Value) Value {
		l := a[0].([]Value)
		if len(l) == 0 {
			return f.warn(pos, EmptyList, name, "the list is empty")
		}
		best := l[0]
		switch f.rank(best) {
		case "":
			return f.warn(pos, WrongType, name, "%s cannot compare %s", name, article(best))
		case listRank:
			return f.extremeList(pos, name, l)
		}
		for i, v := range l {
			if !f.spend(1) {
				return nil
			}
			if i == 0 {
				continue
			}
			cmp, ok := order(v, best)
			if !ok {
				return f.warn(pos, WrongType, name, "%s cannot compare %s with %s", name, article(v), article(best))
			}
			if cmp*sign > 0 {
				best = v
			}
		}
		return best
	}
}

// extremeList is min or max of lists: null if other values are among them, an error if there are several to compare.
func (f *frame) extremeList(pos Pos, name string, l []Value) Value {
	for _, v := range l[1:] {
		if !isList(v) {
			return f.warn(pos, WrongType, name, "%s cannot compare a list with %s", name, article(v))
		}
	}
	if len(l) > 1 {
		return f.fail(pos, "lists have no order: %s cannot compare them", name)
	}
	return l[0]
}

func stddev(f *frame, pos Pos, l []*apd.Decimal) Value {
	if len(l) == 0 {
		return f.warn(pos, EmptyList, "stddev", "the list is empty")
	}
	if len(l) == 1 {
		return f.fail(pos, "stddev of one number: division by zero")
	}
	sum, ok := f.fold(pos, "stddev", l, addTo).(*apd.Decimal)
	if !ok {
		return nil
	}
	n := newInt(int64(len(l)))
	mean := divide(sum, n)
	squares := newInt(0)
	for i, d := range l {
		if !f.spendOn(i, digits(mean)+digits(squares)) {
			return nil
		}
		diff := subtract(d, mean)
		if diff == nil {
			return f.fail(pos, "the result of stddev is out of bounds")
		}
		square := power(diff, 2)
		if square == nil {
			return f.fail(pos, "the result of stddev is out of bounds")
		}
		squares = add(squares, square)
	}
	return f.double(pos, "stddev", math.Sqrt(toFloat64(divide(squares, subtract(n, newInt(1))))))
}

func mode(f *frame, _ Pos, l []*apd.Decimal) Value {
	sorted := slices.Clone(l)
	if !f.sortNumbers(sorted) {
		return nil
	}
	var out []Value
	best := 0
	for i := 0; i < len(sorted); {
		j := i
		for j < len(sorted) && f.spendOn(j, 0) && compare(sorted[i], sorted[j]) == 0 {
			j++
		}
		if f.err != nil {
			return nil
		}
		if j-i > best {
			best, out = j-i, nil
		}
		if j-i == best {
			out = append(out, sorted[i])
		}
		i = j
	}
	return f.newList(out)
}

// quantify is any (decides true) and all (decides false) of a list, three-valued.
func quantify(decides bool) func(*frame, Pos, []Value) Value {
	return func(f *frame, pos Pos, a []Value) Value {
		result := Value(!decides)
		for _, v := range a[0].([]Value) {
			b, ok := v.(bool)
			if ok && b == decides {
				return decides
			}
			if !ok {
				result = nil
			}
		}
		if result == nil {
			return f.warn(pos, WrongType, map[bool]string{false: "all", true: "any"}[decides], "not all items are booleans")
		}
		return result
	}
}
