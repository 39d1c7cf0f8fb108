package feel

import (
	"math"

	"github.com/cockroachdb/apd/v3"
)

// What a [HostFunction] needs to take its arguments apart and to make its result.

// Int32 returns a number without its fraction, of which the low 32 bits count, as Java's BigDecimal.intValue does.
func Int32(d *apd.Decimal) int32 { return int32(intBits(d)) }

// Float64 returns the nearest double, ±Inf beyond its range.
func Float64(d *apd.Decimal) float64 { return toFloat64(d) }

// Milliseconds returns the whole milliseconds of the duration, the rest cut off; false for more than 64 bits hold.
func (d DaysDuration) Milliseconds() (int64, bool) {
	seconds, nanos := d.seconds, int64(d.nanos)
	if seconds < 0 && nanos > 0 { // the nanoseconds count upwards
		seconds, nanos = seconds+1, nanos-nanosPerSecond
	}
	ms := seconds*1000 + nanos/1_000_000
	return ms, seconds <= math.MaxInt64/1000-1 && seconds >= math.MinInt64/1000+1
}

// Milliseconds returns a days and time duration of so many milliseconds.
func Milliseconds(n int64) DaysDuration {
	return duration(floorDiv(n, 1000), floorMod(n, 1000)*1_000_000)
}
