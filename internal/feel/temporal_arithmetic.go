package feel

import (
	"math"
	"math/big"

	"github.com/cockroachdb/apd/v3"
)

// beyond stands for a result that no value of its type can hold. The evaluation fails with it.
type beyond struct{}

func valueIf[T any](v T, ok bool) Value {
	if !ok {
		return beyond{}
	}
	return v
}

// temporalArithmetic is +, −, * and / where a temporal value takes part; ok is false where the types do not go together.
func temporalArithmetic(op string, a, b Value) (v Value, ok bool) {
	switch op {
	case "+":
		if v, ok := plusDuration(a, b, 1); ok {
			return v, true
		}
		if !isDuration(b) {
			return plusDuration(b, a, 1)
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

func isDuration(v Value) bool {
	switch v.(type) {
	case DaysDuration, MonthsDuration:
		return true
	}
	return false
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
			sum, ok := a.plus(d)
			return valueIf(sum, ok), true
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
			return monthsOf(a.months + n), true
		}
	}
	return nil, false
}

// maxMonths bounds the duration whose years Java holds in 32 bits.
const maxMonths = 12 * (1 << 31)

func monthsOf(n int64) Value { return valueIf(MonthsDuration{n}, abs64(n) <= maxMonths) }

// minusTemporal is the time between two dates, times or dates and times, both with a zone or both without. Between times
// with a zone it has no sign.
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
		total := new(big.Int).Mul(d.inNanos(), big.NewInt(factor))
		return durationOfNanos(total), true
	case MonthsDuration:
		years, months := d.months/12*factor, d.months%12*factor
		if years != int64(int32(years)) || months != int64(int32(months)) {
			return beyond{}, true
		}
		return monthsOf(years*12 + months), true
	}
	return nil, false
}

// inNanos returns the whole duration in nanoseconds.
func (d DaysDuration) inNanos() *big.Int {
	total := new(big.Int).Mul(big.NewInt(d.seconds), big.NewInt(nanosPerSecond))
	return total.Add(total, big.NewInt(int64(d.nanos)))
}

func durationOfNanos(total *big.Int) Value {
	seconds, nanos := new(big.Int).DivMod(total, big.NewInt(nanosPerSecond), new(big.Int))
	return valueIf(DaysDuration{seconds.Int64(), int32(nanos.Int64())}, seconds.IsInt64())
}

// intBits returns the low 64 bits of a number without its fraction, as BigDecimal.intValue does.
func intBits(n *apd.Decimal) int64 {
	if i, ok := toInt64(n); ok {
		return i
	}
	if digits(n)+int64(n.Exponent) > maxGap {
		return 0
	}
	c := coefficient(setScale(n, 0, roundZero))
	low := int64(c.Uint64())
	if c.Sign() < 0 {
		low = -low
	}
	return low
}

// millis returns the duration in milliseconds, towards zero; false where 64 bits cannot hold them.
func (d DaysDuration) millis() (int64, bool) {
	total := new(big.Int).Quo(d.inNanos(), big.NewInt(1_000_000))
	return total.Int64(), total.IsInt64()
}

// divideDuration is duration / number, and duration / duration of the same sort: how many times it fits. Days and times
// are divided in milliseconds, of which the quotient by a number keeps only 32 bits: so the official engine has it.
// Division by zero is null.
func divideDuration(a, b Value) (Value, bool) {
	n, isNumber := asNumber(b)
	switch d := a.(type) {
	case DaysDuration:
		if e, ok := b.(DaysDuration); ok {
			return divideMillis(d, e), true
		}
		if !isNumber {
			return nil, false
		}
		if n.Sign() == 0 {
			return nil, true
		}
		millis, ok := d.millis()
		if !ok {
			return beyond{}, true
		}
		q := int64(int32(intBits(divide(newInt(millis), n))))
		return duration(floorDiv(q, 1000), floorMod(q, 1000)*1_000_000), true
	case MonthsDuration:
		if e, ok := b.(MonthsDuration); ok {
			if e.months == 0 {
				return nil, true
			}
			return newInt(d.months / e.months), true
		}
		if !isNumber {
			return nil, false
		}
		if n.Sign() == 0 {
			return nil, true
		}
		return MonthsDuration{int64(int32(intBits(divide(newInt(d.months), n))))}, true
	}
	return nil, false
}

func divideMillis(d, e DaysDuration) Value {
	if e == (DaysDuration{}) {
		return nil
	}
	x, ok1 := d.millis()
	y, ok2 := e.millis()
	if !ok1 || !ok2 || y == 0 || x == math.MinInt64 {
		return beyond{}
	}
	return newInt(x / y)
}
