package page

import "waymark/surveys/logic"

// The way through the groups of a survey, surveys.Compiled.Groups.

// anyShown tells whether any question of the group is shown.
func anyShown(g []int, p logic.Path) bool {
	for _, i := range g {
		if p.Shown[i] {
			return true
		}
	}
	return false
}

// next gives the first group from from on that has something to show; len(gs)
// where there is none.
func next(gs [][]int, from int, p logic.Path) int {
	for from < len(gs) && !anyShown(gs[from], p) {
		from++
	}
	return from
}

// before gives the last group before at that has something to show; -1 where
// there is none.
func before(gs [][]int, at int, p logic.Path) int {
	for at--; at >= 0 && !anyShown(gs[at], p); at-- {
	}
	return at
}

// progress gives the place of group at among those that are shown, from 1 on,
// and how many they are by what is known now.
func progress(gs [][]int, at int, p logic.Path) (step, steps int) {
	for i, g := range gs {
		if anyShown(g, p) {
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
func reached(gs [][]int, answered func(question int) bool, p logic.Path) int {
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
