package mapping_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"waymark/mapping"
	"waymark/surveys/when"
)

func moved(t *testing.T, s *mapping.ScoresService, id string, segments ...mapping.Segment) mapping.Scores {
	t.Helper()
	out, err := s.Scores(context.Background(), ws, id, mapping.Query{Window: 28 * day, Segments: segments, Changes: true})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// twice answers a survey before and in a window of 28 days: so many of both, top of them satisfied.
func twice(w *world, survey string, props map[string]string, nBefore, topBefore, nAfter, topAfter int) {
	for _, c := range []struct {
		n, top int
		ago    time.Duration
	}{{nBefore, topBefore, 40 * day}, {nAfter, topAfter, day}} {
		w.give(c.top, survey, 1, c.ago, props, map[string]int{"sat": 5, "feel": 1})
		w.give(c.n-c.top, survey, 1, c.ago, props, map[string]int{"sat": 2, "feel": -1})
	}
}

func TestOnlyARealChangeIsTold(t *testing.T) {
	for _, c := range []struct {
		name                string
		nb, kb, na, ka      int
		real                bool
		compared            int
		satisfied, emotions float64
	}{
		{name: "a fall of many", nb: 200, kb: 160, na: 200, ka: 120, real: true, compared: 2, satisfied: -20, emotions: -0.4},
		{name: "chance", nb: 200, kb: 160, na: 200, ka: 155, compared: 2},
		{name: "too few before, however clear", nb: 29, kb: 29, na: 200, ka: 0},
		{name: "too few now, however clear", nb: 200, kb: 200, na: 29, ka: 0},
		{name: "nothing before", na: 200, ka: 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, s, id := scene(t, document)
			w.publish(version("srv_a", 1, id, "delivery", "", 80*day, nil, sat, emo))
			twice(w, "srv_a", nil, c.nb, c.kb, c.na, c.ka)
			out := moved(t, s, id)
			st := out.Stages[1]
			if (st.SatisfactionMove != nil) != c.real || (st.EmotionMove != nil) != c.real || out.Compared != c.compared || out.Before != when.Of(now.Add(-56*day)) {
				t.Fatalf("satisfaction %+v, emotion %+v, %d compared since %v", st.SatisfactionMove, st.EmotionMove, out.Compared, out.Before)
			}
			if c.real {
				m := st.SatisfactionMove
				if math.Abs(m.Value-c.satisfied) > 1e-9 || m.Low > m.Value || m.High < m.Value || m.High > 0 || m.P >= 0.05 || math.Abs(st.EmotionMove.Value-c.emotions) > 1e-9 {
					t.Errorf("satisfaction %+v, emotion %+v", m, st.EmotionMove)
				}
			}
			if plain := ask(t, s, id, "window=P28D"); plain.Stages[1].SatisfactionMove != nil || plain.Compared != 0 {
				t.Error("changes are told where nobody asked")
			}
		})
	}
}

func TestManyMeasuresMustChangeMoreClearly(t *testing.T) {
	// 50 of 100, then 35: p = 0.03, real alone, chance among twenty.
	for n, real := range map[int]bool{1: true, 20: false} {
		var list []string
		for i := range n {
			list = append(list, `{"id": "s`+string(rune('a'+i))+`", "name": "S"}`)
		}
		w, s, id := scene(t, `{"title": "x", "stages": [`+strings.Join(list, ",")+`]}`)
		for i := range n {
			letter, top := string(rune('a'+i)), 50
			if i == 0 {
				top = 35
			}
			w.publish(version("srv_"+letter, 1, id, "s"+letter, "", 80*day, nil, sat))
			twice(w, "srv_"+letter, nil, 100, 50, 100, top)
		}
		if m := moved(t, s, id).Stages[0].SatisfactionMove; (m != nil) != real {
			t.Errorf("among %d: %+v", n, m)
		}
	}
}

func TestANewWordingAndAHiddenGroupAreNoChange(t *testing.T) {
	w, s, id := scene(t, document)
	w.publish(version("srv_a", 1, id, "delivery", "", 80*day, []string{"state"}, sat))
	twice(w, "srv_a", map[string]string{"state": "SP"}, 100, 90, 100, 10)
	state := mapping.Segment{Property: "state", Value: "SP"}
	if moved(t, s, id).Stages[1].SatisfactionMove == nil || moved(t, s, id, state).Stages[1].SatisfactionMove == nil {
		t.Fatal("the change itself is not told")
	}
	// Three others before: the segment in that window could be subtracted.
	w.give(3, "srv_a", 1, 40*day, map[string]string{"state": "RJ"}, map[string]int{"sat": 1})
	if m := moved(t, s, id, state).Stages[1].SatisfactionMove; m != nil {
		t.Errorf("a hidden window is told by its change: %+v", m)
	}
	w.publish(version("srv_a", 2, id, "delivery", "", 28*day, nil, reworded))
	w.give(200, "srv_a", 2, day, nil, map[string]int{"sat": 5})
	if m := moved(t, s, id).Stages[1].SatisfactionMove; m != nil {
		t.Errorf("a new wording looks like a change: %+v", m)
	}
}
