package score

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The reference cases were computed with scipy, statsmodels and numpy. They lie
// beside the repository, not in it.
const referencePath = "shared/data/reference/scores.json"

func findReference() (string, bool) {
	dir, err := os.Getwd()
	if err != nil {
		return "", false
	}
	for {
		path := filepath.Join(dir, filepath.FromSlash(referencePath))
		if _, err := os.Stat(path); err == nil {
			return path, true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", false
		}
		dir = parent
	}
}

type referenceCase struct {
	Kind  string
	Input struct {
		Top2, N               int64
		Promoters, Detractors int64
		Values                []int
		K1, N1, K2, N2        int64
		A, B                  []int
		P                     []float64
		Q                     float64
	}
	Expect struct {
		Value, Low, High *float64
		Z, T, P          *float64
		Adjusted         []float64
		Rejected         []bool
	}
}

// near accepts 1e-9 of the larger of the value and 1; within, relative to the
// value alone, is for p values, which may be far below 1e-9.
func near(got, want float64) bool   { return math.Abs(got-want) <= 1e-9*math.Max(1, math.Abs(want)) }
func within(got, want float64) bool { return got == want || math.Abs(got-want) <= 1e-9*math.Abs(want) }

func TestAgreesWithTheReferenceCases(t *testing.T) {
	path, ok := findReference()
	if !ok {
		t.Skipf("NOT RUN: the reference cases are not beside the repository: no %s in any directory above", referencePath)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []json.RawMessage }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	compared := map[string]int{
		"csat_wilson": 0, "nps_adjusted_wald": 0, "emotion_mean_t": 0,
		"two_proportion_z": 0, "welch_t": 0, "benjamini_hochberg": 0,
	}
	for i, raw := range file.Cases {
		var kind struct{ Kind string }
		if err := json.Unmarshal(raw, &kind); err != nil {
			t.Fatal(err)
		}
		if _, ours := compared[kind.Kind]; !ours {
			continue // a formula of another package
		}
		var c referenceCase
		if err := json.Unmarshal(raw, &c); err != nil {
			t.Fatal(err)
		}
		compared[c.Kind]++
		t.Run(fmt.Sprintf("%s/%d", c.Kind, i), func(t *testing.T) { checkReference(t, c) })
	}
	for kind, n := range compared {
		if n == 0 {
			t.Errorf("the reference has no case of %s", kind)
		}
	}
}

func checkReference(t *testing.T, c referenceCase) {
	in, want := c.Input, c.Expect
	switch c.Kind {
	case "csat_wilson":
		h := NewHistogram(CSAT)
		mustAdd(t, &h, 5, in.Top2/2)
		mustAdd(t, &h, 4, in.Top2-in.Top2/2)
		mustAdd(t, &h, 2, in.N-in.Top2)
		checkEstimate(t, h.Score(), want.Value, want.Low, want.High)
	case "nps_adjusted_wald":
		h := NewHistogram(NPS)
		mustAdd(t, &h, 10, in.Promoters)
		mustAdd(t, &h, 6, in.Detractors)
		mustAdd(t, &h, 8, in.N-in.Promoters-in.Detractors)
		checkEstimate(t, h.Score(), want.Value, want.Low, want.High)
	case "emotion_mean_t":
		checkEstimate(t, histogramOf(t, Emotion, in.Values).Score(), want.Value, want.Low, want.High)
	case "two_proportion_z":
		z, p := TwoProportionZ(in.K1, in.N1, in.K2, in.N2)
		if !near(z, *want.Z) || !within(p, *want.P) {
			t.Errorf("got z %v, p %v, want %v, %v", z, p, *want.Z, *want.P)
		}
	case "welch_t":
		tt, _, p := Welch(histogramOf(t, Emotion, in.A).Moments(), histogramOf(t, Emotion, in.B).Moments())
		if !near(tt, *want.T) || !within(p, *want.P) {
			t.Errorf("got t %v, p %v, want %v, %v", tt, p, *want.T, *want.P)
		}
	case "benjamini_hochberg":
		adjusted, rejected := BenjaminiHochberg(in.P, in.Q)
		if !slices.EqualFunc(adjusted, want.Adjusted, within) || !slices.Equal(rejected, want.Rejected) {
			t.Errorf("got %v %v, want %v %v", adjusted, rejected, want.Adjusted, want.Rejected)
		}
	}
}

func checkEstimate(t *testing.T, got Estimate, value, low, high *float64) {
	t.Helper()
	if !near(got.Value, *value) {
		t.Errorf("got value %v, want %v", got.Value, *value)
	}
	if got.HasInterval != (low != nil) {
		t.Fatalf("got interval %v, want %v", got.HasInterval, low != nil)
	}
	if low != nil && (!near(got.Low, *low) || !near(got.High, *high)) {
		t.Errorf("got interval %v..%v, want %v..%v", got.Low, got.High, *low, *high)
	}
}

func mustAdd(t testing.TB, h *Histogram, value int, n int64) {
	t.Helper()
	if err := h.Add(value, n); err != nil {
		t.Fatal(err)
	}
}

func histogramOf(t testing.TB, m Metric, values []int) Histogram {
	t.Helper()
	h := NewHistogram(m)
	for _, v := range values {
		mustAdd(t, &h, v, 1)
	}
	return h
}
