package feel

import (
	"cmp"
	"math"
	"time"
)

// Date is a day of the proleptic ISO calendar.
type Date struct {
	Year, Month, Day int
}

// Zone is an offset from UTC, as a number of seconds or by the id of a region whose offset depends on the time.
type Zone struct {
	offset int            // seconds east of UTC
	region *time.Location // nil for a plain offset
}

// Time is a time of day, with a zone or without.
type Time struct {
	nanos int64 // since midnight
	zone  *Zone // nil for a local time
}

// DateTime is a day and a time of day, with a zone or without. The offset of a zoned one is that which its region has
// then.
type DateTime struct {
	date  Date
	nanos int64
	zone  *Zone
}

// DaysDuration is an exact duration, as days, hours, minutes and seconds.
type DaysDuration struct {
	seconds int64
	nanos   int32 // 0 to 999999999, added to the seconds
}

// MonthsDuration is a duration in years and months.
type MonthsDuration struct{ months int64 }

const (
	nanosPerSecond = int64(time.Second)
	secondsPerDay  = 24 * 60 * 60
	nanosPerDay    = secondsPerDay * nanosPerSecond
	maxYear        = 999_999_999
)

var daysBefore = [...]int{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365}

func isLeap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func daysInMonth(year, month int) int {
	if month == 2 && isLeap(year) {
		return 29
	}
	return daysBefore[month] - daysBefore[month-1]
}

func validDate(year, month, day int) bool {
	return year >= -maxYear && year <= maxYear && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
}

// epochDay returns the days since 1970-01-01.
func (d Date) epochDay() int64 {
	y, m := int64(d.Year), int64(d.Month)
	if m <= 2 {
		y--
	}
	era := floorDiv(y, 400)
	yearOfEra := y - era*400
	dayOfYear := (153*((m+9)%12)+2)/5 + int64(d.Day) - 1
	dayOfEra := yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear
	return era*146097 + dayOfEra - 719468
}

// dateOfEpochDay is the inverse of epochDay; false beyond the years that can be.
func dateOfEpochDay(n int64) (Date, bool) {
	n += 719468
	era := floorDiv(n, 146097)
	dayOfEra := n - era*146097
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	mp := (5*dayOfYear + 2) / 153
	day := dayOfYear - (153*mp+2)/5 + 1
	month := (mp+2)%12 + 1
	year := yearOfEra + era*400
	if month <= 2 {
		year++
	}
	if year < -maxYear || year > maxYear {
		return Date{}, false
	}
	return Date{int(year), int(month), int(day)}, true
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }

func (d Date) weekday() int { return int(floorMod(d.epochDay()+3, 7)) + 1 }

func (d Date) dayOfYear() int {
	n := daysBefore[d.Month-1] + d.Day
	if d.Month > 2 && isLeap(d.Year) {
		n++
	}
	return n
}

// isoWeek returns the ISO 8601 week, which belongs to the year of its Thursday.
func (d Date) isoWeek() int {
	thursday, _ := dateOfEpochDay(d.epochDay() + int64(4-d.weekday()))
	return (thursday.dayOfYear()-1)/7 + 1
}

// addMonths moves a date by months; a day that the month does not have becomes its last.
func (d Date) addMonths(n int64) (Date, bool) {
	total := int64(d.Year)*12 + int64(d.Month-1) + n
	year, month := floorDiv(total, 12), floorMod(total, 12)+1
	if year < -maxYear || year > maxYear {
		return Date{}, false
	}
	return Date{int(year), int(month), min(d.Day, daysInMonth(int(year), int(month)))}, true
}

// offsetAt returns the offset of the zone at an instant, in seconds since the epoch.
func (z *Zone) offsetAt(instant int64) int {
	if z.region == nil {
		return z.offset
	}
	_, offset := time.Unix(instant, 0).In(z.region).Zone()
	return offset
}

// dateTime puts a local date and time into a zone as ZonedDateTime.ofLocal does: in an overlap the earlier of the two
// offsets holds, in a gap the time moves on by its length.
func (z *Zone) dateTime(date Date, nanos int64) (DateTime, bool) {
	if z == nil {
		return DateTime{date: date, nanos: nanos}, true
	}
	local := date.epochDay()*secondsPerDay + floorDiv(nanos, nanosPerSecond)
	if z.region == nil {
		return DateTime{date, nanos, z}, true
	}
	before, after := z.offsetAt(local-secondsPerDay), z.offsetAt(local+secondsPerDay)
	offset := before
	if z.offsetAt(local-int64(before)) != before && z.offsetAt(local-int64(after)) == after {
		offset = after
	}
	return z.at(local-int64(offset), nanos%nanosPerSecond)
}

// at returns the date and time in the zone at an instant.
func (z *Zone) at(instant, nanos int64) (DateTime, bool) {
	offset := z.offsetAt(instant)
	local := instant + int64(offset)
	date, ok := dateOfEpochDay(floorDiv(local, secondsPerDay))
	return DateTime{date, floorMod(local, secondsPerDay)*nanosPerSecond + nanos, &Zone{offset, z.region}}, ok
}

// instant returns the seconds since the epoch, by the local time where there is no zone.
func (t DateTime) instant() int64 {
	s := t.date.epochDay()*secondsPerDay + t.nanos/nanosPerSecond
	if t.zone != nil {
		s -= int64(t.zone.offset)
	}
	return s
}

// addMonths moves the local date. In an overlap the offset stays if it is one of the two.
func (t DateTime) addMonths(n int64) (DateTime, bool) {
	date, ok := t.date.addMonths(n)
	if !ok {
		return DateTime{}, false
	}
	if t.zone != nil && t.zone.region != nil {
		if moved := (DateTime{date, t.nanos, t.zone}); t.zone.offsetAt(moved.instant()) == t.zone.offset {
			return moved, true
		}
	}
	return t.zone.dateTime(date, t.nanos)
}

func (t DateTime) add(d DaysDuration) (DateTime, bool) {
	if d.seconds > math.MaxInt64/2 || d.seconds < math.MinInt64/2 {
		return DateTime{}, false
	}
	seconds, nanos := t.instant()+d.seconds, t.nanos%nanosPerSecond+int64(d.nanos)
	seconds, nanos = seconds+nanos/nanosPerSecond, nanos%nanosPerSecond
	if t.zone != nil {
		return t.zone.at(seconds, nanos)
	}
	date, ok := dateOfEpochDay(floorDiv(seconds, secondsPerDay))
	return DateTime{date: date, nanos: floorMod(seconds, secondsPerDay)*nanosPerSecond + nanos}, ok
}

func (t DateTime) minus(u DateTime) DaysDuration {
	return duration(t.instant()-u.instant(), t.nanos%nanosPerSecond-u.nanos%nanosPerSecond)
}

// duration normalises seconds and nanoseconds of either sign.
func duration(seconds, nanos int64) DaysDuration {
	return DaysDuration{seconds + floorDiv(nanos, nanosPerSecond), int32(floorMod(nanos, nanosPerSecond))}
}

func (d DaysDuration) negate() DaysDuration { return duration(-d.seconds, -int64(d.nanos)) }

func (d DaysDuration) plus(e DaysDuration) (DaysDuration, bool) {
	seconds := d.seconds + e.seconds
	if (seconds > d.seconds) != (e.seconds > 0) && e.seconds != 0 {
		return DaysDuration{}, false
	}
	sum := duration(seconds, int64(d.nanos)+int64(e.nanos))
	return sum, sum.seconds >= seconds
}

func (d DaysDuration) compare(e DaysDuration) int {
	return cmp.Or(cmp.Compare(d.seconds, e.seconds), cmp.Compare(d.nanos, e.nanos))
}

func sign(n int64) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

func (z *Zone) id() string {
	if z == nil || z.region == nil {
		return ""
	}
	return z.region.String()
}

func sameZone(a, b *Zone) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.offset == b.offset && a.id() == b.id()
}

// equalTemporals is = of temporal values: strict, so that the same instant in two zones is not the same.
func equalTemporals(a, b Value) (same, ok bool) {
	switch a := a.(type) {
	case Date:
		b, ok := b.(Date)
		return ok && a == b, ok
	case Time:
		b, ok := b.(Time)
		if !ok || (a.zone == nil) != (b.zone == nil) {
			return false, false
		}
		return a.nanos == b.nanos && sameZone(a.zone, b.zone), true
	case DateTime:
		b, ok := b.(DateTime)
		if !ok || (a.zone == nil) != (b.zone == nil) {
			return false, false
		}
		return a.date == b.date && a.nanos == b.nanos && sameZone(a.zone, b.zone), true
	case DaysDuration:
		b, ok := b.(DaysDuration)
		return ok && a == b, ok
	case MonthsDuration:
		b, ok := b.(MonthsDuration)
		return ok && a == b, ok
	}
	return false, false
}

// orderTemporals is < of temporal values. Zoned dates and times of one instant go on by their local time and zone id, as
// ChronoZonedDateTime.compareTo does.
func orderTemporals(a, b Value) (cmp int, ok bool) {
	switch a := a.(type) {
	case Date:
		b, ok := b.(Date)
		return sign(a.epochDay() - b.epochDay()), ok
	case Time:
		b, ok := b.(Time)
		if !ok || (a.zone == nil) != (b.zone == nil) {
			return 0, false
		}
		return sign(a.utc() - b.utc()), true
	case DateTime:
		b, ok := b.(DateTime)
		if !ok || (a.zone == nil) != (b.zone == nil) {
			return 0, false
		}
		return a.order(b), true
	case DaysDuration:
		b, ok := b.(DaysDuration)
		return a.compare(b), ok
	case MonthsDuration:
		b, ok := b.(MonthsDuration)
		return sign(a.months - b.months), ok
	}
	return 0, false
}

func (t Time) utc() int64 {
	if t.zone == nil {
		return t.nanos
	}
	return t.nanos - int64(t.zone.offset)*nanosPerSecond
}

func (t DateTime) order(u DateTime) int {
	for _, d := range [...]int64{
		t.instant() - u.instant(), t.nanos%nanosPerSecond - u.nanos%nanosPerSecond,
		t.date.epochDay() - u.date.epochDay(), t.nanos - u.nanos,
	} {
		if d != 0 {
			return sign(d)
		}
	}
	if t.zone == nil {
		return 0
	}
	x, y := zoneText(t.zone), zoneText(u.zone)
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// property returns a component of a temporal value or range; ok is false where the value has none of that name.
func property(v Value, key string) (Value, bool) {
	switch v := v.(type) {
	case Date:
		return dateProperty(v, key)
	case Time:
		return timeProperty(v.nanos, v.zone, key)
	case DateTime:
		if p, ok := dateProperty(v.date, key); ok {
			return p, true
		}
		return timeProperty(v.nanos, v.zone, key)
	case DaysDuration:
		total := v.seconds // the parts leave out the fraction, which is added to the seconds below it
		switch key {
		case "days":
			return newInt(total / secondsPerDay), true
		case "hours":
			return newInt(total % secondsPerDay / 3600), true
		case "minutes":
			return newInt(total % 3600 / 60), true
		case "seconds":
			return newInt(total % 60), true
		}
	case MonthsDuration:
		switch key {
		case "years":
			return newInt(v.months / 12), true
		case "months":
			return newInt(v.months % 12), true
		}
	}
	return nil, false
}

func dateProperty(d Date, key string) (Value, bool) {
	switch key {
	case "year":
		return newInt(int64(d.Year)), true
	case "month":
		return newInt(int64(d.Month)), true
	case "day":
		return newInt(int64(d.Day)), true
	case "weekday":
		return newInt(int64(d.weekday())), true
	}
	return nil, false
}

func timeProperty(nanos int64, zone *Zone, key string) (Value, bool) {
	seconds := nanos / nanosPerSecond
	switch key {
	case "hour":
		return newInt(seconds / 3600), true
	case "minute":
		return newInt(seconds % 3600 / 60), true
	case "second":
		return newInt(seconds % 60), true
	case "time offset":
		if zone == nil {
			return nil, true
		}
		return DaysDuration{seconds: int64(zone.offset)}, true
	case "timezone":
		if zone == nil || zone.region == nil {
			return nil, true
		}
		return zone.id(), true
	}
	return nil, false
}

// propertyNames lists what property knows of a value, for suggestions.
func propertyNames(v Value) []string {
	date := []string{"year", "month", "day", "weekday"}
	clock := []string{"hour", "minute", "second", "time offset", "timezone"}
	switch v.(type) {
	case Date:
		return date
	case Time:
		return clock
	case DateTime:
		return append(date, clock...)
	case DaysDuration:
		return []string{"days", "hours", "minutes", "seconds"}
	case MonthsDuration:
		return []string{"years", "months"}
	}
	return nil
}
