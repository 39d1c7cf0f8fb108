package expression

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"

	"github.com/cockroachdb/apd/v3"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

func backoff(params, example, gives string) feel.HostFunction {
	return feel.HostFunction{
		Name: "backoff", Params: params, Strict: true, NoText: true, Call: delay, Example: example, Gives: gives,
		Doc: "The delay before an attempt, counted from 1: minDelay · factor^(attempt−1), at least minDelay and at most maxDelay, give or take a random share of it. It counts in whole milliseconds. An attempt below 1, a minDelay above maxDelay, a factor of 0 or less or a negative jitterFactor is an error.",
	}
}

// delay is what backoff gives. Numbers are doubles, as in Camunda's runtime.
func delay(a []feel.Value) (any, error) {
	attempt := feel.Int32(a[0].(*apd.Decimal))
	least, factor, most, jitter := int64(50), 1.6, int64(5000), 0.1
	var err error
	if len(a) > 1 {
		if least, err = milliseconds("minDelay", a[1]); err != nil {
			return nil, err
		}
	}
	if len(a) > 2 {
		factor = feel.Float64(a[2].(*apd.Decimal))
	}
	if len(a) > 3 {
		if most, err = milliseconds("maxDelay", a[3]); err != nil {
			return nil, err
		}
	}
	if len(a) > 4 {
		jitter = feel.Float64(a[4].(*apd.Decimal))
	}
	switch {
	case attempt < 1:
		return nil, fmt.Errorf("backoff: the attempt must be at least 1, but is %d", attempt)
	case factor <= 0:
		return nil, fmt.Errorf("backoff: factor must be above 0, but is %g", factor)
	case least > most:
		return nil, fmt.Errorf("backoff: minDelay must not be above maxDelay, but %d ms is above %d ms", least, most)
	case jitter < 0:
		return nil, fmt.Errorf("backoff: jitterFactor must not be negative, but is %g", jitter)
	}
	d := max(float64(least), min(float64(most), float64(least)*power(factor, attempt-1)))
	if jitter > 0 {
		spread := jitter * d
		if !(-spread < spread) || math.IsInf(2*spread, 0) {
			return nil, errors.New("backoff: the jitter has no room: a delay must be above 0, and its jitter a number")
		}
		d += spread * (2*rand.Float64() - 1) //nolint:gosec // a delay is no secret
	}
	return feel.Milliseconds(max(0, rounded(d))), nil
}

// milliseconds returns the whole milliseconds of a duration.
func milliseconds(name string, v feel.Value) (int64, error) {
	ms, ok := v.(feel.DaysDuration).Milliseconds()
	if !ok {
		return 0, fmt.Errorf("backoff: %s is too long to be counted in milliseconds", name)
	}
	return ms, nil
}

// power is x**n to the last digit of a double.
func power(x float64, n int32) float64 {
	if math.IsInf(x, 0) {
		return math.Pow(x, float64(n))
	}
	const precision = 256 // bits, so that the roundings of 62 multiplications do not reach those of a double
	result, square := big.NewFloat(1).SetPrec(precision), big.NewFloat(x).SetPrec(precision)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			result.Mul(result, square)
		}
		square.Mul(square, square)
		if result.IsInf() || result.Sign() == 0 {
			break
		}
	}
	f, _ := result.Float64()
	return f
}

// rounded returns the nearest whole number, the greater one of two: 0 for NaN, the largest there is for what is beyond.
func rounded(x float64) int64 {
	whole := math.Floor(x)
	if x-whole >= 0.5 {
		whole++
	}
	switch {
	case math.IsNaN(whole):
		return 0
	case whole >= math.MaxInt64:
		return math.MaxInt64
	case whole <= math.MinInt64:
		return math.MinInt64
	}
	return int64(whole)
}
