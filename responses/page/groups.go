package page

import (
	"waymark/surveys"
	"waymark/surveys/logic"
	"waymark/surveys/question"
)

// group is what is asked together: places in the definition, in their order.
type group []int

// groups cuts a survey into what is asked together. Neighbours of one page
// number are; without numbers, layout steps asks one by one and layout page
// all at once. Hidden questions are never asked.
func groups(d *surveys.Definition) []group {
	var out []group
	last := -1 // the page of the group that is open
	for i := range d.Questions {
		q := &d.Questions[i]
		if q.Type == question.Hidden {
			continue
		}
		joins := q.Page == last && (q.Page != 0 || d.Layout == "page")
		if !joins || len(out) == 0 {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], i)
		last = q.Page
	}
	return out
}

// shown tells whether any question of the group is.
func (g group) shown(p logic.Path) bool {
	for _, i := range g {
		if p.Shown[i] {
			return true
		}
	}
	return false
}

// next gives the first group from from on that has something to show; len(gs)
// where there is none.
func next(gs []group, from int, p logic.Path) int {
	for from < len(gs) && !gs[from].shown(p) {
		from++
	}
	return from
}

// before gives the last group before at that has something to show; -1 where
// there is none.
func before(gs []group, at int, p logic.Path) int {
	for at--; at >= 0 && !gs[at].shown(p); at-- {
	}
	return at
}

// progress gives the place of group at among those that are shown, from 1 on,
// and how many they are by what is known now.
func progress(gs []group, at int, p logic.Path) (step, steps int) {
	for i, g := range gs {
		if g.shown(p) {
			steps++
			if i <= at {
				step = steps
			}
		}
	}
	return step, steps
}

// reached gives the group at which somebody goes on who left: behind the last
// one that has an answer.
func reached(gs []group, answered func(question int) bool, p logic.Path) int {
	at := 0
	for i, g := range gs {
		for _, q := range g {
			if answered(q) {
				at = i + 1
			}
		}
	}
	if n := next(gs, at, p); n < len(gs) {
		return n
	}
	return max(before(gs, len(gs), p), 0)
}
