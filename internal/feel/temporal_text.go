package feel

import (
	"fmt"
	"strconv"
	"strings"
)

func (d Date) String() string {
	switch {
	case d.Year > 9999:
		return fmt.Sprintf("%d-%02d-%02d", d.Year, d.Month, d.Day)
	case d.Year < 0:
		return fmt.Sprintf("-%04d-%02d-%02d", -d.Year, d.Month, d.Day)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// isoText is LocalDate.toString: years of more than four digits have a sign.
func (d Date) isoText() string {
	if d.Year > 9999 {
		return "+" + d.String()
	}
	return d.String()
}

// clockText writes a time of day with its seconds, and as many digits of their fraction as there are.
func clockText(nanos int64) string {
	s := nanos / nanosPerSecond
	text := fmt.Sprintf("%02d:%02d:%02d", s/3600, s%3600/60, s%60)
	if f := nanos % nanosPerSecond; f != 0 {
		text += "." + strings.TrimRight(fmt.Sprintf("%09d", f), "0")
	}
	return text
}

// shortClockText writes a time of day as LocalTime.toString does: no seconds where they are zero, and their fraction in
// groups of three digits.
func shortClockText(nanos int64) string {
	s, f := nanos/nanosPerSecond, nanos%nanosPerSecond
	text := fmt.Sprintf("%02d:%02d", s/3600, s%3600/60)
	if s%60 == 0 && f == 0 {
		return text
	}
	text += fmt.Sprintf(":%02d", s%60)
	switch {
	case f == 0:
	case f%1_000_000 == 0:
		text += fmt.Sprintf(".%03d", f/1_000_000)
	case f%1000 == 0:
		text += fmt.Sprintf(".%06d", f/1000)
	default:
		text += fmt.Sprintf(".%09d", f)
	}
	return text
}

func offsetText(offset int) string {
	if offset == 0 {
		return "Z"
	}
	sign := "+"
	if offset < 0 {
		sign, offset = "-", -offset
	}
	text := fmt.Sprintf("%s%02d:%02d", sign, offset/3600, offset%3600/60)
	if offset%60 != 0 {
		text += fmt.Sprintf(":%02d", offset%60)
	}
	return text
}

// zoneText is the id of a zone as ZoneId.toString writes it.
func zoneText(z *Zone) string {
	if z.region != nil {
		return z.id()
	}
	return offsetText(z.offset)
}

// jsonTemporal is the text of a temporal value in JSON.
func jsonTemporal(v Value) string {
	switch v := v.(type) {
	case Date:
		return v.isoText()
	case Time:
		if v.zone == nil {
			return clockText(v.nanos)
		}
		return shortClockText(v.nanos) + offsetText(v.zone.offset)
	case DateTime:
		text := v.date.isoText() + "T" + clockText(v.nanos)
		if v.zone != nil {
			text += offsetText(v.zone.offset)
		}
		return text
	case DaysDuration:
		return v.isoText()
	case MonthsDuration:
		return v.isoText()
	}
	return ""
}

// exactTime is the text of a time in to json, which writes the seconds also of a time with an offset.
func exactTime(t Time) string {
	text := clockText(t.nanos)
	if t.zone != nil {
		text += offsetText(t.zone.offset)
	}
	return text
}

// isoText is Duration.toString: hours, minutes and seconds, each with its own sign.
func (d DaysDuration) isoText() string {
	if d.seconds == 0 && d.nanos == 0 {
		return "PT0S"
	}
	total, nanos := d.seconds, int64(d.nanos)
	if total < 0 && nanos > 0 {
		total++
		nanos -= nanosPerSecond
	}
	var b strings.Builder
	b.WriteString("PT")
	if h := total / 3600; h != 0 {
		fmt.Fprintf(&b, "%dH", h)
	}
	if m := total % 3600 / 60; m != 0 {
		fmt.Fprintf(&b, "%dM", m)
	}
	s := total % 60
	if s == 0 && nanos == 0 {
		return b.String()
	}
	if s == 0 && nanos < 0 {
		b.WriteString("-0")
	} else {
		b.WriteString(strconv.FormatInt(s, 10))
	}
	if nanos != 0 {
		b.WriteString("." + strings.TrimRight(fmt.Sprintf("%09d", abs64(nanos)), "0"))
	}
	b.WriteByte('S')
	return b.String()
}

func (d MonthsDuration) isoText() string {
	if d.months == 0 {
		return "P0D"
	}
	var b strings.Builder
	b.WriteByte('P')
	if y := d.months / 12; y != 0 {
		fmt.Fprintf(&b, "%dY", y)
	}
	if m := d.months % 12; m != 0 {
		fmt.Fprintf(&b, "%dM", m)
	}
	return b.String()
}

// stringTemporal is what string() makes of a temporal value: zones keep their id, durations have one sign and no fraction.
func stringTemporal(v Value) string {
	switch v := v.(type) {
	case Date:
		return v.isoText()
	case Time:
		return clockText(v.nanos) + stringZone(v.zone)
	case DateTime:
		return v.date.String() + "T" + clockText(v.nanos) + stringZone(v.zone)
	case DaysDuration:
		return v.feelText()
	case MonthsDuration:
		return v.feelText()
	}
	return ""
}

func stringZone(z *Zone) string {
	switch {
	case z == nil:
		return ""
	case z.region != nil:
		return "@" + z.id()
	}
	return offsetText(z.offset)
}

func (d DaysDuration) feelText() string {
	if d.seconds == 0 {
		return "P0D"
	}
	sign, total := "", uint64(d.seconds)
	if d.seconds < 0 {
		sign, total = "-", -total
	}
	text := sign + "P"
	if n := total / secondsPerDay; n != 0 {
		text += fmt.Sprintf("%dD", n)
	}
	if total%secondsPerDay == 0 {
		return text
	}
	text += "T"
	if n := total % secondsPerDay / 3600; n != 0 {
		text += fmt.Sprintf("%dH", n)
	}
	if n := total % 3600 / 60; n != 0 {
		text += fmt.Sprintf("%dM", n)
	}
	if n := total % 60; n != 0 {
		text += fmt.Sprintf("%dS", n)
	}
	return text
}

func (d MonthsDuration) feelText() string {
	if d.months == 0 {
		return "P0Y"
	}
	if d.months < 0 {
		return "-" + MonthsDuration{-d.months}.isoText()
	}
	return d.isoText()
}
