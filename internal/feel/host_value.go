package feel

import "github.com/cockroachdb/apd/v3"

// What a [HostFunction] needs to take its arguments apart and to make its result.

// Int32 returns a number without its fraction, of which the low 32 bits count, as Java's BigDecimal.intValue does.
func Int32(d *apd.Decimal) int32 { return int32(intBits(d)) }

// Float64 returns the nearest double, ±Inf beyond its range.
func Float64(d *apd.Decimal) float64 { return toFloat64(d) }

// Seconds returns the duration in seconds.
func (d DaysDuration) Seconds() float64 { return float64(d.seconds) + float64(d.nanos)/1e9 }

// Milliseconds returns a days and time duration of so many milliseconds.
func Milliseconds(n int64) DaysDuration {
	return duration(floorDiv(n, 1000), floorMod(n, 1000)*1_000_000)
}
