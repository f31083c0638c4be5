package bench

import (
	"slices"
	"testing"
	"time"
)

func TestAnAnswerIsSeenFromTheLookThatCountsItForGood(t *testing.T) {
	began := time.Now()
	ms := func(n int) time.Time { return began.Add(time.Duration(n) * time.Millisecond) }
	looks := []look{{at: ms(10)}, {at: ms(20), n: 2}, {at: ms(30), n: 3}, {at: ms(40), n: 2}, {at: ms(50), n: 4}, {at: ms(60), n: 5}}
	for _, c := range []struct {
		acks []ack
		want []int // milliseconds
	}{
		{[]ack{{ms(5), 1}}, []int{15}},
		{[]ack{{ms(5), 3}}, []int{45}},                 // counted at 30, not at 40
		{[]ack{{ms(8), 2}, {ms(5), 2}}, []int{12, 15}}, // two were under way
		{[]ack{{ms(55), 5}, {ms(5), 1}}, []int{5, 15}}, // in any order
		{[]ack{{ms(21), 2}}, []int{0}},                 // read while its acknowledgment came
		{[]ack{{ms(5), 6}}, nil},                       // never
	} {
		got := seen(c.acks, looks)
		var list []int
		for _, d := range got.all {
			list = append(list, int(d/time.Millisecond))
		}
		slices.Sort(list)
		if !slices.Equal(list, c.want) {
			t.Errorf("%v: %v, want %v", c.acks, list, c.want)
		}
	}
}
