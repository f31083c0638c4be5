package mapping

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// fill makes a floor over the properties from counts of value tuples.
func fill(props int, rows map[[2]string]int64) *floor {
	f := newFloor(props)
	for r, n := range rows {
		values := make([]string, props)
		for i := range values {
			values[i] = absentValue
			if r[i] != "" {
				values[i] = presentValue(r[i])
			}
		}
		f.add(values, n)
	}
	return f
}

func TestFloorsOfOneProperty(t *testing.T) {
	for name, c := range map[string]struct {
		rows   map[string]int64 // "" is absent
		hidden []string
		shown  []string
	}{
		"5 answers are shown and 4 are not":                    {map[string]int64{"a": 5, "b": 5, "c": 4, "d": 4}, []string{"c", "d"}, []string{"a", "b"}},
		"nine minus six is three: both sides hide (attack 54)": {map[string]int64{"a": 6, "b": 3}, []string{"a", "b"}, nil},
		"a complement of nothing hides nothing":                {map[string]int64{"a": 9}, nil, []string{"a"}},
		"an absent value is a complement too":                  {map[string]int64{"a": 9, "": 2}, []string{"a"}, nil},
		"one small value hides the smallest shown beside it":   {map[string]int64{"a": 3, "b": 10, "c": 20}, []string{"a", "b"}, []string{"c"}},
		"of equal ones the smaller bytewise is hidden":         {map[string]int64{"a": 3, "b": 10, "B": 10, "c": 20}, []string{"a", "B"}, []string{"b", "c"}},
		"small values of five together hide nothing else":      {map[string]int64{"a": 3, "b": 2, "c": 10, "d": 20}, []string{"a", "b"}, []string{"c", "d"}},
		"the absent can be the smallest shown":                 {map[string]int64{"a": 3, "": 7, "c": 20}, []string{"a"}, []string{"c"}},
		"a value without answers is empty, not hidden":         {map[string]int64{"a": 9, "b": 8}, nil, []string{"a", "b", "z"}},
	} {
		t.Run(name, func(t *testing.T) {
			rows := map[[2]string]int64{}
			for v, n := range c.rows {
				rows[[2]string{v}] = n
			}
			f := fill(1, rows)
			for _, v := range c.hidden {
				if !f.hidden([]string{presentValue(v)}) {
					t.Errorf("%q is shown", v)
				}
			}
			for _, v := range c.shown {
				if f.hidden([]string{presentValue(v)}) {
					t.Errorf("%q is hidden", v)
				}
			}
		})
	}
}

// TestNoTwoShownCountsCanBeSubtracted is attack 54 over random answers: a
// shown filter inside another shown one never leaves 1 to 4, and neither does
// a parent less all shown values of one property.
func TestNoTwoShownCountsCanBeSubtracted(t *testing.T) {
	rng := rand.New(rand.NewPCG(54, 1))
	shown := 0
	for round := range 3000 {
		rows := map[[2]string]int64{}
		for range 1 + rng.IntN(7) {
			rows[[2]string{[]string{"", "a", "b", "c"}[rng.IntN(4)], []string{"", "x", "y"}[rng.IntN(3)]}] += int64(rng.IntN(1 + rng.IntN(15)))
		}
		f := fill(2, rows)
		first := []string{"", presentValue("a"), presentValue("b"), presentValue("c")}
		second := []string{"", presentValue("x"), presentValue("y")}
		for _, a := range first {
			for _, b := range second {
				in := []string{a, b}
				if f.hidden(in) {
					continue
				}
				shown++
				if n := f.n(in); n > 0 && n < 5 {
					t.Fatalf("round %d: %d shown in %v", round, n, rows)
				}
				for _, out := range [][]string{{"", b}, {a, ""}, {"", ""}} {
					if rest := f.n(out) - f.n(in); rest > 0 && rest < 5 && !f.hidden(out) {
						t.Fatalf("round %d: %q less %q leaves %d in %v", round, out, in, rest, rows)
					}
				}
			}
		}
		for i, values := range [][]string{first[1:], second[1:]} {
			root := []string{"", ""}
			rest := f.n(root)
			for _, v := range values {
				if g := with(root, i, v); !f.hidden(g) {
					rest -= f.n(g)
				}
			}
			absent := f.n(with(root, i, absentValue))
			if rest > 0 && rest < 5 && !f.hidden(root) {
				t.Fatalf("round %d: all less the shown values leaves %d (%d absent) in %v", round, rest, absent, rows)
			}
		}
	}
	if shown < 1000 {
		t.Fatalf("only %d filters were shown: the test tests nothing", shown)
	}
}

func TestAFilterThatNamesTheAnswersOfAHiddenOneIsHiddenToo(t *testing.T) {
	// a has 10 of 13, so it is hidden; all of a is x, and so is nothing else.
	f := fill(2, map[[2]string]int64{{"a", "x"}: 10, {"b", "y"}: 3})
	for _, g := range [][]string{{presentValue("a"), ""}, {"", presentValue("x")}, {presentValue("a"), presentValue("x")}} {
		if !f.hidden(g) {
			t.Errorf("%q is shown", g)
		}
	}
}

func BenchmarkFloorOfTwoProperties(b *testing.B) {
	for b.Loop() {
		f := newFloor(2)
		for i := range 200 {
			for j := range 20 {
				f.add([]string{presentValue(fmt.Sprint(i)), presentValue(fmt.Sprint(j))}, int64(i%40))
			}
		}
		f.hidden([]string{presentValue("7"), presentValue("3")})
	}
}
