package feel

import (
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/cockroachdb/apd/v3"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// decimalString writes a number as BigDecimal.toString does: all digits of its scale, scientific notation for a
// positive exponent and for less than 1E-6.
func decimalString(d *apd.Decimal) string {
	if n, ok := smallInt(d); ok {
		return strconv.FormatInt(n, 10)
	}
	coefficient := d.Coeff.String()
	sign := ""
	if d.Negative {
		sign = "-"
	}
	exponent := int64(d.Exponent)
	if exponent == 0 {
		return sign + coefficient
	}
	adjusted := exponent + int64(len(coefficient)) - 1
	if exponent < 0 && adjusted >= -6 {
		point := len(coefficient) + int(exponent)
		if point > 0 {
			return sign + coefficient[:point] + "." + coefficient[point:]
		}
		return sign + "0." + strings.Repeat("0", -point) + coefficient
	}
	text := sign + coefficient[:1]
	if len(coefficient) > 1 {
		text += "." + coefficient[1:]
	}
	if adjusted == 0 {
		return text
	}
	if adjusted > 0 {
		return text + "E+" + strconv.FormatInt(adjusted, 10)
	}
	return text + "E" + strconv.FormatInt(adjusted, 10)
}

// appendNumberJSON writes a number as the connector runtime does: whole and within 64 bits as an integer, else as a
// double in its shortest text; what is beyond a double becomes the string "Infinity".
func appendNumberJSON(dst []byte, d *apd.Decimal) []byte {
	if n, ok := smallInt(d); ok {
		return strconv.AppendInt(dst, n, 10)
	}
	if isWhole(d) {
		if n, ok := toInt64(d); ok {
			return strconv.AppendInt(dst, n, 10)
		}
	}
	f := toFloat64(d)
	if math.IsInf(f, 0) {
		return append(append(append(dst, '"'), jsonvalue.FormatDouble(f)...), '"')
	}
	return append(dst, jsonvalue.FormatDouble(f)...)
}

// appendLiteralJSON is appendNumberJSON for the number of a literal. Most need no decimal in between.
func appendLiteralJSON(dst []byte, n jsonvalue.Number) []byte {
	if isWritten(n) {
		return append(dst, n...)
	}
	if strings.ContainsAny(string(n), ".eE") {
		if f, err := strconv.ParseFloat(string(n), 64); err == nil && f != math.Trunc(f) {
			return append(dst, jsonvalue.FormatDouble(f)...)
		}
	}
	if d, ok := decimalOf(n); ok {
		return appendNumberJSON(dst, d)
	}
	return append(dst, "null"...)
}

// isWritten says whether a literal is surely in the form in which it is written as JSON.
func isWritten(n jsonvalue.Number) bool { return isInteger(n) || isFraction(n) }

// isInteger says whether a literal is a whole number within 64 bits in the form in which it is written as JSON.
func isInteger(n jsonvalue.Number) bool {
	digits := strings.TrimPrefix(string(n), "-")
	return digits != "" && len(digits) <= 18 && (digits[0] != '0' || len(n) == 1) && areDigits(digits)
}

// isFraction says whether a literal is a number with a fraction in the form in which it is written as JSON: 0.001 to 10^7, which
// Java writes without an exponent, and of 15 digits at most, which a double tells apart from all others of as many.
func isFraction(n jsonvalue.Number) bool {
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(string(n), "-"), ".")
	if whole == "" || fraction == "" || len(whole) > 7 || len(whole)+len(fraction) > 15 || fraction[len(fraction)-1] == '0' {
		return false
	}
	if whole[0] == '0' && (len(whole) > 1 || strings.HasPrefix(fraction, "000")) {
		return false
	}
	return areDigits(whole) && areDigits(fraction)
}

func areDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}

// unicodeDigit finds the value of a decimal digit by its distance from the zero of its block.
func unicodeDigit(r rune) (byte, bool) {
	if !unicode.Is(unicode.Nd, r) {
		return 0, false
	}
	for _, t := range unicode.Nd.R16 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return byte((r - rune(t.Lo)) % 10), true
		}
	}
	for _, t := range unicode.Nd.R32 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return byte((r - rune(t.Lo)) % 10), true
		}
	}
	return 0, false
}
