package score

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// TwoProportionZ tests whether two proportions differ, k1 of n1 and k2 of n2,
// with the pooled z test. z is positive when the first is larger; p is
// two-sided. Where the test does not apply (a side without trials, or all or
// none succeeded on both sides) it returns 0 and 1: no evidence.
func TwoProportionZ(k1, n1, k2, n2 int64) (z, p float64) {
	k, n := k1+k2, n1+n2
	if n1 <= 0 || n2 <= 0 || k <= 0 || k >= n {
		return 0, 1
	}
	// (k1/n1 − k2/n2) / √(P(1−P)(1/n1+1/n2)) with P = k/n, brought to one
	// fraction whose numerator is an exact integer.
	variance := float64(float64(k)*float64(n-k)) / float64(n)
	variance = float64(variance * float64(float64(n1)*float64(n2)))
	z = productDifference(k1, n2, k2, n1) / math.Sqrt(variance)
	return z, normalTwoSided(z)
}

// Welch tests whether two means differ without assuming equal variances:
//
//	t = (ā − b̄)/√(va+vb),  df = (va+vb)²/(va²/(na−1) + vb²/(nb−1)),  v = s²/n
//
// by Welch (1947), "The generalization of 'Student's' problem when several
// different population variances are involved", Biometrika 34. p is two-sided.
// With fewer than two values on a side it returns 0, 0, 1. If all values are
// equal within both sides, t is 0 with p = 1 for equal means, and otherwise
// infinite with p = 0.
func Welch(a, b Moments) (t, df, p float64) {
	if a.N < 2 || b.N < 2 {
		return 0, 0, 1
	}
	difference := productDifference(a.Sum, b.N, b.Sum, a.N) / float64(float64(a.N)*float64(b.N))
	va := a.Variance() / float64(a.N)
	vb := b.Variance() / float64(b.N)
	v := va + vb
	if v == 0 {
		df = float64(a.N-1) + float64(b.N-1)
		if difference == 0 {
			return 0, df, 1
		}
		return math.Inf(sign(difference)), df, 0
	}
	df = float64(v*v) / (float64(va*va)/float64(a.N-1) + float64(vb*vb)/float64(b.N-1))
	t = difference / math.Sqrt(v)
	return t, df, studentTwoSided(t, df)
}

func sign(x float64) int {
	if x < 0 {
		return -1
	}
	return 1
}

// BenjaminiHochberg adjusts the p values of one report for their number: the
// adjusted value of the i-th smallest of m is the least p(j)·m/j over j ≥ i, at
// most 1, and rejected says whether it is ≤ q. Benjamini, Hochberg (1995),
// "Controlling the false discovery rate", JRSS B 57. Results stand in the order
// of ps. A NaN counts as a test with p = 1.
func BenjaminiHochberg(ps []float64, q float64) (adjusted []float64, rejected []bool) {
	adjusted = make([]float64, len(ps))
	rejected = make([]bool, len(ps))
	order := make([]int, len(ps))
	for i, p := range ps {
		order[i] = i
		adjusted[i] = p
		if math.IsNaN(p) {
			adjusted[i] = 1
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(adjusted[i], adjusted[j]) })
	least, m := 1.0, float64(len(ps))
	for rank := len(order); rank >= 1; rank-- {
		i := order[rank-1]
		least = min(least, float64(adjusted[i]*m)/float64(rank))
		adjusted[i] = least
		rejected[i] = least <= q
	}
	return adjusted, rejected
}

// Difference is the change of a score from one window to another.
type Difference struct {
	Value  float64 // after − before, in the unit of the metric; 0 when a side is empty
	P      float64 // two-sided, not adjusted; 1 when not Tested
	Tested bool    // false when a side has too few answers for the test
	// Low and High bound the 95 % interval of Value; 0 when not Tested.
	Low, High float64
}

// hybrid bounds the difference of two scores by their own intervals:
//
//	d − √((a−aLow)² + (bHigh−b)²),  d + √((aHigh−a)² + (b−bLow)²)
//
// with b before and a after, method 10 of Newcombe (1998), "Interval estimation
// for the difference between independent proportions", Statistics in Medicine
// 17. It inherits what the intervals are good at: it never leaves the scale and
// holds its level where a score lies near an end.
func hybrid(before, after Estimate) (low, high float64) {
	root := func(x, y float64) float64 { return math.Sqrt(float64(x*x) + float64(y*y)) }
	d := after.Value - before.Value
	return d - root(after.Value-after.Low, before.High-before.Value), d + root(after.High-after.Value, before.Value-before.Low)
}

// Change compares the scores of two windows: csat by TwoProportionZ (from one
// answer a side), the other metrics by Welch (from two), nps on its points −100,
// 0 and 100. The interval is Newcombe's hybrid of the two scores' own for csat
// and nps, and Welch's for the means. Histograms of different metrics give ErrDifferentMetric, unusable
// ones the error of Validate.
func Change(before, after Histogram) (Difference, error) {
	none := Difference{P: 1}
	if before.Metric != after.Metric {
		return none, fmt.Errorf("compare %s with %s: %w", before.Metric, after.Metric, ErrDifferentMetric)
	}
	for _, h := range []Histogram{before, after} {
		if err := h.Validate(); err != nil {
			return none, fmt.Errorf("compare: %w", err)
		}
	}
	b, a := before.Moments(), after.Moments()
	if b.N == 0 || a.N == 0 {
		return none, nil
	}
	d := Difference{Value: a.Mean() - b.Mean(), P: 1}
	switch {
	case before.Metric == CSAT:
		_, d.P = TwoProportionZ(after.Count(4)+after.Count(5), a.N, before.Count(4)+before.Count(5), b.N)
		d.Tested = true
	case b.N >= 2 && a.N >= 2:
		var df float64
		_, df, d.P = Welch(a, b)
		d.Tested = true
		se := math.Sqrt(a.Variance()/float64(a.N) + b.Variance()/float64(b.N))
		half := float64(tQuantile(df) * se)
		d.Low, d.High = d.Value-half, d.Value+half
	}
	if d.Tested && (before.Metric == CSAT || before.Metric == NPS) {
		d.Low, d.High = hybrid(before.Score(), after.Score())
	}
	return d, nil
}
