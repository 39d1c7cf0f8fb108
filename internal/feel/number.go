package feel

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// Numbers are decimals as java.math.BigDecimal has them: a coefficient and a scale, so that 1.10 is not 1.1 when it is
// written out. They are held as *apd.Decimal (exponent = −scale); the arithmetic is here because it follows Java's
// rules for the scale of a result, which are not those of the General Decimal Arithmetic that apd implements.

// precision is the number of digits to which an operation rounds, unless its left operand has more (IEEE decimal128).
const precision = 34

// maxExponent bounds a number's magnitude: what lies beyond is an evaluation error, before it costs memory.
const maxExponent = 1_000_000

var bigTen = big.NewInt(10)

// smallInts are the integers that are met all the time, made once: values never change.
var smallInts = func() (all [1280]*apd.Decimal) {
	for i := range all {
		all[i] = apd.New(int64(i-leastSmallInt), 0)
	}
	return all
}()

const leastSmallInt = 256

func newInt(n int64) *apd.Decimal {
	if i := n + leastSmallInt; i >= 0 && i < int64(len(smallInts)) {
		return smallInts[i]
	}
	return apd.New(n, 0)
}

// parseNumber reads digits with an optional sign, fraction and exponent, as BigDecimal(String) does. Digits of other
// scripts count, as in Java. It is false where the text is no number or its exponent is out of bounds.
func parseNumber(text string) (*apd.Decimal, bool) {
	s := text
	negative := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		negative = s[0] == '-'
		s = s[1:]
	}
	mantissa, exponent := s, int64(0)
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		e, err := strconv.ParseInt(strings.TrimPrefix(s[i+1:], "+"), 10, 32)
		if err != nil || strings.HasPrefix(s[i+1:], "+-") {
			return nil, false
		}
		mantissa, exponent = s[:i], e
	}
	digits := make([]byte, 0, len(mantissa))
	point := false
	for _, r := range mantissa {
		if r == '.' && !point {
			point = true
			continue
		}
		d, ok := digitOf(r)
		if !ok {
			return nil, false
		}
		digits = append(digits, '0'+d)
		if point {
			exponent--
		}
	}
	if len(digits) == 0 || exponent > maxExponent || exponent < -maxExponent {
		return nil, false
	}
	d := &apd.Decimal{Negative: negative, Exponent: int32(exponent)}
	if len(digits) <= 18 {
		n, _ := strconv.ParseInt(string(digits), 10, 64)
		d.Coeff.SetInt64(n)
	} else if _, ok := d.Coeff.SetString(string(digits), 10); !ok {
		return nil, false
	}
	return positiveZero(d), true
}

// digitOf returns the value of a decimal digit of any script: their blocks of ten begin at a zero.
func digitOf(r rune) (byte, bool) {
	if r >= '0' && r <= '9' {
		return byte(r - '0'), true
	}
	if r < 0x80 {
		return 0, false
	}
	return unicodeDigit(r)
}

// decimalOf returns the number that a JSON literal stands for in an expression: whole literals exactly; those with a
// fraction or exponent as a double, with the digits and scale that Java would write the double with.
func decimalOf(n jsonvalue.Number) (*apd.Decimal, bool) {
	text := string(n)
	if len(text) <= 4 {
		if i, ok := shortInt(text); ok {
			return newInt(i), true
		}
	}
	if strings.ContainsAny(text, ".eE") {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil && math.IsInf(f, 0) {
			return nil, false
		}
		text = jsonvalue.FormatDouble(f)
	}
	return parseNumber(text)
}

// shortInt reads a few digits.
func shortInt(text string) (n int64, ok bool) {
	digits := strings.TrimPrefix(text, "-")
	for i := range len(digits) {
		if !isDigit(digits[i]) {
			return 0, false
		}
		n = n*10 + int64(digits[i]-'0')
	}
	if len(digits) < len(text) {
		n = -n
	}
	return n, digits != ""
}

// positiveZero drops the sign of a zero: BigDecimal has none.
func positiveZero(d *apd.Decimal) *apd.Decimal {
	if d.Negative && d.Coeff.Sign() == 0 {
		d.Negative = false
	}
	return d
}

func digits(d *apd.Decimal) int64 { return d.NumDigits() }

// workingDigits returns the digits to which an operation with this left operand rounds.
func workingDigits(left *apd.Decimal) int64 { return max(precision, digits(left)) }

// pow10 returns 10ⁿ as a fresh big integer, n ≥ 0.
func pow10(n int64) *big.Int { return new(big.Int).Exp(bigTen, big.NewInt(n), nil) }

func coefficient(d *apd.Decimal) *big.Int {
	c := new(big.Int).Set(d.Coeff.MathBigInt())
	if d.Negative {
		c.Neg(c)
	}
	return c
}

func fromBig(c *big.Int, exponent int64) *apd.Decimal {
	d := &apd.Decimal{Negative: c.Sign() < 0, Exponent: int32(exponent)}
	d.Coeff.SetMathBigInt(new(big.Int).Abs(c))
	return d
}

// roundTo cuts c·10^exponent to at most n digits, half to even.
func roundTo(c *big.Int, exponent, n int64) (*big.Int, int64) {
	for {
		have := int64(len(new(big.Int).Abs(c).Text(10)))
		if c.Sign() == 0 || have <= n {
			return c, exponent
		}
		drop := have - n
		c, exponent = divideRounded(c, pow10(drop), halfEven), exponent+drop
	}
}

// rounding says which way a quotient that lies between two integers goes. The parameters are the sign of the
// quotient, whether its truncated value is odd, and how the dropped part compares with one half.
type rounding func(sign int, odd bool, half int) bool // true: away from zero

var (
	halfEven  rounding = func(_ int, odd bool, half int) bool { return half > 0 || half == 0 && odd }
	halfUp    rounding = func(_ int, _ bool, half int) bool { return half >= 0 }
	halfDown  rounding = func(_ int, _ bool, half int) bool { return half > 0 }
	roundAway rounding = func(int, bool, int) bool { return true }
	roundZero rounding = func(int, bool, int) bool { return false }
	toFloor   rounding = func(sign int, _ bool, _ int) bool { return sign < 0 }
	toCeiling rounding = func(sign int, _ bool, _ int) bool { return sign > 0 }
)

// divideRounded returns a/b rounded to an integer.
func divideRounded(a, b *big.Int, away rounding) *big.Int {
	q, r := new(big.Int).QuoRem(a, b, new(big.Int))
	if r.Sign() == 0 {
		return q
	}
	sign := a.Sign() * b.Sign()
	half := new(big.Int).Abs(r)
	half.Lsh(half, 1)
	if away(sign, q.Bit(0) == 1, half.CmpAbs(b)) {
		q.Add(q, big.NewInt(int64(sign)))
	}
	return q
}

// setScale returns d with that many digits behind the point.
func setScale(d *apd.Decimal, scale int64, mode rounding) *apd.Decimal {
	have := -int64(d.Exponent)
	c := coefficient(d)
	switch {
	case scale >= have:
		c.Mul(c, pow10(scale-have))
	case have-scale > digits(d)+1:
		c = divideRounded(big.NewInt(int64(c.Sign())), big.NewInt(10), mode)
	default:
		c = divideRounded(c, pow10(have-scale), mode)
	}
	return fromBig(c, -scale)
}

// The operations return nil when a number leaves the bounds, of which callers make an evaluation error.

func add(a, b *apd.Decimal) *apd.Decimal { return addSigned(a, b, false) }

func subtract(a, b *apd.Decimal) *apd.Decimal { return addSigned(a, b, true) }

func addSigned(a, b *apd.Decimal, minus bool) *apd.Decimal {
	if x, y, ok := smallPair(a, b); ok {
		if minus {
			y = -y
		}
		return newInt(x + y)
	}
	return addRounded(a, b, minus, workingDigits(a))
}

// addTo is add to so many digits, whatever the left operand has.
func addTo(a, b *apd.Decimal, n int64) *apd.Decimal {
	if x, y, ok := smallPair(a, b); ok {
		return newInt(x + y)
	}
	return addRounded(a, b, false, n)
}

func addRounded(a, b *apd.Decimal, minus bool, n int64) *apd.Decimal {
	x, y := coefficient(a), coefficient(b)
	if minus {
		y.Neg(y)
	}
	e := min(a.Exponent, b.Exponent)
	gap := int64(max(a.Exponent, b.Exponent)) - int64(e)
	if gap > 2*maxExponent/100 {
		switch { // the smaller one of two far apart can only matter for rounding, which half-even ignores
		case x.Sign() == 0, y.Sign() != 0 && isBelow(a, b, n):
			return rounded(y, int64(b.Exponent), n)
		case y.Sign() == 0, isBelow(b, a, n):
			return rounded(x, int64(a.Exponent), n)
		}
	}
	if a.Exponent > e {
		x.Mul(x, pow10(gap))
	}
	if b.Exponent > e {
		y.Mul(y, pow10(gap))
	}
	return rounded(x.Add(x, y), int64(e), n)
}

// isBelow says whether all digits of a lie behind those of b, and behind the first n of them.
func isBelow(a, b *apd.Decimal, n int64) bool {
	return digits(a)+int64(a.Exponent) < min(int64(b.Exponent), digits(b)+int64(b.Exponent)-n)-1
}

func rounded(c *big.Int, exponent, n int64) *apd.Decimal {
	c, exponent = roundTo(c, exponent, n)
	if exponent > maxExponent || exponent < -maxExponent {
		return nil
	}
	return fromBig(c, exponent)
}

// smallPair returns both numbers as integers if they are whole, unscaled and so small that sums of them cannot overflow.
func smallPair(a, b *apd.Decimal) (int64, int64, bool) {
	x, ok := smallInt(a)
	if !ok {
		return 0, 0, false
	}
	y, ok := smallInt(b)
	return x, y, ok
}

func smallInt(d *apd.Decimal) (int64, bool) {
	if d.Exponent != 0 || !d.Coeff.IsInt64() {
		return 0, false
	}
	n := d.Coeff.Int64()
	if n > 1<<53 {
		return 0, false
	}
	if d.Negative {
		n = -n
	}
	return n, true
}

func multiply(a, b *apd.Decimal) *apd.Decimal {
	if x, y, ok := smallPair(a, b); ok && abs64(x) < 1<<31 && abs64(y) < 1<<31 {
		return newInt(x * y)
	}
	c := coefficient(a)
	return rounded(c.Mul(c, coefficient(b)), int64(a.Exponent)+int64(b.Exponent), workingDigits(a))
}

func abs64(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

// divide is BigDecimal.divide(b, MathContext); b is not zero.
func divide(a, b *apd.Decimal) *apd.Decimal { return divideTo(a, b, workingDigits(a)) }

func divideTo(a, b *apd.Decimal, n int64) *apd.Decimal {
	preferred := int64(a.Exponent) - int64(b.Exponent)
	x, y := coefficient(a), coefficient(b)
	if x.Sign() == 0 {
		return fromBig(x, min(max(preferred, -maxExponent), maxExponent))
	}
	// Enough digits that the quotient has more than n, then one rounding: a remainder is kept as a sticky digit.
	shift := max(0, n+3+digits(b)-digits(a))
	x.Mul(x, pow10(shift))
	q, r := new(big.Int).QuoRem(x, y, new(big.Int))
	exponent := preferred - shift
	if r.Sign() != 0 {
		q.Mul(q, bigTen)
		q.Add(q, big.NewInt(int64(x.Sign()*y.Sign())))
		return rounded(q, exponent-1, n)
	}
	q, exponent = roundTo(q, exponent, n)
	q, exponent = stripZeros(q, exponent, preferred)
	if exponent > maxExponent || exponent < -maxExponent {
		return nil
	}
	return fromBig(q, exponent)
}

// stripZeros drops trailing zeros of the coefficient while the exponent is below the preferred one. It takes few divisions
// however many zeros there are.
func stripZeros(c *big.Int, exponent, preferred int64) (*big.Int, int64) {
	if exponent >= preferred || c.Sign() == 0 {
		return c, exponent
	}
	room := min(preferred-exponent, int64(c.TrailingZeroBits())) // each zero at the end is a factor of two, too
	r := new(big.Int)
	for step := int64(1) << 31; step > 0; step >>= 1 { // no coefficient has as many digits
		if step > room {
			continue
		}
		if q, _ := new(big.Int).QuoRem(c, pow10(step), r); r.Sign() == 0 {
			c, exponent, room = q, exponent+step, room-step
		}
	}
	return c, exponent
}

// maxGap bounds how far the exponents of what is divided may lie apart.
const maxGap = 100_000

// remainder is BigDecimal.remainder(b, MathContext): nil where the whole quotient has more than n digits.
func remainder(a, b *apd.Decimal, n int64) *apd.Decimal {
	gap := int64(a.Exponent) - int64(b.Exponent)
	if abs64(gap) > maxGap {
		return nil
	}
	x, y := coefficient(a), coefficient(b)
	if gap > 0 {
		x.Mul(x, pow10(gap))
	} else {
		y.Mul(y, pow10(-gap))
	}
	q, r := new(big.Int).QuoRem(x, y, new(big.Int))
	exponent := min(int64(a.Exponent), int64(b.Exponent))
	// Zeros at the end of the quotient do not count as digits. Its scale, as far as that of the dividend asks for, is
	// that of the result.
	stripped, zeros := stripZeros(q, 0, math.MaxInt64)
	if q.Sign() != 0 && int64(len(new(big.Int).Abs(stripped).Text(10))) > n {
		return nil
	}
	if gap > 0 && q.Sign() != 0 {
		if keep := int64(b.Exponent) + min(gap, zeros); keep > exponent {
			r.Quo(r, pow10(keep-exponent))
			exponent = keep
		}
	} else if q.Sign() == 0 {
		r, exponent = coefficient(a), int64(a.Exponent)
	}
	return fromBig(r, exponent)
}

// compare orders numbers by value: 1.0 and 1 are equal.
func compare(a, b *apd.Decimal) int {
	if x, y, ok := smallPair(a, b); ok {
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	}
	sa, sb := a.Sign(), b.Sign()
	if sa != sb || sa == 0 {
		return sa - sb
	}
	// The place of the leading digit decides before anything is scaled: exponents may lie far apart.
	if x, y := digits(a)+int64(a.Exponent), digits(b)+int64(b.Exponent); x != y {
		if x < y {
			return -sa
		}
		return sa
	}
	return a.Cmp(b)
}

// power is BigDecimal.pow(n, MathContext), by the algorithm of ANSI X3.274 that Java documents.
func power(a *apd.Decimal, n int64) *apd.Decimal {
	if n == 0 {
		return newInt(1)
	}
	magnitude := abs64(n)
	work := workingDigits(a) + int64(len(strconv.FormatInt(magnitude, 10))) + 1
	result := newInt(1)
	seen := false
	for bit := 30; bit >= 0; bit-- {
		if seen {
			if result = multiplyTo(result, result, work); result == nil {
				return nil
			}
		}
		if magnitude&(1<<bit) != 0 {
			seen = true
			if result = multiplyTo(result, a, work); result == nil {
				return nil
			}
		}
	}
	if n < 0 {
		if result.Sign() == 0 {
			return nil
		}
		if result = divideTo(newInt(1), result, work); result == nil {
			return nil
		}
	}
	return rounded(coefficient(result), int64(result.Exponent), workingDigits(a))
}

func multiplyTo(a, b *apd.Decimal, n int64) *apd.Decimal {
	c := coefficient(a)
	return rounded(c.Mul(c, coefficient(b)), int64(a.Exponent)+int64(b.Exponent), n)
}

// isWhole says whether the number has no fraction.
func isWhole(d *apd.Decimal) bool {
	if d.Exponent >= 0 || d.Coeff.Sign() == 0 {
		return true
	}
	if int64(-d.Exponent) >= digits(d) {
		return false
	}
	return new(big.Int).Rem(d.Coeff.MathBigInt(), pow10(int64(-d.Exponent))).Sign() == 0
}

// toInt64 returns the number without its fraction, if that fits.
func toInt64(d *apd.Decimal) (int64, bool) {
	if n, ok := smallInt(d); ok {
		return n, true
	}
	if d.Coeff.Sign() == 0 {
		return 0, true
	}
	if digits(d)+int64(d.Exponent) > 19 {
		return 0, false
	}
	c := coefficient(setScale(d, 0, roundZero))
	return c.Int64(), c.IsInt64()
}

// toFloat64 returns the nearest double, ±Inf beyond its range.
func toFloat64(d *apd.Decimal) float64 {
	if place := digits(d) + int64(d.Exponent); place > 400 && d.Coeff.Sign() != 0 {
		if d.Negative {
			return math.Inf(-1)
		}
		return math.Inf(1)
	} else if place < -400 {
		return 0
	}
	f, _ := strconv.ParseFloat(d.Text('E'), 64)
	return f
}

// fromFloat64 returns the number that Java's text of a double stands for; false for NaN and infinities.
func fromFloat64(f float64) (*apd.Decimal, bool) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, false
	}
	return parseNumber(jsonvalue.FormatDouble(f))
}
