package feel

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	datePattern     = regexp.MustCompile(`^(-?)(\d{4,9})-(\d{2})-(\d{2})$`)
	timePattern     = regexp.MustCompile(`^(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?$`)
	shortPattern    = regexp.MustCompile(`^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$`)
	offsetPattern   = regexp.MustCompile(`^([+-])(\d{2}):(\d{2})(?::(\d{2}))?$`)
	daysPattern     = regexp.MustCompile(`^(-?)P(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?\d+)(?:\.(\d{0,9}))?S)?)?$`)
	monthsPattern   = regexp.MustCompile(`^(-?)P(?:(-?\d+)Y)?(?:(-?\d+)M)?$`)
	zoneIDPattern   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9~/._+-]+$`)
	bracketsPattern = regexp.MustCompile(`^(.*)\[(.+)\]$`)
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

func parseDate(s string) (Date, bool) {
	m := datePattern.FindStringSubmatch(s)
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
	if i := strings.IndexByte(s, '@'); i >= 0 {
		zone, ok = parseZone(s[i+1:])
		return s[:i], zone, ok
	}
	if r, found := strings.CutSuffix(s, "Z"); found {
		return r, &Zone{}, true
	}
	if i := strings.LastIndexAny(s, "+-"); i > 0 && strings.Contains(s[:i], ":") {
		zone, ok = parseOffset(s[i:])
		return s[:i], zone, ok
	}
	return s, nil, true
}

func parseOffset(s string) (*Zone, bool) {
	m := offsetPattern.FindStringSubmatch(s)
	if m == nil {
		return nil, false
	}
	hours, _ := strconv.Atoi(m[2])
	minutes, _ := strconv.Atoi(m[3])
	seconds := 0
	if m[4] != "" {
		seconds, _ = strconv.Atoi(m[4])
	}
	total := hours*3600 + minutes*60 + seconds
	if minutes > 59 || seconds > 59 || total > 18*3600 {
		return nil, false
	}
	if m[1] == "-" {
		total = -total
	}
	return &Zone{offset: total}, true
}

// parseZone reads what ZoneId.of does: a region id, Z or an offset.
func parseZone(id string) (*Zone, bool) {
	if id == "Z" {
		return &Zone{}, true
	}
	if z, ok := parseOffset(id); ok {
		return z, true
	}
	if !zoneIDPattern.MatchString(id) || id == "Local" {
		return nil, false
	}
	region, err := time.LoadLocation(id)
	if err != nil {
		return nil, false
	}
	return &Zone{region: region}, true
}

func parseTime(s string) (Time, bool) {
	s = strings.TrimPrefix(s, "T")
	rest, zone, ok := splitZone(s)
	if !ok {
		return Time{}, false
	}
	nanos, ok := parseClock(rest, timePattern)
	if !ok {
		return Time{}, false
	}
	return Time{nanos % nanosPerDay, standard(zone)}, true
}

// standard fixes the offset of a region for a time of day, which has no date to tell summer from winter: its standard
// offset.
func standard(z *Zone) *Zone {
	if z == nil || z.region == nil {
		return z
	}
	now := time.Now().Year()
	_, january := time.Date(now, 1, 1, 0, 0, 0, 0, z.region).Zone()
	_, july := time.Date(now, 7, 1, 0, 0, 0, 0, z.region).Zone()
	return &Zone{min(january, july), z.region}
}

func parseDateTime(s string) (DateTime, bool) {
	day, clock, found := strings.Cut(s, "T")
	if !found {
		return DateTime{}, false
	}
	date, ok := parseDate(day)
	if !ok {
		return DateTime{}, false
	}
	var region *Zone
	if m := bracketsPattern.FindStringSubmatch(clock); m != nil {
		if region, ok = parseZone(m[2]); !ok {
			return DateTime{}, false
		}
		clock = m[1]
	}
	rest, zone, ok := splitZone(clock)
	if !ok || region != nil && zone == nil {
		return DateTime{}, false
	}
	nanos, ok := parseClock(rest, shortPattern)
	if !ok {
		return DateTime{}, false
	}
	if nanos == nanosPerDay {
		if date, ok = dateOfEpochDay(date.epochDay() + 1); !ok {
			return DateTime{}, false
		}
		nanos = 0
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
	m := daysPattern.FindStringSubmatch(s)
	if m == nil || strings.HasSuffix(s, "T") || strings.HasSuffix(s, "P") {
		return nil, false
	}
	var total int64
	for i, unit := range [...]int64{secondsPerDay, 3600, 60, 1} {
		n, ok := parseCount64(m[i+2])
		if !ok || abs64(n) > (1<<62)/unit {
			return nil, false
		}
		total += n * unit
	}
	nanos := fraction(m[6])
	if strings.HasPrefix(m[5], "-") {
		nanos = -nanos
	}
	d := duration(total, nanos)
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
