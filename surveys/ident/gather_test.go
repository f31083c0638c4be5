package ident

import (
	"errors"
	"slices"
	"testing"
)

// things is a list of sizes, read from the end: the cursor's Seq is what is left.
func things(sizes []int, steps *[]int) func(Page) ([]int, Cursor, error) {
	return func(p Page) (list []int, next Cursor, err error) {
		*steps = append(*steps, p.Limit)
		left := len(sizes)
		if !p.Cursor.Zero() {
			left = int(p.Cursor.Seq)
		}
		for ; left > 0 && len(list) < p.Limit; left-- {
			list = append(list, left-1)
		}
		if left > 0 {
			next = Cursor{Seq: int64(left), ID: "x"}
		}
		return list, next, nil
	}
}

func TestAPageEndsWhereItIsFullOrLarge(t *testing.T) {
	small, large := slices.Repeat([]int{10}, 50), slices.Repeat([]int{1 << 20}, 10)
	for name, c := range map[string]struct {
		sizes       []int
		limit, want int
		next        bool
	}{
		"no more than asked for":           {small, 30, 30, true},
		"all there are":                    {small, 100, 50, false},
		"exactly all there are":            {small, 50, 50, false},
		"large ones end it":                {large, 100, 4, true},
		"the last large one has no next":   {large[:4], 100, 4, false},
		"one that is larger than the rest": {[]int{10, 10, 9 << 20, 10}, 100, 2, true},
		"nothing":                          {nil, 20, 0, false},
	} {
		var steps []int
		read := things(c.sizes, &steps)
		of := func(i int) (Cursor, int) { return Cursor{Seq: int64(i), ID: "x"}, c.sizes[i] }
		var all []int
		p := Page{Limit: c.limit}
		for first := true; ; first = false {
			list, next, err := Gather(p, of, read)
			if err != nil {
				t.Fatal(name, err)
			}
			if first && (len(list) != c.want || next.Zero() == c.next) {
				t.Errorf("%s: %d things, next %v", name, len(list), next)
			}
			if all = append(all, list...); next.Zero() {
				break
			}
			p.Cursor = next
		}
		if len(all) != len(c.sizes) || !slices.IsSortedFunc(all, func(a, b int) int { return b - a }) {
			t.Errorf("%s: the pages together are %v", name, all)
		}
		if slices.Max(steps) > gatherStep {
			t.Errorf("%s: read %v at once", name, steps)
		}
	}
	if _, _, err := Gather(Page{Limit: 5}, func(int) (Cursor, int) { return Cursor{}, 0 }, func(Page) ([]int, Cursor, error) { return nil, Cursor{}, errors.New("down") }); err == nil {
		t.Error("an engine's failure is lost")
	}
}
