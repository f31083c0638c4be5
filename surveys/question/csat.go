package question

import (
	"strconv"

	"github.com/valyala/fastjson"

	"waymark/surveys/words"
)

// csat is customer satisfaction, 1 to 5.
type csat struct{ scale }

func (csat) Name() string  { return "csat" }
func (csat) About() string { return "Customer satisfaction, answered by a whole number from 1 to 5." }

// Control has every choice in words, so that nobody takes 1 for the best. Where
// the author named the ends, the words between them might not fit: numbers then.
func (t csat) Control(q *Question) Control {
	if q.Labels != nil {
		return t.control(q, Numbers, "csat_1", "csat_5", bare)
	}
	return t.control(q, Plain, "csat_1", "csat_5", func(n int) Label { return named(Text{}, "csat_"+strconv.Itoa(n)) })
}

func (t csat) Say(q *Question, answer *fastjson.Value, part, lang string, w *words.Words) string {
	return sayLabel(t.Control(q), answer, part, lang, w)
}
