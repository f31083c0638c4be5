package question

import (
	"slices"
	"testing"
)

var golden = []int{7, 5, 0, 4, 1, 6, 2, 3}

func TestAnOrderIsDecidedByItsSeed(t *testing.T) {
	// Written down once: an order must be the same after an update.
	if got := Order(8, 2026); !slices.Equal(got, golden) {
		t.Errorf("the order of seed 2026 is %v", got)
	}
	first := make([]int, 5)
	for seed := range uint64(10_000) {
		got := Order(5, seed)
		if sorted := slices.Sorted(slices.Values(got)); !slices.Equal(sorted, []int{0, 1, 2, 3, 4}) {
			t.Fatalf("seed %d gives %v", seed, got)
		}
		first[got[0]]++
	}
	for place, n := range first { // 2,000 ± 5 standard deviations
		if n < 1800 || n > 2200 {
			t.Errorf("%d is first %d times of 10,000", place, n)
		}
	}
	if len(Order(0, 1)) != 0 || !slices.Equal(Order(1, 1), []int{0}) {
		t.Error("none or one")
	}
}

func TestAnOwnTextAndWhatExcludesTheOthersStayLast(t *testing.T) {
	q := parse(t, `{"id":"q","type":"choices","random":true,"other":true,"options":[{"id":"a"},{"id":"none","exclusive":true},{"id":"b"},{"id":"c"},{"id":"never","exclusive":true}]}`)
	c := choices{}.Control(q)
	moved := map[string]bool{}
	for seed := range uint64(50) {
		var ids []string
		for _, i := range c.Order(seed) {
			ids = append(ids, c.Choices[i].Value)
		}
		if !slices.Equal(ids[3:], []string{"none", "other", "never"}) {
			t.Fatalf("seed %d: %v", seed, ids)
		}
		moved[ids[0]] = true
	}
	if len(moved) != 3 {
		t.Errorf("first was only %v", moved)
	}
	c.Random = false
	if got := c.Order(7); !slices.Equal(got, []int{0, 1, 2, 3, 4, 5}) {
		t.Errorf("without random: %v", got)
	}
}
