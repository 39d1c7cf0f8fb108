package feel

import (
	"math"
	"math/big"
	"strconv"

	"github.com/cockroachdb/apd/v3"
)

// The functions that Java computes with doubles. Its results are, but for the rarest cases, the doubles next to the
// exact ones; package math is not always so near, so they are computed here with digits to spare and rounded once.

// wide has the digits that a double needs to be rounded to rightly.
var wide = apd.BaseContext.WithPrecision(40)

// logarithm returns the natural logarithm: NaN below zero and -Inf for zero.
func logarithm(x float64) float64 {
	if x <= 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return math.Log(x)
	}
	return nearest(x, math.Log, func(z, d *apd.Decimal) (apd.Condition, error) { return wide.Ln(z, d) })
}

// exponential returns e to the power of x.
func exponential(x float64) float64 {
	if x < -745.2 || x > 709.8 || math.IsNaN(x) {
		return math.Exp(x)
	}
	return nearest(x, math.Exp, func(z, d *apd.Decimal) (apd.Condition, error) { return wide.Exp(z, d) })
}

// raised returns x to the power of y.
func raised(x, y float64) float64 {
	rough := math.Pow(x, y)
	if x <= 0 || rough == 0 || math.IsInf(rough, 0) || math.IsNaN(rough) || math.Abs(y) > 1e6 {
		return rough
	}
	return nearest(x, func(float64) float64 { return rough }, func(z, d *apd.Decimal) (apd.Condition, error) {
		return wide.Pow(z, d, exactly(y))
	})
}

// nearest computes with digits to spare, or roughly where that fails.
func nearest(x float64, rough func(float64) float64, exact func(z, d *apd.Decimal) (apd.Condition, error)) float64 {
	var z apd.Decimal
	if _, err := exact(&z, exactly(x)); err != nil || z.Form != apd.Finite {
		return rough(x)
	}
	f, err := strconv.ParseFloat(z.Text('E'), 64)
	if err != nil {
		return rough(x)
	}
	return f
}

// exactly returns the number that a double is, which its shortest text only stands for, to more digits than are asked
// for.
func exactly(x float64) *apd.Decimal {
	fraction, exponent := math.Frexp(x)
	c := big.NewInt(int64(fraction * (1 << 53)))
	if exponent -= 53; exponent >= 0 {
		return fromBig(c.Lsh(c, uint(exponent)), 0)
	}
	c.Mul(c, new(big.Int).Exp(big.NewInt(5), big.NewInt(int64(-exponent)), nil))
	return rounded(c, int64(exponent), 60)
}
