package feel

import (
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

var (
	datePattern       = regexp.MustCompile(`^(-?)(\d{4}|[1-9]\d{4,8})-(\d{2})-(\d{2})$`)
	paddedDatePattern = regexp.MustCompile(`^(-?)(\d{4,9})-(\d{2})-(\d{2})$`)
	timePattern       = regexp.MustCompile(`^(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?$`)
	momentPattern     = regexp.MustCompile(`^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$`)
	shortPattern      = regexp.MustCompile(`^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{0,9}))?)?$`)
	daysPattern       = regexp.MustCompile(`^(-?)P(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?\d+)(?:[.,](\d{0,9}))?S)?)?$`)
	javaDaysPattern   = regexp.MustCompile(`^(?i)([+-]?)P(?:([+-]?\d+)D)?(?:T(?:([+-]?\d+)H)?(?:([+-]?\d+)M)?(?:([+-]?\d+)(?:[.,](\d{0,9}))?S)?)?$`)
	monthsPattern     = regexp.MustCompile(`^(-?)P(?:(-?\d+)Y)?(?:(-?\d+)M)?$`)
	bracketsPattern   = regexp.MustCompile(`^(.*)\[(.+)\]$`)
)

// parseTemporal reads a date, time, date and time or duration; null if the text is none of them.
func parseTemporal(s string) Value {
	if v, ok := parseDuration(s); ok {
		return v
	}
	if d, ok := parseDate(s); ok {
		return d
	}
	if t, ok := parseDateTime(s); ok {
		return t
	}
	if t, ok := parseTime(s); ok {
		return t
	}
	return nil
}

func parseDate(s string) (Date, bool) { return parseDay(s, datePattern) }

func parseDay(s string, pattern *regexp.Regexp) (Date, bool) {
	m := pattern.FindStringSubmatch(s)
	if m == nil {
		return Date{}, false
	}
	year, _ := strconv.Atoi(m[1] + m[2])
	month, _ := strconv.Atoi(m[3])
	day, _ := strconv.Atoi(m[4])
	return Date{year, month, day}, validDate(year, month, day)
}

// parseClock reads a time of day without its zone; the seconds may be left out in the short form.
func parseClock(s string, pattern *regexp.Regexp) (int64, bool) {
	m := pattern.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	hour, _ := strconv.ParseInt(m[1], 10, 64)
	minute, _ := strconv.ParseInt(m[2], 10, 64)
	second := int64(0)
	if m[3] != "" {
		second, _ = strconv.ParseInt(m[3], 10, 64)
	}
	nanos := fraction(m[4])
	if hour == 24 && minute == 0 && second == 0 && nanos == 0 {
		return nanosPerDay, true
	}
	if hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	return (hour*3600+minute*60+second)*nanosPerSecond + nanos, true
}

// fraction reads the digits behind the point of a number of seconds as nanoseconds.
func fraction(digits string) int64 {
	if digits == "" {
		return 0
	}
	n, _ := strconv.ParseInt((digits + "000000000")[:9], 10, 64)
	return n
}

// splitZone cuts the zone off a time: Z, an offset, or @region. The rest has no zone if there is none.
func splitZone(s string) (rest string, zone *Zone, ok bool) {
	if clock, id, found := strings.Cut(s, "@"); found {
		zone, ok = parseZone(id, false)
		return clock, zone, ok
	}
	if r, found := strings.CutSuffix(s, "Z"); found {
		return r, &Zone{}, true
	}
	if i := strings.LastIndexAny(s, "+-"); i > 0 && strings.Contains(s[:i], ":") {
		zone, ok = parseOffset(s[i:], shortOffset)
		return s[:i], zone, ok
	}
	return s, nil, true
}

func parseTime(s string) (Time, bool) {
	s = strings.TrimPrefix(s, "T")
	rest, zone, ok := splitZone(s)
	if !ok {
		return Time{}, false
	}
	pattern := timePattern
	if zone == nil {
		pattern = shortPattern // the seconds can be left out of a local time alone
	}
	nanos, ok := parseClock(rest, pattern)
	if !ok {
		return Time{}, false
	}
	return Time{nanos % nanosPerDay, standard(zone)}, true
}

// parseDateTime reads a date and time as literals have it.
func parseDateTime(s string) (DateTime, bool) { return parseMoment(s, datePattern, momentPattern) }

// parseLocalDateTime reads what the function reads beyond that: zeros before the year, no digits behind the point of the
// seconds.
func parseLocalDateTime(s string) (DateTime, bool) {
	t, ok := parseMoment(s, paddedDatePattern, shortPattern)
	return t, ok && t.zone == nil
}

func parseMoment(s string, datePattern, clockPattern *regexp.Regexp) (DateTime, bool) {
	day, clock, found := strings.Cut(s, "T")
	if !found {
		return DateTime{}, false
	}
	date, ok := parseDay(day, datePattern)
	if !ok {
		return DateTime{}, false
	}
	var region *Zone
	if m := bracketsPattern.FindStringSubmatch(clock); m != nil {
		if region, ok = parseZone(m[2], false); !ok {
			return DateTime{}, false
		}
		clock = m[1]
	}
	rest, zone, ok := splitZone(clock)
	if !ok || region != nil && zone == nil {
		return DateTime{}, false
	}
	nanos, ok := parseClock(rest, clockPattern)
	if !ok || nanos == nanosPerDay { // 24:00 is a time, but no date has it
		return DateTime{}, false
	}
	if region != nil {
		t, ok := zone.dateTime(date, nanos)
		if !ok {
			return DateTime{}, false
		}
		return region.at(t.instant(), nanos%nanosPerSecond)
	}
	return zone.dateTime(date, nanos)
}

func parseDuration(s string) (Value, bool) {
	if m := monthsPattern.FindStringSubmatch(s); m != nil && (m[2] != "" || m[3] != "") {
		years, ok1 := parseCount(m[2])
		months, ok2 := parseCount(m[3])
		if !ok1 || !ok2 {
			return nil, false
		}
		total := years*12 + months
		if m[1] == "-" {
			total = -total
		}
		return MonthsDuration{total}, true
	}
	return parseDaysDuration(s, daysPattern)
}

// parseJavaDuration reads what Duration.parse does beyond the literals: letters of either case and signs of plus.
func parseJavaDuration(s string) (Value, bool) { return parseDaysDuration(s, javaDaysPattern) }

func parseDaysDuration(s string, pattern *regexp.Regexp) (Value, bool) {
	m := pattern.FindStringSubmatch(s)
	if m == nil || strings.HasSuffix(s, "T") || strings.HasSuffix(s, "t") || strings.HasSuffix(strings.ToUpper(s), "P") {
		return nil, false
	}
	total := new(big.Int)
	for i, unit := range [...]int64{secondsPerDay, 3600, 60, 1} {
		n, ok := parseCount64(m[i+2])
		if !ok {
			return nil, false
		}
		total.Add(total, new(big.Int).Mul(big.NewInt(n), big.NewInt(unit)))
	}
	if !total.IsInt64() || total.Int64() == math.MinInt64 {
		return nil, false
	}
	nanos := fraction(m[6])
	if strings.HasPrefix(m[5], "-") {
		nanos = -nanos
	}
	d := duration(total.Int64(), nanos)
	if m[1] == "-" {
		d = d.negate()
	}
	return d, true
}

// parseCount reads the number of a unit of a period, which Java holds in 32 bits.
func parseCount(s string) (int64, bool) {
	if s == "" {
		return 0, true
	}
	n, err := strconv.ParseInt(s, 10, 32)
	return n, err == nil
}

func parseCount64(s string) (int64, bool) {
	if s == "" {
		return 0, true
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}
