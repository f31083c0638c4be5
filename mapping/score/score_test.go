package score

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Expected values of this file were computed from the formulas with mpmath at
// 50 digits, or follow by hand as the comment says.

func counts(m Metric, c ...int64) Histogram { return Histogram{Metric: m, Counts: c} }

func TestScoresOfKnownHistograms(t *testing.T) {
	for _, c := range []struct {
		name string
		h    Histogram
		want Estimate
	}{
		{"no answers give an empty estimate", NewHistogram(CSAT), Estimate{}},
		{"no counts at all give an empty estimate", Histogram{Metric: Emotion}, Estimate{}},
		{"csat counts the two top answers", counts(CSAT, 120, 61, 186, 340, 577), Estimate{71.4174454828660436, 68.8851627692025883, 73.8219574460176592, true, 1284}},
		{"csat of no top answer starts at 0", counts(CSAT, 2, 1, 4, 0, 0), Estimate{0.0, 0.0, 35.4330435066687412, true, 7}},
		{"csat of only top answers ends at 100", counts(CSAT, 0, 0, 0, 4, 9), Estimate{100.0, 77.190462764580162, 100.0, true, 13}},
		{"one csat answer has an interval", counts(CSAT, 0, 0, 0, 0, 1), Estimate{100.0, 20.6549314377237419, 100.0, true, 1}},
		{"nps takes 0 to 6 from 9 and 10", counts(NPS, 3, 0, 1, 0, 2, 4, 6, 11, 13, 17, 23), Estimate{30.0, 12.1247397997602486, 45.7065855014445707, true, 80}},
		{"nps of only detractors is clipped", counts(NPS, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0), Estimate{-100.0, -100, -43.3712172029584982, true, 9}},
		{"ces is a mean", counts(CES, 5, 0, 1, 0, 2, 9, 30), Estimate{6.0, 5.44223989200991588, 6.55776010799008412, true, 47}},
		{"emotion is a mean around 0", counts(Emotion, 40, 71, 130, 250, 149), Estimate{0.6203125, 0.531808571644387177, 0.708816428355612823, true, 640}},
		{"the interval of a mean is not clipped to the scale", counts(Rating, 1, 0, 0, 0, 1), Estimate{3.0, -22.4124094723494093, 28.4124094723494093, true, 2}},
		{"one emotion has a value and no interval", counts(Emotion, 0, 0, 0, 1, 0), Estimate{Value: 1, N: 1}},
		{"equal emotions have an interval of width 0", counts(Emotion, 0, 3, 0, 0, 0), Estimate{Value: -1, Low: -1, High: -1, HasInterval: true, N: 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.h.Score()
			if got.N != c.want.N || got.HasInterval != c.want.HasInterval ||
				!close12(got.Value, c.want.Value) || !close12(got.Low, c.want.Low) || !close12(got.High, c.want.High) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func close12(got, want float64) bool { return math.Abs(got-want) <= 1e-12*math.Max(1, math.Abs(want)) }

func TestTwoProportionZOfKnownCounts(t *testing.T) {
	for _, c := range []struct {
		k1, n1, k2, n2 int64
		z, p           float64
	}{
		{45, 60, 30, 60, 2.8284271247461901, 0.00467773498104726584},
		{900, 1000, 200, 950, 30.6895837187794546, 7.83864698219304275e-207},
		{7, 31, 9, 40, 0.00806634876537656795, 0.993564054651648266},
		{60000, 100000, 59000, 100000, 4.55511145383770979, 5.23578100829491617e-6},
		{1, 1, 0, 1, 1.41421356237309505, 0.157299207050285131},
		{0, 40, 0, 50, 0, 1},   // none succeeded: no variance, no evidence
		{40, 40, 50, 50, 0, 1}, // all succeeded
		{0, 0, 3, 9, 0, 1},     // nothing to compare with
		{1, 2, 50, 100, 0, 1},  // equal proportions are exactly equal
	} {
		z, p := TwoProportionZ(c.k1, c.n1, c.k2, c.n2)
		if !close12(z, c.z) || relative(p, c.p) > 1e-12 {
			t.Errorf("%d/%d and %d/%d: got z %v, p %v, want %v, %v", c.k1, c.n1, c.k2, c.n2, z, p, c.z, c.p)
		}
		if z2, p2 := TwoProportionZ(c.k2, c.n2, c.k1, c.n1); z2 != -z || p2 != p {
			t.Errorf("%d/%d and %d/%d: exchanged sides give z %v, p %v, want %v, %v", c.k1, c.n1, c.k2, c.n2, z2, p2, -z, p)
		}
	}
}

func TestWelchOfKnownHistograms(t *testing.T) {
	for _, c := range []struct {
		name     string
		a, b     Histogram
		t, df, p float64
	}{
		{"small and unequal sides", counts(Emotion, 1, 2, 0, 3, 1), counts(Emotion, 9, 4, 6, 2, 1), 1.57186115189102631, 8.8235457543511202, 0.15110484323501717},
		{"one side without variance", counts(Rating, 0, 0, 0, 0, 7), counts(Rating, 1, 2, 3, 4, 5), 4.0, 14.0, 0.00131604919386982753},
		{"a p value of 1e-200", counts(CES, 500, 60, 40, 20, 10, 5, 1), counts(CES, 3, 9, 20, 40, 50, 90, 300), -66.6638835347236665, 913.063097638399156, 4.45281814568793613e-353},
		{"large sides, small change", counts(Emotion, 1000, 2000, 3000, 2500, 1500), counts(Emotion, 1010, 2030, 2900, 2530, 1600), -0.991954619530442102, 20067.5230892189485, 0.321231623375869242},
		{"equal values on both sides, same mean", counts(CES, 0, 4, 0, 0, 0, 0, 0), counts(CES, 0, 9, 0, 0, 0, 0, 0), 0, 11, 1},
		{"equal values on both sides, other mean", counts(CES, 0, 4, 0, 0, 0, 0, 0), counts(CES, 9, 0, 0, 0, 0, 0, 0), math.Inf(1), 11, 0},
		{"one answer on a side cannot be tested", counts(CES, 0, 1, 0, 0, 0, 0, 0), counts(CES, 9, 0, 0, 0, 0, 0, 3), 0, 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			tt, df, p := Welch(c.a.Moments(), c.b.Moments())
			if tt != c.t && !close12(tt, c.t) || !close12(df, c.df) || relative(p, c.p) > 1e-12 {
				t.Errorf("got t %v, df %v, p %v, want %v, %v, %v", tt, df, p, c.t, c.df, c.p)
			}
		})
	}
}

func TestBenjaminiHochbergOfTheOriginalPaper(t *testing.T) {
	// The fifteen p values of section 3.2 of Benjamini and Hochberg (1995), of
	// which the procedure rejects the four smallest at 0.05; here out of order.
	ps := []float64{1, 0.0001, 0.0459, 0.0004, 0.0344, 0.0019, 0.0298, 0.0095, 0.0278, 0.0201, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590}
	adjusted, rejected := BenjaminiHochberg(ps, 0.05)
	for i, p := range ps {
		if rejected[i] != (p <= 0.0095) {
			t.Errorf("p %v: rejected %v", p, rejected[i])
		}
	}
	// By hand: 0.0001·15/1, 0.0004·15/2, 0.0019·15/3, 0.0095·15/4.
	for i, want := range map[int]float64{1: 0.0015, 3: 0.003, 5: 0.0095, 7: 0.035625, 0: 1} {
		if !close12(adjusted[i], want) {
			t.Errorf("p %v: got adjusted %v, want %v", ps[i], adjusted[i], want)
		}
	}
	if ps[0] != 1 || ps[1] != 0.0001 {
		t.Error("the input was changed")
	}
}

func TestBenjaminiHochbergKeepsOrderAndTies(t *testing.T) {
	adjusted, rejected := BenjaminiHochberg([]float64{0.02, math.NaN(), 0.02, 0.001}, 0.05)
	want := []float64{0.08 / 3, 1, 0.08 / 3, 0.004}
	if !slices.EqualFunc(adjusted, want, close12) || !slices.Equal(rejected, []bool{true, false, true, true}) {
		t.Errorf("got %v %v, want %v", adjusted, rejected, want)
	}
	if adjusted, rejected := BenjaminiHochberg(nil, 0.05); len(adjusted) != 0 || len(rejected) != 0 {
		t.Error("no tests must give no results")
	}
}

func TestChangeSelectsTheTestOfTheMetric(t *testing.T) {
	t.Run("csat by the pooled z test", func(t *testing.T) {
		before, after := counts(CSAT, 10, 10, 20, 30, 30), counts(CSAT, 2, 3, 5, 40, 70)
		got, err := Change(before, after)
		_, p := TwoProportionZ(110, 120, 60, 100)
		if err != nil || !got.Tested || !close12(got.Value, 100*110./120-60) || got.P != p {
			t.Errorf("got %+v, %v, want p %v", got, err, p)
		}
	})
	t.Run("a mean by Welch", func(t *testing.T) {
		before, after := counts(Rating, 1, 2, 3, 4, 5), counts(Rating, 9, 2, 3, 1, 0)
		got, err := Change(before, after)
		_, _, p := Welch(before.Moments(), after.Moments())
		if err != nil || !got.Tested || !close12(got.Value, after.Score().Value-before.Score().Value) || got.P != p || got.Value >= 0 {
			t.Errorf("got %+v, %v, want p %v", got, err, p)
		}
	})
	t.Run("nps by Welch on its points", func(t *testing.T) {
		before := counts(NPS, 0, 0, 5, 0, 0, 0, 5, 4, 6, 10, 10) // 10 detractors, 10 passive, 20 promoters
		after := counts(NPS, 5, 0, 0, 0, 0, 0, 0, 0, 15, 0, 20)
		got, err := Change(before, after)
		_, _, p := Welch(Moments{40, 1500, 250000}, Moments{40, 1000, 300000})
		if err != nil || !got.Tested || got.Value != 12.5 || got.P != p {
			t.Errorf("got %+v, %v, want 12.5, p %v", got, err, p)
		}
	})
	for _, c := range []struct {
		name          string
		before, after Histogram
		want          Difference
	}{
		{"an empty side is no change", NewHistogram(CSAT), counts(CSAT, 1, 2, 3, 4, 5), Difference{P: 1}},
		{"a single mean differs but is not tested", counts(Rating, 1, 0, 0, 0, 0), counts(Rating, 0, 0, 0, 0, 9), Difference{Value: 4, P: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := Change(c.before, c.after); err != nil || got != c.want {
				t.Errorf("got %+v, %v, want %+v", got, err, c.want)
			}
		})
	}
	if _, err := Change(NewHistogram(CSAT), NewHistogram(Rating)); !errors.Is(err, ErrDifferentMetric) {
		t.Errorf("csat against rating: got %v", err)
	}
	if _, err := Change(counts(CSAT, 1), NewHistogram(CSAT)); !errors.Is(err, ErrBadCounts) {
		t.Errorf("one bucket: got %v", err)
	}
}

func TestChangeCarriesItsInterval(t *testing.T) {
	// 56 of 70 against 48 of 80 is example (a) of Newcombe (1998), method 10: 0.0524 to 0.3339.
	got, err := Change(counts(CSAT, 32, 0, 0, 0, 48), counts(CSAT, 14, 0, 0, 0, 56))
	if err != nil || math.Abs(got.Low-5.24) > 0.005 || math.Abs(got.High-33.39) > 0.005 {
		t.Errorf("got %+v, %v", got, err)
	}
	// Example (g): 10 of 10 against 0 of 20: 0.6791 to 1.0000.
	got, err = Change(counts(CSAT, 20, 0, 0, 0, 0), counts(CSAT, 0, 0, 0, 0, 10))
	if err != nil || math.Abs(got.Low-67.91) > 0.005 || math.Abs(got.High-100) > 1e-9 {
		t.Errorf("got %+v, %v", got, err)
	}
	// A mean's interval leaves 0 out exactly where the test says so at 5 %.
	rng := rand.New(rand.NewPCG(4, 2))
	for range 2000 {
		before, _ := randomHistogram(rng, Emotion, 60)
		after, _ := randomHistogram(rng, Emotion, 60)
		d, err := Change(before, after)
		if err != nil {
			t.Fatal(err)
		}
		if d.Tested && math.Abs(d.P-0.05) > 1e-9 && (d.P < 0.05) != (d.Low > 0 || d.High < 0) {
			t.Fatalf("from %v to %v: %+v", before.Counts, after.Counts, d)
		}
	}
	// Both intervals hold the change itself, and stay on the scale.
	for _, m := range []Metric{CSAT, NPS} {
		for range 2000 {
			before, _ := randomHistogram(rng, m, 400)
			after, _ := randomHistogram(rng, m, 400)
			d, err := Change(before, after)
			if err != nil || d.Tested && (d.Low > d.Value || d.High < d.Value || d.High-d.Low > 2*m.Width()) {
				t.Fatalf("%s from %v to %v: %+v, %v", m, before.Counts, after.Counts, d, err)
			}
		}
	}
}

func randomHistogram(rng *rand.Rand, m Metric, most int) (Histogram, []int) {
	h := NewHistogram(m)
	values := make([]int, rng.IntN(most+1))
	narrow := 1 + rng.IntN(m.Buckets())
	for i := range values {
		values[i] = m.Min() + rng.IntN(narrow)
		h.Counts[values[i]-m.Min()]++
	}
	return h, values
}

func TestIntervalsContainTheValueAndStayOnTheScale(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, m := range Metrics() {
		for range 3000 {
			h, _ := randomHistogram(rng, m, 200)
			checkInvariants(t, h)
		}
	}
}

func checkInvariants(t testing.TB, h Histogram) {
	t.Helper()
	e, m := h.Score(), h.Metric
	switch {
	case e.N != h.N():
		t.Fatalf("%v: n is %d", h, e.N)
	case e.N == 0 && e != Estimate{}:
		t.Fatalf("%v: an empty score is %+v", h, e)
	case e.N > 0 && (e.Value < m.Bottom() || e.Value > m.Top()):
		t.Fatalf("%v: %v is off the scale", h, e.Value)
	case e.N > 0 && e.HasInterval != (e.N > 1 || m == CSAT || m == NPS):
		t.Fatalf("%v: interval %v at n = %d", h, e.HasInterval, e.N)
	case e.HasInterval && !(e.Low <= e.High):
		t.Fatalf("%v: interval %v..%v", h, e.Low, e.High)
	case e.HasInterval && (m != NPS || e.N > 1) && (e.Value < e.Low || e.Value > e.High): // see AdjustedWald for n = 1
		t.Fatalf("%v: %v is not in %v..%v", h, e.Value, e.Low, e.High)
	case (m == CSAT || m == NPS) && (e.Low < m.Bottom() || e.High > m.Top()):
		t.Fatalf("%v: interval %v..%v is off the scale", h, e.Low, e.High)
	}
	if mean := h.Moments().Mean(); e.N > 0 && mean != e.Value {
		t.Fatalf("%v: value %v is not the mean of the points, %v", h, e.Value, mean)
	}
}

func TestMoreAnswersOfTheSameKindNarrowTheInterval(t *testing.T) {
	for _, h := range []Histogram{
		counts(CSAT, 1, 0, 2, 3, 1), counts(NPS, 1, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1), counts(Emotion, 1, 2, 0, 1, 4),
	} {
		last := math.Inf(1)
		for range 30 {
			e := h.Score()
			if !(e.High-e.Low < last) {
				t.Fatalf("%v: width %v after %v", h, e.High-e.Low, last)
			}
			last = e.High - e.Low
			if err := h.Merge(h.Clone()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestNeitherOrderNorSplittingCanBeSeenInAScore(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, m := range Metrics() {
		for range 300 {
			whole, values := randomHistogram(rng, m, 120)
			rng.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
			parts := []Histogram{{Metric: m}, NewHistogram(m), NewHistogram(m)}
			for _, v := range values {
				mustAdd(t, &parts[rng.IntN(3)], v, 1)
			}
			merged := Histogram{Metric: m}
			for _, i := range rng.Perm(3) {
				if err := merged.Merge(parts[i]); err != nil {
					t.Fatal(err)
				}
			}
			if !slices.Equal(merged.Counts, whole.Counts) || merged.Score() != whole.Score() {
				t.Fatalf("merged %v %+v, whole %v %+v", merged, merged.Score(), whole, whole.Score())
			}
		}
	}
}

func TestVarianceIsExactForLargeCounts(t *testing.T) {
	// Half the answers −2, half 2: s² = 4·n/(n−1), which is 4 to the last bit here,
	// although Σx² and n together need 94 bits.
	h := counts(Emotion, MaxN/2, 0, 0, 0, MaxN/2)
	if got := h.Moments().Variance(); math.Abs(got-4) > 1e-13 || h.Validate() != nil {
		t.Errorf("got %v, %v", got, h.Validate())
	}
	if got := counts(NPS, MaxN, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0).Moments().Variance(); got != 0 {
		t.Errorf("equal answers: got %v", got)
	}
	if got := productDifference(-3, 5, -7, 11); got != 62 {
		t.Errorf("-15 + 77: got %v", got)
	}
	if got := productDifference(1<<62, 3, 1<<62, 5); got != -0x1p63 {
		t.Errorf("-2^63: got %v", got)
	}
}

func FuzzScore(f *testing.F) {
	f.Add("csat", int64(1), int64(0), int64(5), int64(9), int64(3), uint8(2))
	f.Add("nps", int64(0), int64(1<<40), int64(7), int64(0), int64(1), uint8(9))
	f.Add("emotion", int64(2), int64(0), int64(0), int64(0), int64(0), uint8(0))
	f.Fuzz(func(t *testing.T, name string, a, b, c, d, e int64, shift uint8) {
		m, err := ParseMetric(name)
		if err != nil {
			return
		}
		h, other := NewHistogram(m), NewHistogram(m)
		for i, n := range []int64{a, b, c, d, e} {
			// Whatever Add accepts must be scored without breaking an invariant.
			_ = h.Add(m.Min()+(i+int(shift))%m.Buckets(), n)
			_ = other.Add(m.Min()+(i*3)%m.Buckets(), n/3)
		}
		if err := h.Validate(); err != nil {
			t.Fatal(err)
		}
		checkInvariants(t, h)
		got, err := Change(h, other)
		if err != nil || math.IsNaN(got.P) || got.P < 0 || got.P > 1 || math.IsNaN(got.Value) {
			t.Fatalf("change from %v to %v: %+v, %v", h, other, got, err)
		}
	})
}

func ExampleHistogram_Score() {
	h := NewHistogram(CSAT)
	for value, n := range []int64{1: 120, 2: 61, 3: 186, 4: 340, 5: 577} {
		if value == 0 {
			continue
		}
		if err := h.Add(value, n); err != nil {
			fmt.Println(err)
			return
		}
	}
	e := h.Score()
	fmt.Printf("%.1f %% (%.1f to %.1f) of %d answers, %s\n", e.Value, e.Low, e.High, e.N, h.State())
	// Output: 71.4 % (68.9 to 73.8) of 1284 answers, ok
}

func ExampleChange() {
	before := Histogram{Metric: Emotion, Counts: []int64{30, 25, 20, 15, 10}}
	after := Histogram{Metric: Emotion, Counts: []int64{12, 15, 20, 30, 23}}
	d, err := Change(before, after)
	if err != nil {
		fmt.Println(err)
		return
	}
	adjusted, _ := BenjaminiHochberg([]float64{d.P, 0.4, 0.7}, FalseDiscoveryRate)
	fmt.Printf("%+.2f, p %.1e, adjusted %.1e, arrow %v\n", d.Value, d.P, adjusted[0], Significant(adjusted[0], before.N(), after.N()))
	// Output: +0.87, p 6.0e-06, adjusted 1.8e-05, arrow true
}

func BenchmarkScore(b *testing.B) {
	for _, c := range []struct {
		name string
		h    Histogram
	}{
		{"csat", counts(CSAT, 120, 61, 186, 340, 577)},
		{"nps", counts(NPS, 5, 0, 0, 0, 0, 0, 7, 0, 15, 0, 20)},
		{"emotion n=40", counts(Emotion, 2, 7, 13, 12, 6)},
		{"emotion n=1e6", counts(Emotion, 100_000, 200_000, 300_000, 250_000, 150_000)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.h.Score()
			}
		})
	}
}
