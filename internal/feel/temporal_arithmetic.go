package feel

import (
	"math"

	"github.com/cockroachdb/apd/v3"
)

// temporalArithmetic is +, −, * and / where a temporal value takes part; ok is false where the types do not go together.
func temporalArithmetic(op string, a, b Value) (v Value, ok bool) {
	switch op {
	case "+":
		if v, ok := plusDuration(a, b, 1); ok {
			return v, true
		}
		if _, isDuration := b.(DaysDuration); !isDuration {
			if _, isDuration := b.(MonthsDuration); !isDuration {
				return plusDuration(b, a, 1)
			}
		}
	case "-":
		if v, ok := plusDuration(a, b, -1); ok {
			return v, true
		}
		return minusTemporal(a, b)
	case "*":
		if n, ok := asNumber(b); ok {
			return timesNumber(a, n)
		}
		if n, ok := asNumber(a); ok {
			return timesNumber(b, n)
		}
	case "/":
		return divideDuration(a, b)
	}
	return nil, false
}

// plusDuration is a ± duration.
func plusDuration(a, b Value, sign int64) (Value, bool) {
	switch d := b.(type) {
	case DaysDuration:
		if sign < 0 {
			d = d.negate()
		}
		switch a := a.(type) {
		case Date:
			t, ok := DateTime{date: a}.add(d)
			return valueIf(t.date, ok), true
		case DateTime:
			t, ok := a.add(d)
			return valueIf(t, ok), true
		case Time:
			n := floorMod(a.nanos+d.seconds%secondsPerDay*nanosPerSecond+int64(d.nanos), nanosPerDay)
			return Time{n, a.zone}, true
		case DaysDuration:
			return a.plus(d), true
		}
	case MonthsDuration:
		n := d.months * sign
		switch a := a.(type) {
		case Date:
			t, ok := a.addMonths(n)
			return valueIf(t, ok), true
		case DateTime:
			t, ok := a.addMonths(n)
			return valueIf(t, ok), true
		case MonthsDuration:
			return MonthsDuration{a.months + n}, true
		}
	}
	return nil, false
}

func valueIf[T any](v T, ok bool) Value {
	if !ok {
		return nil
	}
	return v
}

// minusTemporal is the time between two dates, times or dates and times, both with a zone or both without.
func minusTemporal(a, b Value) (Value, bool) {
	switch a := a.(type) {
	case Date:
		if b, ok := b.(Date); ok {
			return DaysDuration{seconds: (a.epochDay() - b.epochDay()) * secondsPerDay}, true
		}
	case DateTime:
		if b, ok := b.(DateTime); ok && (a.zone == nil) == (b.zone == nil) {
			return a.minus(b), true
		}
	case Time:
		if b, ok := b.(Time); ok && (a.zone == nil) == (b.zone == nil) {
			d := duration(0, a.utc()-b.utc())
			if a.zone != nil && d.seconds < 0 {
				d = d.negate()
			}
			return d, true
		}
	}
	return nil, false
}

// timesNumber multiplies a duration by a number cut to 32 bits, as the official engine does.
func timesNumber(v Value, n *apd.Decimal) (Value, bool) {
	factor := int64(int32(intBits(n)))
	switch d := v.(type) {
	case DaysDuration:
		if d.seconds != 0 && abs64(factor) > math.MaxInt64/2/(abs64(d.seconds)+1) {
			return nil, true
		}
		return duration(d.seconds*factor, int64(d.nanos)*factor), true
	case MonthsDuration:
		return MonthsDuration{int64(int32(d.months * factor))}, true
	}
	return nil, false
}

// intBits returns the low 64 bits of a number without its fraction, as BigDecimal.intValue does.
func intBits(n *apd.Decimal) int64 {
	if i, ok := toInt64(n); ok {
		return i
	}
	if digits(n)+int64(n.Exponent) > maxScale {
		return 0
	}
	c := coefficient(setScale(n, 0, roundZero))
	low := int64(c.Uint64())
	if c.Sign() < 0 {
		low = -low
	}
	return low
}

// divideDuration is duration / number, and duration / duration of the same sort: how many times it fits.
func divideDuration(a, b Value) (Value, bool) {
	n, isNumber := asNumber(b)
	switch d := a.(type) {
	case DaysDuration:
		if isNumber {
			if n.Sign() == 0 {
				return nil, true
			}
			millis := newInt(d.seconds*1000 + int64(d.nanos)/1_000_000)
			q, ok := toInt64(divide(millis, n))
			return valueIf(duration(floorDiv(q, 1000), floorMod(q, 1000)*1_000_000), ok), true
		}
		if e, ok := b.(DaysDuration); ok {
			if e.seconds == 0 {
				return nil, true
			}
			return newInt(d.seconds / e.seconds), true
		}
	case MonthsDuration:
		if isNumber {
			if n.Sign() == 0 {
				return nil, true
			}
			q, ok := toInt64(divide(newInt(d.months), n))
			return valueIf(MonthsDuration{q}, ok), true
		}
		if e, ok := b.(MonthsDuration); ok {
			if e.months == 0 {
				return nil, true
			}
			return newInt(d.months / e.months), true
		}
	}
	return nil, false
}
