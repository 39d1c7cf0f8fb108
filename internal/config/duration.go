package config

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// ParseDuration reads a duration as the settings write it; false if it is none.
func ParseDuration(text string) (time.Duration, bool) { return parseDuration(text) }

// parseDuration reads a duration as Camunda's runtime does: ISO 8601 of days and times ("PT5M", "P1DT2H", "PT0.5S"),
// a number with a unit ("5m", "1m30s", "2d") or a plain number of milliseconds.
func parseDuration(text string) (time.Duration, bool) {
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil {
		if ms > math.MaxInt64/int64(time.Millisecond) || ms < math.MinInt64/int64(time.Millisecond) {
			return 0, false
		}
		return time.Duration(ms) * time.Millisecond, true
	}
	if d, ok := parseISO(strings.ReplaceAll(strings.ToUpper(text), ",", ".")); ok {
		return d, true
	}
	lower := strings.ToLower(text)
	if days, found := strings.CutSuffix(lower, "d"); found {
		if n, err := strconv.ParseInt(days, 10, 64); err == nil && n >= 0 && n <= 36500 {
			return time.Duration(n) * 24 * time.Hour, true
		}
	}
	d, err := time.ParseDuration(lower)
	return d, err == nil
}

// parseISO reads PnDTnHnMnS, in capitals; seconds may have a fraction.
func parseISO(text string) (time.Duration, bool) {
	negative := strings.HasPrefix(text, "-")
	rest, found := strings.CutPrefix(strings.TrimPrefix(text, "-"), "P")
	if !found || rest == "" {
		return 0, false
	}
	dates, times, timed := strings.Cut(rest, "T")
	if timed && times == "" {
		return 0, false
	}
	total := 0.0
	for _, part := range []struct {
		text  string
		units []byte
		scale []time.Duration
	}{
		{dates, []byte{'D'}, []time.Duration{24 * time.Hour}},
		{times, []byte{'H', 'M', 'S'}, []time.Duration{time.Hour, time.Minute, time.Second}},
	} {
		left := part.text
		for i, unit := range part.units {
			at := strings.IndexByte(left, unit)
			if at < 0 {
				continue
			}
			number := left[:at]
			left = left[at+1:]
			if number == "" || strings.Trim(number, "0123456789.") != "" || (unit != 'S' && strings.Contains(number, ".")) {
				return 0, false
			}
			n, err := strconv.ParseFloat(number, 64)
			if err != nil {
				return 0, false
			}
			total += n * float64(part.scale[i])
		}
		if left != "" {
			return 0, false
		}
	}
	if total > math.MaxInt64/2 {
		return 0, false
	}
	if negative {
		total = -total
	}
	return time.Duration(math.Round(total)), true
}

// formatDuration writes d in ISO 8601, days as hours: "PT1M30S", "PT0S".
func formatDuration(d time.Duration) string {
	if d == 0 {
		return "PT0S"
	}
	text := ""
	if d < 0 {
		text, d = "-", -d
	}
	text += "PT"
	if h := d / time.Hour; h > 0 {
		text += strconv.FormatInt(int64(h), 10) + "H"
	}
	if m := d % time.Hour / time.Minute; m > 0 {
		text += strconv.FormatInt(int64(m), 10) + "M"
	}
	if s := d % time.Minute; s > 0 {
		text += strconv.FormatFloat(s.Seconds(), 'f', -1, 64) + "S"
	}
	return text
}
