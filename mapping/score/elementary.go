package score

import "math"

// Package math has assembly for Exp and Log on some architectures and may fuse
// multiply and add in its Go code on others, so the last bit of its results
// differs between platforms. These few lines do not. What is taken from math
// (Sqrt, Abs, Floor, Frexp, Ldexp, the bit casts) is exact by definition.

const (
	// ln 2 in two parts; the high one ends in 32 zero bits, so its product with
	// an exponent is exact.
	ln2High = 6.93147180369123816490e-01
	ln2Low  = 1.90821492927058770002e-10
)

// exp returns e^x within about one unit in the last place: x = k·ln 2 + r with
// |r| ≤ ½ ln 2, then the Taylor series of e^r, whose 14th term is below 1e-17.
func exp(x float64) float64 {
	switch {
	case math.IsNaN(x):
		return x
	case x > 710:
		return math.Inf(1)
	case x < -746:
		return 0
	}
	k := math.Floor(float64(x*math.Log2E) + 0.5)
	r := (x - float64(k*ln2High)) - float64(k*ln2Low)
	series := polynomial(r, 1, 1./2, 1./6, 1./24, 1./120, 1./720, 1./5040, 1./40320, 1./362880,
		1./3628800, 1./39916800, 1./479001600, 1./6227020800)
	return math.Ldexp(1+series, int(k))
}

// expHalfSquare returns e^(−x²/2). The square of a large x has lost bits that
// the exponential would magnify, so x is split: the square of its upper half is exact.
func expHalfSquare(x float64) float64 {
	upper := math.Float64frombits(math.Float64bits(x) &^ (1<<27 - 1))
	rest := float64((x - upper) * (x + upper))
	return float64(exp(-float64(float64(upper*upper)/2)) * exp(-float64(rest/2)))
}

// log1p returns ln(1+x) for x ≥ 0 with full relative accuracy, by the series
// ln((1+s)/(1−s)) = 2(s + s³/3 + s⁵/5 + …).
func log1p(x float64) float64 {
	if x < 0.4 {
		return logSeries(x / (2 + x))
	}
	if math.IsNaN(x) || math.IsInf(x, 1) {
		return x
	}
	sum := 1 + x
	lost := x - (sum - 1) // what the rounding of 1+x dropped
	if x >= 1 {
		lost = 1 - (sum - x)
	}
	m, k := math.Frexp(sum) // ½ ≤ m < 1
	if m < math.Sqrt2/2 {
		m, k = float64(2*m), k-1
	}
	return float64(float64(k)*ln2High) + (logSeries((m-1)/(m+1)) + (lost/sum + float64(float64(k)*ln2Low)))
}

// logSeries needs |s| ≤ 0.172.
func logSeries(s float64) float64 {
	series := polynomial(float64(s*s), 1./3, 1./5, 1./7, 1./9, 1./11, 1./13, 1./15, 1./17, 1./19, 1./21)
	return float64(2*s) + float64(float64(2*s)*series)
}
