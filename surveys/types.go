package surveys

import (
	"fmt"

	"github.com/valyala/fastjson"

	"waymark/surveys/fault"
)

// kind is a question type: what its definition may hold, what publishing
// demands of it, which answers it takes, and what it measures. Each type, or
// family of alike types, is one file: type_*.go.
type kind struct {
	// allowed names the type's own keys beyond the common ones.
	allowed []string
	// ready adds what publishing must refuse.
	ready func(q *Question, l *fault.List, pointer string)
	// compile makes the check of an answer; it may assume a published question.
	// The check gives "" for a good answer, else what is wrong with it.
	compile func(q *Question) func(v *fastjson.Value) string
	// metric is what the type measures: its range, and what of the definition
	// makes another wording besides the title. nil for types that do not.
	metric *metric
}

type metric struct{ low, high int }

// types lists every question type. A new one is a file and a line here.
var types = map[string]kind{
	"csat":      scale(1, 5),
	"ces":       scale(1, 7),
	"nps":       scale(0, 10),
	"emotion":   scale(-2, 2),
	"rating":    rating(),
	"choice":    choice(),
	"choices":   choices(),
	"text":      text(500),
	"long_text": text(maxText),
	"number":    number(),
	"date":      date(),
	"hidden":    hidden(),
}

// keys refuses keys that belong to other types.
func (k kind) keys(q *Question, l *fault.List, pointer string) {
	present := map[string]bool{
		"labels": q.Labels != nil, "shape": q.Shape != "", "options": q.Options != nil, "other": q.Other, "random": q.Random,
		"min": q.Min != nil, "max": q.Max != nil, "step": q.Step != nil, "unit": q.Unit != "",
		"min_length": q.MinLength != nil, "max_length": q.MaxLength != nil, "format": q.Format != "", "default": q.Default != nil,
	}
	for _, a := range k.allowed {
		delete(present, a)
	}
	for _, name := range []string{"labels", "shape", "options", "other", "random", "min", "max", "step", "unit", "min_length", "max_length", "format", "default"} {
		if present[name] {
			l.Add(fmt.Sprintf("%s/%s", pointer, name), "A question of type %s has no %q.", q.Type, name)
		}
	}
}

// whole gives the whole number that v is; "9", 7.5, true and null are none.
func whole(v *fastjson.Value) (int, bool) {
	if v.Type() != fastjson.TypeNumber {
		return 0, false
	}
	n, err := v.Int()
	if err == nil {
		return n, true
	}
	// 4.0 and 4e0 are whole numbers too.
	f, err := v.Float64()
	if err != nil || f != float64(int(f)) || f > 1<<53 || f < -(1<<53) {
		return 0, false
	}
	return int(f), true
}
