package jsonvalue

import (
	"math"
	"strconv"
	"strings"
)

// FormatDouble writes a double as Java's Double.toString does, which is what Camunda shows of a number with a fraction.
func FormatDouble(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case f == 0:
		if math.Signbit(f) {
			return "-0.0"
		}
		return "0.0"
	}
	if a := math.Abs(f); a >= 1e-3 && a < 1e7 {
		s := strconv.FormatFloat(f, 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	}
	text := strconv.FormatFloat(f, 'e', -1, 64)
	if !strings.Contains(text, ".") {
		// Java writes two digits at the least, and those the nearest: 4.9E-324, where one digit would be a 5.
		two := strconv.FormatFloat(f, 'e', 1, 64)
		if back, err := strconv.ParseFloat(two, 64); err == nil && back == f {
			text = two
		}
	}
	mantissa, exponent, _ := strings.Cut(text, "e")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	n, _ := strconv.Atoi(exponent)
	return mantissa + "E" + strconv.Itoa(n)
}

// Text returns the number as text in the way in which Java reads and writes it: whole literals as they are, others as the
// double that they stand for, so that 1.10 is 1.1.
func (n Number) Text() string {
	if !strings.ContainsAny(string(n), ".eE") {
		return string(n)
	}
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil && !math.IsInf(f, 0) {
		return string(n)
	}
	return FormatDouble(f)
}
