package question

import (
	"slices"

	"waymark/surveys/fault"
	"waymark/surveys/openapi"
)

// shapes are the ways to show a rating; the first is usual.
var shapes = []string{"stars", "numbers"}

// rating is 1 to 5, in stars or numbers.
type rating struct{ scale }

func (rating) Name() string  { return "rating" }
func (rating) About() string { return "Answered by a whole number from 1 to 5, in stars or numbers." }

func (r rating) Keys() []openapi.Key {
	return append(r.scale.Keys(), openapi.May("shape", openapi.Text(0), "`stars` or `numbers` when published."))
}

func (r rating) Ready(q *Question, l *fault.List, p string) {
	r.scale.Ready(q, l, p)
	if q.Shape != "" && !slices.Contains(shapes, q.Shape) {
		l.Add(p+"/shape", "Must be \"stars\" or \"numbers\".")
	}
}

func (r rating) Control(q *Question) Control {
	if q.Shape == "numbers" {
		return r.control(q, Numbers, "rating_low", "rating_high", bare)
	}
	return r.control(q, Stars, "rating_low", "rating_high", func(n int) Label { return named(Text{}, "stars", "n", n) })
}
