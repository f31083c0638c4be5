package bench

import (
	"slices"
	"testing"
	"time"
)

func TestAnAnswerIsSeenFromTheLookThatCountsItForGood(t *testing.T) {
	began := time.Now()
	ms := func(n int) time.Time { return began.Add(time.Duration(n) * time.Millisecond) }
	looks := []look{{ms(10), 0}, {ms(20), 2}, {ms(30), 3}, {ms(40), 2}, {ms(50), 4}, {ms(60), 5}}
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
