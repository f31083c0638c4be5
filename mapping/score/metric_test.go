package score

import (
	"errors"
	"slices"
	"testing"
)

func TestMetricsHaveTheirScales(t *testing.T) {
	for _, c := range []struct {
		name               string
		min, max           int
		bottom, top, width float64
	}{
		{"csat", 1, 5, 0, 100, 100},
		{"nps", 0, 10, -100, 100, 200},
		{"ces", 1, 7, 1, 7, 6},
		{"emotion", -2, 2, -2, 2, 4},
		{"rating", 1, 5, 1, 5, 4},
	} {
		m, err := ParseMetric(c.name)
		if err != nil {
			t.Fatal(err)
		}
		if m.Min() != c.min || m.Max() != c.max || m.Buckets() != c.max-c.min+1 {
			t.Errorf("%s: answers %d..%d in %d buckets", m, m.Min(), m.Max(), m.Buckets())
		}
		if m.Bottom() != c.bottom || m.Top() != c.top || m.Width() != c.width {
			t.Errorf("%s: scale %v..%v of width %v", m, m.Bottom(), m.Top(), m.Width())
		}
	}
	for _, name := range []string{"", "CSAT", "csat ", "stars"} {
		if _, err := ParseMetric(name); err == nil {
			t.Errorf("%q passes as a metric", name)
		}
	}
}

func TestStateFollowsTheFloors(t *testing.T) {
	for n, want := range map[int64]State{-1: StateEmpty, 0: StateEmpty, 1: StateHidden, 4: StateHidden, 5: StateIndicative, 29: StateIndicative, 30: StateOK, MaxN: StateOK} {
		if got := StateOf(n); got != want {
			t.Errorf("%d answers: got %s, want %s", n, got, want)
		}
	}
	for _, c := range []struct {
		n, parent int64
		want      bool
	}{{6, 9, true}, {6, 10, true}, {6, 11, false}, {9, 9, false}, {8, 9, true}, {0, 4, true}} {
		if got := RevealsComplement(c.n, c.parent); got != c.want {
			t.Errorf("%d of %d: got %v", c.n, c.parent, got)
		}
	}
	for _, c := range []struct {
		p    float64
		a, b int64
		want bool
	}{{0.0499, 30, 30, true}, {0.05, 30, 30, false}, {0.01, 29, 300, false}, {0.01, 300, 29, false}} {
		if got := Significant(c.p, c.a, c.b); got != c.want {
			t.Errorf("p %v at %d and %d: got %v", c.p, c.a, c.b, got)
		}
	}
}

func TestHistogramRefusesWhatItCannotCount(t *testing.T) {
	h := NewHistogram(NPS)
	for _, c := range []struct {
		name  string
		value int
		n     int64
		want  error
	}{
		{"an answer below the range", -1, 1, ErrOutOfRange},
		{"an answer above the range", 11, 1, ErrOutOfRange},
		{"a negative number of answers", 3, -1, ErrBadCounts},
		{"more answers than sums can hold", 3, MaxN + 1, ErrBadCounts},
	} {
		if err := h.Add(c.value, c.n); !errors.Is(err, c.want) || h.N() != 0 {
			t.Errorf("%s: got %v, n %d", c.name, err, h.N())
		}
	}
	mustAdd(t, &h, 10, MaxN)
	if err := h.Add(0, 1); !errors.Is(err, ErrBadCounts) {
		t.Errorf("one more than MaxN: got %v", err)
	}
	one := counts(NPS, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	if err := h.Merge(one); !errors.Is(err, ErrBadCounts) || h.N() != MaxN {
		t.Errorf("merge beyond MaxN: got %v", err)
	}
	if err := one.Merge(NewHistogram(CES)); !errors.Is(err, ErrDifferentMetric) {
		t.Errorf("merge of another metric: got %v", err)
	}
	if err := one.Merge(counts(NPS, 1)); !errors.Is(err, ErrBadCounts) || one.N() != 1 {
		t.Errorf("merge of a torn histogram: got %v", err)
	}
	unknown := Histogram{Metric: "stars"}
	if err := unknown.Add(1, 1); !errors.Is(err, ErrUnknownMetric) {
		t.Errorf("unknown metric: got %v", err)
	}
	for name, bad := range map[string]Histogram{
		"negative": counts(CSAT, 1, -1, 0, 0, 0), "long": counts(CSAT, 1, 1, 0, 0, 0, 0),
		"overflowing": counts(CSAT, 1<<62, 1<<62, 1<<62, 0, 0), "empty slice": {Metric: CSAT, Counts: []int64{}},
	} {
		if err := bad.Validate(); !errors.Is(err, ErrBadCounts) {
			t.Errorf("%s counts: got %v", name, err)
		}
	}
}

func TestHistogramYieldsItsAnswersInOrder(t *testing.T) {
	h := Histogram{Metric: Emotion}
	mustAdd(t, &h, 2, 3)
	mustAdd(t, &h, -2, 4)
	var got []int64
	for value, n := range h.All() {
		got = append(got, int64(value), n)
	}
	if want := []int64{-2, 4, -1, 0, 0, 0, 1, 0, 2, 3}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if h.Count(-2) != 4 || h.Count(-3) != 0 || h.Count(3) != 0 || h.N() != 7 {
		t.Errorf("counts of %v", h)
	}
	clone := h.Clone()
	mustAdd(t, &clone, 0, 1)
	if h.N() != 7 {
		t.Error("a clone shares its counts")
	}
}
