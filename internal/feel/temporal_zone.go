package feel

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // for hosts without the tz database, such as a container
)

var (
	shortOffset   = regexp.MustCompile(`^([+-])(\d{2}):(\d{2})()$`)
	longOffset    = regexp.MustCompile(`^([+-])(\d{2}):(\d{2})(?::(\d{2}))?$`)
	anyOffset     = regexp.MustCompile(`^([+-])(?:(\d{1,2})()()|(\d{2}):?(\d{2})(?::?(\d{2}))?)$`)
	zoneIDPattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9~/._+-]+$`)
)

// parseOffset reads a distance from UTC in one of the forms above.
func parseOffset(s string, form *regexp.Regexp) (*Zone, bool) {
	m := form.FindStringSubmatch(s)
	if m == nil {
		return nil, false
	}
	if len(m) > 5 && m[2] == "" {
		m = append(m[:2:2], m[5:]...)
	}
	hours, _ := strconv.Atoi(m[2])
	minutes, _ := strconv.Atoi(m[3]) // absent is zero
	seconds, _ := strconv.Atoi(m[4])
	total := hours*3600 + minutes*60 + seconds
	if minutes > 59 || seconds > 59 || total > 18*3600 {
		return nil, false
	}
	if m[1] == "-" {
		total = -total
	}
	return &Zone{offset: total}, true
}

// parseZone reads a time zone: Z, an offset, the id of a region, or UTC, GMT or UT with an offset behind it. The loose
// form is that of ZoneId.of, which reads the offsets +1, +0100 and +010000 too; the other one is that of literals.
func parseZone(id string, loose bool) (*Zone, bool) {
	if id == "Z" {
		return &Zone{}, true
	}
	direct, behind := shortOffset, longOffset
	if loose {
		direct, behind = anyOffset, anyOffset
	}
	if z, ok := parseOffset(id, direct); ok {
		return z, true
	}
	for _, prefix := range [...]string{"UTC", "GMT", "UT"} {
		rest, found := strings.CutPrefix(id, prefix)
		if !found || rest == "" || rest[0] != '+' && rest[0] != '-' {
			continue
		}
		z, ok := parseOffset(rest, behind)
		if !ok {
			return nil, false
		}
		name := prefix
		if z.offset != 0 {
			name += offsetText(z.offset)
		}
		return &Zone{region: time.FixedZone(name, z.offset)}, true
	}
	return regionZone(id)
}

// regions keeps the zones that were asked for: reading one takes a file or an archive. There are some 600.
var regions sync.Map

// regionZone returns the zone of a region that Java knows.
func regionZone(id string) (*Zone, bool) {
	if z, ok := regions.Load(id); ok {
		return z.(*Zone), true
	}
	switch id {
	case "UT":
		return &Zone{region: time.FixedZone(id, 0)}, true
	case "EST", "MST", "HST", "ROC", "GMT+0", "GMT-0", "Factory", "Local": // names of the tz database that Java has not
		return nil, false
	}
	if !zoneIDPattern.MatchString(id) || strings.HasPrefix(id, "posix") || strings.HasPrefix(id, "right/") {
		return nil, false
	}
	region, err := time.LoadLocation(id)
	if err != nil {
		return nil, false
	}
	z := &Zone{region: region}
	regions.Store(id, z)
	return z, true
}

// standardYear is the year whose winter a time of day in a region takes its offset from.
const standardYear = 2025

// standard fixes the offset of a region for a time of day, which has no date to tell summer from winter: its standard
// offset.
func standard(z *Zone) *Zone {
	if z == nil || z.region == nil {
		return z
	}
	_, january := time.Date(standardYear, 1, 1, 0, 0, 0, 0, z.region).Zone()
	_, july := time.Date(standardYear, 7, 1, 0, 0, 0, 0, z.region).Zone()
	return &Zone{min(january, july), z.region}
}
