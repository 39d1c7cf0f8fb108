package connector

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// isoDuration is the syntax of java.time.Duration.parse: days and time, each part with a sign of its own, in letters of
// either case.
var isoDuration = regexp.MustCompile(`(?i)^([-+]?)P(?:([-+]?[0-9]+)D)?(T(?:([-+]?[0-9]+)H)?(?:([-+]?[0-9]+)M)?(?:([-+]?[0-9]+)(?:[.,]([0-9]{0,9}))?S)?)?$`)

// parseDuration reads an ISO 8601 duration of days and time, such as PT5S, PT1.5S, P1DT2H or -PT1M.
func parseDuration(text string) (time.Duration, error) {
	m := isoDuration.FindStringSubmatch(text)
	if m == nil || m[3] != "" && len(m[3]) == 1 || m[2] == "" && m[3] == "" {
		return 0, fmt.Errorf("%s is no duration, expected ISO 8601 with days and time, such as PT10S, PT5M or P1DT12H", quote(text))
	}
	var total float64 // of seconds, to see an overflow
	var sum int64     // of nanoseconds
	for _, part := range [...]struct {
		digits string
		unit   time.Duration
	}{{m[2], 24 * time.Hour}, {m[4], time.Hour}, {m[5], time.Minute}, {m[6], time.Second}} {
		if part.digits == "" {
			continue
		}
		n, err := strconv.ParseInt(part.digits, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%s is too long a duration", quote(text))
		}
		total += math.Abs(float64(n)) * part.unit.Seconds()
		sum += n * int64(part.unit)
	}
	if total > math.MaxInt64/1e9-1 {
		return 0, fmt.Errorf("%s is too long a duration", quote(text))
	}
	if m[7] != "" {
		nanos, _ := strconv.ParseInt((m[7] + "000000000")[:9], 10, 64)
		if strings.HasPrefix(m[6], "-") {
			nanos = -nanos
		}
		sum += nanos
	}
	if m[1] == "-" {
		sum = -sum
	}
	return time.Duration(sum), nil
}
