package question

import (
	"slices"

	"waymark/surveys/fault"
	"waymark/surveys/openapi"
)

// shapes are the ways to show a rating.
var shapes = []string{"stars", "numbers"}

// rating is 1 to 5, in stars or numbers.
type rating struct{ labels }

func (rating) Name() string           { return "rating" }
func (rating) About() string          { return "Answered by a whole number from 1 to 5, in stars or numbers." }
func (rating) Metric() (Metric, bool) { return Metric{Low: 1, High: 5}, true }

func (r rating) Keys() []openapi.Key {
	return append(r.labels.Keys(), openapi.May("shape", openapi.Text(0), "`stars` or `numbers` when published."))
}

func (r rating) Ready(q *Question, l *fault.List, p string) {
	r.labels.Ready(q, l, p)
	if q.Shape != "" && !slices.Contains(shapes, q.Shape) {
		l.Add(p+"/shape", "Must be \"stars\" or \"numbers\".")
	}
}

func (r rating) Compile(*Question) Check {
	m, _ := r.Metric()
	return within(m)
}
