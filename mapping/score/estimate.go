package score

import (
	"math"
	"math/bits"
)

// z975 is the 97.5 % quantile of the normal distribution.
const z975 = 1.959963984540054

// Estimate is a score with its 95 % interval, in the unit of the metric.
type Estimate struct {
	Value       float64 // 0 when N is 0
	Low, High   float64 // bounds of the interval; 0 without HasInterval
	HasInterval bool    // false without answers, and for a mean of one answer
	N           int64   // number of answers
}

// Wilson estimates a percentage from the number of top answers, 0 ≤ top ≤ n, as
// 100·top/n with the score interval
//
//	(p̂ + z²/2n ± z√(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n)
//
// of Wilson (1927), "Probable inference, the law of succession, and statistical
// inference", JASA 22. It is computed multiplied through by n.
func Wilson(top, n int64) Estimate {
	if n <= 0 {
		return Estimate{}
	}
	k, size := float64(top), float64(n)
	denominator := size + float64(z975*z975)
	center := k + z975*z975/2
	half := float64(z975 * math.Sqrt(float64(k*float64(n-top))/size+z975*z975/4))
	e := Estimate{Value: float64(100*k) / size, HasInterval: true, N: n}
	e.Low = float64(100*(center-half)) / denominator
	e.High = float64(100*(center+half)) / denominator
	// At the ends of the scale the bound is the end itself; rounding must not
	// leave it beside the value.
	if top == 0 {
		e.Low = 0
	}
	if top == n {
		e.High = 100
	}
	return e
}

// AdjustedWald estimates a net promoter score, 100(P−D)/n, with the interval
//
//	100(p−d ± z√((p+d−(p−d)²)/(n+3))),  p = (P+¾)/(n+3),  d = (D+¾)/(n+3)
//
// clipped to ±100, the adjusted Wald interval of Rocks (2016), "Interval
// estimation for the 'net promoter score'", The American Statistician 70. Its
// centre is drawn towards 0, so at n = 1 it does not contain a value of ±100;
// such a score is hidden anyway.
func AdjustedWald(promoters, detractors, n int64) Estimate {
	if n <= 0 {
		return Estimate{}
	}
	size := float64(n) + 3
	p := (float64(promoters) + 0.75) / size
	d := (float64(detractors) + 0.75) / size
	net := p - d
	half := float64(z975 * math.Sqrt((p+d-float64(net*net))/size))
	return Estimate{
		Value:       float64(100*float64(promoters-detractors)) / float64(n),
		Low:         max(-100, float64(100*(net-half))),
		High:        min(100, float64(100*(net+half))),
		HasInterval: true,
		N:           n,
	}
}

// Moments are the exact sums from which a mean and its variance follow. Within
// MaxN values of at most ±100 none of them overflows.
type Moments struct {
	N          int64 // number of values
	Sum        int64 // Σx
	SumSquares int64 // Σx²
}

// Mean is Σx/n, 0 when there are no values.
func (m Moments) Mean() float64 {
	if m.N <= 0 {
		return 0
	}
	return float64(m.Sum) / float64(m.N)
}

// Variance is the sample variance (nΣx² − (Σx)²) / (n(n−1)), 0 when n < 2. The
// numerator is exact, so equal values give exactly 0.
func (m Moments) Variance() float64 {
	if m.N < 2 {
		return 0
	}
	return productDifference(m.N, m.SumSquares, m.Sum, m.Sum) / float64(float64(m.N)*float64(m.N-1))
}

// MeanT estimates a mean with the interval mean ± t(n−1)·s/√n, Student's t at
// 97.5 % ("Student" 1908, "The probable error of a mean", Biometrika 6). It is
// not clipped to the scale. One value has no interval; equal values have one of
// width 0.
func MeanT(m Moments) Estimate {
	if m.N <= 0 {
		return Estimate{}
	}
	e := Estimate{Value: m.Mean(), N: m.N}
	if m.N == 1 {
		return e
	}
	half := float64(tQuantile(float64(m.N-1)) * math.Sqrt(m.Variance()/float64(m.N)))
	e.Low, e.High, e.HasInterval = e.Value-half, e.Value+half, true
	return e
}

// productDifference returns a·b − c·d, subtracted as exact 128-bit integers and
// only then converted. Each product must be below 2^126.
func productDifference(a, b, c, d int64) float64 {
	aHigh, aLow := product(a, b)
	bHigh, bLow := product(c, d)
	low, borrow := bits.Sub64(aLow, bLow, 0)
	high, _ := bits.Sub64(aHigh, bHigh, borrow)
	if int64(high) >= 0 {
		return wideFloat(high, low)
	}
	low, carry := bits.Add64(^low, 1, 0)
	return -wideFloat(^high+carry, low)
}

// product returns a·b in two's complement.
func product(a, b int64) (high, low uint64) {
	high, low = bits.Mul64(uint64(a), uint64(b))
	if a < 0 {
		high -= uint64(b)
	}
	if b < 0 {
		high -= uint64(a)
	}
	return high, low
}

// wideFloat converts an unsigned 128-bit integer. It goes by parts that are
// exact in a float64, because not every platform's uint64 conversion is one
// instruction with one rounding.
func wideFloat(high, low uint64) float64 {
	lower := float64(float64(low>>32)*(1<<32)) + float64(low&(1<<32-1))
	upper := float64(float64(high>>32)*(1<<32)) + float64(high&(1<<32-1))
	return float64(upper*(1<<64)) + lower
}
